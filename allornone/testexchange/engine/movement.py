"""Money on its way: transfers between wallets, withdrawals and deposits, as the exchange keeps them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.units import EXACT, ZERO


@dataclass(slots=True)
class Network:
    """One way for an asset to leave and to come. `open` changes while it runs."""

    name: str
    asset: str
    fee: Decimal
    minimum: Decimal
    maximum: Decimal
    step: Decimal
    address: str
    """What an address looks like: a regular expression."""
    prefix: str = "0x"
    """What the addresses start with that this exchange gives out."""
    confirmations: int = 6
    default: bool = False
    open: bool = True

    def check(self, amount: Decimal, address: str) -> None:
        """Raise RejectedError unless so much may leave to there."""
        if not self.open:
            raise RejectedError(Reason.HALTED, f"{self.name} does not carry {self.asset} now")
        if not self.minimum <= amount <= self.maximum or amount <= self.fee:
            raise RejectedError(Reason.AMOUNT, f"{amount} {self.asset} is not in {self.minimum}..{self.maximum}")
        if EXACT.remainder(amount, self.step) != ZERO:
            raise RejectedError(Reason.STEP, f"{amount} {self.asset} is no multiple of {self.step}")
        if not re.fullmatch(self.address, address):
            raise RejectedError(Reason.ADDRESS, f"no address of {self.name}")


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount moved between two wallets of an account."""

    transfer_id: int
    account: str
    asset: str
    amount: Decimal
    source: str
    target: str
    at_ms: int


class WithdrawalState(StrEnum):
    """Where a withdrawal stands; the last three are ends."""

    APPROVAL = "approval"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(slots=True)
class Withdrawal:
    """An amount on its way out. `amount` is what leaves the account; the fee is part of it."""

    withdrawal_id: int
    account: str
    client_id: str
    wallet: str
    asset: str
    network: str
    address: str
    tag: str
    amount: Decimal
    fee: Decimal
    state: WithdrawalState
    applied_ms: int
    due_ms: int
    """When it goes on by itself; 0: never."""
    due_state: WithdrawalState
    """As what it goes on."""
    ended_ms: int
    tx_id: str

    @property
    def cause(self) -> str:
        """Under which name it sets money aside."""
        return f"withdrawal-{self.withdrawal_id}"

    @property
    def open(self) -> bool:
        """Tell whether it may still end in any way."""
        return self.state in (WithdrawalState.APPROVAL, WithdrawalState.PROCESSING)


class DepositState(StrEnum):
    """Where a deposit stands."""

    PENDING = "pending"
    CREDITED = "credited"


@dataclass(slots=True)
class Deposit:
    """An amount that came, credited once its network confirmed it."""

    deposit_id: int
    account: str
    wallet: str
    asset: str
    network: str
    address: str
    amount: Decimal
    state: DepositState
    seen_ms: int
    due_ms: int
    """When it is credited by itself; 0: never."""
    credited_ms: int
    tx_id: str
