"""A record of the event log, and where it lies."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allornone_verify.amounts import Moves
from allornone_verify.fields import Fields, fields_of
from allornone_verify.holdings import moves_of

OPERATIONS = "operation_executions"
GROUPS = "atomic_operation_groups"
DELTAS = "execution_deltas"
TRANSITIONS = "group_transitions"
FILES = (OPERATIONS, GROUPS, DELTAS, TRANSITIONS)

SETTLED = frozenset({"confirmed", "failed", "rolled_back"})
"""The statuses that settle a reference."""

LOG_RECOVERED = "log_recovered"
"""The `kind` of the one line that is no event: a torn tail was cut off."""

_NEEDED: dict[str, dict[str, type]] = {
    OPERATIONS: {
        "operation_id": str,
        "status": str,
        "venue": str,
        "direction": str,
        "epoch": int,
        "submitted_at": str,
        "actual_deltas": dict,
        "operation_details": dict,
    },
    GROUPS: {
        "group_status": str,
        "operations": list,
        "residual_deltas": dict,
        "friction": dict,
        "unfenced": list,
        "plan_hash": str,
    },
    DELTAS: {"deltas": list},
    TRANSITIONS: {"kind": str, "facts": dict},
}
_OF_ALL: dict[str, type] = {"event_id": str, "seq": int, "real_utc_time": str}


def moment(value: Any) -> datetime:
    """Return an aware moment. Raises ValueError for what is none."""
    if not isinstance(value, str):
        raise ValueError(f"a time must be text, was {value!r}")  # noqa: TRY004 (one kind of bad record)
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(f"a time must have a zone, was {value!r}")
    return found.astimezone(UTC)


def misshapen(family: str, fields: Fields) -> str | None:
    """Return what keeps `fields` from being a record of `family`, None where nothing does."""
    for name, kind in (*_OF_ALL.items(), *_NEEDED[family].items()):
        if not isinstance(fields.get(name), kind):
            return f"no record of {family}: {name!r} was {fields.get(name)!r}"
    return None


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a group. `place` is its file and line."""

    family: str
    fields: Fields
    place: str = ""

    @property
    def kind(self) -> str:
        """A transition's kind, an operation's status, else `end` or `delta`."""
        if self.family == OPERATIONS:
            return str(self.fields["status"])
        if self.family == TRANSITIONS:
            return str(self.fields["kind"])
        return "end" if self.family == GROUPS else "delta"

    @property
    def seq(self) -> int:
        """Its number within the group."""
        return int(self.fields["seq"])

    @property
    def ref(self) -> str:
        """The reference it is about, empty for none."""
        return str(self.fields.get("client_ref") or "")

    @property
    def operation_id(self) -> str:
        """The operation it is about, empty for none."""
        return str(self.fields.get("operation_id") or self.fields.get("source_operation_id") or "")

    @property
    def facts(self) -> Fields:
        """A transition's facts."""
        return fields_of(self.fields.get("facts"))

    @property
    def at(self) -> datetime:
        """When it was made."""
        return moment(self.fields["real_utc_time"])

    @property
    def is_forward(self) -> bool:
        """Whether it is about doing, and not about undoing."""
        return bool(self.fields.get("direction") == "forward")

    @property
    def is_intent(self) -> bool:
        """Whether it is the permit of a send."""
        return self.family == OPERATIONS and self.kind == "pending"

    @property
    def is_outcome(self) -> bool:
        """Whether it settles its reference."""
        return self.family == OPERATIONS and self.kind in SETTLED

    @property
    def moves(self) -> Moves:
        """What an operation's record says changed."""
        return moves_of(self.fields["actual_deltas"])
