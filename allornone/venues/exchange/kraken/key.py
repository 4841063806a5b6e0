"""What a key of Kraken may do. Get API Key Info, which needs no permission."""

from typing import Any

from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.clock import moment_of
from allornone.venues.exchange.key import KeyCheck, KeyInfo, Right, rights
from allornone.venues.exchange.kraken.keyed import Keyed


async def _ask(client: Client) -> Answer:
    return await Keyed(client).ask("privatePostGetApiKeyInfo", {})


def read(shown: Any) -> KeyInfo:
    """Return what the answer tells. An end of 0 is none."""
    told, until = set(shown["result"]["permissions"]), int(shown["result"].get("valid_until") or 0)
    may = rights(
        {
            Right.READ: "query-funds" in told,
            Right.ORDERS: told >= {"query-open-trades", "query-closed-trades"},
            Right.TRADE: told >= {"modify-trades", "close-trades"},
            Right.WITHDRAW: "withdraw-funds" in told,
        }
    )
    return KeyInfo(may, moment_of(until * 1_000) if until else None)


KEY = KeyCheck(_ask, read)
