"""The cases of the contract suite: every operation type that a paper venue declares, and a plan for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from allornone.models.details import OperationType
from allornone.venues.capabilities import OperationCapability
from allornone.venues.paper import PAPER_VENUES, paper_capabilities


class AnyCase(Protocol):
    """What the suite asks of a case: its declared capability, a plan for it, and what its undo restores."""

    @property
    def venue(self) -> str: ...
    @property
    def operation_type(self) -> OperationType: ...
    @property
    def capability(self) -> OperationCapability: ...
    @property
    def plan(self) -> tuple[str, str, str, str, dict[str, str]]: ...
    @property
    def restored(self) -> str: ...


SPOT = {"pair": "ETH/USDT", "side": "buy", "amount": "2"}
PERP = {"pair": "ETH/USDT", "side": "sell", "amount": "2"}
TWO = {"amount": "2"}
PLANS: dict[OperationType, tuple[str, str, str, str, dict[str, str]]] = {
    OperationType.SPOT_TRADE: ("{v}", "{v}", "USDT", "ETH", SPOT),
    OperationType.PERP_TRADE: ("{v}", "{v}", "USDT", "ETHUSDT", PERP),
    OperationType.SUPPLY: ("wallet", "{v}", "USDT", "aUSDT", TWO),
    OperationType.WITHDRAW: ("{v}", "wallet", "aUSDT", "USDT", TWO),
    OperationType.BORROW: ("wallet", "{v}", "aUSDT", "USDC", TWO),
    OperationType.REPAY: ("wallet", "{v}", "USDC", "debtUSDC", TWO),
    OperationType.FLASH_BORROW: ("wallet", "{v}", "USDC", "USDC", TWO),
    OperationType.FLASH_REPAY: ("wallet", "{v}", "USDC", "USDC", TWO),
    OperationType.STAKE: ("binance", "{v}", "ETH", "wstETH", TWO),
    OperationType.UNSTAKE: ("{v}", "binance", "wstETH", "ETH", TWO),
    OperationType.SWAP: ("wallet", "{v}", "ETH", "USDC", TWO),
    OperationType.TRANSFER: ("{v}", "wallet", "ETH", "ETH", TWO),
}
FROM_WALLET = ("wallet", "binance", "ETH", "ETH", TWO)
FROM_EXCHANGE = ("{v}", "wallet", "ETH", "ETH", TWO)


RESTORED: dict[OperationType, str] = {
    OperationType.SPOT_TRADE: "{v}:BaseToken:ETH",
    OperationType.PERP_TRADE: "{v}:Perp:ETHUSDT",
    OperationType.SUPPLY: "{v}:LendingToken:aUSDT",
    OperationType.WITHDRAW: "{v}:LendingToken:aUSDT",
    OperationType.BORROW: "{v}:DebtToken:debtUSDC",
    OperationType.REPAY: "{v}:DebtToken:debtUSDC",
    OperationType.FLASH_BORROW: "wallet:BaseToken:USDC",
    OperationType.STAKE: "{v}:StakingToken:wstETH",
    OperationType.UNSTAKE: "{v}:StakingToken:wstETH",
    OperationType.SWAP: "wallet:BaseToken:USDC",
    OperationType.TRANSFER: "wallet:BaseToken:ETH",
}
"""What an undo brings back to where it was, per operation type."""


@dataclass(frozen=True)
class Case:
    """One operation type at one venue."""

    venue: str
    operation_type: OperationType

    def __str__(self) -> str:
        return f"{self.venue}-{self.operation_type.value}"

    @property
    def capability(self) -> OperationCapability:
        capabilities = paper_capabilities(self.venue)
        found = None if capabilities is None else capabilities.of(self.operation_type)
        assert found is not None
        return found

    @property
    def plan(self) -> tuple[str, str, str, str, dict[str, str]]:
        if self.operation_type is OperationType.TRANSFER and self.venue == "wallet":
            return FROM_WALLET
        if self.operation_type is OperationType.WITHDRAW and self.venue in ("binance", "coinbase", "kraken"):
            return FROM_EXCHANGE
        return PLANS[self.operation_type]

    @property
    def restored(self) -> str:
        if self.plan is FROM_EXCHANGE:
            return "wallet:BaseToken:ETH"
        if self.plan is FROM_WALLET:
            return "binance:BaseToken:ETH"
        return RESTORED[self.operation_type].format(v=self.venue)


def _cases() -> Iterator[Case]:
    for venue in PAPER_VENUES:
        capabilities = paper_capabilities(venue)
        assert capabilities is not None
        yield from (Case(venue, operation_type) for operation_type in capabilities.operations)


CASES = list(_cases())
