"""The asynchronous client: submit a group, see how it stands, wait for its end, tell it what to do."""

from collections.abc import Callable
from typing import Any, Unpack

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from allornone import wire
from allornone.client import listing
from allornone.client.asking import asked
from allornone.client.connect import connect
from allornone.client.faults import is_silence, of_failed_run, searching, told
from allornone.client.handle import GroupHandle
from allornone.client.installed import Venues, installed
from allornone.client.listing import Fits, GroupSummary
from allornone.client.newest import newest
from allornone.client.start import PLAN_HASH, start
from allornone.client.telling import tell
from allornone.client.views import ended_view, outline
from allornone.client.workers import Poller, may_answer, pollers, silence
from allornone.core.start import GroupStart
from allornone.errors import BadGroupError, NoWorkerError, PlanConflictError, UnknownGroupError
from allornone.models.commands import (
    CancelCommand,
    Command,
    CommandReceipt,
    PauseCommand,
    ResolveCommand,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.group import AtomicGroup
from allornone.models.result import GroupResult, GroupView
from allornone.settings import Settings, load_settings
from allornone.units import LATE
from allornone.venues.plan import check_plan, warnings

ANSWER_TIMEOUT_S = 5.0
"""How long a worker may take to answer: it replays a group of 64 operations in well under a second."""

SECOND_OPINION_S = 1.5
"""How long one is waited for that the server knows nothing of."""


class GroupClient:
    """Groups of one task queue, through one connection. Build it with `connect`, or around a Temporal client.

    `venues`, or what opens them, is needed to submit: a plan is checked against them before anything is
    started. None submits unchecked.
    """

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str = wire.TASK_QUEUE,
        venues: Venues | Callable[[], Venues] | None = None,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._venues = venues

    @classmethod
    async def connect(cls, settings: Settings | None = None) -> "GroupClient":
        """Connect as the environment says. Raises NoServerError when no server answers."""
        chosen = settings or load_settings()
        client = await connect(chosen)
        return cls(client, task_queue=chosen.task_queue, venues=lambda: installed(chosen))

    def check(self, group: AtomicGroup) -> tuple[str, ...]:
        """Return what is risky about the plan. Raises BadGroupError where a venue cannot do it, or the id is kept."""
        _refuse_kept_id(group.atomic_group_id)
        if callable(self._venues):
            self._venues = self._venues()
        if self._venues is None:
            return ()
        check_plan(group, self._venues)
        return warnings(group, self._venues)

    async def submit(self, group: AtomicGroup) -> GroupHandle:
        """Start `group`, or attach to the same plan under the same id, open or ended.

        Raises BadGroupError before anything is started, PlanConflictError when the id has another plan.
        """
        self.check(group)
        group_id, plan_hash = group.atomic_group_id, group.plan_hash
        with told(group_id):
            try:
                await start(self._client, self._task_queue, group)
            except WorkflowAlreadyStartedError:
                existing = await self._plan_hash(await self._handle(group_id).describe())
                if existing != plan_hash:
                    raise PlanConflictError(group_id, plan_hash, existing or "unknown") from None
                return GroupHandle(self, group_id, plan_hash, attached=True)
        return GroupHandle(self, group_id, plan_hash)

    async def result(self, group_id: str) -> GroupResult:
        """Wait for the group's end, however long; a group that needs an operator waits for one.

        Raises UnknownGroupError, BadGroupError when the run refused its input, GroupAbandonedError when
        somebody terminated it.
        """
        with told(group_id):
            while True:
                try:
                    return await self._handle(group_id).result()
                except WorkflowFailureError as error:
                    # A reset ends one run and starts another: then the group goes on under the same id.
                    if (await self._handle(group_id).describe()).status is WorkflowExecutionStatus.RUNNING:
                        continue
                    raise of_failed_run(group_id, error) from error

    async def status(self, group_id: str, *, timeout_s: float = ANSWER_TIMEOUT_S) -> GroupView:
        """Return how the group stands: from its result once it has one, else from its workflow.

        Raises UnknownGroupError, NoWorkerError when no worker answers within `timeout_s`, and what `result`
        raises for a group that ended without one.
        """
        with told(group_id):
            description = await self._handle(group_id).describe()
            if description.status is not WorkflowExecutionStatus.RUNNING:
                result = await self.result(group_id)
                return ended_view(await self.plan(group_id), result, listing.summary_of(description))
            found = await self.workers()
            return await self._ask(group_id, timeout_s if may_answer(found) else min(timeout_s, SECOND_OPINION_S))

    async def _ask(self, group_id: str, timeout_s: float) -> GroupView:
        try:
            return await asked(self._handle(group_id), timeout_s)
        except (RPCError, WorkflowQueryFailedError) as error:
            if not _unanswered(error):
                raise
            raise NoWorkerError(await self.why_silent()) from error

    async def outline(self, group_id: str) -> GroupView:
        """Return what the server alone knows of the group: its status, none of its operations."""
        with told(group_id):
            description = await self._handle(group_id).describe()
            return outline(listing.summary_of(description), await self._plan_hash(description) or "")

    async def plan(self, group_id: str) -> AtomicGroup:
        """Return the plan the group was submitted with, from its history: no worker is needed."""
        with told(group_id):
            async for event in self._handle(group_id).fetch_history_events(page_size=1):
                given = event.workflow_execution_started_event_attributes.input.payloads
                (decoded,) = await self._client.data_converter.decode(given, [GroupStart])
                plan: AtomicGroup = decoded.group
                return plan
        raise AssertionError("a history begins with its start")

    async def list(self, *, limit: int | None = 50, **fits: Unpack[Fits]) -> tuple[GroupSummary, ...]:
        """Return this task queue's newest groups that fit, each once, all of them without a `limit`.

        `late_of` finds the runs about a group's late effects. Raises BadSearchError for a `where` that cannot be read.
        """
        search = listing.query(task_queue=self._task_queue, **fits)
        with told("list"), searching(fits.get("where")):
            found = [each async for each in self._client.list_workflows(search, limit=limit)]
            return await newest(self._client, [each for each in found if each.task_queue == self._task_queue])

    async def knows(self, group_id: str) -> bool:
        """Tell whether the server has heard of the group."""
        try:
            with told(group_id):
                await self._handle(group_id).describe()
        except UnknownGroupError:
            return False
        return True

    async def retry(self, group_id: str, command: RetryCommand) -> CommandReceipt:
        """Look again at what is unknown, or try the next epoch of what is stuck, now."""
        return await self._tell(group_id, wire.RETRY, command)

    async def cancel(self, group_id: str, command: CancelCommand) -> CommandReceipt:
        """Undo what took effect and end."""
        return await self._tell(group_id, wire.CANCEL, command)

    async def resolve(self, group_id: str, command: ResolveCommand) -> CommandReceipt:
        """Settle what the machine cannot know."""
        return await self._tell(group_id, wire.RESOLVE_UPDATE, command)

    async def pause(self, group_id: str, command: PauseCommand) -> CommandReceipt:
        """Send nothing new forward."""
        return await self._tell(group_id, wire.PAUSE, command)

    async def resume(self, group_id: str, command: ResumeCommand) -> CommandReceipt:
        """Go on after a pause."""
        return await self._tell(group_id, wire.RESUME, command)

    async def workers(self) -> tuple[Poller, ...]:
        """Return who polls the task queue."""
        with told("workers"):
            return await pollers(self._client, self._task_queue)

    async def _tell(self, group_id: str, name: str, command: Command) -> CommandReceipt:
        with told(group_id):
            await self._require_worker(group_id)
            try:
                return await tell(self._handle(group_id), name, command)
            except NoWorkerError as error:
                raise NoWorkerError(f"{error}; {await self.why_silent()}") from error

    async def _require_worker(self, group_id: str) -> None:
        """Raise NoWorkerError where nobody would take a command: one that is left behind is taken whenever."""
        if may_answer(await self.workers()):
            return
        if (await self._handle(group_id).describe()).status is WorkflowExecutionStatus.RUNNING:
            try:
                await self._ask(group_id, SECOND_OPINION_S)
            except NoWorkerError as error:
                raise NoWorkerError(f"{error}; group {group_id!r} was told nothing") from error

    async def why_silent(self) -> str:
        """Say who is missing, or who does not answer."""
        return silence(self._task_queue, await self.workers())

    async def _plan_hash(self, description: WorkflowExecutionDescription) -> str | None:
        found: Any = (await description.memo()).get(PLAN_HASH)
        return found if isinstance(found, str) else None

    def _handle(self, group_id: str) -> WorkflowHandle[Any, GroupResult]:
        return self._client.get_workflow_handle(group_id, result_type=GroupResult)


def _refuse_kept_id(group_id: str) -> None:
    """Keep the ids of late effects free: one that is taken would leave its effect without a run."""
    of, mark, _ = group_id.partition(LATE)
    if mark:
        raise BadGroupError(
            f"atomic_group_id {group_id!r} is kept for a late effect of group {of!r}, which is put before an operator "
            f"under it; choose an id without {LATE!r}"
        )


def _unanswered(error: RPCError | WorkflowQueryFailedError) -> bool:
    return isinstance(error, WorkflowQueryFailedError) or is_silence(error)
