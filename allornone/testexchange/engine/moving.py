"""Moving money: between wallets at once, out and in over networks that take their time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.ledger import FEES, OUTSIDE, Ledger, Move
from allornone.testexchange.engine.movement import (
    Deposit,
    DepositState,
    Network,
    Transfer,
    Withdrawal,
    WithdrawalState,
)
from allornone.testexchange.engine.quirks import WithdrawalEnd
from allornone.testexchange.engine.reading import Reading
from allornone.testexchange.engine.rejection import Reason, RejectedError


@dataclass(frozen=True, slots=True)
class Leaving:
    """What an account asks to withdraw. Without a network: the asset's usual one."""

    account: str
    wallet: str
    asset: str
    amount: Decimal
    address: str
    network: str | None = None
    tag: str = ""
    client_id: str = ""


class Moving:
    """The transfers, withdrawals and deposits of one exchange."""

    def __init__(self, books: Books, ledger: Ledger, reading: Reading, networks: Sequence[Network]) -> None:
        self._books = books
        self._ledger = ledger
        self._reading = reading
        self.networks = tuple(networks)
        self.withdrawal_ms = 2_000
        """How long a withdrawal takes; may be changed while it runs."""
        self.deposit_ms = 2_000
        """How long a deposit takes to be credited; may be changed while it runs."""
        self.chosen: dict[str, str] = {}
        """By account: the wallet that deposits come to, and that withdrawals leave which name none, where it is not
        `spot`; may be changed while it runs."""

    def usual(self, account: str) -> str:
        """Return the wallet that money leaves and comes to where none is named."""
        return self.chosen.get(account, "spot")

    def network(self, asset: str, name: str | None = None) -> Network:
        """Return a network of an asset, its usual one where none is named. Raises RejectedError."""
        for network in self.networks:
            if network.asset == asset and (network.default if name is None else network.name == name):
                return network
        raise RejectedError(Reason.UNKNOWN_ASSET, f"no network {name or ''} for {asset}")

    def transfer(self, account: str, asset: str, amount: Decimal, source: str, target: str) -> Transfer:
        """Move an amount between wallets, at once. Raises RejectedError, and has then changed nothing."""
        if amount <= 0:
            raise RejectedError(Reason.AMOUNT, "nothing to transfer")
        self._ledger.check_free(Move(account, source, asset, amount))
        self._reading.freeze(account)
        transfer = Transfer(len(self._books.transfers) + 1, account, asset, amount, source, target, self._ledger.now())
        self._ledger.post(
            f"transfer-{transfer.transfer_id}",
            Move(account, source, asset, -amount),
            Move(account, target, asset, amount),
        )
        self._books.add_transfer(transfer)
        self._reading.hide("transfer", transfer.transfer_id)
        return transfer

    def withdraw(self, leaving: Leaving) -> Withdrawal:
        """Set an amount aside and send it off. Sent again under the same client id, it leaves again."""
        network = self.network(leaving.asset, leaving.network)
        network.check(leaving.amount, leaving.address)
        self._ledger.check_free(Move(leaving.account, leaving.wallet, leaving.asset, leaving.amount))
        self._reading.freeze(leaving.account)
        now, end = self._ledger.now(), self._reading.quirks.withdrawal
        withdrawal = Withdrawal(
            withdrawal_id=len(self._books.withdrawals) + 1,
            account=leaving.account,
            client_id=leaving.client_id,
            wallet=leaving.wallet,
            asset=leaving.asset,
            network=network.name,
            address=leaving.address,
            tag=leaving.tag,
            amount=leaving.amount,
            fee=network.fee,
            state=WithdrawalState.APPROVAL if end is WithdrawalEnd.APPROVAL else WithdrawalState.PROCESSING,
            applied_ms=now,
            due_ms=0 if end in (WithdrawalEnd.APPROVAL, WithdrawalEnd.PROCESSING) else now + self.withdrawal_ms,
            due_state=WithdrawalState.FAILED if end is WithdrawalEnd.FAILURE else WithdrawalState.COMPLETED,
            ended_ms=0,
            tx_id="",
        )
        self.hold(withdrawal)
        self._books.write_withdrawal(withdrawal)
        self._reading.hide("withdrawal", withdrawal.withdrawal_id)
        return withdrawal

    def hold(self, withdrawal: Withdrawal) -> None:
        """Set aside what an open withdrawal takes."""
        gone = Move(withdrawal.account, withdrawal.wallet, withdrawal.asset, withdrawal.amount)
        self._ledger.hold(withdrawal.cause, gone)

    def end_withdrawal(self, withdrawal: Withdrawal, state: WithdrawalState) -> Withdrawal:
        """End an open withdrawal: the money leaves, or is free again. Raises RejectedError where it has ended."""
        if not withdrawal.open:
            raise RejectedError(Reason.NOT_OPEN, f"withdrawal {withdrawal.withdrawal_id} is {withdrawal.state}")
        self._ledger.release(withdrawal.cause)
        withdrawal.state, withdrawal.ended_ms = state, self._ledger.now()
        if state is WithdrawalState.COMPLETED:
            withdrawal.tx_id = _hash("tx", withdrawal.cause, withdrawal.applied_ms)
            self._ledger.post(
                withdrawal.cause,
                Move(withdrawal.account, withdrawal.wallet, withdrawal.asset, -withdrawal.amount),
                Move(OUTSIDE, withdrawal.wallet, withdrawal.asset, withdrawal.amount - withdrawal.fee),
                Move(FEES, withdrawal.wallet, withdrawal.asset, withdrawal.fee),
            )
        self._books.write_withdrawal(withdrawal)
        return withdrawal

    def address(self, account: str, asset: str, network: str | None = None) -> str:
        """Return where the account's deposits of an asset go to."""
        way = self.network(asset, network)
        return way.prefix + _hash("address", account, way.name)[:40]

    def arrive(
        self, account: str, asset: str, amount: Decimal, network: str | None = None, tx_id: str | None = None
    ) -> Deposit:
        """Let an amount from outside come for an account; it is credited when its time is over."""
        now, way = self._ledger.now(), self.network(asset, network)
        if amount <= 0:
            raise RejectedError(Reason.AMOUNT, "nothing arrives")
        number = len(self._books.deposits) + 1
        deposit = Deposit(
            deposit_id=number,
            account=account,
            wallet=self.usual(account),
            asset=asset,
            network=way.name,
            address=self.address(account, asset, way.name),
            amount=amount,
            state=DepositState.PENDING,
            seen_ms=now,
            due_ms=now + self.deposit_ms,
            credited_ms=0,
            tx_id=tx_id or _hash("tx", f"deposit-{number}", now),
        )
        self._books.write_deposit(deposit)
        return deposit

    def credit(self, deposit: Deposit) -> Deposit:
        """Give a deposit to its account; again does nothing."""
        if deposit.state is DepositState.PENDING:
            deposit.state, deposit.credited_ms = DepositState.CREDITED, self._ledger.now()
            self._ledger.post(
                f"deposit-{deposit.deposit_id}",
                Move(deposit.account, deposit.wallet, deposit.asset, deposit.amount),
                Move(OUTSIDE, deposit.wallet, deposit.asset, -deposit.amount),
            )
            self._books.write_deposit(deposit)
        return deposit

    def pass_time(self) -> None:
        """Let what is due happen."""
        now = self._ledger.now()
        for withdrawal in list(self._books.withdrawals.values()):
            if withdrawal.open and 0 < withdrawal.due_ms <= now:
                self.end_withdrawal(withdrawal, withdrawal.due_state)
        for deposit in list(self._books.deposits.values()):
            if deposit.state is DepositState.PENDING and 0 < deposit.due_ms <= now:
                self.credit(deposit)


def _hash(*cause: str | int) -> str:
    return hashlib.sha256("/".join(map(str, cause)).encode()).hexdigest()
