"""What is left of a log whose writers died: what they were told, and what a power cut leaves."""

import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from random import Random

from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.layout import MODELS
from allornone.eventlog.reader import EventReader
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.mortal import MortalDisk

ROOT = Path(__file__).parents[3]


def begin(directory: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Begin a mortal writer; what it was told goes to `NAME.told`."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.told").open("ab") as told:
        command = (sys.executable, "-m", "tests.unit.eventlog.mortal", str(directory), name, *arguments)
        return subprocess.Popen(command, cwd=ROOT, stdout=told)


def told(directory: Path) -> list[str]:
    """Return every id whose writer was told that it is recorded."""
    return [line for path in directory.glob("*.told") for line in path.read_text().splitlines()]


def torn(directory: Path) -> int:
    """Return how many bytes lie behind the last full lines of the active files."""
    files = (path.read_bytes() for path in (directory / "events").glob("*.jsonl"))
    return sum(len(data) - (data.rfind(b"\n") + 1) for data in files)


async def reopened(directory: Path) -> tuple[list[str], int]:
    """Open the log again; return every id in it, and how many bytes of torn tails were cut off.

    What this puts on disk is noted too: a rotation that somebody died in is taken over here.
    """
    disk = MortalDisk(directory / "reopened.synced")
    await JsonlEventLog(directory, disk=Disk(disk.write, disk.sync, disk.rename)).refresh()
    assert list(Verification(directory).problems()) == []
    reader = EventReader(directory)
    return [event.event_id for event in reader.events()], sum(note["bytes"] for note in reader.recoveries())


def lost(directory: Path, found: list[str]) -> set[str]:
    """Return what is not there exactly once although its writer was told so, and what is there twice."""
    return {each for each in [*told(directory), *found] if found.count(each) != 1}


class Forgotten(StrEnum):
    """What a disk may forget when the power goes, of what was never put on it."""

    BYTES = "bytes"
    NAMES = "bytes, and every name"
    RENAMES = "bytes, and every rename, but no file that was begun"


def cut_power(directory: Path, forgotten: Forgotten, chance: Random) -> None:
    """Take back what was never put on disk: of the bytes, as many as chance will. Nobody may write any more."""
    notes = [json.loads(line) for path in directory.glob("*.synced") for line in path.read_text().splitlines()]
    sizes: dict[int, int] = {}
    for note in notes:
        if "inode" in note:
            sizes[note["inode"]] = max(note["bytes"], sizes.get(note["inode"], 0))
    for path in (directory / "events").glob("*.jsonl"):
        status = path.stat()
        os.truncate(path, chance.randint(min(sizes.get(status.st_ino, 0), status.st_size), status.st_size))
    if forgotten is not Forgotten.BYTES:
        listings = sorted((note["names"] for note in notes if "names" in note), key=_age)
        _forget_names(directory / "events", _on_disk(listings), forgotten)


def _on_disk(listings: list[dict[str, int]]) -> dict[str, int]:
    """Return the names that some sync of the folder put on disk: a closed file keeps its name."""
    closed = {name: inode for names in listings for name, inode in names.items() if name not in MODELS}
    active = {name: inode for names in listings for name, inode in names.items() if name in MODELS}
    return closed | {name: inode for name, inode in active.items() if inode not in closed.values()}


def _age(names: dict[str, int]) -> tuple[int, int]:
    """Order listings of the folder as they came about: a rotation closes a file, and then begins one.

    A clock does not: of two processes, the one that read it first may have listed the folder last.
    """
    return len(names.keys() - MODELS.keys()), len(names)


def _forget_names(events: Path, synced: dict[str, int], forgotten: Forgotten) -> None:
    nameless = {path.stat().st_ino: path.rename(path.with_suffix(".nameless")) for path in events.glob("*.jsonl")}
    for name, inode in synced.items():
        nameless.pop(inode).rename(events / name)
    if forgotten is Forgotten.RENAMES:
        for path in nameless.values():
            path.rename(path.with_suffix(".jsonl"))
