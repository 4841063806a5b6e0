"""A Binance without HTTP: its engine, two accounts and a clock that stands still until it is moved."""

from dataclasses import dataclass, field
from decimal import Decimal

from allornone.testexchange.binance.world import OPENING, binance_engine
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import Lasting, OrderType, Ticket

START_MS = 1_700_000_000_000


@dataclass
class Clock:
    """Tells the time it was set to."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass
class World:
    """One engine and its clock."""

    clock: Clock = field(default_factory=Clock)
    engine: Engine = field(init=False)
    sent: int = 0

    def __post_init__(self) -> None:
        self.engine = binance_engine(self.clock)
        for account in ("desk", "rival"):
            for (wallet, asset), amount in OPENING.items():
                self.engine.endow(account, wallet, asset, amount)

    def total(self, asset: str, account: str = "desk", wallet: str = "spot") -> str:
        return str(self.engine.ledger.total(account, wallet, asset))

    def ticket(self, side: Side, amount: str, price: str | None = None, **terms: object) -> Ticket:
        """Return an order of BTC against USDT under an id of its own; without a price at market."""
        self.sent += 1
        plain: dict[str, object] = {
            "account": "desk",
            "symbol": "BTCUSDT",
            "side": side,
            "type": OrderType.MARKET if price is None else OrderType.LIMIT,
            "client_id": f"sent-{self.sent}",
            "amount": Decimal(amount),
            "price": Decimal(price or 0),
            "lasting": Lasting.GTC,
        }
        return Ticket(**{**plain, **terms})  # type: ignore[arg-type]
