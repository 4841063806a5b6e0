"""The rig's workers: forked on request, known by name and pid, and gone when the rig is."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson

from tests.campaign.book import ROOT
from tests.campaign.rig.spec import WorkerSpec
from tests.campaign.rig.tether import tethered

PATIENCE_S = 60
LEAVE_S = 20
"""A worker that was asked to stop and has not after that is killed; nothing of the product needs so long here."""


@dataclass(eq=False)
class Hand:
    """One worker. `code` is how it ended, None while it lives."""

    spec: WorkerSpec
    pid: int
    code: int | None = None
    stopped: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it is gone."""
        if self.code is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP."""
        self.stopped = True
        self.send(signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        self.stopped = False
        self.send(signal.SIGCONT)

    def show_stacks(self) -> None:
        """Have it write what each of its threads is doing, beside what else it says; a stopped one when it wakes."""
        self.send(signal.SIGUSR1)

    async def leave(self) -> None:
        """Ask it to stop, let it finish what it does, and wait until it is gone."""
        if self.stopped:
            self.wake()
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(LEAVE_S):
                await self.gone.wait()
        except TimeoutError:
            self.kill()
            await self.gone.wait()


class Crew:
    """Hires workers from one zygote. A hand that dies is noticed within milliseconds."""

    def __init__(self, zygote: asyncio.subprocess.Process) -> None:
        self._zygote = zygote
        self._born: dict[str, tuple[WorkerSpec, asyncio.Future[Hand]]] = {}
        self._hands: dict[int, Hand] = {}
        self._listening = asyncio.create_task(self._listen())

    async def hire(self, spec: WorkerSpec) -> Hand:
        """Fork a worker. It polls some tenths of a second later."""
        born: asyncio.Future[Hand] = asyncio.get_running_loop().create_future()
        self._born[spec.name] = spec, born
        _input(self._zygote).write(spec.line())
        async with asyncio.timeout(PATIENCE_S):
            return await born

    async def _listen(self) -> None:
        if self._zygote.stdout is None:
            raise RuntimeError("the zygote was started without a pipe")
        async for line in self._zygote.stdout:
            said = orjson.loads(line)
            if "name" in said:
                spec, born = self._born.pop(said["name"])
                self._hands[said["pid"]] = Hand(spec, said["pid"])
                born.set_result(self._hands[said["pid"]])
            elif said["pid"] in self._hands:
                hand = self._hands.pop(said["pid"])
                hand.code = said["ended"]
                hand.gone.set()

    async def dismiss(self) -> None:
        """End the zygote, and with it, by their tether, whoever still works."""
        self._zygote.kill()
        await self._zygote.wait()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening


def _input(process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
    if process.stdin is None:
        raise RuntimeError("the zygote was started without a pipe")
    return process.stdin


@asynccontextmanager
async def crew() -> AsyncGenerator[Crew]:
    """Have a zygote run meanwhile. Enter from the main thread."""
    command = tethered([sys.executable, "-m", "tests.campaign.rig.zygote"], os.getpid())
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    zygote = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    hired = Crew(zygote)
    try:
        yield hired
    finally:
        await hired.dismiss()
