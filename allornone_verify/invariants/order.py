"""In which order things may happen: S10, S18, E2, E3, L5."""

from collections.abc import Iterator

from allornone_verify.breaks import Break
from allornone_verify.records import Record
from allornone_verify.story import Story

AFTER_THE_END = frozenset({"conflict", "late_effect", "command", "delta", "unknown", "revoked", "superseded"})
"""What may still be recorded of a group that has ended: evidence, and an operator's word to another life."""
FORWARD = "execute:"
"""How the name of an activity begins that sends forward."""
KINDS = frozenset(
    {
        "started",
        "rolling_back",
        "blocked",
        "unblocked",
        "command",
        "deadline",
        "revoked",
        "conflict",
        "late_effect",
        "superseded",
        "abandoned",
        "recovered",
        "delta",
        "pending",
        "unknown",
        "confirmed",
        "failed",
        "rolled_back",
        "end",
    }
)
"""Every kind of record that is judged here; any other is taken for a note."""


def s10_nothing_while_unknown(story: Story) -> Iterator[Break]:
    """While the outcome of one reference is unknown nothing is sent and nothing is undone."""
    open_refs: dict[str, Record] = {}
    loose = _let_go(story)
    for record in story.records:
        if record.is_intent:
            for ref, first in open_refs.items():
                if ref not in loose or loose[ref] > record.seq:
                    found = f"sent while {first.operation_id} was not settled ({first.place})"
                    yield Break(found, ref=record.ref, place=record.place)
            open_refs[record.ref] = record
        elif record.is_outcome:
            open_refs.pop(record.ref, None)


def _let_go(story: Story) -> dict[str, int]:
    """Return the references that an operator let go as a range, each with the record of that word."""
    words = [*story.commands("resolve", outcome="failed"), *story.commands("resolve", outcome="accepted")]
    found: dict[str, int] = {}
    for intent in story.intents():
        after = [word.seq for word in words if word.seq > intent.seq and _is_about(word, intent)]
        if after:
            found[intent.ref] = min(after)
    return found


def _is_about(word: Record, intent: Record) -> bool:
    ref, operation_id = word.facts.get("client_ref"), word.facts.get("operation_id")
    return intent.ref == ref if ref else operation_id in {None, intent.operation_id}


def s18_no_way_back(story: Story) -> Iterator[Break]:
    """Once the group rolls back or is told to, or an operation failed, nothing is sent forward past it any more."""
    undone = list(story.intents(forward=False))[:1]
    turns = [*story.transitions("rolling_back"), *story.commands("cancel"), *undone]
    turn = min(turns, key=lambda record: record.seq, default=None)
    for intent in story.intents(forward=True):
        if turn is not None and intent.seq > turn.seq:
            told = "its undo" if turn.is_intent else turn.kind
            found = f"{intent.operation_id} was sent forward after {told} ({turn.place})"
            yield Break(found, ref=intent.ref, place=intent.place)
        elif failed := _failed_before(story, intent):
            found = f"{intent.operation_id} was sent forward after {failed.operation_id} had failed ({failed.place})"
            yield Break(found, ref=intent.ref, place=intent.place)


def _failed_before(story: Story, intent: Record) -> Record | None:
    """Return the failure of an older operation that was neither tried again nor accepted, None for none."""
    last: dict[str, Record] = {}
    for record in story.records:
        older = story.places.get(record.operation_id, -1) < story.places.get(intent.operation_id, -1)
        if record.seq < intent.seq and record.is_outcome and record.is_forward and older:
            last[record.operation_id] = record
    for record in last.values():
        accepted = story.commands("resolve", outcome="accepted", operation_id=record.operation_id)
        noted = story.references[record.ref].noted if record.ref else False
        if record.kind == "failed" and not noted and not any(word.seq < intent.seq for word in accepted):
            return record
    return None


