"""Exchange accounts behind the ccxt adapter, held to the contract; the test exchange's own books are the witness."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from allornone.models.details import OperationType
from allornone.models.execution import Direction
from allornone.testexchange.coinbase.ids import identified
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Transfer, Withdrawal, WithdrawalState
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.kraken.names import lettered
from allornone.testexchange.kraken.world import NAMED_ADDRESS
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues import Venue
from allornone.venues.capabilities import OperationCapability
from allornone.venues.exchange import open_venue
from allornone.venues.exchange.binance import spot, transfer, withdrawal
from allornone.venues.exchange.coinbase import spot as coinbase_spot
from allornone.venues.exchange.coinbase import withdrawal as coinbase_withdrawal
from allornone.venues.exchange.kraken import spot as kraken_spot
from allornone.venues.exchange.kraken import withdrawal as kraken_withdrawal
from tests.contract.bench import PLANS, Bench, Change

ADDRESS = f"0x{'00' * 19}aa"
LISTED = [
    {"asset": "ETH", "network": "ETH", "address": ADDRESS},
    {"asset": "ETH", "network": "ethereum", "address": ADDRESS},
    {"asset": "ETH", "network": "Ethereum", "address": NAMED_ADDRESS, "key": "desk-wallet"},
]


@dataclass(frozen=True)
class ExchangeCase:
    """One operation type at one account of an exchange."""

    venue: str
    operation_type: OperationType
    capability: OperationCapability
    restored: str
    plans: tuple[str, str, str, str, dict[str, str]] | None = None

    def __str__(self) -> str:
        return f"{self.venue}-{self.operation_type.value}"

    @property
    def plan(self) -> tuple[str, str, str, str, dict[str, str]]:
        return PLANS[self.operation_type] if self.plans is None else self.plans


EXCHANGE_CASES = [
    ExchangeCase("binance", OperationType.SPOT_TRADE, spot.TRADE, "binance:BaseToken:ETH"),
    ExchangeCase("kraken", OperationType.SPOT_TRADE, kraken_spot.TRADE, "kraken:BaseToken:ETH"),
    ExchangeCase("coinbase", OperationType.SPOT_TRADE, coinbase_spot.TRADE, "coinbase:BaseToken:ETH"),
    ExchangeCase("binance.usdm", OperationType.PERP_TRADE, spot.TRADE, "binance.usdm:Perp:ETHUSDT"),
    ExchangeCase(
        "binance",
        OperationType.TRANSFER,
        transfer.TRANSFER,
        "binance.usdm:BaseToken:USDT",
        ("binance", "binance.usdm", "USDT", "USDT", {"amount": "2"}),
    ),
    ExchangeCase(
        "binance",
        OperationType.WITHDRAW,
        withdrawal.WITHDRAWAL,
        "binance:BaseToken:ETH",
        ("binance", "wallet", "ETH", "ETH", {"amount": "2", "address": ADDRESS, "network": "ETH"}),
    ),
    ExchangeCase(
        "kraken",
        OperationType.WITHDRAW,
        kraken_withdrawal.WITHDRAWAL,
        "kraken:BaseToken:ETH",
        ("kraken", "wallet", "ETH", "ETH", {"amount": "2", "address": NAMED_ADDRESS, "network": "Ethereum"}),
    ),
    ExchangeCase(
        "coinbase",
        OperationType.WITHDRAW,
        coinbase_withdrawal.SEND,
        "coinbase:BaseToken:ETH",
        ("coinbase", "wallet", "ETH", "ETH", {"amount": "2", "address": ADDRESS, "network": "ethereum"}),
    ),
]
KINDS = {OperationType.TRANSFER: "transfer", OperationType.WITHDRAW: "withdraw"}
SHOWN_AGAIN = frozenset({"coinbase", "kraken"})
"""A used idem shows its first send; a withdrawal from Kraken has no id at all."""
TRADES_ONLY = frozenset({"partial", "open", "open_then_fill", "drift"})
"""What can befall orders only: money is moved whole, or not, and at no price."""
ACCOUNTS = {
    "binance": ("binance", "spot"),
    "binance.usdm": ("binance", "usdm"),
    "coinbase": ("coinbase", "spot"),
    "kraken": ("kraken", "spot"),
}
"""By venue: ccxt's name of the exchange, and the account."""

TRADE_IDS: dict[str, Callable[[Fill], str]] = {
    "binance": lambda fill: str(fill.trade_id),
    "coinbase": lambda fill: identified(fill.fill_id),
    "kraken": lambda fill: lettered("T", fill.fill_id),
}
"""How each exchange writes the id of a trade."""


