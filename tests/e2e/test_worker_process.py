"""`dev` and `worker` from outside: as processes, by their output, signals and exit codes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from allornone.client.address import live_address, read_address
from allornone.client.identity import parse_identity
from worker.child import within

PATIENCE_S = 60
SAY_AND_END = """
from allornone.client.exit import run_and_exit

def command():
    print("said", end="")
    raise SystemExit(3)

run_and_exit(command)
"""


@contextmanager
def running(command: str, folder: Path, **variables: str) -> Generator[subprocess.Popen[str]]:
    """Run a command of ours until it says that it is ready; end it afterwards if it has not ended."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
    environment |= {"ALLORNONE_DATA_DIR": str(folder), **variables}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "worker.main", command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            if not any(line.startswith("worker") for line in process.stdout):
                pytest.fail(process.stderr.read() + logged(folder))
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def logged(folder: Path) -> str:
    """What the servers said, for whoever has to find out why they did not come up."""
    return "".join(f"\n{log.name}:\n{log.read_text(encoding='utf-8')}" for log in folder.glob("*.log"))


def test_dev_runs_everything_and_sigterm_leaves_no_process(tmp_path: Path) -> None:
    with running("dev", tmp_path) as dev:
        address = read_address(tmp_path)
        assert address is not None
        assert address.temporal.answers
        assert address.paper is not None
        assert address.paper.answers

        dev.send_signal(signal.SIGTERM)
        _, talk = dev.communicate(timeout=PATIENCE_S)

    assert dev.returncode == 0
    assert "drained" in talk
    assert not address.temporal.is_running
    assert not address.paper.is_running


def test_dev_finds_its_server_again_after_it_was_killed(tmp_path: Path) -> None:
    with running("dev", tmp_path) as killed:
        killed.kill()
        killed.wait()
    left = read_address(tmp_path)

    with running("dev", tmp_path):
        again = read_address(tmp_path)

    assert again is not None
    assert again == left
    assert not again.temporal.is_running


def test_dev_starts_its_server_again_when_it_dies(tmp_path: Path) -> None:
    with running("dev", tmp_path):
        died = live_address(tmp_path)
        assert died is not None
        os.kill(died.temporal.process.pid, signal.SIGKILL)

        assert within(PATIENCE_S, lambda: live_address(tmp_path) not in (None, died))

        again = live_address(tmp_path)
        assert again is not None
        assert again.target == died.target
        assert again.paper == died.paper


async def test_a_worker_works_for_the_configured_server_and_tells_where_it_logs(
    tmp_path: Path, temporal_server: WorkflowEnvironment, task_queue: str
) -> None:
    target = temporal_server.client.service_client.config.target_host

    with running("worker", tmp_path, TEMPORAL_ADDRESS=target, ALLORNONE_TASK_QUEUE=task_queue) as worker:
        identity = parse_identity(await first_poller(temporal_server.client, task_queue))
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=PATIENCE_S)

    assert identity is not None
    assert identity.log_dir == tmp_path / "logs"
    assert identity.pid == worker.pid
    assert worker.returncode == 0


async def first_poller(client: Client, task_queue: str) -> str:
    request = DescribeTaskQueueRequest(
        namespace="default",
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await client.workflow_service.describe_task_queue(request)
            if found.pollers:
                return found.pollers[0].identity
            await asyncio.sleep(0.05)


def test_a_worker_without_a_server_ends_with_code_4_and_says_what_to_do(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "worker.main", "worker"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ALLORNONE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert ended.returncode == 4
    assert "run `allornone dev`" in ended.stderr
    assert ended.stdout == ""


def test_a_process_ends_with_its_own_code_after_it_said_everything() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SAY_AND_END],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (3, "said")
