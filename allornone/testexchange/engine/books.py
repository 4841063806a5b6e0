"""Everything an exchange has written down, in memory; `keep` is told each record that is new or changed."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from allornone.testexchange.engine.ledger import Posting
from allornone.testexchange.engine.movement import Deposit, Transfer, Withdrawal
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.engine.position import Funding, Position

Record = Order | Fill | Posting | Position | Funding | Transfer | Withdrawal | Deposit


def _forget(_: Record) -> None:
    """Keep nothing."""


@dataclass(slots=True)
class Books:
    """Orders by id and fills in their order. Whoever changes an order says so to `keep`."""

    keep: Callable[[Record], None] = _forget
    orders: dict[int, Order] = field(default_factory=dict[int, Order])
    fills: list[Fill] = field(default_factory=list[Fill])
    postings: list[Posting] = field(default_factory=list[Posting])
    positions: dict[tuple[str, str], Position] = field(default_factory=dict[tuple[str, str], Position])
    fundings: list[Funding] = field(default_factory=list[Funding])
    transfers: list[Transfer] = field(default_factory=list[Transfer])
    withdrawals: dict[int, Withdrawal] = field(default_factory=dict[int, Withdrawal])
    deposits: dict[int, Deposit] = field(default_factory=dict[int, Deposit])
    _open: dict[int, Order] = field(default_factory=dict[int, Order])
    _by_client: dict[tuple[str, str], list[Order]] = field(default_factory=dict[tuple[str, str], list[Order]])
    _by_account: dict[str, list[Order]] = field(default_factory=dict[str, list[Order]])

    def write(self, order: Order) -> None:
        """Keep an order that is new or changed."""
        if order.order_id not in self.orders:
            self._by_account.setdefault(order.account, []).append(order)
            self._by_client.setdefault((order.account, order.client_id), []).append(order)
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

    def clear(self) -> None:
        """Forget everything; nothing of it is told to `keep`."""
        kept = Books()
        for record_field in fields(self):
            if record_field.name != "keep":
                setattr(self, record_field.name, getattr(kept, record_field.name))

    def load(self, record: Record) -> None:
        """Take a record that was kept before."""
        keep, self.keep = self.keep, _forget
        match record:
            case Order():
                self.write(record)
            case Fill():
                self.add_fill(record)
            case Posting():
                self.keep_posting(record)
            case Position():
                self.write_position(record)
            case Funding():
                self.add_funding(record)
            case Transfer():
                self.add_transfer(record)
            case Withdrawal():
                self.write_withdrawal(record)
            case Deposit():
                self.write_deposit(record)
        self.keep = keep

    def open_orders(self, symbol: str | None = None, account: str | None = None) -> list[Order]:
        """Return what can still fill, oldest first."""
        return [
            order
            for order in self._open.values()
            if symbol in (None, order.symbol) and account in (None, order.account)
        ]

    def orders_of(self, account: str, symbol: str | None = None) -> list[Order]:
        """Return every order of an account, oldest first; of one market where that is asked for."""
        return [order for order in self._by_account.get(account, ()) if symbol in (None, order.symbol)]

    def orders_under(self, account: str, client_id: str) -> list[Order]:
        """Return every order that an account sent under one client id, oldest first."""
        return list(self._by_client.get((account, client_id), ()))

    def fills_of(self, account: str, symbol: str | None = None) -> list[Fill]:
        """Return every fill of an account, oldest first; of one market where that is asked for."""
        return [fill for fill in self.fills if fill.account == account and symbol in (None, fill.symbol)]

    def order_fills(self, order_id: int) -> list[Fill]:
        """Return the fills of one order, oldest first."""
        return [fill for fill in self.fills if fill.order_id == order_id]

    def next_order(self) -> int:
        """Return the id of the next order."""
        return len(self.orders) + 1

    def next_trade(self) -> int:
        """Return the id of the next trade."""
        return self.fills[-1].trade_id + 1 if self.fills else 1

    def keep_posting(self, posting: Posting) -> None:
        """Keep a posting of the ledger."""
        self.postings.append(posting)
        self.keep(posting)

    def position(self, account: str, symbol: str) -> Position:
        """Return what an account holds of a perpetual; nothing yet is a position of 0."""
        return self.positions.get((account, symbol)) or Position(account, symbol)

    def positions_in(self, symbol: str) -> list[Position]:
        """Return every account's position in one perpetual."""
        return [position for position in self.positions.values() if position.symbol == symbol]

    def write_position(self, position: Position) -> None:
        """Keep a position that is new or changed."""
        self.positions[position.account, position.symbol] = position
        self.keep(position)

    def add_funding(self, funding: Funding) -> None:
        """Keep a payment of funding."""
        self.fundings.append(funding)
        self.keep(funding)

    def add_transfer(self, transfer: Transfer) -> None:
        """Keep a transfer."""
        self.transfers.append(transfer)
        self.keep(transfer)

    def write_withdrawal(self, withdrawal: Withdrawal) -> None:
        """Keep a withdrawal that is new or changed."""
        self.withdrawals[withdrawal.withdrawal_id] = withdrawal
        self.keep(withdrawal)

    def write_deposit(self, deposit: Deposit) -> None:
        """Keep a deposit that is new or changed."""
        self.deposits[deposit.deposit_id] = deposit
        self.keep(deposit)
