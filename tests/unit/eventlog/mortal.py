"""A process that writes a log until it dies: `python -m tests.unit.eventlog.mortal DIRECTORY NAME [POINT] [TIME]`.

It records `NAME-1` and `NAME-2` at once, and so on, in segments so small that some close between the two. Whatever
it was told it writes to its standard output, one id a line, before it goes on. It kills itself with SIGKILL the
TIME-th time that it comes to POINT. What it has put on disk it notes in `DIRECTORY/NAME.synced`, so that a power cut
can be played afterwards.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import transition

LINES: tuple[str, ...] = (
    "before a line",
    "in the middle of a line",
    "between a line and its sync",
    "after the sync of a line",
)
ROTATION: tuple[str, ...] = (
    "before a rename",
    "after a rename",
    "after the sync of a rename",
    "in the first line of a segment",
)
POINTS = (*LINES, *ROTATION)
SEGMENT = 3_000
FRESH = 3
"""So few that the index goes to its checkpoint all the time."""


@dataclass
class MortalDisk:
    """A real disk whose user dies at a point."""

    notes: Path
    point: str = ""
    time: int = 0
    renamed: bool = False

    def write(self, descriptor: int, data: bytes) -> int:
        if not _path(descriptor).name.endswith(".jsonl"):
            return os.write(descriptor, data)
        self.die_at("before a line")
        if os.fstat(descriptor).st_size == 0:
            self.die_within(descriptor, data, "in the first line of a segment")
        self.die_within(descriptor, data, "in the middle of a line")
        written = os.write(descriptor, data)
        self.die_at("between a line and its sync")
        return written

    def sync(self, descriptor: int) -> None:
        path = _path(descriptor)
        synced = _names(path) if path.is_dir() else _bytes(descriptor)
        os.fsync(descriptor)
        if path.name == "events" or path.name.endswith(".jsonl"):
            with self.notes.open("a") as file:
                file.write(json.dumps(synced) + "\n")
        if path.name.endswith(".jsonl"):
            self.die_at("after the sync of a line")
        elif path.name == "events" and self.renamed:
            self.renamed = False
            self.die_at("after the sync of a rename")

    def rename(self, old: Path, new: Path) -> None:
        self.die_at("before a rename")
        old.rename(new)
        self.renamed = True
        self.die_at("after a rename")

    def die_at(self, point: str) -> None:
        if point == self.point:
            self.time -= 1
            if self.time == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def die_within(self, descriptor: int, data: bytes, point: str) -> None:
        if point == self.point and self.time == 1:
            os.write(descriptor, data[: len(data) // 2])
        self.die_at(point)


def _path(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").readlink()


def _names(folder: Path) -> dict[str, object]:
    return {"names": {path.name: path.stat().st_ino for path in folder.glob("*.jsonl")}}


def _bytes(descriptor: int) -> dict[str, object]:
    status = os.fstat(descriptor)
    return {"inode": status.st_ino, "bytes": status.st_size}


async def main(directory: Path, name: str, point: str = "", time: str = "0") -> None:
    disk = MortalDisk(directory / f"{name}.synced", point, int(time))
    log = JsonlEventLog(
        directory,
        disk=Disk(disk.write, disk.sync, disk.rename),
        reserve_bytes=SEGMENT,
        rotate_bytes=SEGMENT,
        fresh=FRESH,
    )
    for number in count(1, 2):
        pair = tuple(
            transition(TransitionKind.LATE_EFFECT, facts={"note": "x" * 300}, event_id=f"{name}-{each}")
            for each in (number, number + 1)
        )
        await log.record(pair, known_seq=0)
        os.write(1, "".join(f"{event.event_id}\n" for event in pair).encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
