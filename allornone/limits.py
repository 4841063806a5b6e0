"""What a worker may touch, and how much of it at once: the bound that no plan, however wrong, gets past."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from allornone.deltas import add, in_proportion, located, without_zero
from allornone.errors import RefusedError
from allornone.models.details import OperationType, PerpTradeDetails, SpotTradeDetails
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest, Prepared
from allornone.models.operation import GivenInverse, OperationCommand
from allornone.positions import identity, parse_key
from allornone.units import ZERO, PositiveAmount, Token, VenueName, times, total

BEYOND = "EXEC-009"
"""The code of a refusal by this worker's own limits. The registry that the seed names ends at 008."""

_LENT = frozenset({OperationType.BORROW, OperationType.FLASH_BORROW})

Asked = OperationCommand | GivenInverse | ExecutionRequest


class Limits(BaseModel):
    """The venues and assets that a worker may touch, and the largest amount of each asset in one operation.

    Assets are tokens as position keys spell them: `ETH`, `stETH`, a perpetual by its contract (`ETHUSDT`), a debt by
    its debt token (`debtETH`). What leaves and what arrives both count, each on its own, so that what was done may
    also be undone; of an undo only what leaves does, since better prices are no reason to keep an exposure. Fees and
    gas do not count.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    venues: frozenset[VenueName] = Field(min_length=1)
    assets: dict[Token, PositiveAmount] = Field(min_length=1)

    def __str__(self) -> str:
        """Say what is in force, in one line."""
        amounts = ", ".join(f"{amount:f} {token}" for token, amount in self.assets.items())
        return f"venues {', '.join(sorted(self.venues))}; at most {amounts} an operation"

    def problems(self, asked: Asked, sent: Decimal | None = None) -> Iterator[str]:
        """Yield what the request, by what it says of itself, goes beyond. `sent` is its amount as rounded."""
        changes = located(asked.expected_deltas, asked.source_venue, asked.target_venue)
        whole = asked.operation_details.amount
        amount = whole if sent is None else sent
        named = dict.fromkeys(_named(asked, changes), amount) | _priced(asked, amount)
        venues = {asked.source_venue, asked.target_venue}
        moved = _moved(in_proportion(changes, amount, whole), back=_is_back(asked))
        yield from self._unlisted(venues, named.keys(), changes)
        yield from self._too_much(_most(moved, named))

    def refuse(
        self,
        request: ExecutionRequest,
        prepared: Prepared | None = None,
        predicted: ExecutionHandshake | None = None,
    ) -> None:
        """Raise RefusedError where the request goes beyond: as planned, as prepared, or as its venue predicts it."""
        amount = (prepared or {}).get("amount")
        found = list(self.problems(request, Decimal(amount) if amount is not None else None))
        if predicted is not None:
            changes = _without_fees(request, predicted)
            found += self._unlisted(set(), set(), changes)
            found += self._too_much(_moved(changes, back=_is_back(request)))
        if found:
            raise RefusedError("beyond this worker's limits: " + "; ".join(dict.fromkeys(found)), BEYOND)

    def _unlisted(self, venues: set[str], tokens: Iterable[str], changes: Mapping[str, Decimal]) -> Iterator[str]:
        keys = [parse_key(key) for key, amount in changes.items() if amount]
        for venue in sorted((venues | {key.venue or "" for key in keys}) - self.venues):
            yield f"venue {venue!r} is not listed"
        for token in sorted({*tokens, *(key.token for key in keys)} - self.assets.keys()):
            yield f"asset {token!r} is not listed"

    def _too_much(self, moved: Mapping[str, Decimal]) -> Iterator[str]:
        for token, amount in sorted(moved.items()):
            largest = self.assets.get(token)
            if largest is not None and amount > largest:
                yield f"{amount:f} {token} is more than {largest:f}"


def _is_back(asked: Asked) -> bool:
    if isinstance(asked, ExecutionRequest):
        return asked.direction is Direction.ROLLBACK
    return isinstance(asked, GivenInverse)


def _most(left: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {token: max(left.get(token, ZERO), right.get(token, ZERO)) for token in left.keys() | right.keys()}


def _named(asked: Asked, changes: Mapping[str, Decimal]) -> set[str]:
    """Return the tokens that the details' amount is an amount of, whatever the expected changes say."""
    details = asked.operation_details
    if isinstance(details, SpotTradeDetails):
        return {details.pair.partition("/")[0]}
    if isinstance(details, PerpTradeDetails):
        contracts = {parse_key(key).token for key in changes if identity(parse_key(key))[1] == "Perp"}
        return contracts or {details.pair.replace("/", "")}
    return {asked.target_token if asked.operation_type in _LENT else asked.source_token}


def limit_price_of(asked: Asked) -> Decimal | None:
    """Return the price beyond which a trade does not fill, None where it has none."""
    details = asked.operation_details
    return details.limit_price if isinstance(details, SpotTradeDetails | PerpTradeDetails) else None


def _priced(asked: Asked, amount: Decimal) -> dict[str, Decimal]:
    """Return what a spot trade moves of its quote token at its own limit price."""
    details, price = asked.operation_details, limit_price_of(asked)
    if price is None or not isinstance(details, SpotTradeDetails):
        return {}
    return {details.pair.partition("/")[2]: times(amount, price)}


def _moved(changes: Mapping[str, Decimal], *, back: bool) -> dict[str, Decimal]:
    """Return, per token, what left over all holdings or what arrived, whichever is more; what left of an undo."""
    left: dict[str, Decimal] = {}
    came: dict[str, Decimal] = {}
    for key, amount in changes.items():
        side, token = (left if amount < 0 else came), parse_key(key).token
        side[token] = total((side.get(token, ZERO), amount.copy_abs()))
    return left if back else _most(left, came)


def _without_fees(request: ExecutionRequest, predicted: ExecutionHandshake) -> dict[str, Decimal]:
    changes = located(predicted.actual_deltas, request.source_venue, request.target_venue)
    fees = [located({fee.position_key: fee.amount}, request.venue, request.venue) for fee in predicted.fees]
    return without_zero(add(changes, *fees))
