"""One group as all the witnesses tell it: its records, its orders and its runs, put together by reference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from allornone_verify.amounts import Moves, summed
from allornone_verify.fields import Fields, fields_of
from allornone_verify.holdings import moves_of
from allornone_verify.ledger import Order
from allornone_verify.records import SETTLED, Record
from allornone_verify.runs import Run

ENDS = frozenset({"completed", "rolled_back", "failed", "partial"})


@dataclass(slots=True)
class Reference:
    """Everything the witnesses tell of one reference."""

    ref: str
    records: list[Record] = field(default_factory=list[Record])
    orders: list[Order] = field(default_factory=list[Order])

    def of_kind(self, kind: str) -> list[Record]:
        """Return its records of one kind, in order."""
        return [record for record in self.records if record.kind == kind]

    @property
    def intent(self) -> Record | None:
        """The permit of its one send."""
        return next((record for record in self.records if record.is_intent), None)

    @property
    def outcome(self) -> Record | None:
        """The record that settled it."""
        return next((record for record in self.records if record.is_outcome), None)

    @property
    def named(self) -> Record | None:
        """A record that says of which operation, direction and epoch it is."""
        return next((record for record in self.records if record.family == "operation_executions"), None)

    @property
    def noted(self) -> bool:
        """Whether the log says that it took effect later than was thought."""
        return bool(self.of_kind("late_effect"))

    @property
    def believed(self) -> Moves | None:
        """What the log holds it for by now, None for nothing certain.

        A late effect says what was shown; one of before the end stands beside the contradiction that was kept.
        """
        lates = self.of_kind("late_effect")
        if lates and "shown" in lates[-1].facts:
            return moves_of(lates[-1].facts["shown"])
        if lates:
            for kept in reversed(self.of_kind("conflict")):
                found = fields_of(kept.facts.get("found"))
                if found.get("status") in SETTLED:
                    return moves_of(found["actual_deltas"])
        return self.outcome.moves if self.outcome is not None else None

    @property
    def moves(self) -> Moves:
        """What the ledgers say it changed."""
        return summed(*(order.moves for order in self.orders))


@dataclass
class Story:
    """One group. `moving`: records were written while the witnesses were looked at, so only the log is judged."""

    group_id: str
    records: list[Record]
    orders: tuple[Order, ...] = ()
    runs: tuple[Run, ...] | None = None
    moving: bool = False
    skew_s: float = 5.0
    newest: datetime | None = None
    """When the newest record of the whole log was made, None where nothing tells."""
    origin: Moves = field(default_factory=Moves)
    """What had taken effect before it began: a late effect, in the run that is about it."""
    lateness_s: Callable[[str, str], float | None] | None = None
    """How long after an expiry a venue may still act, by venue and operation type; None where no ledger tells."""
    witnessed: Callable[[str], bool] = field(default=lambda venue: True)  # noqa: ARG005 (a venue by its name)
    """Whether a ledger tells what happened at a venue."""
    known: Callable[[str], bool] = field(default=lambda group_id: False)  # noqa: ARG005 (a group by its id)
    """Whether the log knows another group."""

    @cached_property
    def references(self) -> dict[str, Reference]:
        """Every reference that a record or an order names, in the order in which they appear."""
        found: dict[str, Reference] = {}
        for record in self.records:
            if record.ref:
                found.setdefault(record.ref, Reference(record.ref)).records.append(record)
        for order in self.orders:
            found.setdefault(order.ref, Reference(order.ref)).orders.append(order)
        return found

    @cached_property
    def started(self) -> Record | None:
        """Its start, which holds the plan."""
        return next((record for record in self.records if record.kind == "started"), None)

    @cached_property
    def end(self) -> Record | None:
        """Its end record."""
        return next((record for record in self.records if record.kind == "end"), None)

    @cached_property
    def status(self) -> str:
        """The word of its end, empty while it is open."""
        return str(self.end.fields["group_status"]) if self.end is not None else ""

    def stated(self, operation_id: str) -> Fields:
        """Return what its end says of an operation; empty where it says nothing."""
        listed: list[Fields] = self.end.fields["operations"] if self.end is not None else []
        return next((each for each in listed if each["operation_id"] == operation_id), Fields())

    @cached_property
    def plan(self) -> Fields:
        """Its plan; empty where the log has none."""
        return fields_of(self.started.facts.get("plan") if self.started is not None else None)

    @cached_property
    def policy(self) -> Fields:
        """Its policy."""
        return fields_of(self.plan.get("policy"))

    @cached_property
    def operations(self) -> dict[str, Fields]:
        """The plan's operations by id, in sequence."""
        return {each["operation_id"]: each for each in self.plan.get("operations", ())}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in the sequence each operation stands."""
        return {name: place for place, name in enumerate(self.operations)}

    def sees(self, reference: Reference) -> bool:
        """Tell whether a ledger is witness of where a reference went to."""
        named = reference.intent or reference.named
        return named is None or self.witnessed(str(named.fields.get("venue")))

    def sees_all_of(self, operation_id: str) -> bool:
        """Tell whether ledgers are witness of all that was sent for an operation and its undo."""
        mine = (record for record in self.records if record.is_intent and record.operation_id == operation_id)
        return all(self.witnessed(str(intent.fields.get("venue"))) for intent in mine)

    @property
    def paused(self) -> bool:
        """Whether an operator has it wait."""
        return len(self.commands("pause")) > len(self.commands("resume"))

    @property
    def simulated(self) -> bool:
        """Whether it was only rehearsed."""
        return bool(self.plan.get("simulated"))

    @property
    def is_late_run(self) -> bool:
        """Whether it is about an effect that came after another group's end."""
        return "late_of" in fields_of(self.plan.get("metadata"))

    @property
    def was_superseded(self) -> bool:
        """Whether it has had more than one life: reset, recovered, or told so."""
        return any(run.gave_way for run in self.runs or ()) or any(
            record.kind in {"superseded", "recovered"} for record in self.records
        )

    @cached_property
    def unfenced(self) -> dict[str, Fields]:
        """The references that the end lists as ranges."""
        listed: list[Fields] = self.end.fields["unfenced"] if self.end is not None else []
        return {each["client_ref"]: each for each in listed}

    def intents(self, *, forward: bool | None = None) -> Iterator[Record]:
        """Yield the permits in order: of both directions, or of one."""
        for record in self.records:
            if record.is_intent and forward in {None, record.is_forward}:
                yield record

    def transitions(self, *kinds: str) -> list[Record]:
        """Return the transitions of some kinds, in order."""
        return [record for record in self.records if record.family == "group_transitions" and record.kind in kinds]

    def commands(self, name: str, **facts: str) -> list[Record]:
        """Return the recorded commands of one name that say what `facts` say."""
        wanted = {"command": name, **facts}
        return [
            record
            for record in self.transitions("command")
            if all(record.facts.get(key) == value for key, value in wanted.items())
        ]

    def orders_of(self, operation_id: str, *, forward: bool) -> list[Order]:
        """Return the orders that did an operation, or those that undid it, as the ledgers have them."""
        found = [order for order in self.orders if order.operation_id == operation_id]
        return sorted((order for order in found if order.is_forward is forward), key=lambda order: order.position)
