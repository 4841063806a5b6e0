"""One account's share of its exchange's patience, shared by every worker of the host: turns, and what answers say."""

import asyncio
import itertools
import logging
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from allornone.errors import NotSentError
from allornone.venues.exchange.limits.budget_file import BudgetFile, BudgetPage
from allornone.venues.exchange.limits.circuit import Circuit
from allornone.venues.exchange.limits.headers import lasts_ms, number, retry_after_s
from allornone.venues.exchange.limits.spending import Ask, Spending, Ticket
from allornone.venues.exchange.limits.tariff import Cost, Tariff

POLL_S = 0.5
"""How soon to ask again at the latest: what others hear may make room, and a lease must not lapse."""
FRESH_MS = 1_000
"""How old a ticket may be when its request is sent. A process that was stopped in between asks again."""

_SILENCING = frozenset({418, 429})
_TAKEN = range(200, 400)

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LimitState:
    """How much of one limit counts just now, and how much forward work and anything at all may use."""

    name: str
    used: int
    forward: int
    urgent: int
    window_s: float


@dataclass(frozen=True, slots=True)
class BudgetState:
    """One account's budget at one moment. `open_until` is when its exchange may be asked again, None for now."""

    account: str
    open_until: datetime | None
    status: int | None
    limits: tuple[LimitState, ...]
    urgent_waiting: int


@dataclass(frozen=True, slots=True)
class _Held:
    """No turn yet: how long it takes as things stand (None for ever), and why."""

    wait: int | None
    told: str


