"""The seed's execution manager: a list of operations in, a list of handshakes out, each group all or none."""

import asyncio
import atexit
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from allornone.client.batch import Moment, groups_of, placed, written
from allornone.client.following import follow
from allornone.client.groups import GroupClient
from allornone.client.handshakes import final_handshakes, handshakes_so_far, in_order, never_sent
from allornone.client.workers import absence
from allornone.errors import GroupBlockedError, NoWorkerError, OtherLogError
from allornone.models.execution import ExecutionHandshake
from allornone.models.group import AtomicGroup, GroupPolicy, GroupStatus
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult
from allornone.settings import Settings, load_settings

BLOCKED_GRACE_S = 2.0
"""A group may be blocked for a moment and leave by itself; only one that stays so stops a strategy."""

Found = dict[tuple[str, str], ExecutionHandshake]


class ExecutionManager:
    """Run a strategy's operations, group by group, and return what came of each.

    `log_dir` must be where the worker keeps its event log, since the worker is who writes it. `pid` is the
    strategy's own. `strategy` and `policy` are those of every group. `worker_timeout_s` is how long a worker
    may be missing.
    """

    def __init__(
        self,
        correlation_id: str,
        pid: int,
        log_dir: Path,
        *,
        stop_on_failure: bool = False,
        strategy: str = "",
        policy: GroupPolicy | None = None,
        worker_timeout_s: float = 30.0,
        settings: Settings | None = None,
    ) -> None:
        self.correlation_id = correlation_id
        self.pid = pid
        self.log_dir = Path(log_dir)
        self._strategy = strategy
        self._policy = policy or GroupPolicy()
        self._stop_on_failure = stop_on_failure
        self._worker_timeout_s = worker_timeout_s
        self._settings = settings

    def process_operations(
        self, timestamp: Moment | str, operations: Sequence[OperationCommand]
    ) -> list[ExecutionHandshake]:
        """Run `operations` and return their final handshakes, in the order given.

        Blocks until every group ended. Operations of one `atomic_group_id` are one group; one without is a
        group of its own. Groups run one after the other. The same call again finds the same groups and
        returns the same handshakes: nothing is sent twice.

        A rolled back operation's handshake says so, and its deltas are what is left of it; one never sent is
        failed with EXEC-005. Raises BadGroupError before anything is started, GroupBlockedError and
        NoWorkerError with the handshakes so far, OtherLogError, NoServerError.
        """
        _settle_at_exit()
        with ThreadPoolExecutor(1) as own:
            # A thread of its own, because the caller's may have a running event loop.
            return own.submit(lambda: asyncio.run(self.process_operations_async(timestamp, operations))).result()

    async def process_operations_async(
        self, timestamp: Moment | str, operations: Sequence[OperationCommand]
    ) -> list[ExecutionHandshake]:
        """Do what `process_operations` does, in the caller's event loop."""
        moment = written(timestamp)
        commands = placed(operations, self.correlation_id, moment)
        groups = groups_of(
            commands,
            correlation_id=self.correlation_id,
            strategy=self._strategy,
            policy=self._policy,
            metadata={"timestamp": moment, "pid": self.pid},
        )
        if not groups:
            return []
        settings = self._settings or load_settings()
        client = await GroupClient.connect(settings)
        for group in groups:
            client.check(group)
        await self._require_log(client, settings)
        return in_order(commands, await self._run_all(client, groups, commands))

    async def _run_all(
        self, client: GroupClient, groups: Sequence[AtomicGroup], commands: Sequence[OperationCommand]
    ) -> Found:
        found: Found = {}
        failed: str | None = None
        for group in groups:
            if failed is not None and self._stop_on_failure:
                found.update(_skipped(group, failed))
                continue
            try:
                result = await self._run(client, group)
            except (GroupBlockedError, NoWorkerError) as error:
                found.update(_keyed(group.atomic_group_id, error.handshakes))
                error.handshakes = tuple(in_order(commands, found))
                raise
            found.update(_keyed(group.atomic_group_id, final_handshakes(result)))
            if result.status is not GroupStatus.COMPLETED:
                failed = group.atomic_group_id
        return found

    async def _run(self, client: GroupClient, group: AtomicGroup) -> GroupResult:
        group_id = (await client.submit(group)).group_id
        async for seen in follow(client, group_id):
            if seen.result is not None:
                return seen.result
            if seen.view is not None and seen.blocked_s >= BLOCKED_GRACE_S:
                raise GroupBlockedError(group_id, seen.view.reason, handshakes_so_far(seen.view))
            if seen.silent_s >= self._worker_timeout_s:
                raise NoWorkerError(
                    f"no worker answered for group {group_id!r} for {seen.silent_s:.0f} s; it goes on when "
                    "one does, and the same call again returns its handshakes",
                    handshakes_so_far(seen.view),
                )
        raise AssertionError("a group is followed until its result")

    async def _require_log(self, client: GroupClient, settings: Settings) -> None:
        """Raise OtherLogError where a worker writes another log, NoWorkerError where there is none."""
        deadline = time.monotonic() + self._worker_timeout_s
        while not (found := await client.workers()):
            if time.monotonic() >= deadline:
                raise NoWorkerError(absence(settings.task_queue))
            await asyncio.sleep(0.2)
        ours = self.log_dir.expanduser().resolve()
        for worker in found:
            if worker.log_dir is not None and worker.log_dir != ours:
                raise OtherLogError(str(ours), str(worker.log_dir))


def _keyed(group_id: str, handshakes: Sequence[ExecutionHandshake]) -> Found:
    return {(group_id, handshake.operation_id): handshake for handshake in handshakes}


def _skipped(group: AtomicGroup, failed: str) -> Found:
    why = f"stop_on_failure, and group {failed!r} before it did not complete"
    return _keyed(
        group.atomic_group_id,
        [never_sent(operation.operation_id, why) for operation in group.operations],
    )


@cache
def _settle_at_exit() -> None:
    """Let the SDK's threads come to rest before the interpreter ends.

    Otherwise one short script out of six ends in SIGABRT after its work is done (temporalio/sdk-python#300);
    none did that slept this long.
    """
    atexit.register(time.sleep, 0.3)
