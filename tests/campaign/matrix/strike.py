"""What each fault does to the worker that has reached the point, and how it is healed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.campaign.matrix.points import Fault
from tests.campaign.rig.crew import Hand
from tests.campaign.rig.disk import Switches
from tests.campaign.rig.installation import Rig
from tests.campaign.rig.line import Line

HOUR_S = 3600.0

WORDS = {Fault.CLOCK_AHEAD: f"clock {HOUR_S}", Fault.CLOCK_BACK: f"clock -{HOUR_S}", Fault.NONE: "go"}
"""What the worker that waits is told, where it is not just to go on."""

Hire = Callable[[], Awaitable[Hand]]


@dataclass
class Site:
    """Where a fault strikes: one cell's workers, folder and roads. `late` heals only after the group's end."""

    rig: Rig
    cell: str
    folder: Path
    hire: Hire
    late: bool
    outage_s: float
    line: Line | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    healing: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    @property
    def switches(self) -> Switches:
        """The switches of the cell's disk."""
        return Switches(self.folder)

    def heal(self, repair: Callable[[], None]) -> None:
        """Call `repair` once the outage is over."""
        self.healing.append(asyncio.create_task(self._healed(repair)))

    async def _healed(self, repair: Callable[[], None]) -> None:
        await asyncio.sleep(self.outage_s)
        if self.late:
            await self.ended.wait()
        repair()


async def strike(fault: Fault, site: Site, hand: Hand) -> str:
    """Do it, and return the word for the worker that waits. Raises nothing that a dead worker could cause."""
    match fault:
        case Fault.WORKER_KILL:
            hand.kill()
            await site.hire()
        case Fault.WORKER_STOP:
            hand.freeze()
            site.heal(hand.wake)
            await site.hire()
        case Fault.CUT_VENUE:
            site.rig.gate.cut.add(site.cell)
            site.heal(lambda: site.rig.gate.cut.discard(site.cell))
        case Fault.CUT_SERVER if site.line is not None:
            site.line.cut()
            site.heal(site.line.mend)
            await site.hire()
        case Fault.DISK_FULL:
            site.switches.fill()
        case Fault.TORN_TAIL:
            site.switches.tear()
        case _ if fault not in WORDS:
            raise ValueError(f"{fault.value} strikes a whole wave, not one worker")
        case _:
            pass
    return WORDS.get(fault, "go")


@asynccontextmanager
async def healed_at_last(site: Site) -> AsyncGenerator[None]:
    """See to it that whatever was broken is whole when this is left."""
    async with AsyncExitStack() as stack:
        stack.callback(site.switches.empty)
        stack.callback(site.rig.gate.cut.discard, site.cell)
        if site.line is not None:
            stack.callback(site.line.mend)
        yield