class Budget:
    """Gives requests their turn. Every worker of a host that opens the same file for the account shares it.

    The circuit is the exchange's, the limits are the account's.
    """

    def __init__(
        self,
        file: BudgetFile,
        exchange: str,
        account: str,
        tariff: Tariff,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._file = file
        self._exchange = exchange
        self._account = f"{exchange}/{account}"
        self._tariff = tariff
        self._sleep = sleep
        self._thread: ThreadPoolExecutor | None = None
        self._life = uuid.uuid4().hex
        self._asks = itertools.count()

    def cost(self, method: str) -> Cost:
        """Return what a call costs, by ccxt's name of it."""
        return self._tariff.cost(method)

    async def turn(self, cost: Cost, *, urgent: bool, left_s: float) -> Ticket:
        """Wait for leave to send one request, and return it. Nothing has to be given back.

        Rolling back and finding out is urgent, and goes before forward work. Raises NotSentError where it would have
        to wait for longer than `left_s`, be it for room or for the end of the exchange's silence. What need not wait
        has its turn, also when its time is over: that is for the exchange to judge.
        """
        uptime = self._file.clock.uptime
        ask = Ask(f"{self._life}-{next(self._asks)}", cost, urgent)
        began = uptime()
        patient_until = began + int(left_s * 1_000)
        last = max(patient_until, began + FRESH_MS)
        while uptime() < last:
            asked_at, given = await self._kept(lambda page: (uptime(), self._ask(page, ask)))
            if isinstance(given, _Held):
                if given.wait is None or uptime() + given.wait >= patient_until:
                    await self._kept(lambda page: self._give_up(page, ask))
                    raise NotSentError(given.told)
                await self._sleep(min(given.wait / 1_000, POLL_S))
            elif uptime() < min(last, asked_at + FRESH_MS):
                return given
        await self._kept(lambda page: self._give_up(page, ask))
        raise NotSentError(f"{self._account}: no turn for it came in time")

    async def heard(
        self, ticket: Ticket, status: int | None, headers: Mapping[str, str], *, backed_off: bool = False
    ) -> None:
        """Take what the answer to a ticket's request says of the limits. Names of headers are in lower case.

        `backed_off` is an answer that asks for silence in other ways than HTTP 418 and 429. Raises nothing: what came
        of the request is known by now, and must not be lost.
        """
        try:
            await self._in_thread(lambda page: self._hear(page, ticket, status, headers, backed_off))
        except (sqlite3.Error, OSError) as problem:
            _log.warning("%s: what it said of its limits could not be kept: %s", self._account, problem)

    async def state(self) -> BudgetState:
        """Return how things stand, for people and metrics. Raises NotSentError where the file cannot be used."""
        return await self._kept(self._state)

    def close(self) -> None:
        """Close the file. A later turn opens it again."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = None
        self._file.close()

    async def _kept(self, task: Callable[[BudgetPage], T]) -> T:
        """Run one transaction. Without the file nothing is sent."""
        try:
            return await self._in_thread(task)
        except (sqlite3.Error, OSError) as problem:
            raise NotSentError(f"{self._account}: the file of its rate budget cannot be used: {problem}") from None

    async def _in_thread(self, task: Callable[[BudgetPage], T]) -> T:
        """Run one transaction in a thread of its own: where a stopped process holds the file, nobody else waits."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="budget")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_page, task)

    def _in_page(self, task: Callable[[BudgetPage], T]) -> T:
        with self._file.page() as page:
            return task(page)

    def _ask(self, page: BudgetPage, ask: Ask) -> Ticket | _Held:
        circuit = page.circuit(self._exchange)
        if circuit.is_open(page.now):
            wait = circuit.until - page.now
            return _Held(wait, f"{self._exchange} wants no request for {_seconds(wait)} more ({_why(circuit)})")
        before = page.spending(self._account)
        after, given = before.asked(self._tariff, ask, page.now)
        if after != before:
            page.keep_spending(self._account, after)
        return given if isinstance(given, Ticket) else self._held(before, given, page.now)

    def _held(self, spending: Spending, wait: int | None, now: int) -> _Held:
        used = ", ".join(f"{spending.of(limit).used(limit, now)} of {limit.name}" for limit in self._tariff.limits)
        when = "never" if wait is None else f"in {_seconds(wait)} at the soonest"
        return _Held(wait, f"{self._account}: its rate budget has room for it {when}; used are {used}")

    def _give_up(self, page: BudgetPage, ask: Ask) -> None:
        before = page.spending(self._account)
        if ask.asker in before.waiting:
            page.keep_spending(self._account, before.gone(ask.asker))

    def _hear(
        self,
        page: BudgetPage,
        ticket: Ticket,
        status: int | None,
        headers: Mapping[str, str],
        backed_off: bool,  # noqa: FBT001
    ) -> None:
        told = {
            limit.name: (used, lasts_ms(headers, limit.window_ms))
            for limit in self._tariff.limits
            if limit.header is not None and (used := number(headers, limit.header)) is not None
        }
        if told:
            spending = page.spending(self._account).heard(self._tariff, ticket, told, page.now)
            page.keep_spending(self._account, spending)
        before = after = page.circuit(self._exchange)
        if backed_off or status in _SILENCING:
            after = before.opened(page.now, status, retry_after_s(headers))
        elif status in _TAKEN:
            after = before.taken(page.now)
        if after != before:
            page.keep_circuit(self._exchange, after)
        if after.until > before.until:
            _log.warning(
                "%s wants no request for %s (%s)", self._exchange, _seconds(after.until - page.now), _why(after)
            )

    def _state(self, page: BudgetPage) -> BudgetState:
        spending, circuit = page.spending(self._account), page.circuit(self._exchange)
        wait = max(0, circuit.until - page.now)
        until = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self._file.clock.wall() + wait)
        limits = tuple(
            LimitState(
                name=limit.name,
                used=spending.of(limit).used(limit, page.now),
                forward=limit.allowed(urgent=False),
                urgent=limit.allowed(urgent=True),
                window_s=limit.window_ms / 1_000,
            )
            for limit in self._tariff.limits
        )
        waiting = sum(until > page.now for until in spending.waiting.values())
        return BudgetState(self._account, until if wait else None, circuit.status if wait else None, limits, waiting)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1_000:.1f} s"


def _why(circuit: Circuit) -> str:
    return "it asked for silence" if circuit.status is None else f"HTTP {circuit.status}"
