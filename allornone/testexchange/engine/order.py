"""Orders and fills, as the exchange keeps them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from allornone.testexchange.engine.market import Side
from allornone.units import ZERO


class OrderType(StrEnum):
    """How the price is set."""

    MARKET = "market"
    LIMIT = "limit"
    POST_ONLY = "post_only"


class Lasting(StrEnum):
    """How long what does not fill at once stays."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


class OrderStatus(StrEnum):
    """Where an order stands; the last four are ends."""

    NEW = "new"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    MET_OWN = "met_own"
    """What was left of it would have been traded with another order of its own account."""


OPEN = frozenset({OrderStatus.NEW, OrderStatus.PARTIAL})


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an account asks for. A market order gives `amount` in base, or `spend` in quote."""

    account: str
    symbol: str
    side: Side
    type: OrderType
    client_id: str
    amount: Decimal = ZERO
    spend: Decimal = ZERO
    price: Decimal = ZERO
    lasting: Lasting = Lasting.GTC
    reduce_only: bool = False


@dataclass(slots=True)
class Order:
    """One accepted order. `filled` is in base, `cost` in quote, times in ms of the exchange's clock."""

    order_id: int
    account: str
    client_id: str
    symbol: str
    side: Side
    type: OrderType
    lasting: Lasting
    amount: Decimal
    spend: Decimal
    price: Decimal
    reduce_only: bool
    status: OrderStatus
    filled: Decimal
    cost: Decimal
    created_ms: int
    updated_ms: int

    @property
    def open(self) -> bool:
        """Tell whether it can still fill."""
        return self.status in OPEN

    @property
    def cause(self) -> str:
        """Under which name it sets money aside."""
        return f"order-{self.order_id}"

    @property
    def left(self) -> Decimal:
        """What has not filled, in base."""
        return self.amount - self.filled


@dataclass(frozen=True, slots=True)
class Fill:
    """One order's side of one trade. The fee is what its account paid, in `fee_asset`."""

    fill_id: int
    trade_id: int
    order_id: int
    account: str
    symbol: str
    side: Side
    price: Decimal
    amount: Decimal
    cost: Decimal
    fee: Decimal
    fee_asset: str
    maker: bool
    realized: Decimal
    """Profit of a perpetual's closed part, in quote."""
    at_ms: int
