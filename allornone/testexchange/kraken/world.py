"""The markets and fees that the Kraken of the tests has."""

from collections.abc import Callable
from decimal import Decimal

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.market import Market

OPENING = {
    ("spot", "USDT"): Decimal(100_000),
    ("spot", "USD"): Decimal(100_000),
    ("spot", "USDC"): Decimal(100_000),
    ("spot", "BTC"): Decimal(5),
    ("spot", "ETH"): Decimal(50),
}
"""What an account starts with."""


def kraken_engine(now: Callable[[], int]) -> Engine:
    """Return Kraken's engine, with nobody's money in it yet. Ids are checked by the door, across all markets."""
    return Engine(_markets(), now, fees=FeePolicy(in_received=False), id_rule="none")


def _markets() -> list[Market]:
    return [
        _spot("BTC", "USDT", "50000", tick="0.1", gap="1", depth="2", minimum="0.00005"),
        _spot("BTC", "USD", "50000", tick="0.1", gap="1", depth="2", minimum="0.00005"),
        _spot("ETH", "USDT", "2000", tick="0.01", gap="0.1", depth="30", minimum="0.001"),
        _spot("ETH", "USD", "2000", tick="0.01", gap="0.1", depth="30", minimum="0.001"),
        _spot("ETH", "BTC", "0.04", tick="0.00001", gap="0.00001", depth="30", minimum="0.001", cost="0.00002"),
        _spot("USDC", "USDT", "1", tick="0.0001", gap="0.0001", depth="100000", minimum="5"),
    ]


def _spot(
    base: str, quote: str, mark: str, *, tick: str, gap: str, depth: str, minimum: str, cost: str = "0.5"
) -> Market:
    return Market(
        symbol=f"{base}{quote}",
        base=base,
        quote=quote,
        wallet="spot",
        step=Decimal("0.00000001"),
        tick=Decimal(tick),
        minimum=Decimal(minimum),
        maximum=Decimal(1_000_000),
        minimum_cost=Decimal(cost),
        mark=Decimal(mark),
        gap=Decimal(gap),
        depth=Decimal(depth),
        taker_fee=Decimal("0.0026"),
        maker_fee=Decimal("0.0016"),
    )
