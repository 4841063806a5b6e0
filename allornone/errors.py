"""Everything allornone raises on purpose.

AllOrNoneError
├── BadGroupError          the input is wrong; nothing was started
├── BadSettingsError       the environment or a settings file is wrong; nothing was started
├── BadSearchError         a search for groups is wrong; nothing was told to any
├── PlanConflictError      another plan already runs under this id
├── UnknownGroupError      no group has this id
├── CommandRefusedError    the command makes no sense in the group's state
├── NoServerError          no Temporal server answers
├── NoWorkerError          a server answers, but no worker polls the queue in time
├── GroupBlockedError      a group needs an operator; carries the handshakes so far
├── GroupAbandonedError    the workflow ended from outside, without a result
├── OtherLogError          the log directory is not the one the worker writes
├── RefusedError           proven: the venue did not and will not act
├── NotSentError           proven: the request never left this process
└── VenueUnavailableError  a look-up found no venue to ask; says nothing about what took effect

What a venue raises besides `RefusedError` and `NotSentError` while executing means that the outcome is unknown.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allornone.models.execution import ExecutionHandshake


class AllOrNoneError(Exception):
    """Whatever this project raises on purpose."""


class BadGroupError(AllOrNoneError):
    """A group, or the file it came from, is wrong; the message names the place and what to write instead."""


class BadSettingsError(AllOrNoneError):
    """The environment, or a settings file, is wrong; the message names the setting and what to write instead."""


class BadSearchError(AllOrNoneError):
    """A search for groups is wrong; the message says what to write instead."""


class PlanConflictError(AllOrNoneError):
    """Another plan already runs, or ran, under this group id."""

    def __init__(self, group_id: str, submitted: str, running: str) -> None:
        super().__init__(
            f"group {group_id!r} already exists with another plan: submitted {submitted}, existing {running}; "
            "choose another id (`run --id NEW`), or submit the plan that exists to attach to it"
        )
        self.submitted = submitted
        self.running = running


class UnknownGroupError(AllOrNoneError):
    """No group has this id."""


class CommandRefusedError(AllOrNoneError):
    """The command makes no sense in the group's state; the message names those that do."""


class NoServerError(AllOrNoneError):
    """No Temporal server answers; the message says what to do."""


class NoWorkerError(AllOrNoneError):
    """No worker polled the task queue within the time given."""

    def __init__(self, message: str, handshakes: "tuple[ExecutionHandshake, ...]" = ()) -> None:
        super().__init__(message)
        self.handshakes = handshakes


class GroupBlockedError(AllOrNoneError):
    """A group cannot go on without an operator."""

    def __init__(self, group_id: str, reason: str, handshakes: "tuple[ExecutionHandshake, ...]" = ()) -> None:
        super().__init__(
            f"group {group_id!r} is blocked: {reason}; look with `allornone status {group_id}`, then retry, "
            "resolve or cancel it; it goes on by itself when the venue answers"
        )
        self.group_id = group_id
        self.handshakes = handshakes


class GroupAbandonedError(AllOrNoneError):
    """The workflow was terminated, or failed, without a result: nobody undoes what took effect.

    `how` says which. Unless nothing was sent, a worker's sweep puts the group before an operator.
    """

    def __init__(self, message: str, how: str = "ended") -> None:
        super().__init__(message)
        self.how = how


class OtherLogError(AllOrNoneError):
    """The log directory asked for is not the one the worker writes."""

    def __init__(self, asked: str, worker: str) -> None:
        super().__init__(f"log_dir is {asked}, but the worker writes its events under {worker}; pass that one")


class RefusedError(AllOrNoneError):
    """Proven: the venue did not act on this request and never will."""

    def __init__(self, message: str, code: str = "EXEC-001") -> None:
        super().__init__(message)
        self.code = code


class NotSentError(AllOrNoneError):
    """Proven: the request never left this process."""


class VenueUnavailableError(AllOrNoneError):
    """The venue could not be asked just now."""
