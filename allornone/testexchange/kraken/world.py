"""The markets and fees that the Kraken of the tests has."""

from collections.abc import Callable
from decimal import Decimal

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.movement import Network
from allornone.testexchange.kraken.funding import Named

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
    return Engine(
        _markets(), now, fees=FeePolicy(in_received=False), id_rule="none", gives_way="arriving", networks=_networks()
    )


def _markets() -> list[Market]:
    return [
        _spot("BTC", "USDT", "50000", tick="0.1", gap="1", depth="2", minimum="0.00005"),
        _spot("BTC", "USD", "50000", tick="0.1", gap="1", depth="2", minimum="0.00005"),
        _spot("ETH", "USDT", "2000", tick="0.01", gap="0.1", depth="30", minimum="0.001"),
        _spot("ETH", "USD", "2000", tick="0.01", gap="0.1", depth="30", minimum="0.001"),
        _spot("ETH", "BTC", "0.04", tick="0.00001", gap="0.00001", depth="30", minimum="0.001", cost="0.00002"),
        _spot("USDC", "USDT", "1", tick="0.0001", gap="0.0001", depth="100000", minimum="5"),
    ]


_EVM_ADDRESS = "0x[0-9A-Fa-f]{40}"
NAMED_ADDRESS = "0x" + "1" * 40
"""Where the address `desk-wallet` of each asset leads."""
ARBITRUM_ADDRESS = "0x" + "4" * 40
"""Where the address `desk-arbitrum` of ETH leads: looks like any other, and is of another network."""


def _networks() -> list[Network]:
    return [
        _network("ETH", "Ethereum", fee="0.0035", minimum="0.005"),
        _network("ETH", "Arbitrum One", fee="0.0001", minimum="0.002", default=False),
        _network("USDT", "Ethereum", fee="4", minimum="8"),
        _network("USDC", "Ethereum", fee="4", minimum="8"),
    ]


def named_addresses(account: str) -> list[Named]:
    """Return the addresses that an account begins with: one for each asset's usual network, and one of another."""
    return [
        *(
            Named("desk-wallet", account, network.asset, network.name, NAMED_ADDRESS)
            for network in _networks()
            if network.default
        ),
        Named("desk-arbitrum", account, "ETH", "Arbitrum One", ARBITRUM_ADDRESS),
    ]


def _network(asset: str, name: str, *, fee: str, minimum: str, default: bool = True) -> Network:
    return Network(
        name=name,
        asset=asset,
        fee=Decimal(fee),
        minimum=Decimal(minimum),
        maximum=Decimal(1_000_000),
        step=Decimal("0.00000001"),
        address=_EVM_ADDRESS,
        default=default,
    )


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
