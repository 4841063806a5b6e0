"""The legs that the tests trade, at the paper venues' own prices: a sale, a stake, a short, and what is awkward."""

from typing import Any

from allornone.models.group import AtomicGroup

Leg = dict[str, Any]


def leg(name: str, kind: str, route: str, tokens: str, deltas: dict[str, str], **details: Any) -> Leg:
    """Return an operation; `route` and `tokens` are `from>to`."""
    source_venue, target_venue = route.split(">")
    source_token, target_token = tokens.split(">")
    return {
        "operation_id": name,
        "operation_type": kind,
        "source_venue": source_venue,
        "target_venue": target_venue,
        "source_token": source_token,
        "target_token": target_token,
        "expected_deltas": deltas,
        "operation_details": {"amount": "1", **details},
    }


SELL = leg(
    "sell",
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-1", "binance:USDT": "3000"},
    pair="ETH/USDT",
    side="sell",
)
STAKE = leg("stake", "stake", "binance>lido", "ETH>stETH", {"binance:ETH": "-1", "lido:stETH": "1"})
SHORT = leg(
    "short",
    "perp_trade",
    "binance.usdm>binance.usdm",
    "USDT>ETHUSDT",
    {"binance.usdm:ETHUSDT": "-1"},
    pair="ETH/USDT",
    side="sell",
)
CARRY = (SELL, STAKE, SHORT)
SEND_OUT = leg("send-out", "withdraw", "kraken>wallet", "ETH>ETH", {"kraken:ETH": "-1", "wallet:ETH": "0.999"})
"""Kraken's withdrawal cannot be asked by our id, has no expiry and no undo."""
MOVE = leg("move", "withdraw", "binance>wallet", "ETH>ETH", {"binance:ETH": "-1", "wallet:ETH": "0.999"})
"""Binance's withdrawal comes within five seconds or never, and cannot be recalled."""


def group(group_id: str, *legs: Leg, policy: dict[str, Any] | None = None, **more: Any) -> AtomicGroup:
    """Return a plan of these legs in this order."""
    return AtomicGroup.model_validate(
        {"atomic_group_id": group_id, "operations": list(legs), "policy": policy or {}, **more}
    )
