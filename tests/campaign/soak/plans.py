"""Random plans over the paper venues, and how their venues misbehave: functions of the seed."""

import random
from decimal import Decimal
from typing import Any

from allornone.models.group import AtomicGroup
from tests.plans import Leg, leg

POLICY = {"resolve_budget_s": "8", "undo_budget_s": "15"}
"""Budgets so short that an operator is asked for within the soak."""
TIMEOUT_S = "12"

BEHAVIOURS: dict[str, dict[str, Any]] = {
    "refuse": {"behaviour": "refuse", "direction": "forward"},
    "partial": {"behaviour": "partial", "ratio": "0.4"},
    "fills-later": {"behaviour": "open_then_fill", "ratio": "0.3", "delay_s": "1.5"},
    "stays-open": {"behaviour": "open", "ratio": "0.5", "direction": "forward"},
    "drift": {"behaviour": "drift", "bps": "120", "direction": "forward"},
    "stale": {"behaviour": "stale_read", "delay_s": "0.3"},
}
"""By the name that an operation carries; the rest of the misbehaviour is the road's."""
FAULTS = tuple(
    {**rule, "operation_id": f"{name}-{number}", "count": "always"}
    for name, rule in BEHAVIOURS.items()
    for number in range(1, 6)
)
TRADES = frozenset({"spot_trade", "perp_trade"})
MISCHIEF = 0.45
"""The share of operations that carry a name out of BEHAVIOURS."""
BLIND = 0.04
"""The share of groups that end with a withdrawal whose venue cannot be asked, and which nobody can undo."""


def plan(seed: int, number: int, group_id: str) -> AtomicGroup:
    """Return the plan of one group: two to five operations at as many kinds of venue."""
    draw = random.Random(f"{seed} plan {number}")  # noqa: S311 (reproducible, not secret)
    legs = [_leg(draw) for _ in range(draw.randint(2, 5))]
    if draw.random() < BLIND:
        legs[-1] = _withdrawal("kraken", _amount(draw, 2))
    named = [
        {**each, "operation_id": _name(draw, each, place), "timeout_s": TIMEOUT_S} for place, each in enumerate(legs, 1)
    ]
    fields = {"atomic_group_id": group_id, "operations": named, "policy": POLICY, "strategy": "soak"}
    return AtomicGroup.model_validate(fields)


def _name(draw: random.Random, one: Leg, place: int) -> str:
    """Return the name that scripts the operation. Only trades fill in parts and at other prices."""
    kinds = BEHAVIOURS if one["operation_type"] in TRADES else ("refuse", "stale")
    kind = draw.choice(sorted(kinds)) if draw.random() < MISCHIEF else "plain"
    return f"{kind}-{place}"


def _amount(draw: random.Random, whole: int) -> Decimal:
    return Decimal(draw.randint(100, whole * 1000)).scaleb(-3)


def _leg(draw: random.Random) -> Leg:
    amount = _amount(draw, 5)
    match draw.randrange(6):
        case 0:
            return _sale("binance", amount)
        case 1:
            return _sale("coinbase", amount)
        case 2:
            return leg(
                "", "stake", "binance>lido", "ETH>stETH", _both("binance:ETH", "lido:stETH", amount), amount=str(amount)
            )
        case 3:
            money = amount * 100
            deltas = _both("wallet:USDT", "aave:aUSDT", money)
            return leg("", "supply", "wallet>aave", "USDT>aUSDT", deltas, amount=str(money))
        case 4:
            deltas = {"binance.usdm:ETHUSDT": str(-amount)}
            venue = "binance.usdm>binance.usdm"
            details = {"pair": "ETH/USDT", "side": "sell", "amount": str(amount)}
            return leg("", "perp_trade", venue, "USDT>ETHUSDT", deltas, **details)
        case _:
            return _withdrawal("binance", amount)


def _sale(venue: str, amount: Decimal) -> Leg:
    deltas = {f"{venue}:ETH": str(-amount), f"{venue}:USDT": str(amount * 3000)}
    details = {"pair": "ETH/USDT", "side": "sell", "amount": str(amount)}
    return leg("", "spot_trade", f"{venue}>{venue}", "ETH>USDT", deltas, **details)


def _withdrawal(venue: str, amount: Decimal) -> Leg:
    deltas = {f"{venue}:ETH": str(-amount), "wallet:ETH": str(amount - Decimal("0.001"))}
    return leg("", "withdraw", f"{venue}>wallet", "ETH>ETH", deltas, amount=str(amount))


def _both(source: str, target: str, amount: Decimal) -> dict[str, str]:
    return {source: str(-amount), target: str(amount)}
