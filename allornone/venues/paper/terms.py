"""The terms of one order: what `prepare` fixes and `execute` acts on, and nothing else."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from allornone.errors import RefusedError
from allornone.models.details import (
    BorrowDetails,
    FlashBorrowDetails,
    FlashRepayDetails,
    OperationType,
    OrderType,
    PerpTradeDetails,
    RepayDetails,
    Side,
    SpotTradeDetails,
    SwapDetails,
    UnstakeDetails,
)
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.positions import PositionKey, PositionType, position_type, typed
from allornone.units import ClientRef, NonNegativeAmount, PositiveAmount, UtcTime, total
from allornone.venues.paper.quotes import PRICE_PLACES, Quotes, bps_of, floored, placed_down

INVALID = "EXEC-007"
"""The registry's code of invalid parameters."""


class Terms(BaseModel):
    """One order as its venue takes it.

    `amount` is in units of `principal_key`: the base token or contract of a trade, what leaves in a
    conversion, the money of a loan. `counter_key` is the other side: the quote token, what arrives, the debt.
    `bound` is the worst price, `step` the grid of the amount.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_ref: ClientRef
    operation_type: OperationType
    symbol: str
    principal_key: str
    counter_key: str | None = None
    side: Side | None = None
    order_type: OrderType = OrderType.MARKET
    amount: PositiveAmount
    step: PositiveAmount
    not_after: UtcTime
    bound: PositiveAmount | None = None
    min_out: NonNegativeAmount | None = None
    reduce_only: bool = False
    route: Literal["market", "queue"] = "market"

    def prepared(self) -> Prepared:
        """Return the terms as the text that the event log keeps."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


def held(venue: str, token: str) -> str:
    """Return the position key of `token` at `venue`."""
    return str(typed(PositionKey(venue, None, token)))


def terms_of(request: ExecutionRequest, quotes: Quotes) -> Terms:
    """Return the terms of `request`, its amount rounded down to the step.

    Raises RefusedError for an unknown pair or token, and for an amount below the step or the minimum.
    """
    details = request.operation_details
    match details:
        case SpotTradeDetails() | PerpTradeDetails():
            return _trade(request, details, quotes)
        case BorrowDetails() | RepayDetails():
            return _loan(request, details.amount, quotes)
        case FlashBorrowDetails() | FlashRepayDetails():
            money, _ = _money(request)
            return _terms(request, quotes, money, None, details.amount)
        case SwapDetails():
            # A swap settles where its source token is held: the pool itself holds nothing for anybody.
            return _conversion(
                request,
                request.source_venue,
                details.amount,
                quotes,
                min_out=_least(details, quotes, request),
            )
        case UnstakeDetails():
            return _conversion(request, request.target_venue, details.amount, quotes, route=details.route)
        case _:
            return _conversion(request, request.target_venue, details.amount, quotes)


def _trade(request: ExecutionRequest, details: SpotTradeDetails | PerpTradeDetails, quotes: Quotes) -> Terms:
    base, _, quote = details.pair.partition("/")
    price = quotes.price(base, quote)
    if price is None:
        raise RefusedError(f"no price for {details.pair!r}; add it to quotes.yaml", INVALID)
    step = quotes.trade_step(base)
    amount = floored(details.amount, step)
    least = max(step, quotes.trade_minimum(base))
    if amount < least:
        raise RefusedError(f"amount must be at least {least} {base}, was {details.amount}", INVALID)
    perp = isinstance(details, PerpTradeDetails)
    contract = str(PositionKey(request.venue, PositionType.PERP, _contract(request, base, quote)))
    return Terms(
        client_ref=request.client_ref,
        operation_type=request.operation_type,
        symbol=base + quote,
        principal_key=contract if perp else held(request.venue, base),
        counter_key=held(request.venue, quote),
        side=details.side,
        order_type=details.order_type,
        amount=amount,
        step=step,
        not_after=request.not_after,
        bound=_bound(details, price),
        reduce_only=isinstance(details, PerpTradeDetails) and details.reduce_only,
    )


def _contract(request: ExecutionRequest, base: str, quote: str) -> str:
    """Return the contract as the request spells it, among the spellings that mean this one."""
    for token in (request.target_token, request.source_token):
        if token == f"{base}-PERP":
            return token
    return base + quote


def _bound(details: SpotTradeDetails | PerpTradeDetails, price: Decimal) -> Decimal | None:
    if details.limit_price is not None:
        return details.limit_price
    if details.max_slippage_bps is None:
        return None
    slip = bps_of(price, details.max_slippage_bps)
    return placed_down(total((price, slip if details.side is Side.BUY else -slip)), PRICE_PLACES) or None


def _loan(request: ExecutionRequest, amount: Decimal, quotes: Quotes) -> Terms:
    money, token = _money(request)
    named = (request.source_token, request.target_token)
    debts = [name for name in named if position_type(request.target_venue, name) is PositionType.DEBT]
    debt = str(PositionKey(request.target_venue, PositionType.DEBT, debts[0] if debts else f"debt{token}"))
    return _terms(request, quotes, money, debt, amount)


def _money(request: ExecutionRequest) -> tuple[str, str]:
    """Return the key and token of a loan's money: it is kept at the source venue, lending is the target's."""
    borrows = request.operation_type in (OperationType.BORROW, OperationType.FLASH_BORROW)
    first, second = (
        (request.target_token, request.source_token) if borrows else (request.source_token, request.target_token)
    )
    token = second if position_type(request.target_venue, first) is PositionType.DEBT else first
    return held(request.source_venue, token), token


def _conversion(
    request: ExecutionRequest,
    lands_at: str,
    amount: Decimal,
    quotes: Quotes,
    *,
    min_out: Decimal | None = None,
    route: Literal["market", "queue"] = "market",
) -> Terms:
    source, target = request.source_token, request.target_token
    if quotes.ratio(source, target) is None:
        raise RefusedError(f"no rate from {source!r} to {target!r}; add it to quotes.yaml", INVALID)
    terms = _terms(request, quotes, held(request.source_venue, source), held(lands_at, target), amount)
    return terms.model_copy(update={"min_out": min_out, "route": route})


def _least(details: SwapDetails, quotes: Quotes, request: ExecutionRequest) -> Decimal | None:
    fair = quotes.converted(details.amount, request.source_token, request.target_token)
    if details.min_out is not None or details.max_slippage_bps is None or fair is None:
        return details.min_out
    return placed_down(total((fair, -bps_of(fair, details.max_slippage_bps))), quotes.decimals(request.target_token))


def _terms(request: ExecutionRequest, quotes: Quotes, principal: str, counter: str | None, amount: Decimal) -> Terms:
    token = principal.rpartition(":")[2]
    unit = quotes.unit(token)
    rounded = floored(amount, unit)
    if rounded < unit:
        raise RefusedError(f"amount must be at least {unit} {token}, was {amount}", INVALID)
    return Terms(
        client_ref=request.client_ref,
        operation_type=request.operation_type,
        symbol=f"{request.source_token}-{request.target_token}",
        principal_key=principal,
        counter_key=counter,
        amount=rounded,
        step=unit,
        not_after=request.not_after,
    )
