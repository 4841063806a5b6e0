"""What a key of Binance may do. Wallet, Get API Key Permission: one for all wallets of the account."""

from typing import Any

from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.clock import moment_of
from allornone.venues.exchange.key import KeyCheck, KeyInfo, Right, rights


async def _ask(client: Client) -> Answer:
    return await Signed(client, "publicGetTime").ask("sapiGetAccountApiRestrictions", {})


def read(shown: Any) -> KeyInfo:
    """Return what the answer tells. The end is that of trading on spot; where there is none it is not told."""
    until = shown.get("tradingAuthorityExpirationTime")
    may = rights(
        {
            Right.READ: shown["enableReading"],
            Right.ORDERS: shown["enableReading"],
            Right.TRADE: shown["enableSpotAndMarginTrading"],
            Right.FUTURES: shown["enableFutures"],
            Right.TRANSFER: shown["permitsUniversalTransfer"],
            Right.WITHDRAW: shown["enableWithdrawals"],
        }
    )
    return KeyInfo(may, moment_of(until) if until else None)


KEY = KeyCheck(_ask, read)
