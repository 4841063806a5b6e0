"""The records that a virtual group leaves, as its activities would write them."""

from datetime import UTC, datetime
from typing import Any

from allornone.core.answer import Answer, AnswerKind
from allornone.core.recorded import answer_of
from allornone.core.state import Notice, begin
from allornone.core.steps import Record
from allornone.events import AtomicOperationGroupEvent, Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import ExecutionHandshake, ExecutionStatus
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.reconciliation import Reconciliation
from allornone.units import ZERO
from tests.unit.core.answers import FORWARD, Reference
from tests.unit.core.references import remembered

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MOMENT = NOON.isoformat()
FAILED = (AnswerKind.REFUSED, AnswerKind.NOT_SENT, AnswerKind.ABSENT)


class Journal:
    """One group's part of an event log."""

    def __init__(self, plan: AtomicGroup) -> None:
        self.plan = plan
        self.state = begin(plan)
        """Where the group stands as it does its next step: what its activities are told is made of it."""
        self.events: list[Event] = []
        self._outcomes: dict[Reference, OperationExecutionEvent] = {}

    def kinds(self) -> list[str]:
        """Return the transitions among the records."""
        return [event.kind.value for event in self.events if isinstance(event, GroupTransitionEvent)]

    def sends(self, reference: Reference) -> None:
        """Write the intent of a reference."""
        self._add(self._operation(reference, ExecutionStatus.PENDING, "pending"))

    def hears(self, reference: Reference, answer: Answer) -> None:
        """Write what an activity would before it answers: an outcome, once, where there is one."""
        found = self._outcome(reference, answer)
        if found is not None and reference not in self._outcomes:
            self._outcomes[reference] = found
            self._add(found)
        elif found is not None and found.actual_deltas != self._outcomes[reference].actual_deltas:
            self._contradicts(reference, found)

    def knows(self, reference: Reference) -> Answer | None:
        """Return the answer that the reference's recorded outcome gives."""
        found = self._outcomes.get(reference)
        return answer_of(found) if found is not None else None

    def notes(self, step: Record) -> None:
        """Write a transition."""
        self.says(step.notice, step.number)

    def says(self, notice: Notice, number: int) -> None:  # noqa: ARG002 (for a journal whose records have ids)
        """Write the transition that a notice asks for, the group's `number`th."""
        ref = remembered(self.plan, *notice.subject) if notice.subject is not None else None
        self._add(
            self._transition(notice.kind, reason=notice.reason, actor=notice.actor, client_ref=ref, facts=notice.facts)
        )

    def recovers(self, **facts: str) -> None:
        """Write that a new life begins."""
        self._add(self._transition(TransitionKind.RECOVERED, facts=dict(facts)))

    def ends(self, status: GroupStatus) -> None:
        """Write the end."""
        self._add(
            AtomicOperationGroupEvent(
                timestamp=MOMENT,
                real_utc_time=MOMENT,
                correlation_id="",
                pid=7,
                atomic_group_id=self.plan.atomic_group_id,
                total_operations=len(self.plan.operations),
                group_status=status.value,
                operations=[],
                execution_time_ms=0,
                rollback_triggered=False,
            )
        )

    def _add(self, event: Event) -> None:
        self.events.append(event.model_copy(update={"seq": len(self.events) + 1}))

    def _outcome(self, reference: Reference, answer: Answer) -> OperationExecutionEvent | None:
        if answer.kind in FAILED:
            return self._operation(reference, ExecutionStatus.FAILED, answer.kind.value)
        if answer.kind is not AnswerKind.CLOSED or not answer.recorded or answer.handshake is None:
            return None
        undone = reference[1] is not FORWARD and answer.undone
        status = ExecutionStatus.ROLLED_BACK if undone else ExecutionStatus.CONFIRMED
        return self._operation(reference, status, answer.kind.value, answer.handshake, answer.reconciliation)

    def _contradicts(self, reference: Reference, found: OperationExecutionEvent) -> None:
        ref = remembered(self.plan, *reference)
        facts = {"found": found.model_dump(mode="json")}
        self._add(self._transition(TransitionKind.CONFLICT, client_ref=ref, facts=facts))

    def _operation(
        self,
        reference: Reference,
        status: ExecutionStatus,
        outcome: str,
        shown: ExecutionHandshake | None = None,
        reconciliation: Reconciliation | None = None,
    ) -> OperationExecutionEvent:
        number, direction, epoch = reference
        operation = self.plan.operations[number]
        return OperationExecutionEvent(
            timestamp=MOMENT,
            real_utc_time=MOMENT,
            correlation_id="",
            pid=7,
            operation_id=operation.operation_id,
            order_id="1",
            operation_type=operation.operation_type.value,
            venue=operation.venue,
            status=status.value,
            source_venue=operation.source_venue,
            target_venue=operation.target_venue,
            source_token=operation.source_token,
            target_token=operation.target_token,
            operation_details={},
            atomic_group_id=self.plan.atomic_group_id,
            submitted_at=NOON,
            direction=direction,
            epoch=epoch,
            client_ref=remembered(self.plan, *reference),
            outcome=outcome,
            actual_deltas=shown.actual_deltas if shown is not None else {},
            executed_amount=shown.executed_amount if shown is not None else ZERO,
            filled_ratio=shown.filled_ratio if shown is not None else None,
            reconciliation=reconciliation,
        )

    def _transition(
        self,
        kind: TransitionKind,
        *,
        reason: str = "",
        actor: str = "",
        client_ref: str | None = None,
        facts: dict[str, Any] | None = None,
    ) -> GroupTransitionEvent:
        return GroupTransitionEvent(
            timestamp=MOMENT,
            real_utc_time=MOMENT,
            correlation_id="",
            pid=7,
            atomic_group_id=self.plan.atomic_group_id,
            kind=kind,
            reason=reason,
            actor=actor,
            client_ref=client_ref,
            facts=facts or {},
        )
