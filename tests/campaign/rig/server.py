"""The rig's own processes: Temporal's server on a file, and the paper venues, each on ports of its own."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from tests.campaign.deciding import ROOT
from tests.campaign.rig.tether import tethered
from worker.binary import find_binary
from worker.programs import DYNAMIC_CONFIG

HOST = "127.0.0.1"
PATIENCE_S = 60
_TICK_S = 0.02


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on just now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


class Listening:
    """A process that listens on a port, and that can be killed, frozen and started again."""

    def __init__(self, command: Sequence[str], port: int, said: Path) -> None:
        self._command = command
        self._said = said
        self._process: asyncio.subprocess.Process | None = None
        self.port = port

    @property
    def target(self) -> str:
        """Where it listens."""
        return f"{HOST}:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it answers. Call from the main thread."""
        with self._said.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                *tethered(self._command, os.getpid()), stdout=said, stderr=said, cwd=ROOT, start_new_session=True
            )
        async with asyncio.timeout(PATIENCE_S):
            # Nobody tells when a port is open.
            while not self._answers():  # noqa: ASYNC110
                await asyncio.sleep(_TICK_S)

    def _answers(self) -> bool:
        if self._process is not None and self._process.returncode is not None:
            raise RuntimeError(f"{self._command[0]} ended with {self._process.returncode}; see {self._said}")
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._send(signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)


@asynccontextmanager
async def temporal(folder: Path) -> AsyncGenerator[Listening]:
    """Have a Temporal server run meanwhile, on a file of its own."""
    port, metrics = free_ports(2)
    options = {
        "--ip": [HOST],
        "--port": [str(port)],
        "--metrics-port": [str(metrics)],
        "--db-filename": [str(folder / "temporal.db")],
        "--sqlite-pragma": ["journal_mode=WAL", "synchronous=NORMAL"],
        "--dynamic-config-value": DYNAMIC_CONFIG,
        "--log-level": ["error"],
    }
    given = [word for option, values in options.items() for value in values for word in (option, value)]
    command = [str(find_binary()), "server", "start-dev", "--headless", *given]
    async with _running(Listening(command, port, folder / "temporal.log")) as server:
        yield server


@asynccontextmanager
async def paper(folder: Path) -> AsyncGenerator[Listening]:
    """Have the paper venues run meanwhile, over a ledger of their own."""
    (port,) = free_ports(1)
    command = [sys.executable, "-P", "-m", "worker.paper", str(folder), HOST, str(port)]
    async with _running(Listening(command, port, folder / "paper.log")) as venues:
        yield venues


@asynccontextmanager
async def _running(process: Listening) -> AsyncGenerator[Listening]:
    try:
        await process.start()
        yield process
    finally:
        await process.kill()
