"""A conflict of records that nobody else would tell of: what a group believes took effect, and did not."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allornone.eventlog.entry import SETTLED

Fields = Mapping[str, Any]


def contradiction(facts: Fields) -> str | None:
    """Return what a conflict says that a person must hear, None where there is nothing, or another record tells.

    An outcome with an effect is not for here: the last look or the sweep finds it, and tells it as a late effect.
    One that shows none of a recorded effect is undone by nobody. An operator's word shows nothing.
    """
    kept, found = facts.get("kept", {}), facts.get("found", {})
    if "group_status" in kept and "group_status" in found:
        ends = kept["group_status"], found["group_status"]
        return None if ends[0] == ends[1] else f"it ended {ends[0]}, and another life of it {ends[1]}"
    outcomes = kept.get("status") in SETTLED and found.get("status") in SETTLED
    if not outcomes or not _moved(kept) or _moved(found) or found.get("evidence", {}).get("attested"):
        return None
    shown = found.get("error_message") or f"{found['status']}, nothing moved"
    believed = "an operator's word is" if kept.get("evidence", {}).get("attested") else "its record is"
    return f"{kept['operation_id']}: {believed} that it took effect, and a later answer says: {shown}"


def _moved(outcome: Fields) -> bool:
    return any(Decimal(amount) for amount in outcome.get("actual_deltas", {}).values())
