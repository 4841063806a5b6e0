"""What an exchange shows of its books: not always all of it, and not always at once."""

from dataclasses import dataclass
from decimal import Decimal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.ledger import Ledger
from allornone.testexchange.engine.movement import Deposit, Transfer, Withdrawal
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.engine.quirks import NONE, Quirks
from allornone.testexchange.engine.rejection import Reason, RejectedError


@dataclass(frozen=True, slots=True)
class Balance:
    """One asset of one wallet."""

    free: Decimal
    locked: Decimal


class Reading:
    """The side of the books that is served to those who ask. It lags where a quirk says so."""

    def __init__(self, books: Books, ledger: Ledger) -> None:
        self._books = books
        self._ledger = ledger
        self._hidden: dict[tuple[str, int], int] = {}
        self._stale: dict[str, tuple[int, dict[tuple[str, str], Balance]]] = {}
        self.quirks: Quirks = NONE
        """Those of the call that is being served."""

    def hide(self, kind: str, number: int) -> None:
        """Do not show what the current call created, as long as its quirk says."""
        if self.quirks.hide_ms:
            self._hidden[kind, number] = self._ledger.now() + self.quirks.hide_ms

    def visible(self, kind: str, number: int) -> bool:
        """Tell whether a read finds it by now."""
        until = self._hidden.get((kind, number))
        return until is None or until <= self._ledger.now()

    def freeze(self, account: str) -> None:
        """Go on showing the account's balances as they are now, as long as the current call's quirk says."""
        if self.quirks.stale_ms:
            now = {
                (wallet, asset): self._balance(account, wallet, asset)
                for owner, wallet, asset in self._ledger.balances()
                if owner == account
            }
            self._stale[account] = (self._ledger.now() + self.quirks.stale_ms, now)

    def balance(self, account: str, wallet: str, asset: str) -> Balance:
        """Return what the account has of an asset, or had a while ago."""
        until, then = self._stale.get(account, (0, {}))
        if until > self._ledger.now():
            return then.get((wallet, asset), Balance(Decimal(0), Decimal(0)))
        return self._balance(account, wallet, asset)

    def find(self, account: str, symbol: str, order_id: int | None, client_id: str | None) -> Order:
        """Return an order by its id, else the newest by its client id. Raises RejectedError where it shows none."""
        for order in reversed(self.orders(account, symbol)):
            if order.order_id == order_id or (order_id is None and order.client_id == client_id):
                return order
        raise RejectedError(Reason.UNKNOWN_ORDER, "no such order")

    def orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """Return the orders of an account, oldest first."""
        return [order for order in self._books.orders_of(account, symbol) if self.visible("order", order.order_id)]

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """Return the open orders of an account, oldest first."""
        return [order for order in self._books.open_orders(symbol, account) if self.visible("order", order.order_id)]

    def fills(self, account: str, symbol: str | None = None) -> list[Fill]:
        """Return the fills of an account, oldest first; with the last one twice where a quirk says so."""
        found = [fill for fill in self._books.fills_of(account, symbol) if self.visible("order", fill.order_id)]
        return found + found[-1:] if self.quirks.repeat_fills else found

    def transfers(self, account: str) -> list[Transfer]:
        """Return the transfers of an account, oldest first."""
        return [
            transfer
            for transfer in self._books.transfers
            if transfer.account == account and self.visible("transfer", transfer.transfer_id)
        ]

    def withdrawals(self, account: str) -> list[Withdrawal]:
        """Return the withdrawals of an account, oldest first."""
        return [
            withdrawal
            for withdrawal in self._books.withdrawals.values()
            if withdrawal.account == account and self.visible("withdrawal", withdrawal.withdrawal_id)
        ]

    def deposits(self, account: str) -> list[Deposit]:
        """Return the deposits of an account, oldest first."""
        return [deposit for deposit in self._books.deposits.values() if deposit.account == account]

    def _balance(self, account: str, wallet: str, asset: str) -> Balance:
        return Balance(self._ledger.free(account, wallet, asset), self._ledger.locked(account, wallet, asset))
