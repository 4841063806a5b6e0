"""Everything an exchange has written down, in memory; `keep` is told each record that is new or changed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from allornone.testexchange.engine.ledger import Posting
from allornone.testexchange.engine.order import Fill, Order

Record = Order | Fill | Posting


def _forget(_: Record) -> None:
    """Keep nothing."""


@dataclass(slots=True)
class Books:
    """Orders by id and fills in their order. Whoever changes an order says so to `keep`."""

    keep: Callable[[Record], None] = _forget
    orders: dict[int, Order] = field(default_factory=dict[int, Order])
    fills: list[Fill] = field(default_factory=list[Fill])
    _open: dict[int, Order] = field(default_factory=dict[int, Order])

    def write(self, order: Order) -> None:
        """Keep an order that is new or changed."""
        self.orders[order.order_id] = order
        if order.open:
            self._open[order.order_id] = order
        else:
            self._open.pop(order.order_id, None)
        self.keep(order)

    def add_fill(self, fill: Fill) -> None:
        """Keep a fill."""
        self.fills.append(fill)
        self.keep(fill)

    def open_orders(self, symbol: str | None = None, account: str | None = None) -> list[Order]:
        """Return what can still fill, oldest first."""
        return [
            order
            for order in self._open.values()
            if symbol in (None, order.symbol) and account in (None, order.account)
        ]

    def orders_of(self, account: str, symbol: str) -> list[Order]:
        """Return every order of an account in one market, oldest first."""
        return [order for order in self.orders.values() if (order.account, order.symbol) == (account, symbol)]

    def fills_of(self, account: str, symbol: str) -> list[Fill]:
        """Return every fill of an account in one market, oldest first."""
        return [fill for fill in self.fills if (fill.account, fill.symbol) == (account, symbol)]

    def order_fills(self, order_id: int) -> list[Fill]:
        """Return the fills of one order, oldest first."""
        return [fill for fill in self.fills if fill.order_id == order_id]

    def next_order(self) -> int:
        """Return the id of the next order."""
        return max(self.orders, default=0) + 1

    def next_trade(self) -> int:
        """Return the id of the next trade."""
        return self.fills[-1].trade_id + 1 if self.fills else 1
