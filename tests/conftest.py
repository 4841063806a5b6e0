"""What tests share: real Temporal servers, one a session, and for each test a task queue of its own."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from allornone import wire
from worker.binary import find_binary

ROOT = Path(__file__).parent
FAST_TIMERS = (
    "--dynamic-config-value",
    'history.timerProcessorMaxTimeShift="10ms"',
    "--dynamic-config-value",
    "history.transferProcessorMaxPollRPS=2000",
    "--dynamic-config-value",
    "history.timerProcessorMaxPollRPS=2000",
)
SKIPPING = ("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true")
SLOW_MACHINE = timedelta(seconds=30)
ATTRIBUTES = (
    SearchAttributeKey.for_keyword(wire.GROUP_STATUS),
    SearchAttributeKey.for_keyword(wire.STRATEGY),
    SearchAttributeKey.for_keyword(wire.CORRELATION_ID),
    SearchAttributeKey.for_keyword_list(wire.VENUES),
    SearchAttributeKey.for_bool(wire.NEEDS_OPERATOR),
    SearchAttributeKey.for_int(wire.OPERATION_COUNT),
)

LONGEST_FIRST = ("campaign", "textbook", "e2e", "exchange", "contract")
"""Folders in which files take minutes: handed out last, one of them would run alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand out the files that take longest first; `make test` keeps to this order."""
    items.sort(key=lambda item: _turn(item.path.relative_to(ROOT).parts[0]))


def _turn(folder: str) -> int:
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server() -> AsyncIterator[WorkflowEnvironment]:
    """A real dev server in memory, in real time, with the search attributes registered."""
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=FAST_TIMERS,
        dev_server_startup_timeout=SLOW_MACHINE,
    ) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """The same server with a virtual clock for each workflow: timers of days pass at once."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=(*FAST_TIMERS, *SKIPPING),
        dev_server_startup_timeout=SLOW_MACHINE,
    ) as server:
        yield server


@pytest.fixture
def client(temporal_server: WorkflowEnvironment) -> Client:
    """A client of the server in real time."""
    return temporal_server.client


@pytest.fixture
def skipping_client(skipping_server: WorkflowEnvironment) -> Client:
    """A client whose workflows have a virtual clock."""
    return skipping_server.client


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test polls."""
    return f"test-{uuid4().hex}"
