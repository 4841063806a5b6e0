"""Taking groups up again that lost their workflow: rebuilt from the event log, in a new life that fences the old."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from allornone.client.namespace import Namespace
from allornone.client.start import start
from allornone.core.rebuild import plan_of, rebuild
from allornone.core.start import Carried
from allornone.core.state import REBUILT, GroupState
from allornone.errors import BadGroupError
from allornone.eventlog import EventLog
from allornone.events import AtomicOperationGroupEvent, Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import event_id
from allornone.models.execution import ExecutionStatus
from allornone.models.group import AtomicGroup

TRIES = 20
"""How often another life may go on between the reading of a group's records and the writing of our own."""

_ENDED_FROM_OUTSIDE = {
    WorkflowExecutionStatus.COMPLETED: "its workflow completed without recording an end",
    WorkflowExecutionStatus.FAILED: "its workflow failed",
    WorkflowExecutionStatus.CANCELED: "its workflow was cancelled from outside",
    WorkflowExecutionStatus.TERMINATED: "its workflow was terminated",
    WorkflowExecutionStatus.TIMED_OUT: "its workflow timed out",
}


_GOING_ON = frozenset({WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW})


class Fate(StrEnum):
    """What became of a group's workflow, as Temporal and the event log tell together."""

    RUNNING = "running"
    """Temporal runs it: it is left alone."""
    ENDED = "ended"
    """The log has its end."""
    STOPPED = "stopped"
    """Somebody, or something, ended or deleted its workflow on this server: an operator is asked before it goes on."""
    REFUSED = "refused"
    """Its workflow failed before anything was sent: nothing is to be taken up."""
    LOST = "lost"
    """This server never had it, or has not had it in its last life: its database is another one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A group, its records, and what became of its workflow; `why` says it in words."""

    group_id: str
    fate: Fate
    why: str = ""
    events: tuple[Event, ...] = ()

    @property
    def orphaned(self) -> str | None:
        """Why the group must wait for an operator once it is taken up; None when it goes on by itself."""
        return f"{self.why}; {REBUILT}" if self.fate is Fate.STOPPED else None


