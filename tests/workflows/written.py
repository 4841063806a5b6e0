"""A group's records as they are written: of what the workflow tells its activities, by these, and read from lines."""

from temporalio.testing import ActivityEnvironment

from activities.desk import Desk
from activities.outcome import operation_event
from activities.records import end_event, transition
from activities.tasks import OperationTask, RecordTask
from allornone.core.ending import result
from allornone.core.state import Notice
from allornone.eventlog.facts import conflict, plain
from allornone.eventlog.layout import MODELS, file_of
from allornone.eventlog.line import FIRST, decode, encode
from allornone.events import Event, OperationExecutionEvent
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionStatus
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.reconciliation import Reconciliation
from tests.campaign.virtual.call import AskingLog
from tests.unit.core.answers import Reference
from tests.unit.core.journal import NOON, Journal
from workflows import briefs

DESK = Desk({}, AskingLog(), lambda: NOON, pid=7)
"""What an operation's records are made at. Nothing is asked of its log."""


class Written(Journal):
    """One group's part of an event log: nothing is read of it but what a line holds."""

    def __init__(self, plan: AtomicGroup) -> None:
        super().__init__(plan)
        self._activity = ActivityEnvironment()

    def says(self, notice: Notice, number: int) -> None:
        """Write what the workflow has its activity write for a notice."""
        self._add(self._activity.run(transition, briefs.notice_task(self.plan, self.state, notice, number)))

    def ends(self, status: GroupStatus) -> None:
        """Write the end."""
        told = result(self.plan, self.state)
        assert told.status is status
        task = RecordTask(context=briefs.context(self.plan), known_seq=self.state.known_seq, result=told)
        self._add(self._activity.run(end_event, task, told))

    def _add(self, event: Event) -> None:
        numbered = event.model_copy(update={"seq": len(self.events) + 1})
        read = decode(encode(plain(numbered), FIRST), FIRST)
        self.events.append(MODELS[file_of(event)].model_validate(read))

    def _operation(
        self,
        reference: Reference,
        status: ExecutionStatus,
        outcome: str,
        shown: ExecutionHandshake | None = None,
        reconciliation: Reconciliation | None = None,
    ) -> OperationExecutionEvent:
        task = self._task(reference)
        own = {"direction": task.direction, "epoch": task.epoch, "client_ref": task.client_ref}
        handshake = shown or ExecutionHandshake(operation_id=task.operation.operation_id, status=status)
        return operation_event(
            task,
            task.request.model_copy(update=own),
            DESK,
            handshake.model_copy(update={"status": status}),
            outcome,
            reconciliation,
        )

    def _task(self, reference: Reference) -> OperationTask:
        index, direction, epoch = reference
        if direction is Direction.FORWARD:
            return briefs.forward_task(self.plan, self.state, index, epoch, NOON)
        return briefs.undo_task(self.plan, self.state, index, epoch, NOON)

    def _contradicts(self, reference: Reference, found: OperationExecutionEvent) -> None:
        self._add(conflict(plain(self._outcomes[reference]), plain(found)))
