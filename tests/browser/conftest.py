"""A real server with its UI, and a real Chromium to look at it."""

import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.browser.browser import Browser
from tests.conftest import ATTRIBUTES, FAST_TIMERS, SLOW_MACHINE
from tests.workflows.house import House
from worker.binary import find_binary

FOLDER = Path(__file__).parent
REQUIRED = "ALLORNONE_BROWSER_REQUIRED"
"""Set by `make browser`: then what is missing is a failure."""


def _missing() -> str | None:
    """Return what a machine lacks to drive a browser."""
    if _chromium() is None:
        return "Chromium is missing (apt install chromium)"
    if shutil.which("node") is None:
        return "node is missing (apt install nodejs npm)"
    if not (FOLDER / "node_modules" / "playwright-core").is_dir():
        return "playwright-core is missing (`make browser` installs it)"
    return None


def _chromium() -> str | None:
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path is not None), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Skips by name where the machine lacks something, but for `make browser`."""
    missing, path = _missing(), _chromium()
    if missing is not None:
        if REQUIRED in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    assert path is not None
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ui(chromium: str) -> AsyncIterator[tuple[WorkflowEnvironment, str]]:
    """A dev server of these tests' own, and where its UI is."""
    assert chromium
    port = _free_port()
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        ui=True,
        ui_port=port,
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=(*FAST_TIMERS, "--ui-disable-news-fetch"),
        dev_server_startup_timeout=SLOW_MACHINE,
    ) as server:
        yield server, f"http://127.0.0.1:{port}"


@pytest.fixture
def house(ui: tuple[WorkflowEnvironment, str], tmp_path: Path, task_queue: str) -> House:
    """An installation of each test's own."""
    return House(tmp_path, ui[0].client, task_queue)


@pytest.fixture
def browser(ui: tuple[WorkflowEnvironment, str], chromium: str, tmp_path: Path) -> Browser:
    """A person at the UI."""
    return Browser(ui[1], chromium, tmp_path)
