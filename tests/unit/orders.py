"""Operations and handshakes that several tests speak of."""

from typing import Any

from allornone.models.execution import ExecutionHandshake
from allornone.models.operation import OperationCommand


def asked(kind: str, route: str, tokens: str, deltas: dict[str, str], **details: Any) -> OperationCommand:
    """Build an operation; `route` and `tokens` are `from>to`, the amount is 1 unless given."""
    source_venue, target_venue = route.split(">")
    source_token, target_token = tokens.split(">")
    return OperationCommand.model_validate(
        {
            "operation_id": "it",
            "operation_type": kind,
            "source_venue": source_venue,
            "target_venue": target_venue,
            "source_token": source_token,
            "target_token": target_token,
            "expected_deltas": deltas,
            "operation_details": {"amount": "1", **details},
        }
    )


def shown(deltas: dict[str, str], *fees: str, **more: Any) -> ExecutionHandshake:
    """Build what a venue shows; a fee is `key=amount`."""
    listed = [fee.split("=") for fee in fees]
    return ExecutionHandshake.model_validate(
        {
            "operation_id": "it",
            "status": "confirmed",
            "actual_deltas": deltas,
            "fees": [{"position_key": k, "amount": a, "currency": k.split(":")[-1]} for k, a in listed],
            "evidence": {"venue_ids": ["order-7"]},
            **more,
        }
    )


SALE = asked(
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-1", "binance:USDT": "3000"},
    pair="ETH/USDT",
    side="sell",
)
PURCHASE = asked(
    "spot_trade",
    "binance>binance",
    "USDT>ETH",
    {"binance:ETH": "1", "binance:USDT": "-3000"},
    pair="ETH/USDT",
    side="buy",
)
SHORT = asked("perp_trade", "binance>binance", "USDT>ETHUSDT", {"binance:ETHUSDT": "-1"}, pair="ETH/USDT", side="sell")
STAKE = asked("stake", "binance>lido", "ETH>stETH", {"binance:ETH": "-1", "lido:stETH": "1"})
SUPPLY = asked("supply", "wallet>aave", "USDC>aUSDC", {"wallet:USDC": "-1", "aave:aUSDC": "1"})
BORROW = asked("borrow", "wallet>aave", "aUSDC>WETH", {"wallet:WETH": "1", "aave:debtWETH": "1"})
WITHDRAWAL = asked("withdraw", "binance>wallet", "ETH>ETH", {"binance:ETH": "-1", "wallet:ETH": "1"})
UNSTAKE = asked("unstake", "lido>wallet", "stETH>ETH", {"lido:stETH": "-1", "wallet:ETH": "0.999"})
REPAY = asked("repay", "wallet>aave", "WETH>debtWETH", {"wallet:WETH": "-1", "aave:debtWETH": "-1"})
REDEEM = asked("withdraw", "aave>wallet", "aUSDC>USDC", {"aave:aUSDC": "-1", "wallet:USDC": "1"})
REDEEM_AS_USDC = asked("withdraw", "aave>wallet", "USDC>USDC", {"aave:aUSDC": "-1", "wallet:USDC": "1"})
SWAP = asked("swap", "wallet>uniswap", "ETH>USDC", {"wallet:ETH": "-1", "wallet:USDC": "3000"})
FLASH = asked("flash_borrow", "aave>wallet", "WETH>WETH", {"wallet:WETH": "1"})
FLASH_BACK = asked("flash_repay", "wallet>aave", "WETH>WETH", {"wallet:WETH": "-1.0005"})
