"""The activity that records what happens to a group."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.again import answered, lives_elsewhere
from activities.operations import server_clock
from activities.tasks import RecordAnswer, RecordTask
from allornone import wire
from allornone.errors import BadGroupError
from allornone.eventlog import EventLog, GroupTrace
from allornone.events import AtomicOperationGroupEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import event_id
from allornone.limits import Limits
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult
from allornone.units import LATE, total
from allornone.venues import Venue
from allornone.venues.plan import check_plan


class RecordActivities:
    """Group events: transitions while it runs, one record at its end."""

    def __init__(
        self,
        venues: Mapping[str, Venue],
        log: EventLog,
        *,
        limits: Limits | None = None,
        namespace: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self._venues = venues
        self._log = log
        self._limits = limits
        self._namespace = namespace

    @activity.defn(name=wire.RECORD)
    async def record_group_event(self, task: RecordTask) -> RecordAnswer:
        """Write one group event, once. A start that the venues or the limits do not allow is refused."""
        if task.kind is TransitionKind.STARTED:
            return await self._started(task)
        event = end_event(task, task.result) if task.result is not None else transition(task)
        recorded = await self._log.record((event,), task.known_seq, task.in_flight)
        return RecordAnswer(seq=recorded.seq, superseded=recorded.superseded)

    async def _started(self, task: RecordTask) -> RecordAnswer:
        """Write the start, with where it was: only there can a workflow that is gone have been deleted."""
        group_id = task.context.atomic_group_id
        trace = await self._log.group(group_id)
        known = await answered(self._log, trace, task)
        if known is not None:
            return known
        self._check(task, self._limits_of(group_id, trace))
        event = transition(task.model_copy(update={"facts": {**task.facts, **await self._place(trace)}}))
        recorded = await self._log.record((event,), task.known_seq)
        if recorded.superseded:
            raise lives_elsewhere(group_id)
        return RecordAnswer(seq=recorded.seq)

    async def _place(self, trace: GroupTrace) -> dict[str, str]:
        # A start that is recorded again says what it said before.
        facts = trace.started.facts if trace.started is not None else None
        if facts is None and self._namespace is not None:
            facts = {"namespace": await self._namespace()}
        return {"namespace": facts["namespace"]} if facts and facts.get("namespace") else {}

    def _limits_of(self, group_id: str, trace: GroupTrace) -> Limits | None:
        """Return the limits for a group that does not exist yet; of one that does, or is about an effect, each send's.

        A limit that was lowered meanwhile must keep nobody from undoing what is there.
        """
        return self._limits if trace.started is None and LATE not in group_id else None

    def _check(self, task: RecordTask, limits: Limits | None) -> None:
        if task.plan is None:
            raise ApplicationError("a start needs its plan", type=wire.INVALID_GROUP, non_retryable=True)
        try:
            check_plan(task.plan, self._venues, limits)
        except BadGroupError as bad:
            # Expected, and told to whoever submitted: no traceback in the worker's log.
            quiet = ApplicationErrorCategory.BENIGN
            raise ApplicationError(str(bad), type=wire.INVALID_GROUP, non_retryable=True, category=quiet) from bad


def _common(task: RecordTask) -> dict[str, Any]:
    now = server_clock()().isoformat()
    return {
        "timestamp": task.context.timestamp or now,
        "real_utc_time": now,
        "correlation_id": task.context.correlation_id,
        "pid": os.getpid(),
        "atomic_group_id": task.context.atomic_group_id,
        "simulated": task.context.simulated,
    }


def transition(task: RecordTask) -> GroupTransitionEvent:
    """Return the record of a transition; `started` holds the whole plan."""
    if task.kind is None:
        raise ApplicationError("a group event needs a kind or a result", non_retryable=True)
    facts = {**task.facts, "plan": task.plan.model_dump(mode="json")} if task.plan is not None else task.facts
    context = task.context
    return GroupTransitionEvent(
        **_common(task),
        kind=task.kind,
        reason=task.reason,
        actor=task.actor,
        operation_id=task.operation_id,
        client_ref=task.client_ref,
        facts=facts,
        event_id=event_id(context.atomic_group_id, context.plan_hash, task.kind.value, task.number),
    )


def end_event(task: RecordTask, result: GroupResult) -> AtomicOperationGroupEvent:
    """Return the record of the end."""
    context = task.context
    fees: dict[str, list[Any]] = {}
    gas: dict[str, list[Any]] = {}
    for operation in result.operations:
        for handshake in (*operation.handshakes, *operation.undo_handshakes):
            for fee in handshake.fees:
                fees.setdefault(fee.currency, []).append(fee.amount)
                if fee.kind == "gas":
                    gas.setdefault(fee.currency, []).append(fee.amount)
    return AtomicOperationGroupEvent(
        **_common(task),
        total_operations=context.total_operations,
        group_status=result.status.value,
        operations=[
            {
                "operation_id": operation.operation_id,
                "state": operation.state.value,
                "verdict": operation.verdict.value if operation.verdict else None,
            }
            for operation in result.operations
        ],
        total_gas_fees=total(amount for amounts in gas.values() for amount in amounts) if len(gas) == 1 else total(()),
        execution_time_ms=task.execution_time_ms,
        rollback_triggered=result.status is GroupStatus.ROLLED_BACK
        or any(o.undo_handshakes for o in result.operations),
        rollback_reason=result.reason or None,
        metadata={
            "gas": {currency: str(total(amounts)) for currency, amounts in gas.items()},
            **({"not_looked": list(result.not_looked)} if result.not_looked else {}),
        },
        event_id=event_id(context.atomic_group_id, context.plan_hash, "end"),
        plan_hash=context.plan_hash,
        strategy=context.strategy,
        residual_deltas=result.residual_deltas,
        friction=result.friction,
        fees={currency: total(amounts) for currency, amounts in fees.items()},
        unfenced=[each.model_dump(mode="json") for each in result.unfenced],
        reason=result.reason,
    )
