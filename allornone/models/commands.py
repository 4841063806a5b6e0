"""What an operator may tell an open group: one model a command, idempotent by `command_id`."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from allornone.models.group import GroupStatus
from allornone.models.operation import Deltas
from allornone.units import ClientRef, NonNegativeAmount, OperationId, Text

Actor = Annotated[str, StringConstraints(min_length=1, max_length=100)]
CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]

TEMPORAL_CANCEL = "temporal-cancel"
"""The id under which Temporal's own cancel is taken, which has none. The model lets it pass: a history that has a
command by it must stay readable. Who sends commands, and the group before it takes one, refuse it."""


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: Actor
    reason: Text = ""
    command_id: CommandId | None = None


class RetryCommand(_Command):
    """Look again at what is unknown, or try the next epoch of what is stuck, now. Never sends what is unknown."""

    client_ref: ClientRef


class CancelCommand(_Command):
    """Undo what took effect and end."""


class PauseCommand(_Command):
    """Send nothing new forward. Look-ups and undos go on."""


class ResumeCommand(_Command):
    """Go on after a pause."""


class ResolvedOutcome(StrEnum):
    """What an operator vouches for."""

    CONFIRMED = "confirmed"
    """It happened, with `actual_deltas`. A look-up must show it, unless the venue cannot be read."""
    FAILED = "failed"
    """It did not happen. Refused until the reference is fenced."""
    ACCEPTED = "accepted"
    """Leave the exposure: of one operation and go on, or, without one, of the group and end it `partial`."""


class ResolveCommand(_Command):
    """Settle what the machine cannot know, for the reference that is unknown now."""

    outcome: ResolvedOutcome
    client_ref: ClientRef | None = None
    operation_id: OperationId | None = None
    actual_deltas: Deltas = Field(default_factory=dict)
    executed_amount: NonNegativeAmount | None = None
    evidence: Text = ""

    @model_validator(mode="after")
    def _says_what_it_means(self) -> Self:
        if self.outcome is not ResolvedOutcome.ACCEPTED and self.client_ref is None:
            raise ValueError("resolve must name the client_ref that it means; `status` shows it")
        if self.outcome is ResolvedOutcome.CONFIRMED and not self.actual_deltas:
            raise ValueError("resolve as confirmed must say actual_deltas, the changes that the venue shows")
        if self.outcome is not ResolvedOutcome.CONFIRMED and self.actual_deltas:
            raise ValueError(f"resolve as {self.outcome.value} takes no actual_deltas")
        return self


Command = RetryCommand | CancelCommand | PauseCommand | ResumeCommand | ResolveCommand


class CommandReceipt(BaseModel):
    """The answer to a command that was taken. The same `command_id` again has the same answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str
    status: GroupStatus
