"""Which balance a position key names: the seed's spellings, read by a second reader."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from allornone_verify.amounts import Holding, Moves, amount_of, summed

LENDING = frozenset({"aave", "compound", "morpho"})
STAKING = frozenset({"lido", "etherfi", "rocketpool"})
_DEBT = re.compile(r"^(debt|variableDebt|stableDebt|vd)[A-Z]")
_PERP = re.compile(r"(-PERP|^[A-Z0-9]{2,12}(USDT|USDC))$")
_DEBTS = frozenset({"debttoken", "debtposition"})
_PERPS = frozenset({"perp", "perpposition"})


@lru_cache(maxsize=4096)
def holding(key: str) -> Holding:
    """Return the balance of `venue:token` or `venue:PositionType:token`. Raises ValueError for a bare token."""
    venue, _, rest = key.partition(":")
    kind, _, token = rest.rpartition(":")
    if not venue or not token:
        raise ValueError(f"a position key must name its venue and token, was {key!r}")
    return venue, _class(venue, kind.lower(), token), token


def _class(venue: str, kind: str, token: str) -> str:
    if kind in _DEBTS or (not kind and _DEBT.match(token)):
        return "debt"
    if kind in _PERPS or (not kind and _is_perp(venue, token)):
        return "perp"
    return "asset"


def _is_perp(venue: str, token: str) -> bool:
    return bool(_PERP.search(token)) and venue.partition(".")[0] not in LENDING | STAKING


def moves_of(deltas: Mapping[str, Any]) -> Moves:
    """Return written deltas by holding. Raises ValueError where one is no amount or names no venue."""
    return summed(*({holding(key): amount_of(value)} for key, value in deltas.items()))


def planned(deltas: Mapping[str, Any], source: str, target: str) -> Moves:
    """Return a plan's deltas by holding: a bare token leaves at the source and arrives at the target."""
    placed: list[Moves] = []
    for key, value in deltas.items():
        amount = amount_of(value)
        whole = key if ":" in key else f"{source if amount < 0 else target}:{key}"
        placed.append({holding(whole): amount})
    return summed(*placed)


def fees_of(fees: Iterable[Mapping[str, Any]]) -> Moves:
    """Return the changes that listed fees made."""
    taken: Iterable[tuple[str, Decimal]] = ((fee["position_key"], amount_of(fee["amount"])) for fee in fees)
    return summed(*({holding(key): amount.copy_negate()} for key, amount in taken))
