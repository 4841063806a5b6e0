"""The log against Temporal's history: E5, E7, E8, L2, L7, L9."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from allornone_verify.amounts import negated, summed, text
from allornone_verify.breaks import Break
from allornone_verify.fields import fields_of
from allornone_verify.holdings import moves_of
from allornone_verify.invariants.ids import digest
from allornone_verify.records import SETTLED, Record
from allornone_verify.runs import Run, Told, told
from allornone_verify.story import Story

EVENTS_MAX = 10_000
STANDS = timedelta(hours=1)
"""What should have come may be so late while the log goes on: others go first, or the machine is slow."""


def e5_answers_equal_records(story: Story) -> Iterator[Break]:
    """Whatever an activity answered as settled or recorded is in the log with the same facts, and the reverse."""
    last = story.records[-1].seq if story.records else 0
    answered: set[str] = set()
    for each in told(story.runs or ()):
        if each.settles:
            answered.add(each.ref)
            yield from _settled(story, each, last)
        elif "kind" in each.asked and not each.answer.get("superseded") and _seq(each) <= last:
            yield from _recorded(story, each)
    yield from _unanswered(story, answered)


def _seq(each: Told) -> int:
    return each.seq or 0


def _settled(story: Story, each: Told, last: int) -> Iterator[Break]:
    if each.seq > last:
        return
    reference = story.references.get(each.ref)
    outcome = reference.outcome if reference is not None else None
    if reference is None or outcome is None:
        found = f"{each.activity} answered {each.answer['kind']}, and the log has no outcome of it"
        yield Break(found, ref=each.ref, place=each.place)
        return
    kept = [
        outcome.moves,
        *(moves_of(found["actual_deltas"]) for found in _contradictions(reference.of_kind("conflict"))),
    ]
    apart = [summed(moves_of(each.deltas), negated(moves)) for moves in kept]
    if all(apart):
        found = f"{each.activity} answered otherwise than the log records: {text(apart[0])} apart"
        yield Break(found, ref=each.ref, place=each.place)


def _contradictions(conflicts: list[Record]) -> Iterator[dict[str, dict[str, str]]]:
    for conflict in conflicts:
        found = fields_of(conflict.facts.get("found"))
        if found.get("status") in SETTLED:
            yield found


def _recorded(story: Story, each: Told) -> Iterator[Break]:
    context = each.asked["context"]
    cause: list[str | int] = [context["atomic_group_id"], context["plan_hash"]]
    cause += ["end"] if each.asked.get("result") is not None else [each.asked["kind"], each.asked["number"]]
    wanted = digest(["event", *cause])[:32]
    if all(record.fields["event_id"] != wanted for record in story.records):
        yield Break(f"{each.activity} completed, and the log has no record of it", place=each.place)


def _unanswered(story: Story, answered: set[str]) -> Iterator[Break]:
    if story.end is None or story.was_superseded or not _is_whole(story):
        return
    for record in story.records:
        if record.is_outcome and record.seq < story.end.seq and record.ref not in answered:
            found = f"recorded as {record.kind}, but no activity of its workflow ever said so"
            yield Break(found, ref=record.ref, place=record.place)


def _is_whole(story: Story) -> bool:
    """Tell whether the server still has the group's history from its first run on."""
    first = next(iter(story.runs or ()), None)
    if first is None or first.before:
        return False
    # A run that was started again after the group's end was answered from the log, and is not the one that did it.
    starts = [each for each in first.told if each.asked.get("kind") == "started"]
    return any(not each.answer.get("superseded") for each in starts)


def e7_nothing_lost(story: Story) -> Iterator[Break]:
    """What the history was told is on disk is still there: no answer names a later record than the log has."""
    if not story.runs or story.moving:
        return
    last = story.records[-1].seq if story.records else 0
    for each in told(story.runs):
        if each.seq > last:
            found = f"{each.activity} saw record {each.seq}, the log ends at {last}"
            yield Break(found, ref=each.ref, place=each.place)


def e8_result_equals_end(story: Story) -> Iterator[Break]:
    """The result of the workflow says what the end record says."""
    for run in story.runs or ():
        result = run.result
        if result is None or run.gave_way or story.end is None:
            continue
        end, place = story.end.fields, f"run {run.run_id} event {run.events}"
        if result.get("status") != end["group_status"]:
            found = f"the workflow ended {result.get('status')}, the log {end['group_status']}"
            yield Break(found, place=place)
        for name in ("residual_deltas", "friction"):
            off = summed(moves_of(result.get(name) or {}), negated(moves_of(end[name])))
            if off:
                yield Break(f"{name} of the workflow and of the log differ by {text(off)}", place=place)
        states = {each["operation_id"]: each["state"] for each in end["operations"]}
        for each in result.get("operations") or ():
            if states.get(each["operation_id"]) != each["state"]:
                kept = states.get(each["operation_id"])
                found = f"{each['operation_id']} is {each['state']} in the workflow, {kept} in the log"
                yield Break(found, place=place)


def l2_no_silent_stop(story: Story) -> Iterator[Break]:
    """An open group waits for something that will come, or for an operator who was told."""
    if story.end is not None or story.moving or not story.runs:
        return
    run = story.runs[-1]
    if run.status == "open" and not run.waits and not _is_with_operator(story):
        found = "open, with no timer, no activity and no task, and no operator was asked for"
        yield Break(found, place=f"run {run.run_id} event {run.events}")
    yield from _overdue(run, story.newest)


def _overdue(run: Run, newest: datetime | None) -> Iterator[Break]:
    if newest is None or run.status != "open":
        return
    for pending in run.pending:
        late = newest - pending.due
        if late > STANDS:
            yield Break(f"open, and its {pending.what} was due {late} before the log's newest", place=pending.place)


def _is_with_operator(story: Story) -> bool:
    standing = [record.kind for record in story.transitions("blocked", "unblocked", "abandoned", "superseded")]
    return story.paused or bool(standing and standing[-1] != "unblocked")


def l7_closed_has_end(story: Story) -> Iterator[Break]:
    """A workflow that is closed has an end record, or the sweep has found that it is gone."""
    if story.end is not None or not story.runs or story.moving:
        return
    run: Run = story.runs[-1]
    if run.status == "open" or run.gave_way or (not story.records and run.status != "completed"):
        return
    if not story.transitions("abandoned", "superseded"):
        yield Break(
            f"its workflow is {run.status}, and the log has no end of it", place=f"run {run.run_id} event {run.events}"
        )


def l9_history_is_bounded(story: Story) -> Iterator[Break]:
    """No run's history grows past what Temporal can carry; a run that continues another has the same plan."""
    for run in story.runs or ():
        if run.events >= EVENTS_MAX:
            yield Break(f"a history of {run.events} events", place=f"run {run.run_id}")
