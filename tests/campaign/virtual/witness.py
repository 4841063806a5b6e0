"""The invariants of robustness.md section 2, held at each write and each effect against what the venue really did.

Each is a question about the log's records and the venue's orders as they are at that moment, so that they hold in a
schedule and in a state of the state space alike.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from activities.tasks import OperationTask
from allornone.core.answer import AnswerKind
from allornone.core.clock import over_undo_budget
from allornone.core.state import GroupState
from allornone.deltas import add, without_zero
from allornone.events import AtomicOperationGroupEvent, Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction
from allornone.models.group import GroupStatus
from tests.campaign.virtual.venue import Order, moment
from tests.unit.core.answers import deltas

if TYPE_CHECKING:
    from tests.campaign.virtual.attempt import Attempt
    from tests.campaign.virtual.world import World

FORWARD, ROLLBACK = Direction.FORWARD, Direction.ROLLBACK
NOTHING = frozenset({AnswerKind.REFUSED, AnswerKind.NOT_SENT, AnswerKind.ABSENT})


class Violation(AssertionError):  # noqa: N818 (what was broken is no error of the program)
    """An invariant does not hold; the text begins with its number."""


def holds(condition: object, name: str, what: str) -> None:
    """Raise Violation unless `condition`."""
    if not condition:
        raise Violation(f"{name}: {what}")


def sees_send(world: "World", reference: str) -> None:
    """Hold what must be so when a request leaves."""
    intents = [event for event in world.journal.operations(reference) if event.status == "pending"]
    holds(len(intents) == 1, "S3", f"{world.name(reference)} was sent on {len(intents)} intents")
    holds(reference not in world.sent, "S2", f"{world.name(reference)} was sent twice")


def sees_halt(world: "World", attempt: "Attempt") -> None:
    """Hold that nothing leaves forward while the halt stands but what whoever set it waits for."""
    forward = isinstance(attempt.task, OperationTask) and attempt.task.direction is FORWARD
    halted = world.halt is not None and forward and attempt.number not in world.passed
    holds(not halted, "HL", f"{world.name(attempt.reference)} was sent while forward sends are halted")


def sees_effect(world: "World", reference: str, before: Order | None, after: Order) -> None:
    """Hold what must be so when something takes effect."""
    name = world.name(reference)
    holds(before is None or before.rest, "S2", f"{name} took effect twice")
    holds(abs(after.done) <= after.asked, "S2", f"{name} filled {after.done} of {after.asked}")
    _within_its_time(world, name, after)
    end = world.journal.end
    ranges = {each["client_ref"] for each in end.unfenced} if end is not None else set[str]()
    holds(end is None or reference in ranges, "S5", f"{name} took effect after the end")
    _outcome_stands(world, reference, name)
    if after.direction is FORWARD:
        undone = any(world.position(event.operation_id) == after.index for event in world.journal.intents(ROLLBACK))
        listed = reference in world.loose
        holds(not undone or listed, "S6", f"{name} took effect after its undo was begun")
    else:
        net = world.truth(after.index)
        holds(net >= 0, "S7", f"{name} undid more than there was: {net} is left")


def _within_its_time(world: "World", name: str, after: Order) -> None:
    if world.profile.expiry != "enforced":
        return
    holds(
        world.venue_now <= after.not_after or after.sent_at < world.now, "S16", f"{name} took effect after its expiry"
    )
    deadline = world.plan.deadline
    if after.direction is FORWARD and deadline is not None and not world.life.state.released:
        # A venue whose clock is behind takes it for as long: by all clocks it must be over.
        late = after.sent_at == world.now and moment(min(world.now, world.clock, world.venue_now)) > deadline
        holds(not late, "S16", f"{name} took effect after the deadline")


def _outcome_stands(world: "World", reference: str, name: str) -> None:
    for event in world.journal.operations(reference):
        if event.outcome in NOTHING:
            holds(reference in world.loose, "S12", f"{name} was recorded as {event.outcome}, and took effect")
        if event.outcome == AnswerKind.CLOSED:
            raise Violation(f"S4: {name} was recorded as closed, and took more effect")


def sees_record(world: "World", event: Event) -> None:
    """Hold what must be so when a record is written."""
    if isinstance(event, AtomicOperationGroupEvent):
        _sees_end(world, event)
    elif isinstance(event, OperationExecutionEvent):
        if event.status == "pending":
            _sees_intent(world, event)
        elif event.outcome in NOTHING or event.outcome == AnswerKind.CLOSED:
            _sees_outcome(world, event)


def _sees_outcome(world: "World", event: OperationExecutionEvent) -> None:
    reference = event.client_ref or ""
    order = world.orders.get(reference)
    changes = order.changes() if order is not None else {}
    told = without_zero(event.actual_deltas)
    attested = event.evidence.get("attested")
    holds(
        attested or told == changes, "S4", f"{world.name(reference)} {event.outcome}: {told}, the venue has {changes}"
    )
    if event.outcome == AnswerKind.CLOSED and not attested:
        holds(order is not None and not order.rest, "S4", f"{world.name(reference)} is open, and recorded as closed")


def _sees_intent(world: "World", event: OperationExecutionEvent) -> None:
    reference, index = event.client_ref or "", world.position(event.operation_id)
    name = world.name(reference)
    holds(event.plan_hash == world.plan.plan_hash, "S17", f"{name} has another plan")
    holds(world.journal.end is None, "S18", f"the intent of {name} was written after the end")
    holds(
        not world.journal.revoked(world.plan.atomic_group_id, reference),
        "S18",
        f"the intent of {name} was written after its revocation",
    )
    settled = [each.outcome for each in world.journal.operations(reference) if each.outcome in NOTHING]
    holds(not settled, "S18", f"the intent of {name} was written after it was recorded as {settled}")
    if event.direction is FORWARD:
        _sees_forward(world, name, index)
    else:
        _sees_undo(world, name, index, reference)


def _sees_forward(world: "World", name: str, index: int) -> None:
    rolling = world.journal.has(world.plan.atomic_group_id, TransitionKind.ROLLING_BACK)
    holds(not rolling, "S18", f"the intent of {name} was written after the group began to roll back")
    accepted = world.accepted()
    for older in range(index):
        progress = world.life.state.operations[older]
        least = Decimal(2) * (world.plan.operations[older].min_fill or 1)
        done = world.forward(older)
        breach = any(o.drift == "breach" for o in world.orders.values() if (o.index, o.direction) == (older, FORWARD))
        fine = older in accepted or progress.accepted or (least <= done <= AMOUNT_MAX and not breach)
        holds(fine, "S15", f"{name} was begun while op{older} was not done: {done}, breach {breach}")


AMOUNT_MAX = 2


def _sees_undo(world: "World", name: str, index: int, reference: str) -> None:
    state = world.life.state
    for other in world.journal.unsettled() - {reference}:
        holds(other in world.loose, "S10", f"{name} was begun while {world.name(other)} was unknown")
    pivots = [i for i, each in enumerate(world.plan.operations) if each.pivot and world.forward(i)]
    holds(index > max(pivots, default=-1), "S11", f"{name} was begun though a pivot at or after it is in effect")
    for newer in range(index + 1, len(world.plan.operations)):
        if world.truth(newer) > 0:
            holds(_may_stay(world, state, newer), "S9", f"{name} was begun before op{newer} was undone")


def _may_stay(world: "World", state: GroupState, index: int) -> bool:
    operation, progress = world.plan.operations[index], state.operations[index]
    if progress.accepted or operation.rollback == "none" or progress.irreversible or progress.unfenced:
        return True
    waits = world.plan.policy.on_stuck_undo == "wait" or not operation.independent
    return not waits and over_undo_budget(world.plan, progress)


def _sees_end(world: "World", event: AtomicOperationGroupEvent) -> None:
    status, loose = event.group_status, {each["client_ref"] for each in event.unfenced}
    unknown = world.journal.unsettled() - loose
    holds(not unknown, "S1", f"ended {status} while {[world.name(each) for each in unknown]} was unknown")
    changes = _sum(order.changes() for reference, order in world.orders.items() if reference not in loose)
    listed = add(event.residual_deltas, event.friction)
    if status == GroupStatus.COMPLETED:
        holds(not world.life.state.cancel, "CL", "completed after a cancel was taken")
        done = [deltas(world.forward(index)) for index in range(len(world.plan.operations))]
        listed = add(listed, *done)
        for index, operation in enumerate(world.plan.operations):
            least = AMOUNT_MAX * (operation.min_fill or 1)
            holds(world.forward(index) >= least, "S1", f"completed, but op{index} did {world.forward(index)}")
    if status in (GroupStatus.COMPLETED, GroupStatus.ROLLED_BACK, GroupStatus.FAILED):
        holds(not loose, "S1", f"{status} with something that may still take effect")
    if status == GroupStatus.ROLLED_BACK:
        left = [world.truth(index) for index in range(len(world.plan.operations))]
        holds(not any(left), "S1", f"rolled back, but {left} is left")
    if status == GroupStatus.FAILED:
        holds(not changes, "S1", f"failed, but the venue has {changes}")
    attested = any(each.attested for progress in world.life.state.operations for each in progress.attempts)
    if not attested:
        listed = without_zero(listed)
        holds(listed == changes, "S1", f"ended {status} with {listed}, the venue has {changes}")


def _sum(changes: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    return without_zero(add(*changes))


def sees_all_over(world: "World") -> None:
    """Hold the whole log once nothing more can happen: `seq` without a gap, ids once."""
    seqs = [mark.seq for mark in world.journal.index.group(world.plan.atomic_group_id).marks]
    holds(seqs == list(range(1, len(seqs) + 1)), "E2", f"seq runs {seqs}")
    ids = [event.event_id for event in world.journal.events]
    holds(len(ids) == len(set(ids)), "E1", "an event_id was written twice")
    ends = [event for event in world.journal.events if isinstance(event, AtomicOperationGroupEvent)]
    holds(len(ends) <= 1, "E2", f"{len(ends)} end records")
    late = [event for event in world.journal.events if isinstance(event, GroupTransitionEvent)]
    holds(all(event.atomic_group_id for event in late), "E2", "a transition of no group")
