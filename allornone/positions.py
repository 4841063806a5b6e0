"""Where an amount is held: `venue:PositionType:token`, and how the seed's shorter keys are read.

The type is decided by the instrument first and by the seed's venue table second; a key that has its type keeps it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

LENDING_VENUES = frozenset({"aave", "compound", "morpho"})
STAKING_VENUES = frozenset({"lido", "etherfi", "rocketpool"})

_KEY = re.compile(
    r"^(?:(?P<venue>[a-z][a-z0-9_]{0,31}(?:\.[a-z0-9_]{1,31})?):(?:(?P<type>[A-Za-z]{1,32}):)?)?"
    r"(?P<token>[A-Za-z0-9][A-Za-z0-9._/-]{0,31})$"
)
_DEBT = re.compile(r"^(debt|variableDebt|stableDebt|vd)[A-Z]")
_PERP = re.compile(r"(-PERP|^[A-Z0-9]{2,12}(USDT|USDC))$")


class PositionType(StrEnum):
    """What kind of holding a position is. Debt is a positive amount of a debt token: more of it is owed."""

    BASE = "BaseToken"
    LENDING = "LendingToken"
    STAKING = "StakingToken"
    DEBT = "DebtToken"
    PERP = "Perp"


_ALIASES = {
    "debttoken": PositionType.DEBT,
    "debtposition": PositionType.DEBT,
    "perp": PositionType.PERP,
    "perpposition": PositionType.PERP,
}


@dataclass(frozen=True, slots=True)
class PositionKey:
    """A key taken apart. `venue` and `type` are None where the text did not have them."""

    venue: str | None
    type: str | None
    token: str

    def __str__(self) -> str:
        """Write the key with the parts it has."""
        return ":".join(part for part in (self.venue, self.type, self.token) if part is not None)


def parse_key(text: str) -> PositionKey:
    """Read `venue:token`, `venue:PositionType:token` or a bare token. Raises ValueError with what to write instead."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise ValueError(f"a position key must be 'venue:token' or 'venue:PositionType:token', was {text!r}")
    return PositionKey(found["venue"], found["type"], found["token"])


def _checked(text: str) -> str:
    parse_key(text)
    return text


PositionKeyText = Annotated[str, AfterValidator(_checked)]


def position_type(venue: str, token: str) -> PositionType:
    """Return the type of an untyped holding: the instrument's own, else the seed's venue table."""
    name = venue.partition(".")[0]
    if _DEBT.match(token):
        return PositionType.DEBT
    if _PERP.search(token) and name not in LENDING_VENUES | STAKING_VENUES:
        return PositionType.PERP
    if name in LENDING_VENUES:
        return PositionType.LENDING
    if name in STAKING_VENUES:
        return PositionType.STAKING
    return PositionType.BASE


def placed(key: PositionKey, amount_sign: int, source_venue: str, target_venue: str) -> PositionKey:
    """Give a bare token its venue: what leaves does so at the source, what arrives does so at the target."""
    if key.venue is not None:
        return key
    return PositionKey(source_venue if amount_sign < 0 else target_venue, None, key.token)


def typed(key: PositionKey) -> PositionKey:
    """Give a placed key its type. A key that has one keeps it as written."""
    if key.venue is None:
        raise ValueError(f"a position without a venue has no type: {key}")
    if key.type is not None:
        return key
    return PositionKey(key.venue, position_type(key.venue, key.token), key.token)


def identity(key: PositionKey) -> tuple[str, str, str]:
    """Return what two spellings of one holding share: venue, class (asset, debt or perp) and token.

    The seed writes both `lido:BaseToken:stETH` and `lido:StakingToken:stETH` for the same balance.
    """
    full = typed(key)
    alias = _ALIASES.get((full.type or "").lower())
    return (full.venue or "", alias.value if alias else "asset", full.token)
