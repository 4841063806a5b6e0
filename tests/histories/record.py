"""Records the histories anew: `python -m tests.histories.record [scenario ...]`, where the engine was meant to change.

A history that does not replay any more means that groups which are open at a deploy would not either: either the
change goes behind `workflow.patched`, or no such group may be open.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.conftest import ATTRIBUTES, FAST_TIMERS, SKIPPING, SLOW_MACHINE
from tests.histories.scenarios import SCENARIOS
from tests.workflows.house import House
from worker.binary import find_binary

FOLDER = Path(__file__).parent


async def record(names: list[str]) -> None:
    """Run the scenarios on a server of our own and write each history beside this file."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        identity="recorder",
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=(*FAST_TIMERS, *SKIPPING),
        dev_server_startup_timeout=SLOW_MACHINE,
    ) as server:
        for name in names or SCENARIOS:
            with tempfile.TemporaryDirectory() as folder:
                handle = await SCENARIOS[name](House(Path(folder), server.client, name))
                history = await handle.fetch_history()
                (FOLDER / f"{name}.json").write_text(history.to_json())
                print(f"{name}: {len(history.events)} events")  # noqa: T201 (a script tells what it did)


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
