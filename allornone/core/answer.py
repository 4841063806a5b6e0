"""What an activity says about one reference."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from allornone.models.execution import Direction, ExecutionHandshake
from allornone.models.reconciliation import Reconciliation
from allornone.units import ClientRef


class AnswerKind(StrEnum):
    """Three outcomes, and the ways in which each is known."""

    CLOSED = "closed"
    """Confirmed: it took effect by the handshake's size and can change no more."""
    OPEN = "open"
    """Accepted, and still open at the venue."""
    REFUSED = "refused"
    """Failed: the venue proves that it did nothing."""
    NOT_SENT = "not_sent"
    """Failed: nothing left this side, and nothing will."""
    ABSENT = "absent"
    """Failed: fenced, and the venue shows nothing."""
    UNKNOWN = "unknown"
    """Anything else."""
    NO_UNDO = "no_undo"
    """The operation cannot be undone; nothing was sent."""
    NOTHING_LEFT = "nothing_left"
    """Nothing but dust is left to undo; nothing was sent."""
    HALTED = "halted"
    """Forward sends are halted at the worker; nothing was written and nothing sent, and it may be begun again."""
    SUPERSEDED = "superseded"
    """Another life of the group went on; nothing was done."""


class Fence(StrEnum):
    """Whether absence can be believed (DESIGN 6.5)."""

    WAITING = "waiting"
    """Not yet: its expiry and settle window lie ahead."""
    FENCED = "fenced"
    """No effect can come any more but one that a look-up shows."""
    NEVER = "never"
    """The venue gives no bound, and its settle window has not passed."""
    NEVER_SETTLED = "never_settled"
    """The venue gives no bound; its settle window has passed, so an operator may say so with a range."""


class Answer(BaseModel):
    """One activity's answer about one reference.

    `recorded` tells that the event log holds the outcome. `readable` is false when the venue could not be asked, or
    cannot be asked by our id at all; `blind` is true when the look was not told the venue's time either, by which an
    expiry is judged, and `seen` where it showed that the venue has the reference, though not what becomes of it.
    `undone` judges an undo: what is left is within step, minimum or tolerance.
    `came_back` is false where a send found that another copy of it had been there, and may be about to send still.
    `seq` is the group's last record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: AnswerKind
    operation_id: str
    direction: Direction = Direction.FORWARD
    epoch: int = Field(default=1, ge=1)
    client_ref: ClientRef | None = None
    handshake: ExecutionHandshake | None = None
    reconciliation: Reconciliation | None = None
    recorded: bool = False
    readable: bool = True
    blind: bool = False
    seen: bool = False
    undone: bool = False
    came_back: bool = True
    fence: Fence = Fence.WAITING
    seq: int = 0
    note: str = ""
