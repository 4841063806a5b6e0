"""An operator's word about what the machine cannot know: taken, held against a look-up, or refused."""

from dataclasses import replace

from allornone.core.answer import Fence
from allornone.core.attested import vouched
from allornone.core.facts import current, forward_attempts, in_effect, with_progress
from allornone.core.meaning import meaning
from allornone.core.standing import blocked
from allornone.core.state import Claim, Flight, GroupState, Handled, Notice, Phase, Progress
from allornone.core.subject import named, refusal
from allornone.events.transition import TransitionKind
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.execution import Direction, ExecutionHandshake
from allornone.models.group import AtomicGroup


def resolve(plan: AtomicGroup, state: GroupState, command: ResolveCommand, command_id: str) -> GroupState:
    """Take an operator's word: at once where something is accepted, else to be held against a look-up."""
    if command.outcome is ResolvedOutcome.ACCEPTED:
        return _accept(plan, state, command)
    index, direction, _ = named(plan, state, command.client_ref)
    if state.claim is not None:
        raise refusal(plan, state, "another word about it is being held against the venue; wait for its answer")
    flight = state.flight
    if flight is None or flight.phase is not Phase.UNKNOWN:
        why = "confirmed and failed hold only while the reference is unknown; accepted leaves what is stuck"
        raise refusal(plan, state, why)
    effect = _vouched(plan, state, index, direction, command)
    if effect is None:
        _refuse_unless_fenced(plan, state, flight, direction)
    claim = Claim(command_id, effect, meaning=meaning(command))
    return replace(state, claim=claim, flight=replace(flight, urgent=True))


def _refuse_unless_fenced(plan: AtomicGroup, state: GroupState, flight: Flight, direction: Direction) -> None:
    if flight.fence is Fence.FENCED:
        return
    if flight.fence is Fence.NEVER_SETTLED and direction is Direction.FORWARD:
        return
    if flight.fence is Fence.NEVER_SETTLED:
        raise refusal(plan, state, "an undo that may still take effect can be shown or accepted, not called undone")
    why = (
        "it may still take effect: 'did not happen' holds only once its expiry, "
        "how late its venue may be, and the settle window are over"
    )
    raise refusal(plan, state, f"{why}; {flight.note}" if flight.note else why)


def _vouched(
    plan: AtomicGroup, state: GroupState, index: int, direction: Direction, command: ResolveCommand
) -> ExecutionHandshake | None:
    try:
        return vouched(plan.operations[index], state.operations[index], direction, command)
    except ValueError as beyond:
        raise refusal(plan, state, str(beyond)) from None


def _accept(plan: AtomicGroup, state: GroupState, command: ResolveCommand) -> GroupState:
    state = heard(state, borne_out=False, message="overtaken: what is left was accepted")
    if state.superseded:
        return replace(_left_open(state), given_up=True)
    if blocked(plan, state) is None and not (state.flight is None and state.unwinding is not None):
        raise refusal(plan, state, "nothing is stuck that could be accepted")
    state = replace(_accept_flight(plan, state, command), orphaned=None)
    if command.operation_id is None:
        return replace(state, given_up=True)
    index = _index_of(plan, state, command.operation_id)
    progress = replace(state.operations[index], accepted=True)
    return with_progress(state, index, progress)


def _accept_flight(plan: AtomicGroup, state: GroupState, command: ResolveCommand) -> GroupState:
    """List what may still take effect as a range; refuse while it may yet be known."""
    flight = state.flight
    if flight is None:
        return state
    other = command.operation_id not in (None, plan.operations[flight.index].operation_id)
    if flight.fence is not Fence.NEVER_SETTLED or other:
        raise refusal(plan, state, "something is unknown; residuals can be accepted once it is known or unknowable")
    return _left_open(state)


def _left_open(state: GroupState) -> GroupState:
    return state if state.flight is None else left_unfenced(state, state.flight)


def left_unfenced(state: GroupState, flight: Flight) -> GroupState:
    """List a reference that may still take effect; nothing is sent under it, or for it, any more."""
    progress = state.operations[flight.index]
    ranges = (*progress.unfenced, (flight.direction, flight.epoch))
    return with_progress(replace(state, flight=None), flight.index, replace(progress, unfenced=ranges))


def _index_of(plan: AtomicGroup, state: GroupState, operation_id: str) -> int:
    for index, operation in enumerate(plan.operations):
        if operation.operation_id == operation_id:
            if _is_acceptable(plan, state, index):
                return index
            raise refusal(plan, state, f"operation {operation_id!r} has nothing that could be accepted")
    raise refusal(plan, state, f"the group has no operation {operation_id!r}")


def _is_acceptable(plan: AtomicGroup, state: GroupState, index: int) -> bool:
    progress: Progress = state.operations[index]
    if in_effect(progress) or progress.unfenced:
        return not progress.accepted
    return index == current(plan, state) and bool(forward_attempts(progress)) and state.unwinding is None


def heard(state: GroupState, *, borne_out: bool, message: str, unfenced: bool = False) -> GroupState:
    """Answer the claim that waits: a look-up bears it out, or shows something else."""
    if state.claim is None:
        return state
    handled = Handled(state.claim.command_id, message, refused=not borne_out, meaning=state.claim.meaning)
    facts = {"command_id": handled.command_id, "refused": handled.refused, "unfenced": unfenced}
    notice = Notice(TransitionKind.JUDGED, reason=message, facts=facts)
    return replace(state, claim=None, handled=(*state.handled, handled), outbox=(*state.outbox, notice))