class Recovery:
    """Compares the event log with Temporal, and takes up what Temporal does not run. Any number at once may do so."""

    def __init__(self, client: Client, task_queue: str, log: EventLog) -> None:
        self._client = client
        self._task_queue = task_queue
        self._log = log
        self._namespace = Namespace(client)

    async def find(self, group_id: str) -> Found:
        """Return what became of a group. Raises BadGroupError for one that the log has no start of."""
        if await self._status(group_id) in _GOING_ON:
            return Found(group_id, Fate.RUNNING)
        # The records before the fate: whoever takes the group up in between writes more, and then ours is refused.
        events = await self._log.history(group_id)
        life = last_life(events)
        if life is None:
            raise BadGroupError(f"the event log has no start of group {group_id!r}")
        if any(isinstance(event, AtomicOperationGroupEvent) for event in events):
            return Found(group_id, Fate.ENDED, events=events)
        status = await self._status(group_id)
        if status in _GOING_ON:
            return Found(group_id, Fate.RUNNING, events=events)
        fate, why = _fate(status, _lived_in(life, events), await self._namespace.id())
        if fate is Fate.STOPPED and status is WorkflowExecutionStatus.FAILED and not _has_sent(events):
            fate = Fate.REFUSED
        return Found(group_id, fate, why, events)

    async def take_up(self, found: Found, *, actor: str, reason: str = "") -> Found:
        """Start the group again where it stood. Returns it with fate RUNNING or ENDED where somebody was faster.

        May be called again after a crash at any moment. Raises BadGroupError for a plan that cannot be read.
        """
        for _ in range(TRIES):
            if found.fate in (Fate.RUNNING, Fate.ENDED):
                return found
            plan, state = self._rebuilt(found)
            recovered = await self._recovered(plan, state, found, actor, reason or found.why)
            told = await self._log.record((recovered,), state.known_seq)
            if not told.superseded:
                return await self._start(found)
            # Another life went on since its records were read: they are read again.
            found = await self.find(found.group_id)
        raise BadGroupError(f"another life of group {found.group_id!r} goes on all the time; nothing was done")

    async def _start(self, found: Found) -> Found:
        """Start the group from its records as they are now: the one that says `recovered` is among them."""
        events = await self._log.history(found.group_id)
        plan, state = self._rebuilt(Found(found.group_id, found.fate, events=events))
        began = next(each for each in events if isinstance(each, GroupTransitionEvent))
        carried = Carried(state=state, started_at=datetime.fromisoformat(began.real_utc_time))
        try:
            await start(self._client, self._task_queue, plan, carried, again=True)
        except WorkflowAlreadyStartedError:
            return Found(found.group_id, Fate.RUNNING, "taken up by somebody else just now", events)
        return found

    def _rebuilt(self, found: Found) -> tuple[AtomicGroup, GroupState]:
        try:
            plan = plan_of(found.events)
        except ValidationError as bad:
            message = (
                f"the plan of group {found.group_id!r} in the event log is of another release: {bad.error_count()}"
            )
            raise BadGroupError(f"{message} problems") from None
        if plan is None:
            raise BadGroupError(f"the event log has no start of group {found.group_id!r}")
        return plan, rebuild(plan, found.events)

    async def _recovered(
        self, plan: AtomicGroup, state: GroupState, found: Found, actor: str, reason: str
    ) -> GroupTransitionEvent:
        facts = {"namespace": await self._namespace.id()}
        if found.orphaned is not None:
            facts["orphaned"] = found.orphaned
        now = datetime.now(UTC).isoformat()
        timestamp = plan.metadata.get("timestamp")
        return GroupTransitionEvent(
            timestamp=timestamp if isinstance(timestamp, str) else now,
            real_utc_time=now,
            correlation_id=plan.correlation_id,
            pid=os.getpid(),
            atomic_group_id=found.group_id,
            kind=TransitionKind.RECOVERED,
            reason=reason,
            actor=actor,
            facts=facts,
            event_id=event_id(found.group_id, plan.plan_hash, TransitionKind.RECOVERED.value, state.known_seq),
            simulated=plan.simulated,
        )

    async def _status(self, group_id: str) -> WorkflowExecutionStatus | None:
        try:
            return (await self._client.get_workflow_handle(group_id).describe()).status
        except RPCError as problem:
            if problem.status is RPCStatusCode.NOT_FOUND:
                return None
            raise


def last_life(events: Sequence[Event]) -> GroupTransitionEvent | None:
    """Return the record with which the last life began: the start, or a recovery."""
    begun = [
        event
        for event in events
        if isinstance(event, GroupTransitionEvent) and event.kind in (TransitionKind.STARTED, TransitionKind.RECOVERED)
    ]
    return begun[-1] if begun else None


def _lived_in(life: GroupTransitionEvent, events: Sequence[Event]) -> str:
    """Return the id of the namespace that the last life was in, empty where nothing tells that it ever ran there.

    Whoever recovers a group may die before its run is started: then there is no workflow that could be missed.
    """
    unborn = life.kind is TransitionKind.RECOVERED and "orphaned" not in life.facts and events[-1] is life
    return "" if unborn else str(life.facts.get("namespace", ""))


def _fate(status: WorkflowExecutionStatus | None, lived_in: str, here: str) -> tuple[Fate, str]:
    """Tell what became of a workflow that does not run, whose last life was in the namespace of id `lived_in`.

    The id is empty for a life that did not record it, or where the server does not tell: then a workflow that this
    server does not know may be any other server's.
    """
    if status is None:
        if lived_in and lived_in == here:
            return Fate.STOPPED, "its workflow was deleted"
        return Fate.LOST, "this server knows no workflow of it"
    if lived_in and lived_in != here:
        return Fate.LOST, "this server has not run it in its last life"
    return Fate.STOPPED, _ENDED_FROM_OUTSIDE.get(status, f"its workflow is {status.name.lower()}")


def _has_sent(events: Sequence[Event]) -> bool:
    return any(isinstance(each, OperationExecutionEvent) and each.status == ExecutionStatus.PENDING for each in events)
