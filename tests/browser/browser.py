"""A person at Temporal's UI: a real Chromium, driven by `ui.mjs`."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("ui.mjs")
PATIENCE_S = 300


class Browser:
    """Opens a workflow's page and does what it is told to, each time in a browser of its own."""

    def __init__(self, ui_url: str, chromium: str, folder: Path) -> None:
        self._ui_url, self._chromium, self._folder = ui_url, chromium, folder
        self._opened = 0

    async def does(self, workflow_id: str, *steps: str) -> dict[str, Any]:
        """Return what the steps read. Fails with what the driver said, and a screenshot in the test's folder."""
        self._opened += 1
        process = await asyncio.create_subprocess_exec(
            "node",
            SCRIPT,
            f"{self._ui_url}/namespaces/default/workflows/{workflow_id}",
            self._folder / f"profile-{self._opened}",
            self._folder / f"failed-{self._opened}.png",
            *steps,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "ALLORNONE_CHROMIUM": self._chromium},
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                read, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, said.decode()
        found: dict[str, Any] = json.loads(read)
        return found
