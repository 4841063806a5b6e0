"""What undoes a trade: sized from what its fills changed, rounded to the exchange's step, the rest is dust."""

from decimal import ROUND_DOWN, Decimal

from allornone.models.details import PerpTradeDetails, Side, SpotTradeDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.positions import identity, parse_key
from allornone.units import EXACT, ZERO, times, total
from allornone.venues.capabilities import UndoClass
from allornone.venues.exchange.fills import contract_key, held
from allornone.venues.exchange.market import Book, bounded, sellable
from allornone.venues.inverse import Inverse

_MONEY = Decimal("1e-8")


def undo_of_trade(
    request: ExecutionRequest,
    handshake: ExecutionHandshake,
    undo: UndoClass,
    slippage_bps: Decimal,
    book: Book | None,
) -> Inverse:
    """Return the order that brings back the base asset of a spot trade, or the contract of a perp.

    The step and the minimums are those that the handshake carries, so that any process can undo what another did.
    The price that the undo is expected at is the last one seen, else the handshake's own.
    """
    details = request.operation_details
    if not isinstance(details, SpotTradeDetails | PerpTradeDetails):
        return Inverse(undo_class=UndoClass.NONE)
    key = _key(request, details)
    wanted = identity(parse_key(key))
    left = total(change for name, change in handshake.actual_deltas.items() if identity(parse_key(name)) == wanted)
    if not left:
        return Inverse(undo_class=undo)
    back = _back(details, left, slippage_bps)
    price = _price(book, back.side, handshake)
    amount = _sellable(handshake, back, price)
    rest = total((left.copy_abs(), -amount))
    dust = {parse_key(key).token: rest} if rest else {}
    if not amount:
        return Inverse(undo_class=undo, dust=dust)
    sized = back.model_copy(update={"amount": amount})
    return Inverse(undo_class=undo, steps=(_step(request, sized, key, price),), dust=dust)


def _key(request: ExecutionRequest, details: SpotTradeDetails | PerpTradeDetails) -> str:
    if isinstance(details, PerpTradeDetails):
        return contract_key(request, details)
    return held(request.venue, details.pair.partition("/")[0])


def _back(
    details: SpotTradeDetails | PerpTradeDetails, left: Decimal, slippage_bps: Decimal
) -> SpotTradeDetails | PerpTradeDetails:
    side = Side.SELL if left > 0 else Side.BUY
    amount = left.copy_abs()
    if isinstance(details, SpotTradeDetails):
        return SpotTradeDetails(pair=details.pair, side=side, amount=amount, max_slippage_bps=slippage_bps)
    # What was opened is closed and never turned; what was closed has to be opened again.
    closes = not details.reduce_only
    return PerpTradeDetails(
        pair=details.pair, side=side, amount=amount, max_slippage_bps=slippage_bps, reduce_only=closes
    )


def _price(book: Book | None, side: Side, handshake: ExecutionHandshake) -> Decimal | None:
    if book is not None and book.against(side):
        return book.against(side)[0].price
    told = handshake.execution_details.get("executed_price")
    return None if told is None else Decimal(str(told))


def _sellable(
    handshake: ExecutionHandshake, back: SpotTradeDetails | PerpTradeDetails, price: Decimal | None
) -> Decimal:
    rules = {
        name: Decimal(str(handshake.execution_details.get(name, ZERO))) for name in ("step", "least", "least_cost")
    }
    closes = isinstance(back, PerpTradeDetails) and back.reduce_only
    least_cost = ZERO if closes else rules["least_cost"]
    return sellable(back.amount, rules["step"], rules["least"], least_cost, _lowest(back, price))


def _lowest(back: SpotTradeDetails | PerpTradeDetails, price: Decimal | None) -> Decimal | None:
    """Return the lowest price that the order may be valued at: it is sent at its bound, which for a sale is lower."""
    if price is None or back.side is Side.BUY or back.max_slippage_bps is None:
        return price
    return bounded(price, back.max_slippage_bps, back.side, ZERO)


def _step(
    request: ExecutionRequest, back: SpotTradeDetails | PerpTradeDetails, key: str, price: Decimal | None
) -> GivenInverse:
    buys = back.side is Side.BUY
    expected = {key: back.amount if buys else -back.amount}
    if isinstance(back, SpotTradeDetails) and price is not None:
        cost = times(back.amount, price).quantize(_MONEY, ROUND_DOWN, EXACT)
        expected[held(request.venue, back.pair.partition("/")[2])] = -cost if buys else cost
    return GivenInverse(
        operation_type=request.operation_type,
        source_venue=request.source_venue,
        target_venue=request.target_venue,
        source_token=request.target_token,
        target_token=request.source_token,
        expected_deltas=expected,
        operation_details=back,
    )
