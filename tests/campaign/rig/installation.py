"""Everything the campaign runs on, entered together: a server, the venues, a zygote, the roads between them."""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter

from allornone.client.quiet import quiet_core
from tests.campaign.rig.control import control
from tests.campaign.rig.crew import Crew, crew
from tests.campaign.rig.gate import Gate, gate
from tests.campaign.rig.server import Listening, paper, temporal
from worker.namespace import register_search_attributes

TASK_TIMEOUT = timedelta(seconds=4)
"""Of a workflow task, ten seconds otherwise: that long a stopped worker keeps one to itself."""

Listener = Callable[[str], Awaitable[str]]
"""Told a point that one worker reached; returns the word for the worker."""


@dataclass
class Rig:
    """One installation under test. `listeners` are the cells, by the names of their workers."""

    folder: Path
    server: Listening
    crew: Crew
    gate: Gate
    client: Client
    listeners: dict[str, Listener] = field(default_factory=dict[str, Listener])

    @property
    def control(self) -> str:
        """Where workers report."""
        return str(self.folder / "control")


class _ShortTasks(Interceptor):
    """Starts workflows with a short task timeout."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 (of the SDK)
        return _Starts(next)


class _Starts(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 (of the SDK)
        input.task_timeout = TASK_TIMEOUT
        return await super().start_workflow(input)


async def connected(server: Listening) -> Client:
    """Return a client whose workflows notice soon that a worker is gone."""
    return await Client.connect(server.target, data_converter=pydantic_data_converter, interceptors=[_ShortTasks()])


@asynccontextmanager
async def rig(faults: Sequence[Mapping[str, Any]]) -> AsyncGenerator[Rig]:
    """Have it all run meanwhile, the venues scripted by `faults`; nothing of it outlives this, nor the process.

    Enter from the main thread.
    """
    quiet_core()
    # Short, because a Unix socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix=f"aon-{os.getpid()}-"))
    (folder / "paper-faults.yaml").write_text(yaml.safe_dump([dict(fault) for fault in faults]), "utf-8")
    listeners: dict[str, Listener] = {}

    async def reached(worker: str, point: str) -> str:
        listener = listeners.get(worker)
        return await listener(point) if listener is not None else "go"

    try:
        async with (
            crew() as hands,
            temporal(folder) as server,
            paper(folder) as venues,
            control(folder / "control", reached),
            gate(f"http://{venues.target}", reached) as road,
        ):
            client = await connected(server)
            await register_search_attributes(client)
            yield Rig(folder, server, hands, road, client, listeners)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
