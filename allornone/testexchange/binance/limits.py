"""Binance's limits: request weight a minute per address, unfilled orders per account; 429, and 418 for who goes on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from allornone.testexchange.binance.problem import troubled
from allornone.testexchange.door import Answer, Trouble

MINUTE_MS = 60_000
TEN_SECONDS_MS = 10_000
DAY_MS = 86_400_000
PATIENCE = 10
"""So many calls after a 429 within its minute, and the address is banned."""
BAN_MS = 120_000


@dataclass(slots=True)
class Limits:
    """What one host of Binance allows; may be changed while it runs."""

    weight_1m: int
    orders_10s: int


@dataclass(slots=True)
class _Window:
    """A count that starts again with every span of the clock."""

    span_ms: int
    started: int = -1
    counts: Counter[str] = field(default_factory=Counter[str])

    def at(self, now: int) -> Counter[str]:
        """Return the counts of the span that `now` is in."""
        if now // self.span_ms != self.started:
            self.started = now // self.span_ms
            self.counts.clear()
        return self.counts

    def left_s(self, now: int) -> int:
        """Return how many seconds are left of the span, rounded up."""
        return -(-(self.span_ms - now % self.span_ms) // 1000)


class Meter:
    """Counts the calls of one interface. Every caller is on this machine, so there is one address.

    `header` is the name under which it tells the used weight.
    """

    def __init__(self, limits: Limits, now: Callable[[], int], header: str = "X-MBX-USED-WEIGHT") -> None:
        self.limits = limits
        self._now = now
        self._header = header
        self._weight = _Window(MINUTE_MS)
        self._orders = _Window(TEN_SECONDS_MS)
        self._days = _Window(DAY_MS)
        self._banned_until = 0

    def admit(self, weight: int) -> Answer | None:
        """Count a call; return the answer that turns it away, where it is one too many."""
        now = self._now()
        if now < self._banned_until:
            return troubled(Trouble.BANNED, -(-(self._banned_until - now) // 1000))
        counts = self._weight.at(now)
        counts["weight"] += weight
        if counts["weight"] <= self.limits.weight_1m:
            return None
        counts["turned away"] += 1
        if counts["turned away"] > PATIENCE:
            self._banned_until = now + BAN_MS
            return troubled(Trouble.BANNED, BAN_MS // 1000)
        return troubled(Trouble.RATE_LIMITED, self._weight.left_s(now))

    def admit_order(self, account: str) -> Answer | None:
        """Return the answer that turns an order away, where the account has too many unfilled ones."""
        now = self._now()
        if self._orders.at(now)[account] < self.limits.orders_10s:
            return None
        return troubled(Trouble.TOO_MANY_ORDERS, self._orders.left_s(now))

    def count_order(self, account: str, *, filled: bool) -> dict[str, str]:
        """Count an accepted order, unless it filled; return the headers that tell the counts."""
        now = self._now()
        for window in (self._orders, self._days):
            window.at(now)[account] += 0 if filled else 1
        return {
            "X-MBX-ORDER-COUNT-10S": str(self._orders.at(now)[account]),
            "X-MBX-ORDER-COUNT-1D": str(self._days.at(now)[account]),
        }

    def headers(self) -> dict[str, str]:
        """Return the headers that tell the used weight."""
        used = str(self._weight.at(self._now())["weight"])
        return {self._header: used, f"{self._header}-1M": used}


class WalletMeters:
    """The limits of `/sapi`: each of its endpoints counts for itself, by address or by account."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._meters: dict[tuple[str, str], Meter] = {}

    def of(self, method: str, path: str) -> Meter:
        """Return the meter of one endpoint. A desk is one account, so that each needs but one."""
        by_account = (method, path) in _BY_ACCOUNT
        limits = Limits(weight_1m=180_000 if by_account else 12_000, orders_10s=0)
        header = f"X-SAPI-USED-{'UID' if by_account else 'IP'}-WEIGHT"
        return self._meters.setdefault((method, path), Meter(limits, self._now, header))


_BY_ACCOUNT = frozenset(
    {
        ("POST", "/sapi/v1/asset/transfer"),
        ("POST", "/sapi/v1/capital/withdraw/apply"),
        ("GET", "/sapi/v1/capital/withdraw/history"),
    }
)
