"""A trade at any exchange: rounded and bounded before the intent, sent once, read from fills."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from allornone.errors import RefusedError
from allornone.models.details import OrderType, PerpTradeDetails, Side, SpotTradeDetails
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, Prepared
from allornone.units import EXACT, ZERO, times, total
from allornone.venues.capabilities import OperationCapability
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.fills import reading_of, unreadable
from allornone.venues.exchange.market import INVALID, Book, Market, best, book_of, bounded, market_of, to_grid
from allornone.venues.exchange.order import Fill, Orders, VenueOrder
from allornone.venues.exchange.undo import undo_of_trade
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading

TradeDetails = SpotTradeDetails | PerpTradeDetails

_DEPTH = 100
_COMMISSION_PLACES = Decimal("1e-8")
_RULES = ("step", "least", "least_cost")


class Trades:
    """Spot or perpetual trades of one account, over what its exchange's own module does with orders."""

    def __init__(
        self, client: Client, capability: OperationCapability, orders: Orders, *, commission_in_quote: bool = False
    ) -> None:
        self._client = client
        self._capability = capability
        self._orders = orders
        self._in_quote = commission_in_quote
        self._seen: dict[str, Book] = {}

    @property
    def capability(self) -> OperationCapability:
        """What the exchange can do for such an order."""
        return self._capability

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Round to step and tick, bound the price, pin id and expiry. Raises RefusedError below a minimum."""
        prepared, _, _ = await self._prepared(request)
        return {**prepared, **await self._orders.pinned(request)}

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Place the order and read its answer."""
        order = await self._orders.place(prepared)
        return reading_of(request, (order,), _rules(prepared), order.updated_at)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show every order under the reference, with its fills."""
        if self._capability.lookup == "none":
            return unreadable(request, None)
        rules = _rules(prepared) if prepared is not None else _of_market(await self._market(request))
        seen = await self._orders.find(request, prepared)
        return reading_of(request, seen.orders, rules, seen.time, full_history=seen.full_history)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Cancel what is open under the reference, and look."""
        if self._capability.recall:
            await self._orders.cancel(request, prepared)
        return await self.lookup(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return the order that brings the base asset or the contract back, within the undo's slippage."""
        book = self._seen.get(details_of(request).pair)
        return undo_of_trade(request, handshake, self._capability.undo, self._client.options.undo_slippage_bps, book)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the fills from the book of now, at the taker's commission."""
        prepared, market, book = await self._prepared(request)
        fills = _walk(details_of(request), prepared, market, book, in_quote=self._in_quote)
        # A prediction has no order: it shows what one would, without its ids and times.
        amount = total(fill.amount for fill in fills)
        if not amount:
            raise RefusedError(f"nobody offers {market.symbol} within the bound", "EXEC-001")
        order = VenueOrder(
            order_id="",
            amount=Decimal(prepared["amount"]),
            executed=amount,
            cost=total(times(fill.price, fill.amount) for fill in fills),
            is_open=False,
            fills=fills,
            updated_at=request.not_after,
        )
        shown = reading_of(request, (order,), _rules(prepared), order.updated_at).handshake
        return shown.model_copy(update={"simulated": True, "evidence": Evidence(), "executed_at": None})

    async def _market(self, request: ExecutionRequest) -> Market:
        return await market_of(self._client, details_of(request).pair, contract=self._orders.contract)

    async def _prepared(self, request: ExecutionRequest) -> tuple[dict[str, str], Market, Book]:
        details = details_of(request)
        market = await self._market(request)
        book = await book_of(self._client, market.symbol, _DEPTH)
        self._seen[details.pair] = book
        price = _bound(details, market, book, self._client.options.spread_bps)
        amount = _sized(details, market, price or best(book, details.side, market.symbol))
        prepared = {
            "client_ref": request.client_ref,
            "symbol": market.symbol,
            "venue_symbol": market.venue_id,
            "side": details.side.value,
            "amount": str(amount),
            **_of_market(market),
        }
        if price is not None:
            prepared["price"] = str(price)
            prepared["time_in_force"] = "GTC" if details.order_type is OrderType.LIMIT else "IOC"
        if isinstance(details, PerpTradeDetails) and details.reduce_only:
            prepared["reduce_only"] = "true"
        return prepared, market, book


def details_of(request: ExecutionRequest) -> TradeDetails:
    """Return the details of a trade. Raises RefusedError where it is none."""
    details = request.operation_details
    if not isinstance(details, SpotTradeDetails | PerpTradeDetails):
        raise RefusedError(f"{request.operation_id!r} is no trade", INVALID)
    return details


def is_unbounded_buy(details: TradeDetails) -> bool:
    """Tell whether a buy has no worst price: a market order, of which exchanges disagree what its amount is of."""
    return details.side is Side.BUY and details.limit_price is None and details.max_slippage_bps is None


def _rules(prepared: Prepared) -> dict[str, str]:
    """Return the market's rules: the undo is rounded by them, whichever process asks for it, and when."""
    return {name: prepared[name] for name in _RULES if name in prepared}


def _of_market(market: Market) -> dict[str, str]:
    return {"step": str(market.step), "least": str(market.least), "least_cost": str(market.least_cost)}


def _bound(details: TradeDetails, market: Market, book: Book, spread_bps: Decimal) -> Decimal | None:
    """Return the worst price: the plan's own, else the slippage it allows from the best price of now.

    Raises RefusedError where there is no such price, or none is left.
    """
    if details.limit_price is not None:
        return to_grid(details.limit_price, market.tick, up=details.side is Side.SELL)
    if details.max_slippage_bps is None:
        return None
    price = best(book, details.side, market.symbol, spread_bps)
    worst = bounded(price, details.max_slippage_bps, details.side, market.tick)
    if worst <= 0:
        raise RefusedError(f"max_slippage_bps leaves no price: {details.max_slippage_bps:f} from {price:f}", INVALID)
    return worst


def _sized(details: TradeDetails, market: Market, price: Decimal) -> Decimal:
    amount = market.floored(details.amount)
    least = max(market.least, market.step)
    if not amount or amount < least:
        raise RefusedError(f"amount must be at least {least:f} {market.base}, was {details.amount:f}", INVALID)
    closes = isinstance(details, PerpTradeDetails) and details.reduce_only
    if not closes and times(amount, price) < market.least_cost:
        worth = f"{market.least_cost:f} {market.quote}"
        raise RefusedError(f"amount must be worth at least {worth}, was {details.amount:f} at {price:f}", INVALID)
    return amount


def _walk(
    details: TradeDetails, prepared: Mapping[str, str], market: Market, book: Book, *, in_quote: bool
) -> tuple[Fill, ...]:
    """Return the fills that the book of now would give."""
    left, fills = Decimal(prepared["amount"]), list[Fill]()
    bound = Decimal(prepared["price"]) if "price" in prepared else None
    for level in book.against(details.side):
        beyond = bound is not None and (level.price > bound if details.side is Side.BUY else level.price < bound)
        if not left or beyond:
            break
        amount = min(left, level.amount)
        fills.append(_predicted(details, market, level.price, amount, in_quote=in_quote))
        left = total((left, -amount))
    return tuple(fills)


def _predicted(details: TradeDetails, market: Market, price: Decimal, amount: Decimal, *, in_quote: bool) -> Fill:
    in_base = isinstance(details, SpotTradeDetails) and details.side is Side.BUY and not in_quote
    traded = amount if in_base else times(price, amount)
    commission = EXACT.multiply(traded, market.taker).quantize(_COMMISSION_PLACES, ROUND_DOWN, EXACT)
    return Fill("", price, amount, commission or ZERO, market.base if in_base else market.quote)
