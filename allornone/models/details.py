"""What each operation type needs beside venues and tokens: a closed model per type.

Amounts are whole units of the token named. Which venue calls each becomes: docs/operations.md.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from allornone.units import NonNegativeAmount, PositiveAmount, Ratio, Text, Token


class OperationType(StrEnum):
    """The twelve operations of the seed. Either case is read; lower case is written."""

    SPOT_TRADE = "spot_trade"
    PERP_TRADE = "perp_trade"
    SUPPLY = "supply"
    BORROW = "borrow"
    REPAY = "repay"
    WITHDRAW = "withdraw"
    STAKE = "stake"
    UNSTAKE = "unstake"
    SWAP = "swap"
    FLASH_BORROW = "flash_borrow"
    FLASH_REPAY = "flash_repay"
    TRANSFER = "transfer"


class Side(StrEnum):
    """Which way a trade goes, seen from the base asset or the contract."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """How a trade is priced. `market` takes what is there, `limit` fills at the price or better."""

    MARKET = "market"
    LIMIT = "limit"


def _pair(value: object, read: ValidatorFunctionWrapHandler) -> str:
    """Say in words what a pair looks like, to who writes Python too: its pattern says little."""
    try:
        found: str = read(value)
    except ValidationError as error:
        (wrong,) = error.errors()
        if wrong["type"] != "string_pattern_mismatch":
            raise
        context = wrong.get("ctx", {})
        raise PydanticCustomError("string_pattern_mismatch", "must be a pair such as 'ETH/USDT'", context) from None
    return found


Pair = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.]{1,20}/[A-Za-z0-9.]{1,20}$"), WrapValidator(_pair)]
"""`BASE/QUOTE`."""
Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:._-]{1,128}$")]


class _Details(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpotTradeDetails(_Details):
    """Buy or sell `amount` of the base asset of `pair`."""

    operation_type: Literal[OperationType.SPOT_TRADE] = OperationType.SPOT_TRADE
    pair: Pair
    side: Side
    amount: PositiveAmount
    order_type: OrderType = OrderType.MARKET
    limit_price: PositiveAmount | None = None
    max_slippage_bps: NonNegativeAmount | None = None


class PerpTradeDetails(_Details):
    """Buy or sell `amount` of the base asset through the perpetual contract `pair`."""

    operation_type: Literal[OperationType.PERP_TRADE] = OperationType.PERP_TRADE
    pair: Pair
    side: Side
    amount: PositiveAmount
    order_type: OrderType = OrderType.MARKET
    limit_price: PositiveAmount | None = None
    max_slippage_bps: NonNegativeAmount | None = None
    reduce_only: bool = False


class SupplyDetails(_Details):
    """Lend `amount` of the source token out."""

    operation_type: Literal[OperationType.SUPPLY] = OperationType.SUPPLY
    amount: PositiveAmount


class BorrowDetails(_Details):
    """Borrow `amount` of the target token against what is supplied."""

    operation_type: Literal[OperationType.BORROW] = OperationType.BORROW
    amount: PositiveAmount
    ltv_target: Ratio | None = None


class RepayDetails(_Details):
    """Pay `amount` of the source token back."""

    operation_type: Literal[OperationType.REPAY] = OperationType.REPAY
    amount: PositiveAmount


class WithdrawDetails(_Details):
    """Take `amount` out of the source venue: from a lending market, or from an exchange to `address`."""

    operation_type: Literal[OperationType.WITHDRAW] = OperationType.WITHDRAW
    amount: PositiveAmount
    address: Address | None = None
    network: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")] | None = None


class StakeDetails(_Details):
    """Stake `amount` of the source token. `staking_rate` is the strategy's note, as in the seed's event."""

    operation_type: Literal[OperationType.STAKE] = OperationType.STAKE
    amount: PositiveAmount
    token_in: Token | None = None
    token_out: Token | None = None
    staking_rate: NonNegativeAmount | None = None


class UnstakeDetails(_Details):
    """Turn `amount` of the staked source token back: at market, or through the venue's queue."""

    operation_type: Literal[OperationType.UNSTAKE] = OperationType.UNSTAKE
    amount: PositiveAmount
    route: Literal["market", "queue"] = "market"
    max_slippage_bps: NonNegativeAmount | None = None


class SwapDetails(_Details):
    """Swap `amount` of the source token into the target token, for at least `min_out`."""

    operation_type: Literal[OperationType.SWAP] = OperationType.SWAP
    amount: PositiveAmount
    min_out: NonNegativeAmount | None = None
    max_slippage_bps: NonNegativeAmount | None = None


class FlashBorrowDetails(_Details):
    """Borrow `amount` of the target token for the rest of the segment."""

    operation_type: Literal[OperationType.FLASH_BORROW] = OperationType.FLASH_BORROW
    amount: PositiveAmount


class FlashRepayDetails(_Details):
    """Pay a flash loan of `amount` of the source token back, the venue's premium on top."""

    operation_type: Literal[OperationType.FLASH_REPAY] = OperationType.FLASH_REPAY
    amount: PositiveAmount


class TransferDetails(_Details):
    """Move `amount` of the source token from the source venue to the target venue."""

    operation_type: Literal[OperationType.TRANSFER] = OperationType.TRANSFER
    amount: PositiveAmount
    address: Address | None = None
    network: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")] | None = None
    memo: Text | None = None


OperationDetails = Annotated[
    SpotTradeDetails
    | PerpTradeDetails
    | SupplyDetails
    | BorrowDetails
    | RepayDetails
    | WithdrawDetails
    | StakeDetails
    | UnstakeDetails
    | SwapDetails
    | FlashBorrowDetails
    | FlashRepayDetails
    | TransferDetails,
    Field(discriminator="operation_type"),
]
"""One of the twelve, told apart by the operation's type; a file need not repeat it inside."""

FROM_SOURCE = frozenset({OperationType.WITHDRAW, OperationType.UNSTAKE, OperationType.TRANSFER})
"""Operations that the source venue executes; every other is executed by the target venue."""
