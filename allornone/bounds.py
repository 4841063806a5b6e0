"""How far a holding may end from what was expected: per key, knowing its side and its asset.

Sources of the defaults: LIP-11 (stETH credits up to 2 wei less), aave-v3-origin docs/3.5 (1 unit either way).
Everywhere else a debit is exact.
"""

from dataclasses import dataclass
from decimal import Decimal

from allornone.deltas import Changes, Identity, by_identity, located, without_zero
from allornone.models.details import (
    OperationType,
    PerpTradeDetails,
    SpotTradeDetails,
    SwapDetails,
    UnstakeDetails,
)
from allornone.models.execution import ExecutionRequest
from allornone.models.operation import GivenInverse, OperationCommand, Tolerance
from allornone.positions import LENDING_VENUES, PositionType
from allornone.units import ZERO, times, total

Asked = OperationCommand | GivenInverse | ExecutionRequest
"""Whatever says what a venue was asked for: a plan's operation, an undo, or the request itself."""

BPS = Decimal("0.0001")

ATOMIC_UNITS = 2
"""Units by which share arithmetic of stETH and Aave may miss."""

_DECIMALS = {"USDC": 6, "USDT": 6, "PYUSD": 6, "EURC": 6, "WBTC": 8, "cbBTC": 8}
_WRAPPERS = ("variableDebt", "stableDebt", "debt", "vd", "a")

_ROUNDED = frozenset(
    {
        OperationType.SUPPLY,
        OperationType.BORROW,
        OperationType.REPAY,
        OperationType.WITHDRAW,
        OperationType.STAKE,
        OperationType.UNSTAKE,
    }
)
_PRICED_OUTPUT = frozenset({OperationType.SWAP, OperationType.STAKE, OperationType.UNSTAKE})


@dataclass(frozen=True, slots=True)
class Bound:
    """What may stay unexplained on one key: from `-short` to `over`, None where more is only better."""

    short: Decimal = ZERO
    over: Decimal | None = ZERO

    def holds(self, unexplained: Decimal) -> bool:
        """Tell whether `unexplained` lies inside."""
        return unexplained >= self.short.copy_negate() and (self.over is None or unexplained <= self.over)

    def widened(self, slack: Decimal) -> "Bound":
        """Return the bound that lets `slack` more pass on each side."""
        return Bound(total((self.short, slack)), None if self.over is None else total((self.over, slack)))

    def __str__(self) -> str:
        """Write the two ends."""
        return f"-{self.short} to {'any' if self.over is None else self.over}"


def rounding(token: str) -> Decimal:
    """Return what rounding alone may move of `token`: two of its atomic units (18 decimals unless known)."""
    underlying = next((token.removeprefix(part) for part in _WRAPPERS if token.removeprefix(part) in _DECIMALS), token)
    return Decimal(ATOMIC_UNITS).scaleb(-_DECIMALS.get(underlying, 18))


def bounds(asked: Asked, expected: Changes, tolerance: Tolerance | None) -> dict[Identity, Bound]:
    """Return the bound of every holding that `expected` names. Any other holding may not change at all.

    The quote of a spot trade and the output of a swap, stake or unstake are what a price decides:
    `price_bps` on the bad side, better is fine. Everything else is fixed by the amount:
    `tolerance.absolute` on both sides, none by default. What lending and staking venues credit may also
    miss by `rounding`. Without a tolerance `price_bps` is the operation's own `max_slippage_bps`, else 30.
    """
    given = tolerance or Tolerance()
    bps = given.price_bps if tolerance else _slippage_bps(asked, given.price_bps)
    return {
        holding: _bound(asked, holding, amount, bps, given.absolute)
        for holding, amount in by_identity(expected).items()
    }


def _slippage_bps(asked: Asked, otherwise: Decimal) -> Decimal:
    details = asked.operation_details
    if isinstance(details, SpotTradeDetails | PerpTradeDetails | SwapDetails | UnstakeDetails):
        return otherwise if details.max_slippage_bps is None else details.max_slippage_bps
    return otherwise


def _bound(asked: Asked, holding: Identity, amount: Decimal, bps: Decimal, absolute: Decimal) -> Bound:
    slack = rounding(holding[2]) if asked.operation_type in _ROUNDED else ZERO
    if _is_priced(asked, holding, amount):
        return Bound(total((times(amount.copy_abs(), times(bps, BPS)), slack)), None)
    both = total((absolute, slack))
    return Bound(both, both)


def _is_priced(asked: Asked, holding: Identity, amount: Decimal) -> bool:
    if holding[1] != "asset":
        return False
    details = asked.operation_details
    if isinstance(details, SpotTradeDetails):
        return holding[2] == details.pair.partition("/")[2]
    return asked.operation_type in _PRICED_OUTPUT and amount > 0


def principal_keys(asked: Asked, actual: Changes | None = None) -> frozenset[Identity]:
    """Return the holdings that an undo must bring back to zero; the rest of an operation is friction.

    The base of a spot trade, the contract of a perp, the debt of a borrow, a repay or a flash loan, the
    receipt token of a supply or of a withdrawal from lending, the staked token of an unstake, and what
    arrived of everything else. They are those of the plan where `actual`, what the operation changed so far,
    shows them; else those that it does show, such as the debit of a withdrawal of which nothing else is seen.
    """
    planned = by_identity(located(asked.expected_deltas, asked.source_venue, asked.target_venue))
    seen = by_identity(without_zero(located(actual or {}, asked.source_venue, asked.target_venue)))
    principal = _principal(asked, planned) or set(planned)
    if not seen or not principal.isdisjoint(seen):
        return frozenset(principal)
    return frozenset(_principal(asked, seen) or seen)


def _principal(asked: Asked, changes: dict[Identity, Decimal]) -> set[Identity]:
    kind = asked.operation_type
    if isinstance(asked.operation_details, SpotTradeDetails):
        base = asked.operation_details.pair.partition("/")[0]
        return {holding for holding in changes if holding[1] == "asset" and holding[2] == base}
    if kind is OperationType.PERP_TRADE:
        return {holding for holding in changes if holding[1] == PositionType.PERP.value}
    debts = {holding for holding in changes if holding[1] == PositionType.DEBT.value}
    if debts:
        return debts
    came = _moved(changes, asked.target_token, up=True)
    return came if came and not _gives_up(asked) else _moved(changes, asked.source_token, up=False)


def _gives_up(asked: Asked) -> bool:
    """Tell whether what left is what has to come back, rather than what arrived to go."""
    if asked.operation_type is OperationType.WITHDRAW:
        lends = asked.source_venue.partition(".")[0] in LENDING_VENUES
        return lends or asked.source_token != asked.target_token
    return asked.operation_type in (OperationType.UNSTAKE, OperationType.REPAY, OperationType.FLASH_REPAY)


def _moved(changes: dict[Identity, Decimal], token: str, *, up: bool) -> set[Identity]:
    """Return the assets that moved one way: of `token` if there are any, else all."""
    moved = {
        holding for holding, amount in changes.items() if holding[1] == "asset" and amount != 0 and (amount > 0) is up
    }
    return {holding for holding in moved if holding[2] == token} or moved
