"""What operators are told and say: L3, L6, L11."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from allornone_verify.amounts import amount_of
from allornone_verify.breaks import Break
from allornone_verify.records import Record
from allornone_verify.runs import Run, Taken
from allornone_verify.story import Reference, Story

PATIENCE = timedelta(minutes=5)
"""A look that is under way when a budget ends is waited for: three minutes of tries, and what a slow machine takes."""


def l3_unknown_asks_for_help(story: Story) -> Iterator[Break]:
    """What stays unknown past the policy's budget is put before an operator."""
    budget = _seconds(story.policy.get("resolve_budget_s") or "600")
    for reference in story.references.values():
        intent = reference.intent
        if intent is None:
            continue
        until, by_seq = _doubt_ended(story, reference)
        asked = any(intent.seq < record.seq <= by_seq for record in story.transitions("blocked"))
        if until - intent.at > budget + _timeout(story, intent) + PATIENCE and not asked:
            found = f"not settled for {until - intent.at}, and no operator was asked for"
            yield Break(found, ref=reference.ref, place=intent.place)


def _timeout(story: Story, intent: Record) -> timedelta:
    return _seconds(str(story.operations.get(intent.operation_id, {}).get("timeout_s") or "60"))


def _seconds(value: Any) -> timedelta:
    return timedelta(seconds=float(amount_of(value)))


def _doubt_ended(story: Story, reference: Reference) -> tuple[datetime, int]:
    """Return when the doubt ended, and the last number that an `asked for` may have.

    An open group whose doubt nothing ended has it still, as late as anything in the log was written; one that is paused
    is with an operator.
    """
    ended = reference.outcome or story.records[-1]
    if reference.outcome is not None or story.end is not None or story.paused or story.newest is None:
        return ended.at, ended.seq
    return max(story.newest, ended.at), ended.seq


def l6_commands_are_audited(story: Story) -> Iterator[Break]:
    """Each command names who gave it, is recorded once by its id, and none that was accepted is missing."""
    seen: dict[str, str] = {}
    for record in story.transitions("command"):
        command_id = str(record.facts.get("command_id") or "")
        if not record.fields.get("actor"):
            yield Break(f"{record.facts.get('command')} without an actor", place=record.place)
        if not command_id:
            yield Break(f"{record.facts.get('command')} without a command id", place=record.place)
        elif command_id in seen:
            yield Break(f"command {command_id} is recorded twice, first in {seen[command_id]}", place=record.place)
        seen.setdefault(command_id, record.place)
    yield from _lost(story, set(seen))


def _lost(story: Story, recorded: set[str]) -> Iterator[Break]:
    if story.was_superseded or story.moving:
        return
    runs = story.runs or ()
    for number, run in enumerate(runs):
        for command_id, taken in run.commands.items():
            if command_id in recorded:
                continue
            if story.end is not None or _went_on(run, taken) or _is_left_behind(run, runs[number + 1 :]):
                yield Break(f"command {command_id} was taken, and the log has no record of it", place=taken.place)


def _went_on(run: Run, taken: Taken) -> bool:
    """Tell whether a run has done something else since a command: it is recorded before that."""
    return run.is_idle or any(each.task > taken.accepted and not each.is_record for each in run.asked)


def _is_left_behind(run: Run, later: tuple[Run, ...]) -> bool:
    """Tell whether a run was continued by one that has sent or looked since."""
    return run.status == "continued_as_new" and any(not each.is_record for next_ in later for each in next_.asked)


def l11_recovery_fences_the_old(story: Story) -> Iterator[Break]:
    """After a recovery nothing of the life before is sent, and what it left open is settled before anything new."""
    for recovered in story.transitions("recovered"):
        left = [
            reference
            for reference in story.references.values()
            if reference.intent is not None
            and reference.intent.seq < recovered.seq
            and (reference.outcome is None or reference.outcome.seq > recovered.seq)
        ]
        following = next((intent for intent in story.intents() if intent.seq > recovered.seq), None)
        for reference in left:
            fences = [record.seq for record in reference.records if record.kind == "revoked" or record.is_outcome]
            if following is not None and not any(seq < following.seq for seq in fences):
                found = "sent after a recovery, while a reference of the life before was neither settled nor revoked"
                yield Break(found, ref=following.ref, place=following.place)
