"""How each rule of the protocol is switched off: another function in the place of the real one, in a rig alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities import judge, resolve
from activities.desk import Desk
from activities.tasks import OperationTask
from allornone.core import command, unwind
from allornone.core import resolve as core_resolve
from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.send import send_undo
from allornone.core.state import GroupState
from allornone.eventlog import Permit, ReferenceTrace, permit
from allornone.eventlog.trace import PermitState
from allornone.models.group import AtomicGroup
from allornone.venues.reading import Reading, ReadingState
from tests.campaign.virtual.venue import NOON
from workflows import briefs


def _always(answer: object) -> Callable[..., object]:
    def answered(*_: object) -> object:
        return answer

    return answered


def no_permit(patch: pytest.MonkeyPatch) -> None:
    """Let everybody send who asks."""
    real = permit.intend

    def intend(journal: Any, intent: Any, known_seq: int) -> Permit:
        known = permit.trace(journal, intent.atomic_group_id, intent.client_ref)
        if known.intent is None:
            return real(journal, intent, known_seq)
        return Permit(PermitState.WRITTEN, known)

    patch.setattr(permit, "intend", intend)


def no_revocation(patch: pytest.MonkeyPatch) -> None:
    """Let the resolver look without writing that nobody may send any more."""

    def revoke(journal: Any, revocation: Any, known_seq: int) -> ReferenceTrace:
        del known_seq
        return permit.trace(journal, revocation.atomic_group_id, revocation.client_ref)

    patch.setattr(permit, "revoke", revoke)


def revoked_first(patch: pytest.MonkeyPatch) -> None:
    """Look for a revocation before the intent."""
    real = permit._state  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (the rule itself)

    def state(journal: Any, intent: Any, known: ReferenceTrace, known_seq: int) -> PermitState:
        if known.revoked:
            return PermitState.REVOKED
        return real(journal, intent, known, known_seq)

    patch.setattr(permit, "_state", state)


def open_is_closed(patch: pytest.MonkeyPatch) -> None:
    """Take the part of an open order for its size."""
    real = judge.of_reading

    async def of_reading(task: Any, request: Any, desk: Desk, reading: Reading, prepared: Any) -> Answer | None:
        if reading.state is ReadingState.OPEN:
            reading = reading.model_copy(
                update={
                    "state": ReadingState.CLOSED,
                    "handshake": reading.handshake.model_copy(update={"status": "confirmed"}),
                }
            )
        return await real(task, request, desk, reading, prepared)

    patch.setattr("activities.send.of_reading", of_reading)
    patch.setattr("activities.resolve.of_reading", of_reading)


def same_undo_epoch(patch: pytest.MonkeyPatch) -> None:
    """Send every further undo under the first one's reference."""
    real = send_undo

    def same_epoch(state: GroupState, index: int) -> Any:
        progress = state.operations[index]
        if progress.undo_epoch:
            operations = list(state.operations)
            operations[index] = replace(progress, undo_epoch=0)
            state = replace(state, operations=tuple(operations))
        return real(state, index)

    patch.setattr(unwind, "send_undo", same_epoch)


def no_settle_window(patch: pytest.MonkeyPatch) -> None:
    """Believe absence as soon as the expiry is over."""

    def fence(task: Any, request: Any, desk: Any, capability: Any, reading: Reading | None) -> Fence:
        del task, desk, capability
        over = reading is not None and reading.venue_time is not None and reading.venue_time > request.not_after
        return Fence.FENCED if over else Fence.WAITING

    patch.setattr(resolve, "fence", fence)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """Believe absence at once."""
    patch.setattr(resolve, "fence", _always(Fence.FENCED))


def nothing_is_switched_off(patch: pytest.MonkeyPatch) -> None:
    """Leave the code as it is: here it is the venue that breaks its word."""
    del patch


