"""Everything that may happen next in a world: what goes well, what costs a fault, and what people and Temporal do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from allornone.core.steps import Wait
from allornone.errors import CommandRefusedError
from tests.campaign.virtual.attempt import Attempt
from tests.campaign.virtual.operator import words
from tests.campaign.virtual.world import World


class Move(NamedTuple):
    """One thing that happens. `costs` is taken from the faults that are left."""

    kind: str
    of: int | str = 0
    how: str = ""
    costs: int = 0


SENDS = ("refused", "not_sent", "part", "open", "breach", "fee")
"""What a venue may do with a request besides all of it, and say so."""
LOSSES = ("executed", "underway", "dropped", "executed_part", "executed_open", "executed_breach")
"""What may become of a request whose answer is lost."""
ALL = frozenset(
    {
        *SENDS,
        *LOSSES,
        "prepare",
        "full",
        "crash",
        "stall",
        "duplicate",
        "reset",
        "commands",
        "cancel",
        "pause",
        "stale",
        "unreadable",
    }
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may happen in a schedule or a state space, and by how much time jumps; `free` moves cost no fault."""

    kinds: frozenset[str] = ALL
    free: frozenset[str] = field(default=frozenset())
    jump_s: float = 31.0

    def cost(self, kind: str) -> int:
        """Return what a move of that kind costs."""
        return 0 if kind in self.free else 1


def moves(world: World, allowed: Allowed) -> Iterator[Move]:
    """Yield everything that may happen next."""
    for attempt in world.attempts.values():
        yield from _of_attempt(world, attempt, allowed)
    for client_ref, order in world.wire.items():
        yield from _of_request(world, client_ref, order.sent_at)
    for client_ref, order in world.orders.items():
        if order.rest:
            yield Move("fills", client_ref)
    step = world.life.step
    if isinstance(step, Wait) and step.seconds is not None and not world.life.awaits:
        yield Move("waits")
    if world.attempts or world.wire:
        yield Move("passes")
    yield from _of_people(world, allowed)


def _of_attempt(world: World, attempt: Attempt, allowed: Allowed) -> Iterator[Move]:
    call = attempt.call
    assert call is not None
    yield Move("step", attempt.number)
    if not world.faults:
        return
    for how in _answers(world, attempt, call.name):
        if how in allowed.kinds or (call.name == "prepare" and "prepare" in allowed.kinds):
            yield Move("step", attempt.number, how, allowed.cost(how))
    if attempt.zombie:
        return
    for kind in ("crash", "stall", "duplicate"):
        if kind in allowed.kinds and _matters(attempt, call.name, kind):
            yield Move(kind, attempt.number, "", 1)


def _answers(world: World, attempt: Attempt, name: str) -> tuple[str, ...]:
    match name:
        case "prepare":
            return ("refused", "unreadable")
        case "send":
            return (*SENDS, *LOSSES)
        case "intend":
            return ("full",)
        case "lookup" | "recall":
            order = world.orders.get(attempt.reference)
            hidden = name == "lookup" and order is not None and world.now <= order.shown_from
            return ("stale", "unreadable") if hidden else ("unreadable",)
        case _:
            return ()


def _matters(attempt: Attempt, name: str, kind: str) -> bool:
    """Leave out what makes no difference: a copy begins at the beginning, and a look has nothing to lose."""
    if attempt.what in ("record", "end", "last_look"):
        return name in ("record", "recorded") and kind == "crash"
    if kind == "duplicate":
        return name in ("prepare", "intended", "send", "answer", "revoke")
    if attempt.what == "look":
        return kind == "stall" and name in ("revoke", "lookup", "settle", "recall")
    return True


def _of_request(world: World, client_ref: str, sent_at: float) -> Iterator[Move]:
    bounded = world.profile.expiry == "bounded"
    if not bounded or world.now <= sent_at + world.profile.lateness_s:
        yield Move("arrives", client_ref, "full")
    yield Move("arrives", client_ref, "lost")


def _of_people(world: World, allowed: Allowed) -> Iterator[Move]:
    life = world.life
    if life.finished:
        return
    if "reset" in allowed.kinds and world.faults:
        for boundary in range(len(life.boundaries)):
            yield Move("resets", boundary, "", 1)
    for name, command in words(world, allowed.kinds):
        try:
            world.life.copy().takes(command, "asked")
        except CommandRefusedError:
            continue
        yield Move("says", name)


def make(world: World, move: Move, jump_s: float) -> None:
    """Let a move happen."""
    world.faults -= move.costs
    match move.kind:
        case "step":
            world.step(int(move.of), move.how or "ok")
        case "crash":
            world.crash(int(move.of))
        case "stall":
            world.stall(int(move.of))
        case "duplicate":
            world.duplicate(int(move.of))
        case "arrives":
            world.arrives(str(move.of), move.how)
        case "fills":
            world.fills(str(move.of))
        case "waits":
            world.waits(_wait(world, jump_s))
        case "passes":
            world.passes(jump_s)
        case "resets":
            world.resets(int(move.of))
        case _:
            world.says(dict(words(world, ALL))[str(move.of)])


def _wait(world: World, jump_s: float) -> float:
    step = world.life.step
    assert isinstance(step, Wait)
    assert step.seconds is not None
    return max(step.seconds, jump_s)
