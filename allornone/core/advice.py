"""What would help a group that waits for an operator: each command with what it must name, and what it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allornone.core.answer import Fence
from allornone.core.state import REBUILT
from allornone.deltas import negate
from allornone.models.commands import ResolvedOutcome
from allornone.models.execution import Direction
from allornone.models.result import GroupView, OperationState, OperationView

_FLAGS = {"outcome": "--outcome", "client_ref": "--ref", "operation_id": "--operation"}

AMOUNT = "AMOUNT"
"""Where a command must say what the venue shows. It is no number, so that nobody vouches for what they did not read."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One command. `payload` is the update's, without the actor."""

    command: str
    why: str
    payload: dict[str, Any]

    @property
    def runs(self) -> bool:
        """Whether it can be given as it stands: no amount is left to be read at the venue."""
        return AMOUNT not in self.payload.get("actual_deltas", {}).values()

    def words(self, group_id: str) -> list[str]:
        """Return the command as a shell takes it, word by word."""
        words = ["allornone", self.command, group_id]
        for name, flag in _FLAGS.items():
            if name in self.payload:
                words += [flag, str(self.payload[name])]
        for key, amount in self.payload.get("actual_deltas", {}).items():
            words += ["--delta", f"{key}={amount}"]
        return words


def advice(view: GroupView) -> tuple[Advice, ...]:
    """Return what would help, the mildest first; nothing where the group needs nobody."""
    return tuple(_advice(view)) if view.needs_operator or view.paused else ()


def _advice(view: GroupView) -> Iterator[Advice]:
    meant = next((each for each in view.operations if each.client_ref is not None), None)
    if "resume" in view.commands:
        yield Advice("resume", "go on after the pause", {})
    if meant is not None and "retry" in view.commands:
        yield Advice("retry", _going_on(view, meant) or _again(meant), {"client_ref": meant.client_ref})
    if view.needs_operator and meant is not None and "resolve" in view.commands:
        yield from _settled(meant)
    if view.needs_operator and "cancel" in view.commands:
        yield Advice("cancel", "undo what took effect, once that is known, and end", {})
    if view.needs_operator and "resolve" in view.commands and _is_acceptable(meant):
        yield from _accepted(meant)


def _going_on(view: GroupView, meant: OperationView) -> str | None:
    """Say what `retry` lets a group do that lost its workflow; None for any other."""
    if not view.reason.endswith(REBUILT):
        return None
    if _is_flying(meant):
        return f"look again now for {meant.operation_id}; once that is known, go on where it stood"
    if "cancel" not in view.commands:
        return f"go on rolling back where it stood: sends the undo of {meant.operation_id}"
    left = [
        each.operation_id for each in view.operations if each.state in (OperationState.PLANNED, OperationState.FAILED)
    ]
    return f"go on where it stood: sends {', '.join(left) or 'nothing more'}"


def _again(meant: OperationView) -> str:
    if _is_flying(meant):
        return f"look again now for {meant.operation_id}; nothing is sent"
    if meant.direction is Direction.ROLLBACK:
        return f"send the next undo of {meant.operation_id} now"
    if meant.state is OperationState.PLANNED:
        return f"send {meant.operation_id} now, and go on"
    return f"try {meant.operation_id} again now, or read it again where it ended outside its bounds"


def _settled(meant: OperationView) -> Iterator[Advice]:
    """Offer an operator's word about what is unknown; "did not happen" only where it would be taken."""
    if meant.state is not OperationState.UNKNOWN:
        return
    named = {"client_ref": meant.client_ref}
    undoing = meant.direction is Direction.ROLLBACK
    expected = negate(meant.net_deltas) if undoing else meant.expected_deltas
    shown = ", ".join(f"{key} {amount:+f}" for key, amount in expected.items())
    yield Advice(
        "resolve",
        f"the venue shows that it happened: say what it shows (expected was {shown or 'nothing'})",
        {"outcome": ResolvedOutcome.CONFIRMED.value, **named, "actual_deltas": dict.fromkeys(expected, AMOUNT)},
    )
    fence = meant.effort.fence if meant.effort is not None else ""
    if fence == Fence.FENCED or (fence == Fence.NEVER_SETTLED and not undoing):
        what = "it did not happen"
        if fence == Fence.NEVER_SETTLED:
            what += ": it is never sent again, and the end lists it as a range, since no venue can show that"
        yield Advice("resolve", what, {"outcome": ResolvedOutcome.FAILED.value, **named})


def _is_acceptable(meant: OperationView | None) -> bool:
    """Tell whether residuals may be accepted: not while something may yet be known."""
    return meant is None or not _is_flying(meant) or (meant.effort and meant.effort.fence) == Fence.NEVER_SETTLED


def _accepted(meant: OperationView | None) -> Iterator[Advice]:
    accepted = {"outcome": ResolvedOutcome.ACCEPTED.value}
    if meant is not None and meant.state is not OperationState.PLANNED:
        why = f"leave what {meant.operation_id} left and go on; the end is partial"
        yield Advice("resolve", why, {**accepted, "operation_id": meant.operation_id})
    yield Advice("resolve", "leave all that is left, and end partial", accepted)


def _is_flying(meant: OperationView) -> bool:
    """Tell whether a reference is in flight. A worker of an older version says nothing of the effort."""
    return meant.state is OperationState.UNKNOWN or (meant.effort is not None and bool(meant.effort.fence))