def unknown_is_failed(patch: pytest.MonkeyPatch) -> None:
    """Take a lost answer for a refusal."""

    async def unknown(task: OperationTask, desk: Desk, request: Any, message: str, **_: Any) -> Answer:
        return await judge.nothing(task, request, desk, AnswerKind.REFUSED, message)

    patch.setattr("activities.send.unknown", unknown)


def no_intent(patch: pytest.MonkeyPatch) -> None:
    """Send without a record of the intent."""

    def intend(journal: Any, intent: Any, known_seq: int) -> Permit:
        del known_seq
        return Permit(PermitState.WRITTEN, permit.trace(journal, intent.atomic_group_id, intent.client_ref))

    patch.setattr(permit, "intend", intend)


def same_bytes(patch: pytest.MonkeyPatch) -> None:
    """Give every undo the expiry of the first."""
    real = briefs.undo_task

    def undo_task(plan: AtomicGroup, state: GroupState, index: int, epoch: int, not_after: datetime) -> OperationTask:
        return real(plan, state, index, epoch, min(not_after, NOON + timedelta(seconds=30)))

    patch.setattr(briefs, "undo_task", undo_task)


def no_resolve_guard(patch: pytest.MonkeyPatch) -> None:
    """Take an operator's "did not happen" before the reference is fenced."""

    async def borne_out(task: OperationTask, claim: Any, request: Any, desk: Desk, *_: object) -> Answer | None:
        if claim.handshake is None:
            return await judge.nothing(task, request, desk, AnswerKind.ABSENT, "an operator said so")
        return None

    patch.setattr(core_resolve, "_refuse_unless_fenced", _always(None))
    patch.setattr(resolve, "borne_out", borne_out)


def no_accepted_guard(patch: pytest.MonkeyPatch) -> None:
    """Accept what is left while something is unknown, and forget that it is."""

    def accept(plan: AtomicGroup, state: GroupState, said: object) -> GroupState:
        del plan, said
        return replace(state, flight=None)

    patch.setattr(core_resolve, "_accept_flight", accept)


def no_verdict_lock(patch: pytest.MonkeyPatch) -> None:
    """Take commands after the verdict."""
    real = command.take

    def take(plan: AtomicGroup, state: GroupState, said: Any, command_id: str) -> GroupState:
        taken = real(plan, replace(state, verdict=None), said, command_id)
        return replace(taken, verdict=state.verdict)

    patch.setattr("tests.campaign.virtual.life.take", take)


def no_pivot(patch: pytest.MonkeyPatch) -> None:
    """Forget that a pivot is in effect."""
    for module in ("turn", "unwind", "recover", "subject", "facts"):
        patch.setattr(f"allornone.core.{module}.pivot", _always(-1))


def oldest_first(patch: pytest.MonkeyPatch) -> None:
    """Undo in the order of the operations."""
    real = unwind.targets

    def targets(plan: AtomicGroup, state: GroupState) -> list[int]:
        return real(plan, state)[::-1]

    for module in ("unwind", "standing", "subject"):
        patch.setattr(f"allornone.core.{module}.targets", targets)


def planned_size(patch: pytest.MonkeyPatch) -> None:
    """Undo what was planned, and not what happened."""
    real = briefs.undo_task

    def undo_task(plan: AtomicGroup, state: GroupState, index: int, epoch: int, not_after: datetime) -> OperationTask:
        task = real(plan, state, index, epoch, not_after)
        assert task.effect is not None
        planned = plan.operations[index].expected_deltas
        return task.model_copy(update={"effect": task.effect.model_copy(update={"actual_deltas": planned})})

    patch.setattr(briefs, "undo_task", undo_task)


def no_other_lives(patch: pytest.MonkeyPatch) -> None:
    """Let a second life of the group go on as if it were the only one."""
    for module in ("permit", "recording"):
        patch.setattr(f"allornone.eventlog.{module}.superseded", _always(False))  # noqa: FBT003 (the answer)
