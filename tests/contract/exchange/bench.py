"""Exchange accounts behind the ccxt adapter, held to the contract; the test exchange's own books are the witness."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from allornone.models.details import OperationType
from allornone.models.execution import Direction
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues import Venue
from allornone.venues.capabilities import OperationCapability
from allornone.venues.exchange import open_venue
from allornone.venues.exchange.binance import spot
from tests.contract.bench import PLANS, Bench, Change


@dataclass(frozen=True)
class ExchangeCase:
    """One operation type at one account of an exchange."""

    venue: str
    operation_type: OperationType
    capability: OperationCapability
    restored: str

    def __str__(self) -> str:
        return f"{self.venue}-{self.operation_type.value}"

    @property
    def plan(self) -> tuple[str, str, str, str, dict[str, str]]:
        return PLANS[self.operation_type]


EXCHANGE_CASES = [
    ExchangeCase("binance", OperationType.SPOT_TRADE, spot.TRADE, "binance:BaseToken:ETH"),
    ExchangeCase("binance.usdm", OperationType.PERP_TRADE, spot.TRADE, "binance.usdm:Perp:ETHUSDT"),
]
ACCOUNTS = {"binance": ("binance", "spot"), "binance.usdm": ("binance", "usdm")}
"""By venue: ccxt's name of the exchange, and the account."""


LOST: dict[str, dict[str, object]] = {
    "refuse": {"behaviour": "refuse", "reason": "halted"},
    "lose_answer": {"behaviour": "reset"},
    "error_5xx_executed": {"behaviour": "bad_gateway"},
    "malformed": {"behaviour": "unreadable"},
    "duplicate_ack": {"behaviour": "duplicate"},
    "lose_request": {"behaviour": "hang", "executed": False},
    "error_5xx_not_executed": {"behaviour": "bad_gateway", "executed": False},
    "not_sent": {"behaviour": "forbidden"},
    "rate_limited": {"behaviour": "rate_limited"},
    "late": {"behaviour": "late"},
    "partial": {"behaviour": "partial"},
    "open": {"behaviour": "partial"},
    "open_then_fill": {"behaviour": "partial"},
    "stale_read": {"behaviour": "hidden"},
}
"""What the suite's behaviours are at an exchange, of the call that writes."""
MARK = Decimal(2000)
PAIR = ("ETH", "USDT")
RESTING = {
    OperationType.SPOT_TRADE: {"order_type": "limit", "limit_price": "2000.1"},  # buys
    OperationType.PERP_TRADE: {"order_type": "limit", "limit_price": "1999.9"},  # sells
}
"""An order whose rest stays, where only a part of it fills."""


class ExchangeClock:
    """The exchange's clock, moved by a test."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self._served.clock())

    def advance(self, seconds: float) -> None:
        self._served.clock.offset_ms += int(seconds * 1000)


class ExchangeWitness:
    """The books of a test exchange."""

    remembers_refusals = False

    def __init__(self, served: Served, engine: Engine) -> None:
        self._served = served
        self._engine = engine
        self._symbols = [name for name, market in engine.markets.items() if (market.base, market.quote) == PAIR]
        self._fills_later = False

    def misbehave(self, bench: Bench, behaviour: str, **more: str) -> dict[str, str]:
        if behaviour == "drift":
            self._set_mark(MARK * (1 + Decimal(more["bps"]) / 10_000))
            return {}
        if behaviour == "unreadable":
            self._served.inject({"behaviour": "bad_gateway", "kind": "query", "count": "always"})
            return {}
        self._fills_later = behaviour == "open_then_fill"
        given = {name: value for name, value in more.items() if not (self._fills_later and name == "delay_s")}
        self._served.inject({**LOST[behaviour], **given, "kind": "order"})
        return RESTING[bench.case.operation_type] if behaviour.startswith("open") else {}

    async def passed(self, bench: Bench) -> None:
        await self._served.no_more_late()
        if self._fills_later:
            self.fill_open(bench)
            self._fills_later = False

    def restore(self) -> None:
        """Behave well again, at the price of before."""
        self._served.inject()
        self._set_mark(MARK)

    def _set_mark(self, price: Decimal) -> None:
        for symbol in self._symbols:
            self._engine.trading.set_mark(symbol, price)

    def changes(self, bench: Bench) -> tuple[Change, ...]:
        return tuple(
            change
            for order in self._orders(bench)
            for fill in self._engine.books.order_fills(order.order_id)
            for change in _changes(bench.case.venue, order, fill, self._engine)
        )

    def filled(self, bench: Bench) -> tuple[Decimal, ...]:
        return tuple(order.filled for order in self._orders(bench))

    def fill_open(self, bench: Bench) -> None:
        (order,) = [order for order in self._orders(bench) if order.open]
        self._engine.trading.fill(order)

    def _orders(self, bench: Bench) -> list[Order]:
        references = {bench.reference(), bench.reference(Direction.ROLLBACK)}
        return [order for order in self._engine.books.orders.values() if order.client_id in references]


def _changes(venue: str, order: Order, fill: Fill, engine: Engine) -> list[Change]:
    market, sign, name = engine.markets[fill.symbol], fill.side.sign, f"trade-{fill.trade_id}"

    def change(token: str, delta: Decimal, *, kind: str = "BaseToken", is_fee: bool = False) -> Change:
        return Change(name, order.client_id, f"{venue}:{kind}:{token}", delta, is_fee)

    if market.perpetual:
        return [
            change(market.base + market.quote, sign * fill.amount, kind="Perp"),
            change(market.quote, fill.realized),
            change(fill.fee_asset, -fill.fee, is_fee=True),
        ]
    return [
        change(market.base, sign * fill.amount),
        change(market.quote, -sign * fill.cost),
        change(fill.fee_asset, -fill.fee, is_fee=True),
    ]


@asynccontextmanager
async def exchanges_served(folder: Path) -> AsyncIterator[Served]:
    """Serve the test exchange for a session, with money for every test of it."""
    async with serving(folder) as served:
        engine = served.engines["binance"]
        engine.endow(ACCOUNT, "spot", "USDT", Decimal(10_000_000))
        yield served


@asynccontextmanager
async def exchange_bench(case: ExchangeCase, served: Served) -> AsyncIterator[Bench]:
    """Open one account through the adapter."""
    exchange, account = ACCOUNTS[case.venue]

    def opened(name: str) -> Venue:
        return venues.setdefault(name, open_account(name, exchange, account, served))

    venues: dict[str, Venue] = {}
    witness = ExchangeWitness(served, served.engines[exchange])
    yield Bench(case, opened, ExchangeClock(served), witness)
    witness.restore()
    for venue in venues.values():
        await venue.aclose()  # type: ignore[attr-defined]


def open_account(name: str, exchange: str, account: str, served: Served, **more: str) -> Venue:
    """Open an exchange account as the settings would."""
    return open_venue(
        name,
        {
            "exchange": exchange,
            "account": account,
            "connect_to": served.connect_to,
            "ca_file": str(served.ca_file),
            "credentials_file": str(served.credentials_file(exchange)),
            "timeout_s": "2",
            **more,
        },
    )
