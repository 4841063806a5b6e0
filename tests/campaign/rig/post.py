"""Where a worker reports the points that it reaches, and waits for the rig's word before it goes on."""

import asyncio
import os
import socket

import orjson

from tests.campaign.rig.clock import jump


class Post:
    """One worker's line to the rig. A rig that is gone ends the worker."""

    def __init__(self, control: str, worker: str, points: tuple[str, ...]) -> None:
        self._control = control
        self._worker = worker
        self._points = frozenset(points)

    def wants(self, point: str) -> bool:
        """Tell whether the rig asked for this point."""
        return point in self._points or "*" in self._points

    async def reached(self, point: str) -> None:
        """Report a point and wait for the rig's word."""
        if self.wants(point):
            await asyncio.to_thread(self.told, point)

    def told(self, point: str) -> None:
        """Report a point and block until the rig has done what it does there. It may say that the clock jumps."""
        if not self.wants(point):
            return
        word, _, seconds = self._answer(point).partition(" ")
        if word == "clock":
            jump(float(seconds))

    def _answer(self, point: str) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(self._control)
                line.sendall(orjson.dumps({"worker": self._worker, "point": point}) + b"\n")
                return line.makefile("r").readline().strip()
        except OSError:
            os._exit(1)