def s18_no_send_after_temporals_cancel(story: Story) -> Iterator[Break]:
    """A run that was cancelled in Temporal has heard of it with its next decision; later ones send nothing forward."""
    for run in story.runs or ():
        for asked in run.asked if run.cancelled else ():
            if asked.task > run.cancelled and asked.activity.startswith(FORWARD):
                yield Break(f"{asked.activity} was asked for after Temporal's cancel", place=asked.place)


def e2_gap_free(story: Story) -> Iterator[Break]:
    """Records are numbered 1..n without a gap; one start, first; one end, behind which only evidence comes."""
    if story.moving:
        return
    for number, record in enumerate(story.records, start=1):
        if record.seq != number:
            yield Break(f"seq {number} was expected, was {record.seq}", place=record.place)
            break
    starts, ends = [r for r in story.records if r.kind == "started"], [r for r in story.records if r.kind == "end"]
    if story.records and not starts:
        yield Break("the log has no start of it", place=story.records[0].place)
    if starts and starts[0] is not story.records[0]:
        yield Break(f"{story.records[0].kind} came before the start", place=story.records[0].place)
    if len(ends) > 1:
        yield Break(f"a second end, after {ends[0].place}", place=ends[1].place)
    for record in story.records[story.records.index(ends[0]) + 1 :] if ends else ():
        if record.kind not in AFTER_THE_END and not record.is_outcome and record.kind in KINDS:
            yield Break(f"{record.kind} after the end", ref=record.ref, place=record.place)


def e3_states_follow(story: Story) -> Iterator[Break]:
    """At each prefix of the log the group, its operations and its references are in states that exist."""
    if story.moving:
        return
    blocked = False
    for record in story.records:
        if record.kind == "blocked":
            blocked = True
        if record.kind == "unblocked":
            if not blocked:
                yield Break("unblocked, but was not blocked", place=record.place)
            blocked = False
    for reference in story.references.values():
        yield from _life(story, reference.records)
    yield from _epochs(story)


def _life(story: Story, records: list[Record]) -> Iterator[Break]:
    pending = settled = revoked = False
    for record in records:
        if record.is_intent:
            if pending or settled or revoked:
                yield Break(
                    "a permit for a reference that has one, or may have none", ref=record.ref, place=record.place
                )
            pending = True
        elif record.is_outcome:
            if settled:
                yield Break(f"{record.kind}, but it was settled before", ref=record.ref, place=record.place)
            if not pending and not story.simulated and (record.kind != "failed" or not revoked):
                yield Break(f"{record.kind} without a permit", ref=record.ref, place=record.place)
            settled = True
        elif record.kind == "unknown" and not pending:
            yield Break("unknown, but never permitted", ref=record.ref, place=record.place)
        revoked = revoked or record.kind == "revoked"


def _epochs(story: Story) -> Iterator[Break]:
    """Forward references count 1, 2, 3 within an operation, and operations begin in the plan's order."""
    last: dict[str, int] = {}
    for record in story.records:
        if record.family != "operation_executions" or not record.is_forward or story.is_late_run:
            continue
        name, epoch = record.operation_id, int(record.fields["epoch"])
        if story.operations and name not in story.operations:
            yield Break(f"{name} is no operation of the plan", ref=record.ref, place=record.place)
            continue
        if epoch > last.get(name, 0) + 1:
            yield Break(
                f"epoch {epoch} of {name} follows epoch {last.get(name, 0)}", ref=record.ref, place=record.place
            )
        if name not in last and any(story.places[other] > story.places[name] for other in last):
            yield Break(f"{name} began after an operation that comes later", ref=record.ref, place=record.place)
        last[name] = max(last.get(name, 0), epoch)


def l5_one_start(story: Story) -> Iterator[Break]:
    """A group is started once, whatever is submitted under its id later."""
    starts = [record for record in story.records if record.kind == "started"]
    for again in starts[1:]:
        yield Break(f"started again, after {starts[0].place}", place=again.place)
    first = story.plan
    for run in story.runs or ():
        if first and run.plan and run.plan.get("operations") != first.get("operations"):
            yield Break("a run of this id has other operations than the log's plan", place=f"run {run.run_id} event 1")
