"""Server faults strike many groups at once: each waits at its own point, then the server they share goes down."""

import asyncio

from tests.campaign.matrix.points import Fault
from tests.campaign.rig.server import Listening

STOPPED_S = 5.0


class Surge:
    """One fault of one server, for the cells that take part. The first to arrive wait `gather_s` for the last."""

    def __init__(self, server: Listening, fault: Fault, cells: int, gather_s: float) -> None:
        self._server = server
        self._fault = fault
        self._cells = cells
        self._gather_s = gather_s
        self._known: set[str] = set()
        self._complete = asyncio.Event()
        self._down = asyncio.Event()

    async def arrive(self, cell: str) -> bool:
        """Wait at a point until the server is down. Returns whether it went down while this one was there."""
        if self._down.is_set():
            return False
        self.absent(cell)
        await self._down.wait()
        return True

    def absent(self, cell: str) -> None:
        """Tell that nobody has to wait for this cell any more. May be called again."""
        self._known.add(cell)
        if len(self._known) >= self._cells:
            self._complete.set()

    async def break_out(self) -> None:
        """Strike when everybody has arrived, or has had the time to; mend it again."""
        try:
            async with asyncio.timeout(self._gather_s):
                await self._complete.wait()
        except TimeoutError:
            # Whoever comes later finds the server down already, or back: that cell has not fired.
            pass
        if self._fault is Fault.SERVER_KILL:
            await self._server.kill()
            self._down.set()
            await self._server.start()
        else:
            self._server.freeze()
            self._down.set()
            await asyncio.sleep(STOPPED_S)
            self._server.wake()
