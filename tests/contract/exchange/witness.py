"""The books of a test exchange, and the way to make it misbehave."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from allornone.models.details import OperationType
from allornone.models.execution import Direction
from allornone.testexchange.coinbase.ids import identified
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Transfer, Withdrawal, WithdrawalState
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.kraken.names import lettered
from allornone.testexchange.serving import Served
from tests.contract.bench import Bench, Change

ANYBODYS = "anyexchange"
"""The venue that nobody wrote a module for."""
TRADE_IDS: dict[str, Callable[[Fill], str]] = {
    ANYBODYS: lambda fill: str(fill.trade_id),
    "binance": lambda fill: str(fill.trade_id),
    "binance.usdm": lambda fill: str(fill.trade_id),
    "coinbase": lambda fill: identified(fill.fill_id),
    "kraken": lambda fill: lettered("T", fill.fill_id),
}
"""How each exchange writes the id of a trade."""

KINDS = {OperationType.TRANSFER: "transfer", OperationType.WITHDRAW: "withdraw"}
NO_DUPLICATES = frozenset(
    {("binance", "transfer"), ("binance.usdm", "transfer"), ("kraken", "withdraw"), ("coinbase", "withdraw")}
)
"""What carries no id; and Coinbase's send, whose id shows the first send when it is used again."""
TRADES_ONLY = frozenset({"partial", "open", "open_then_fill", "drift"})
"""What can befall orders only: money is moved whole, or not, and at no price."""
LOST: dict[str, dict[str, object]] = {
    "refuse": {"behaviour": "refuse", "reason": "insufficient"},
    "lose_answer": {"behaviour": "reset"},
    "error_5xx_executed": {"behaviour": "bad_gateway"},
    "malformed": {"behaviour": "unreadable"},
    "duplicate_ack": {"behaviour": "duplicate"},
    "lose_request": {"behaviour": "hang", "executed": False},
    "error_5xx_not_executed": {"behaviour": "bad_gateway", "executed": False},
    "not_sent": {"behaviour": "banned"},  # in its own words: a page is no proof of money
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


class ExchangeWitness:
    """The books of a test exchange."""

    remembers_refusals = False
    keeps_to_its_word = False
    """Binance takes no late transfer, without a look-up to prove it by; a transfer has one number for all of it."""

    def __init__(self, served: Served, engine: Engine, *, understood: bool = True) -> None:
        self.understood = understood
        self._served = served
        self._engine = engine
        self._symbols = [name for name, market in engine.markets.items() if (market.base, market.quote) == PAIR]
        self._fills_later = False
        self._transferred = len(engine.books.transfers)
        self._left = len(engine.books.withdrawals)

    def misbehave(self, bench: Bench, behaviour: str, **more: str) -> dict[str, str]:
        kind = KINDS.get(bench.case.operation_type, "order")
        if behaviour in TRADES_ONLY and kind != "order":
            pytest.skip(f"no {kind} is filled in parts or priced")
        if behaviour == "duplicate_ack" and (bench.case.venue, kind) in NO_DUPLICATES:
            pytest.skip(f"no {kind} there can be called a duplicate")
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
        if not self.understood:
            pytest.skip("what is signed by this machine's clock is turned away where the exchange's jumps")
        if self._fills_later:
            self.fill_open(bench)
            self._fills_later = False

    def restore(self) -> None:
        """Behave well again, at the price of before."""
        self._served.inject()
        self._set_mark(MARK)
        if not self.understood:
            self._served.clock.offset_ms = 0

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
        if (bench.case.venue, bench.case.operation_type) == ("kraken", OperationType.WITHDRAW):
            return found[self._left :]
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
    forth = (sent.target == "usdm") is (bench.case.venue == "binance")
    name, reference = str(sent.transfer_id), bench.reference(Direction.FORWARD if forth else Direction.ROLLBACK)
    amount = sent.amount if sent.target == "usdm" else -sent.amount
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
