"""The points that lie between Temporal and our code: around each activity, and inside a workflow task."""

from collections.abc import Callable
from typing import Any

from temporalio import activity, client, worker, workflow

from activities.tasks import OperationTask, RecordTask
from allornone import wire
from allornone.models.execution import Direction
from tests.campaign.rig.post import Post

SENDS = frozenset({wire.EXECUTE, wire.ROLLBACK})


class Pointed(client.Interceptor, worker.Interceptor):
    """Reports the points of one worker."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:  # noqa: A002 (of the SDK)
        return _Activities(next, self._post)

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # noqa: A002 (of the SDK)
    ) -> type[worker.WorkflowInboundInterceptor] | None:
        del input
        tell = _telling(self._post)

        class Bound(_Workflows):
            """The SDK wants a class and makes the instances itself."""

            tells = staticmethod(tell)

        return Bound


class _Activities(worker.ActivityInboundInterceptor):
    def __init__(self, next: worker.ActivityInboundInterceptor, post: Post) -> None:  # noqa: A002 (of the SDK)
        super().__init__(next)
        self._post = post

    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002 (of the SDK)
        kind, task = activity.info().activity_type, input.args[0] if input.args else None
        await self._post.reached(_before(kind, task))
        answer = await super().execute_activity(input)
        await self._post.reached(_after(kind, task))
        return answer


class _Workflows(worker.WorkflowInboundInterceptor):
    tells: Callable[[str], None]

    def init(self, outbound: worker.WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self.tells))

    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> Any:  # noqa: A002 (of the SDK)
        if workflow.info().workflow_type == wire.GROUP_WORKFLOW:
            self.tells("start.accepted")
        return await super().execute_workflow(input)

    async def handle_update_handler(self, input: worker.HandleUpdateInput) -> Any:  # noqa: A002 (of the SDK)
        self.tells(f"{input.update}.before")
        return await super().handle_update_handler(input)


class _Outbound(worker.WorkflowOutboundInterceptor):
    def __init__(self, next: worker.WorkflowOutboundInterceptor, tells: Callable[[str], None]) -> None:  # noqa: A002 (of the SDK)
        super().__init__(next)
        self._tells = tells

    def start_activity(self, input: worker.StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002 (of the SDK)
        handle = super().start_activity(input)
        if input.activity in SENDS:
            point = f"{_place(input.args[0])}.p6"
            handle.add_done_callback(lambda _: self._tells(point))
        return handle


def _telling(post: Post) -> Callable[[str], None]:
    """Return how a workflow reports a point: from within its task, so that the task is not completed meanwhile."""

    def tell(point: str) -> None:
        if workflow.unsafe.is_replaying():
            return
        with workflow.unsafe.sandbox_unrestricted():
            post.told(point)

    return tell


def _place(task: OperationTask) -> str:
    return f"{task.operation.sequence_in_group}.{'do' if task.direction is Direction.FORWARD else 'undo'}"


def _before(kind: str, task: Any) -> str:
    if isinstance(task, OperationTask) and kind == wire.RESOLVE:
        return "look.before" if task.mode == "resolve" else f"{task.mode}.before"
    if isinstance(task, RecordTask):
        return "end.before" if task.result is not None else "record.before"
    return "sweep.before" if kind == wire.SWEEP else "send.before"


def _after(kind: str, task: Any) -> str:
    if isinstance(task, OperationTask):
        if kind in SENDS:
            return f"{_place(task)}.p5"
        return "look.after" if task.mode == "resolve" else f"{task.mode}.after"
    if isinstance(task, RecordTask):
        return "end.after" if task.result is not None else "record.after"
    return "sweep.after"
