"""What an operator said, told again by its record: the latches that it set, and the answer it got."""

from dataclasses import replace

from allornone.core.attested import vouched
from allornone.core.facts import with_progress
from allornone.core.meaning import asked_under, command_in, meaning, meaning_of
from allornone.core.resolve import heard, left_unfenced
from allornone.core.state import Claim, GroupState, Handled
from allornone.events import GroupTransitionEvent
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.execution import ExecutionHandshake
from allornone.models.group import AtomicGroup


def told(plan: AtomicGroup, state: GroupState, event: GroupTransitionEvent) -> GroupState:
    """Return the state with a recorded command latched; the same id again is answered as it was."""
    name, command_id = event.facts.get("command"), str(event.facts.get("command_id", ""))
    match name:
        case "pause" | "resume":
            state = replace(state, paused=name == "pause")
        case "cancel":
            state = replace(state, cancel=True, orphaned=None)
        case "retry":
            state = replace(state, released=state.released or "released" in event.facts, orphaned=None)
        case "resolve":
            return _resolved(plan, state, event, command_id)
        case _:
            return state
    return _handled(state, command_id, f"{name} taken", asked=meaning_of(event.facts))


def judged(state: GroupState, event: GroupTransitionEvent) -> GroupState:
    """Return the state with the recorded answer to an operator's word."""
    command_id = str(event.facts.get("command_id", ""))
    # Its own record said what it asked for; the judgement does not.
    asked = asked_under(state, command_id) or ""
    if event.facts.get("unfenced") and state.flight is not None:
        state = left_unfenced(state, state.flight)
    if state.claim is not None and state.claim.command_id == command_id:
        state = replace(state, claim=None)
    return _handled(state, command_id, event.reason, refused=bool(event.facts.get("refused")), asked=asked)


def _handled(state: GroupState, command_id: str, message: str, *, refused: bool = False, asked: str = "") -> GroupState:
    others = tuple(each for each in state.handled if each.command_id != command_id)
    return replace(state, handled=(*others, Handled(command_id, message, refused, asked)))


def _resolved(plan: AtomicGroup, state: GroupState, event: GroupTransitionEvent, command_id: str) -> GroupState:
    command = command_in(event.facts)
    if not isinstance(command, ResolveCommand):
        return state
    asked = meaning(command)
    if command.outcome is ResolvedOutcome.ACCEPTED:
        return _handled(_accepted(plan, state, command, event), command_id, "resolve taken", asked=asked)
    if state.flight is None:
        # It was settled while the word was on its way: what is known by now is known without it.
        return _handled(state, command_id, "settled meanwhile", refused=True, asked=asked)
    try:
        return replace(state, claim=Claim(command_id, _vouched(plan, state, command), meaning=asked))
    except ValueError as beyond:
        return _handled(state, command_id, str(beyond), refused=True, asked=asked)


def _accepted(plan: AtomicGroup, state: GroupState, command: ResolveCommand, event: GroupTransitionEvent) -> GroupState:
    state = replace(heard(state, borne_out=False, message="overtaken: what is left was accepted"), orphaned=None)
    if "unfenced" in event.facts and state.flight is not None:
        state = left_unfenced(state, state.flight)
    if command.operation_id is None:
        return replace(state, given_up=True)
    index = next(n for n, each in enumerate(plan.operations) if each.operation_id == command.operation_id)
    return with_progress(state, index, replace(state.operations[index], accepted=True))


def _vouched(plan: AtomicGroup, state: GroupState, command: ResolveCommand) -> ExecutionHandshake | None:
    if state.flight is None:
        return None
    index, direction = state.flight.index, state.flight.direction
    return vouched(plan.operations[index], state.operations[index], direction, command)
