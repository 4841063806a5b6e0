"""Nautilus Trader's simulated exchange: one spot market whose book of price levels is shown to it step by step."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.fidelity.filled import Asked, Book, Done, Fill
from tests.fidelity.peers import peer

backtest = peer("nautilus_trader.backtest.engine")
settings = peer("nautilus_trader.config")
data = peer("nautilus_trader.model.data")
enums = peer("nautilus_trader.model.enums")
identifiers = peer("nautilus_trader.model.identifiers")
instruments = peer("nautilus_trader.model.instruments")
objects = peer("nautilus_trader.model.objects")
trading = peer("nautilus_trader.trading.strategy")

FEE = Decimal("0.001")
_SIDES = {"BUY": enums.OrderSide.BUY, "SELL": enums.OrderSide.SELL}
_LASTING = {"": enums.TimeInForce.GTC, **{word: getattr(enums.TimeInForce, word) for word in ("GTC", "IOC", "FOK")}}


class Nautilus:
    """An account at the simulated exchange. Close it once."""

    def __init__(self, market: Mapping[str, Any], opening: Mapping[str, Decimal]) -> None:
        """Open a market with the filters of a row of Binance's `exchangeInfo`, and an account with these balances."""
        self._venue = identifiers.Venue("BINANCE")
        self._assets = [market["baseAsset"], market["quoteAsset"]]
        self._opening = {asset: opening[asset] for asset in self._assets}
        self._instrument = _instrument(market)
        logging = settings.LoggingConfig(bypass_logging=True)
        self._engine = backtest.BacktestEngine(settings.BacktestEngineConfig(logging=logging, run_analysis=False))
        self._engine.add_venue(
            self._venue,
            enums.OmsType.NETTING,
            enums.AccountType.CASH,
            [_money(amount, asset) for asset, amount in self._opening.items()],
            book_type=enums.BookType.L2_MBP,
            use_message_queue=False,  # an order is matched when it is sent, not with the next data
        )
        self._engine.add_instrument(self._instrument)
        self._desk = trading.Strategy()
        self._engine.add_strategy(self._desk)
        self._steps = 0

    def show(self, book: Book) -> None:
        """Let the book be this one, all of it, and match what rests against it."""
        self._steps += 1
        clear = data.OrderBookDelta.clear(self._instrument.id, 0, self._steps, self._steps)
        deltas = data.OrderBookDeltas(self._instrument.id, [clear, *self._levels(book)])
        self._engine.clear_data()
        self._engine.add_data([deltas])
        self._engine.run(streaming=True)

    def place(self, asked: Asked) -> tuple[Any, Done]:
        """Send an order; return it and what became of it."""
        order = self._order(asked, objects.Quantity.from_str(_padded(asked.amount, self._instrument.size_precision)))
        self._desk.submit_order(order)
        return order, self.told(order)

    def cancel(self, order: Any) -> Done:
        """Cancel what is left of an order."""
        self._desk.cancel_order(order)
        return self.told(order)

    def told(self, order: Any) -> Done:
        """Return where an order stands."""
        fills = tuple(_fill(event) for event in _fills(order))
        average = round(Decimal(repr(order.avg_px)), 8)
        return Done(enums.order_status_to_str(order.status), fills, order.leaves_qty.as_decimal(), average)

    def moved(self) -> dict[str, Decimal]:
        """Return how far each balance went since the beginning, its commissions apart."""
        account = self._engine.portfolio.account(self._venue)
        moved = {
            asset: account.balance_total(_asset(asset)).as_decimal() - self._opening[asset] for asset in self._assets
        }
        for order in self._engine.cache.orders():
            for event in _fills(order):
                moved[event.commission.currency.code] += event.commission.as_decimal()
        return moved

    def locked(self) -> dict[str, Decimal]:
        """Return what open orders hold of the market's two assets."""
        account = self._engine.portfolio.account(self._venue)
        return {asset: account.balance_locked(_asset(asset)).as_decimal() for asset in self._assets}

    def close(self) -> None:
        """End the engine."""
        self._engine.dispose()

    def _order(self, asked: Asked, amount: Any) -> Any:
        make, side = self._desk.order_factory, _SIDES[asked.side]
        if asked.type == "MARKET":
            return make.market(self._instrument.id, side, amount)
        return make.limit(
            self._instrument.id,
            side,
            amount,
            objects.Price.from_str(_padded(asked.price, self._instrument.price_precision)),
            time_in_force=_LASTING[asked.lasting],
            post_only=asked.type == "LIMIT_MAKER",
        )

    def _levels(self, book: Book) -> list[Any]:
        return [
            data.OrderBookDelta(
                self._instrument.id,
                enums.BookAction.ADD,
                data.BookOrder(_SIDES[side], self._instrument.make_price(price), self._instrument.make_qty(amount), 0),
                0,
                0,
                self._steps,
                self._steps,
            )
            for side, name in (("BUY", "bids"), ("SELL", "asks"))
            for price, amount in _summed(book[name]).items()
        ]


def _instrument(market: Mapping[str, Any]) -> Any:
    filters = {each["filterType"]: each for each in market["filters"]}
    tick, step = _plain(filters["PRICE_FILTER"]["tickSize"]), _plain(filters["LOT_SIZE"]["stepSize"])
    quote = market["quoteAsset"]
    return instruments.CurrencyPair(
        identifiers.InstrumentId.from_str(f"{market['symbol']}.BINANCE"),
        identifiers.Symbol(market["symbol"]),
        _asset(market["baseAsset"]),
        _asset(quote),
        objects.Price.from_str(tick).precision,
        objects.Quantity.from_str(step).precision,
        objects.Price.from_str(tick),
        objects.Quantity.from_str(step),
        0,
        0,
        min_quantity=objects.Quantity.from_str(_plain(filters["LOT_SIZE"]["minQty"])),
        max_quantity=objects.Quantity.from_str(_plain(filters["LOT_SIZE"]["maxQty"])),
        min_notional=_money(Decimal(filters["NOTIONAL"]["minNotional"]), quote),
        maker_fee=FEE,
        taker_fee=FEE,
    )


def _fills(order: Any) -> list[Any]:
    return [event for event in order.events if type(event).__name__ == "OrderFilled"]


def _fill(event: Any) -> Fill:
    maker = event.liquidity_side == enums.LiquiditySide.MAKER
    return Fill(event.last_px.as_decimal(), event.last_qty.as_decimal(), event.commission.as_decimal(), maker)


def _summed(levels: list[tuple[str, str]]) -> dict[Decimal, Decimal]:
    """Return the amount at each price: `depth` has a row for each order that rests there."""
    sums: dict[Decimal, Decimal] = {}
    for price, amount in levels:
        sums[Decimal(price)] = sums.get(Decimal(price), Decimal(0)) + Decimal(amount)
    return sums


def _padded(number: str, places: int) -> str:
    """Return a number with as many places as its kind has; one with more keeps them, and is Nautilus' to refuse."""
    return max(number, f"{Decimal(number):.{places}f}", key=len)


def _asset(name: str) -> Any:
    return objects.Currency.from_str(name)


def _money(amount: Decimal, asset: str) -> Any:
    return objects.Money(amount, _asset(asset))


def _plain(number: str) -> str:
    """Return a number without zeros at its end: its places are the market's precision."""
    return f"{Decimal(number).normalize():f}"
