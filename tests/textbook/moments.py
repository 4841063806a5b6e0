"""Moments of a call to a venue, by name: `do B`, `did B`, `undo B`, `undid B`. A test marks what is to happen there.

Marks are files, so that they hold for the processes that a test starts as well as for itself.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 60
TICK_S = 0.01


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if holds():
                return
            await asyncio.sleep(TICK_S)


class Moments:
    """What is to happen to whoever comes to a moment: hold them, kill their process, or freeze it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "moments"
        self._folder.mkdir(exist_ok=True)

    def hold(self, moment: str) -> None:
        """Let nobody past it until it `opens`."""
        self._mark(moment, "hold").touch()

    def opens(self, moment: str) -> None:
        """Let those who are held go on."""
        self._mark(moment, "hold").unlink()

    def kill(self, moment: str) -> None:
        """Kill the process that comes first, by SIGKILL."""
        self._mark(moment, str(signal.SIGKILL.value)).touch()

    def freeze(self, moment: str) -> None:
        """Stop the process that comes first, by SIGSTOP."""
        self._mark(moment, str(signal.SIGSTOP.value)).touch()

    async def here(self, moment: str) -> None:
        """Come to a moment, and suffer what is marked there."""
        with self._mark(moment, "reached").open("a") as reached:
            reached.write("1")
        for number in (signal.SIGKILL, signal.SIGSTOP):
            self._suffer(moment, number)
        await until(lambda: not self._mark(moment, "hold").exists())

    async def reached(self, moment: str, times: int = 1) -> None:
        """Wait until somebody came to a moment, so many times."""
        mark = self._mark(moment, "reached")
        await until(lambda: mark.exists() and len(mark.read_text()) >= times)

    def _suffer(self, moment: str, number: signal.Signals) -> None:
        try:
            self._mark(moment, str(number.value)).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), number)

    def _mark(self, moment: str, what: str) -> Path:
        return self._folder / f"{moment.replace(' ', '-')}.{what}"
