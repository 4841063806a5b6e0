"""Who keeps a crew at its number, and who keeps killing it: by a seeded rhythm, until told to stop."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.campaign.rig.crew import Hand
from tests.campaign.rig.disk import Switches
from tests.campaign.rig.installation import Rig
from tests.campaign.rig.spec import WorkerSpec

WORKERS = 3
PAUSE_S = (1.0, 4.0)
"""Between two faults."""
STOPPED_S = (1.0, 4.0)
SERVER_EVERY = 6
"""Of so many faults one hits the server; a short rage ends with it."""


class Shift:
    """The workers of one batch. Whoever dies is replaced."""

    def __init__(self, rig: Rig, spec: Callable[[str], WorkerSpec]) -> None:
        self._rig = rig
        self._spec = spec
        self._hired = 0
        self.hands: list[Hand] = []

    async def fill(self) -> None:
        """Hire until the crew has its number."""
        self.hands = [hand for hand in self.hands if hand.code is None]
        while len(self.hands) < WORKERS:
            self._hired += 1
            self.hands.append(await self._rig.crew.hire(self._spec(f"{self._hired:04}")))

    async def keep_filled(self) -> None:
        """Replace the dead until cancelled."""
        while True:
            await self.fill()
            await asyncio.sleep(0.2)

    async def leave(self) -> None:
        """Let everybody finish and go."""
        await asyncio.gather(*(hand.leave() for hand in self.hands))


class Nemesis:
    """Strikes one batch, at most `most` times. `struck` counts what it did."""

    def __init__(self, rig: Rig, shift: Shift, folder: Path, seed: str, most: int = 1_000_000) -> None:
        self._rig = rig
        self._shift = shift
        self._switches = Switches(folder)
        self._draw = random.Random(seed)  # noqa: S311 (reproducible, not secret)
        self.struck: Counter[str] = Counter()
        self._most = most

    async def rage(self, until: Callable[[], bool]) -> None:
        """Strike until everybody has ended. Whatever was begun is mended before this returns."""
        strikes: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("worker killed", self._kill),
            ("worker killed", self._kill),
            ("worker stopped", self._stop),
            ("line torn", self._tear),
            ("disk full", self._fill),
        )
        for number in range(1, self._most + 1):
            await asyncio.sleep(self._draw.uniform(*PAUSE_S))
            if until():
                return
            at_server = number % min(SERVER_EVERY, self._most) == 0
            name, strike = ("server killed", self._kill_server) if at_server else self._draw.choice(strikes)
            self.struck[name] += 1
            await strike()

    async def _kill(self) -> None:
        self._some().kill()

    async def _stop(self) -> None:
        hand = self._some()
        hand.freeze()
        await asyncio.sleep(self._draw.uniform(*STOPPED_S))
        hand.wake()

    async def _tear(self) -> None:
        self._switches.tear()

    async def _fill(self) -> None:
        self._switches.fill()
        await asyncio.sleep(self._draw.uniform(*STOPPED_S))
        self._switches.empty()

    async def _kill_server(self) -> None:
        await self._rig.server.kill()
        await self._rig.server.start()

    def _some(self) -> Hand:
        return self._draw.choice(self._shift.hands)
