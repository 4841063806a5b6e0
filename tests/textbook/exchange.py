"""What the textbook's saga trades at: a venue whose ledger is a file of lines, and that can be held or killed."""

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from tests.textbook.moments import Moments, until


class Ledger:
    """The independent witness: one line an effect, in the order in which they happened, over all processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger.txt"

    def write(self, line: str) -> None:
        """Add a line, whole, whoever else writes."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)

    def lines(self) -> list[str]:
        """Return what happened so far."""
        return self._path.read_text().splitlines() if self._path.exists() else []

    async def shows(self, line: str, times: int = 1) -> list[str]:
        """Wait until a line is there so many times, and return all."""
        await until(lambda: self.lines().count(line) >= times)
        return self.lines()


class Exchange:
    """The activities of the saga: do a step, undo a step.

    A call is the venue's own once it was made: whatever becomes of the activity that waits for it, it goes on.
    """

    def __init__(self, folder: Path, failing: str = "") -> None:
        self._ledger = Ledger(folder)
        self._moments = Moments(folder)
        self._failing = failing
        self._calls: set[asyncio.Task[None]] = set()

    @activity.defn(name="do")
    async def do(self, step: str) -> None:
        """Call the venue. A step that fails does so as they do: after it took effect."""
        await self._called(self._do(step))
        if step == self._failing:
            raise ApplicationError(f"{step} failed", non_retryable=True)

    @activity.defn(name="undo")
    async def undo(self, step: str) -> None:
        """Take a step back, if it took effect: the textbook asks for undos that may be called for nothing."""
        await self._called(self._undo(step))

    async def _do(self, step: str) -> None:
        await self._moments.here(f"do {step}")
        self._ledger.write(f"EFFECT {step}")
        await self._moments.here(f"did {step}")

    async def _undo(self, step: str) -> None:
        await self._moments.here(f"undo {step}")
        done = f"EFFECT {step}" in self._ledger.lines()
        self._ledger.write(f"UNDONE {step}" if done else f"NOTHING TO UNDO {step}")

    async def _called(self, call: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(call)
        self._calls.add(task)
        await asyncio.shield(task)