LOST: dict[str, dict[str, object]] = {
    "refuse": {"behaviour": "refuse", "reason": "insufficient"},
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
        self._transferred = len(engine.books.transfers)
        self._withdrawn = len(engine.books.withdrawals)

    def misbehave(self, bench: Bench, behaviour: str, **more: str) -> dict[str, str]:
        kind = KINDS.get(bench.case.operation_type, "order")
        if behaviour in TRADES_ONLY and kind != "order":
            pytest.skip(f"no {kind} is filled in parts or priced")
        if behaviour == "duplicate_ack" and (
            kind == "transfer" or (bench.case.venue in SHOWN_AGAIN and kind != "order")
        ):
            pytest.skip(f"no {kind} there has an id that could be called a duplicate")
        if behaviour == "drift":
            self._set_mark(MARK * (1 + Decimal(more["bps"]) / 10_000))
            return {}
        if behaviour == "unreadable":
            self._served.inject({"behaviour": "bad_gateway", "count": "always"})
            return {}
        self._fills_later = behaviour == "open_then_fill"
        given = {name: value for name, value in more.items() if not (self._fills_later and name == "delay_s")}
        self._served.inject({**LOST[behaviour], **given, "kind": kind})
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
        return (
            *(
                change
                for order in self._orders(bench)
                for fill in self._engine.books.order_fills(order.order_id)
                for change in _changes(bench.case.venue, order, fill, self._engine)
            ),
            *(change for sent in self._transfers(bench) for change in _moved(bench, sent)),
            *(change for sent in self._withdrawals(bench) for change in _withdrawn(bench, sent)),
        )

    def filled(self, bench: Bench) -> tuple[Decimal, ...]:
        return (
            *(order.filled for order in self._orders(bench)),
            *(sent.amount for sent in self._transfers(bench)),
            *(_size(sent) for sent in self._withdrawals(bench)),
        )

    def fill_open(self, bench: Bench) -> None:
        (order,) = [order for order in self._orders(bench) if order.open]
        self._engine.trading.fill(order)

    def _transfers(self, bench: Bench) -> list[Transfer]:
        """Return those since the bench was made: nothing of ours is in them."""
        moves = bench.case.operation_type is OperationType.TRANSFER
        return self._engine.books.transfers[self._transferred :] if moves else []

    def _withdrawals(self, bench: Bench) -> list[Withdrawal]:
        """Return those of our reference; where withdrawals carry none, those since the bench was made."""
        found = list(self._engine.books.withdrawals.values())
        if bench.case.operation_type is OperationType.WITHDRAW and bench.case.venue == "kraken":
            return found[self._withdrawn :]
        return [sent for sent in found if sent.client_id.replace("-", "") == bench.reference()]

    def _orders(self, bench: Bench) -> list[Order]:
        references = {bench.reference(), bench.reference(Direction.ROLLBACK)}
        return [order for order in self._engine.books.orders.values() if _reference(order) in references]


def _reference(order: Order) -> str:
    """Return our reference behind an own id, which Coinbase has in the shape of a UUID."""
    return order.client_id.replace("-", "")


def _changes(venue: str, order: Order, fill: Fill, engine: Engine) -> list[Change]:
    market, sign, name = engine.markets[fill.symbol], fill.side.sign, f"trade-{TRADE_IDS[venue](fill)}"

    def change(token: str, delta: Decimal, *, kind: str = "BaseToken", is_fee: bool = False) -> Change:
        return Change(name, _reference(order), f"{venue}:{kind}:{token}", delta, is_fee)

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


def _moved(bench: Bench, sent: Transfer) -> list[Change]:
    """Return a transfer's two sides; the way back is the undo's."""
    forth = sent.target == "usdm"
    name, reference = str(sent.transfer_id), bench.reference(Direction.FORWARD if forth else Direction.ROLLBACK)
    amount = sent.amount if forth else -sent.amount
    return [
        Change(name, reference, f"binance:BaseToken:{sent.asset}", -amount, is_fee=False),
        Change(name, reference, f"binance.usdm:BaseToken:{sent.asset}", amount, is_fee=False),
    ]


def _size(sent: Withdrawal) -> Decimal:
    """Return what a withdrawal was asked for: what leaves, or what arrives where the fee comes on top."""
    return sent.amount - sent.fee if sent.network == "ethereum" else sent.amount


def _withdrawn(bench: Bench, sent: Withdrawal) -> list[Change]:
    """Return what left, and the part of it that the network took; nothing of one that failed."""
    if sent.state is WithdrawalState.FAILED:
        return []
    key, reference = f"{bench.case.venue}:BaseToken:{sent.asset}", bench.reference()
    return [
        Change(sent.tx_id, reference, key, sent.fee - sent.amount, is_fee=False),
        Change(sent.tx_id, reference, key, -sent.fee, is_fee=True),
    ]


@asynccontextmanager
async def exchanges_served(folder: Path) -> AsyncIterator[Served]:
    """Serve the test exchange for a session, with money for every test of it."""
    names = sorted({exchange for exchange, _ in ACCOUNTS.values()})
    async with serving(folder, names) as served:
        for engine in served.engines.values():
            engine.endow(ACCOUNT, "spot", "USDT", Decimal(10_000_000))
            engine.endow(ACCOUNT, "spot", "ETH", Decimal(10_000))
            engine.moving.withdrawal_ms = 0  # as soon as somebody looks
        (folder / "addresses.json").write_text(json.dumps(LISTED))
        yield served


@asynccontextmanager
async def exchange_bench(case: ExchangeCase, served: Served) -> AsyncIterator[Bench]:
    """Open one account through the adapter."""
    exchange, _ = ACCOUNTS[case.venue]

    def opened(name: str) -> Venue:
        if name not in venues:
            venues[name] = open_account(name, *ACCOUNTS[name], served, addresses=str(served.folder / "addresses.json"))
        return venues[name]

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
