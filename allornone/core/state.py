"""Everything the core remembers of a group. Plain values: they survive a replay and a continue-as-new."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allornone.core.answer import AnswerKind, Fence
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionHandshake
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.reconciliation import Verdict

REBUILT = "rebuilt from the event log"
"""How the reason of a group ends that lost its workflow and waits for an operator."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One settled reference: closed with a size, or failed without one."""

    direction: Direction
    epoch: int
    kind: AnswerKind
    verdict: Verdict | None = None
    handshake: ExecutionHandshake | None = None
    attested: bool = False

    @property
    def took_effect(self) -> bool:
        """Whether the venue moved anything under this reference."""
        return self.kind is AnswerKind.CLOSED and self.handshake is not None and bool(self.handshake.actual_deltas)


class Phase(StrEnum):
    """Why a reference is not settled yet."""

    UNKNOWN = "unknown"
    OPEN = "open"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Flight:
    """The one reference that is not settled. While there is one, nothing else is sent, undone or ended.

    `came_back`: the sending attempt itself answered, so no copy of it can still be about to send. `spent_s` counts
    from the send, `waited_s` from the last look, `revoked_s` from when the reference was certainly revoked,
    and `blind_s` from when its venue last told its time, or from then, if that is later.
    """

    index: int
    direction: Direction
    epoch: int
    phase: Phase = Phase.UNKNOWN
    came_back: bool = False
    fence: Fence = Fence.WAITING
    readable: bool = True
    readings: int = 0
    looks: int = 0
    spent_s: float = 0.0
    waited_s: float = 0.0
    revoked: bool = False
    revoked_s: float = 0.0
    blind_s: float = 0.0
    seen: bool = False
    """The venue has shown it, open or closed: it is never absent any more, whatever a later look does not find."""
    urgent: bool = True
    pressed: bool = False
    """It was sent because an operator said `retry`."""
    anew: bool = False
    """Its effect is recorded, and an operator has it read again: the venue is asked, whatever the log says."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One operation's life. Counters saturate: they bound budgets and backoffs, nothing else."""

    attempts: tuple[Attempt, ...] = ()
    forward_epoch: int = 0
    undo_epoch: int = 0
    refusals: int = 0
    tries: int = 0
    trying_s: float = 0.0
    undo_tries: int = 0
    undo_s: float = 0.0
    waited_s: float = 0.0
    pressed: bool = False
    undone: bool = False
    irreversible: bool = False
    accepted: bool = False
    unfenced: tuple[tuple[Direction, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unwinding:
    """The group rolls back everything after `floor`; nothing up to a pivot in effect is undone."""

    reason: str
    floor: int = -1


@dataclass(frozen=True, slots=True)
class Claim:
    """An operator's word about the reference in flight, until a look-up bears it out or refuses it.

    `handshake` is what they say happened; None says that nothing did. `asked`: a look-up that knows of it has begun.
    """

    command_id: str
    handshake: ExecutionHandshake | None = None
    asked: bool = False
    meaning: str = ""
    """What the command asked for; nothing in a state from before that was kept."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A transition to be recorded."""

    kind: TransitionKind
    reason: str = ""
    actor: str = ""
    subject: tuple[int, Direction, int] | None = None
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """A command that was taken, and what was answered, so that the same id again is answered alike.

    `meaning` is what it asked for; nothing in a state from before that was kept.
    """

    command_id: str
    message: str
    refused: bool = False
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Halt:
    """The worker's forward sends are halted: it said so `tries` times in a row, last `waited_s` ago."""

    reason: str
    tries: int
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group between two activities."""

    operations: tuple[Progress, ...]
    flight: Flight | None = None
    unwinding: Unwinding | None = None
    cancel: bool = False
    deadline: bool = False
    released: bool = False
    """An operator's `retry` lets a group past its pivot go on after its deadline."""
    paused: bool = False
    halt: Halt | None = None
    given_up: bool = False
    """An operator accepted what is left of the whole group."""
    held: str | None = None
    """Why the group waits for an operator from its start: the late effect that it is about."""
    orphaned: str | None = None
    """Why the group sends nothing, neither forward nor back, until an operator says so: how it lost its workflow."""
    superseded: bool = False
    looked: bool = False
    last_looks: int = 0
    unseen: tuple[str, ...] = ()
    """The references that the last look could not ask about when it was tried last."""
    look_wait_s: float = 0.0
    claim: Claim | None = None
    handled: tuple[Handled, ...] = ()
    outbox: tuple[Notice, ...] = ()
    notices: int = 0
    announced: tuple[GroupStatus, str] | None = None
    known_seq: int = 0
    verdict: GroupStatus | None = None
    recorded: bool = False


def begin(plan: AtomicGroup) -> GroupState:
    """Return the state of a group that has not done anything: its start is to be recorded."""
    return GroupState(
        operations=tuple(Progress() for _ in plan.operations),
        outbox=(Notice(TransitionKind.STARTED),),
        announced=(GroupStatus.RUNNING, ""),
    )
