"""What goes wrong inside an exchange during one call: a fault rule sets it, the engine obeys it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class WithdrawalEnd(StrEnum):
    """Where a withdrawal stays, or how it ends, instead of completing."""

    APPROVAL = "approval"
    """Stays awaiting approval; nothing left yet."""
    PROCESSING = "processing"
    """Stays processing."""
    FAILURE = "failure"
    """Fails, and gives the money back."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """The oddities of one call; as it is made, none."""

    fill_ratio: Decimal | None = None
    """An order fills no more than this part of its amount at once."""
    hide_ms: int = 0
    """What the call creates is not found by reads for so long."""
    stale_ms: int = 0
    """Reads of the account's balances show those from before the call for so long."""
    repeat_fills: bool = False
    """A list of fills has its last one twice, and a page of it begins with the last of the page before."""
    withdrawal: WithdrawalEnd | None = None


NONE = Quirks()
