"""The plan that the matrix runs: four operations at four venues, each of which enforces an expiry and can be undone."""

from typing import Any

from allornone.models.group import AtomicGroup
from tests.plans import SELL, SHORT, STAKE, Leg, leg

SUPPLY = leg(
    "supply", "supply", "wallet>aave", "USDT>aUSDT", {"wallet:USDT": "-100", "aave:aUSDT": "100"}, amount="100"
)
LEGS = (SELL, STAKE, SUPPLY, SHORT)

REFUSED = "refused"
LOST = "lost"
FAULTS: tuple[dict[str, Any], ...] = (
    {"behaviour": "refuse", "operation_id": REFUSED, "direction": "forward", "count": "always"},
    {"behaviour": "lose_answer", "operation_id": LOST, "direction": "forward", "count": "always"},
)
"""What the venues of every cell are scripted to: an operation is refused, or its answer lost, by its name."""


def four(group_id: str, names: dict[int, str] | None = None, **more: Any) -> AtomicGroup:
    """Return the plan; `names` (by number, from 1) rename operations, and so script them."""
    return AtomicGroup.model_validate(
        {"atomic_group_id": group_id, "operations": [_named(each, names or {}) for each in enumerate(LEGS, 1)], **more}
    )


def _named(numbered: tuple[int, Leg], names: dict[int, str]) -> Leg:
    number, one = numbered
    return {**one, "operation_id": names.get(number, one["operation_id"])}
