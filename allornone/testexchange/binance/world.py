"""The markets and fees that the Binance of the tests has."""

from collections.abc import Callable
from decimal import Decimal

from allornone.testexchange.binance.usdm import PERPETUAL
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.movement import Network

OPENING = {
    ("spot", "USDT"): Decimal(100_000),
    ("spot", "USDC"): Decimal(100_000),
    ("spot", "BTC"): Decimal(5),
    ("spot", "ETH"): Decimal(50),
    ("spot", "BNB"): Decimal(20),
    ("usdm", "USDT"): Decimal(50_000),
}
"""What an account starts with."""
_EIGHT = Decimal("1e-8")


def binance_engine(now: Callable[[], int]) -> Engine:
    """Return Binance's engine, with nobody's money in it yet."""
    fees = FeePolicy(in_received=True, third="BNB", discount=Decimal("0.25"))
    return Engine(_markets(), now, fees=fees, id_rule="open", networks=_networks())


def _markets() -> list[Market]:
    return [
        _spot("BTC", "USDT", "50000", step="0.00001", tick="0.01", gap="1", depth="2"),
        _spot("ETH", "USDT", "2000", step="0.0001", tick="0.01", gap="0.1", depth="30"),
        _spot("BNB", "USDT", "500", step="0.001", tick="0.01", gap="0.1", depth="50"),
        _spot("ETH", "BTC", "0.04", step="0.0001", tick="0.00001", gap="0.00001", depth="30", minimum_cost="0.0001"),
        _spot("BTC", "USDC", "50000", step="0.00001", tick="0.01", gap="1", depth="2"),
        _spot("ETH", "USDC", "2000", step="0.0001", tick="0.01", gap="0.1", depth="30"),
        _spot("USDC", "USDT", "1", step="1", tick="0.0001", gap="0.0001", depth="100000"),
        _perpetual("BTC", "50000", step="0.001", tick="0.1", gap="1", depth="20"),
        _perpetual("ETH", "2000", step="0.001", tick="0.01", gap="0.1", depth="300"),
    ]


_EVM_ADDRESS = "0x[0-9A-Fa-f]{40}"
_BTC_ADDRESS = "(bc1[0-9a-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})"


def _networks() -> list[Network]:
    return [
        _evm("USDT", "ETH", fee="1", minimum="10", default=True),
        _evm("USDT", "BSC", fee="0.1", minimum="5"),
        _evm("USDC", "ETH", fee="1", minimum="10", default=True),
        _evm("ETH", "ETH", fee="0.0005", minimum="0.001", default=True),
        _evm("ETH", "ARBITRUM", fee="0.0001", minimum="0.0008"),
        _evm("BNB", "BSC", fee="0.0001", minimum="0.002", default=True),
        Network(
            name="BTC",
            asset="BTC",
            fee=Decimal("0.0001"),
            minimum=Decimal("0.0005"),
            maximum=Decimal(1000),
            step=_EIGHT,
            address=_BTC_ADDRESS,
            prefix="bc1q",
            confirmations=1,
            default=True,
        ),
    ]


def _evm(asset: str, name: str, *, fee: str, minimum: str, default: bool = False) -> Network:
    return Network(
        name=name,
        asset=asset,
        fee=Decimal(fee),
        minimum=Decimal(minimum),
        maximum=Decimal(10_000_000),
        step=_EIGHT,
        address=_EVM_ADDRESS,
        default=default,
    )


def _spot(
    base: str, quote: str, mark: str, *, step: str, tick: str, gap: str, depth: str, minimum_cost: str = "5"
) -> Market:
    return Market(
        symbol=f"{base}{quote}",
        base=base,
        quote=quote,
        wallet="spot",
        step=Decimal(step),
        tick=Decimal(tick),
        minimum=Decimal(step),
        maximum=Decimal(9000) if base != "USDC" else Decimal(1_000_000),
        minimum_cost=Decimal(minimum_cost),
        mark=Decimal(mark),
        gap=Decimal(gap),
        depth=Decimal(depth),
    )


def _perpetual(base: str, mark: str, *, step: str, tick: str, gap: str, depth: str) -> Market:
    return Market(
        symbol=f"{base}USDT{PERPETUAL}",
        name=f"{base}USDT",
        base=base,
        quote="USDT",
        wallet="usdm",
        step=Decimal(step),
        tick=Decimal(tick),
        minimum=Decimal(step),
        maximum=Decimal(1000),
        minimum_cost=Decimal(5),
        mark=Decimal(mark),
        gap=Decimal(gap),
        depth=Decimal(depth),
        taker_fee=Decimal("0.0005"),
        maker_fee=Decimal("0.0002"),
        perpetual=True,
    )
