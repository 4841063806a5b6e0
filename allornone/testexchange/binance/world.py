"""The markets and fees that the Binance of the tests has."""

from collections.abc import Callable
from decimal import Decimal

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.market import Market

OPENING = {
    ("spot", "USDT"): Decimal(100_000),
    ("spot", "USDC"): Decimal(100_000),
    ("spot", "BTC"): Decimal(5),
    ("spot", "ETH"): Decimal(50),
    ("spot", "BNB"): Decimal(20),
    ("usdm", "USDT"): Decimal(50_000),
}
"""What an account starts with."""


def binance_engine(now: Callable[[], int]) -> Engine:
    """Return Binance's engine, with nobody's money in it yet."""
    fees = FeePolicy(in_received=True, third="BNB", discount=Decimal("0.25"))
    return Engine(_markets(), now, fees=fees, id_rule="open")


def _markets() -> list[Market]:
    return [
        _spot("BTC", "USDT", "50000", step="0.00001", tick="0.01", gap="1", depth="2"),
        _spot("ETH", "USDT", "2000", step="0.0001", tick="0.01", gap="0.1", depth="30"),
        _spot("BNB", "USDT", "500", step="0.001", tick="0.01", gap="0.1", depth="50"),
        _spot("ETH", "BTC", "0.04", step="0.0001", tick="0.00001", gap="0.00001", depth="30", minimum_cost="0.0001"),
        _spot("BTC", "USDC", "50000", step="0.00001", tick="0.01", gap="1", depth="2"),
        _spot("ETH", "USDC", "2000", step="0.0001", tick="0.01", gap="0.1", depth="30"),
        _spot("USDC", "USDT", "1", step="1", tick="0.0001", gap="0.0001", depth="100000"),
    ]


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
