"""What a key of Coinbase may do. Advanced Trade, Get API Key Permissions. No end is told."""

from typing import Any

from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.coinbase.timed import Timed
from allornone.venues.exchange.key import KeyCheck, KeyInfo, Right, rights


async def _ask(client: Client) -> Answer:
    await Timed(client).now()  # a token is made by Coinbase's clock
    return await client.call("v3PrivateGetBrokerageKeyPermissions")


def read(shown: Any) -> KeyInfo:
    """Return what the answer tells."""
    view = shown["can_view"]
    told = {
        Right.READ: view,
        Right.ORDERS: view,
        Right.TRADE: shown["can_trade"],
        Right.WITHDRAW: shown["can_transfer"],
    }
    return KeyInfo(rights(told))


KEY = KeyCheck(_ask, read)
