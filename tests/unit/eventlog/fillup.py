"""Fills the small file system that DIRECTORY is: `python -m tests.unit.eventlog.fillup DIRECTORY`.

Prints what happened to a textbook log and to ours, as one JSON object.
"""

import asyncio
import errno
import json
import os
import sys
from collections.abc import Awaitable
from pathlib import Path

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.layout import kind_of
from allornone.eventlog.reader import EventReader
from allornone.eventlog.verification import Verification
from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from tests.unit.eventlog.story import GROUP, delta, intent, operation, transition

RESERVE = 64 << 10


class Ballast:
    """A file that takes all the room there is, and gives it back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def release(self) -> None:
        self._path.unlink()


def textbook(path: Path, event_id: str) -> str:
    """Append as the textbook does: open, write, flush, sync; on an error, try again later."""
    try:
        with path.open("a") as file:
            file.write(json.dumps({"event_id": event_id, "note": "x" * 5_000}) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return str(error.strerror)
    return "recorded"


def readable(path: Path) -> list[str]:
    """Return the ids of the lines that a JSON reader can read."""
    found: list[str] = []
    for line in path.read_text().splitlines():
        try:
            found.append(json.loads(line)["event_id"])
        except ValueError:
            continue
    return found


def note(event_id: str) -> GroupTransitionEvent:
    return transition(TransitionKind.STARTED, event_id=event_id, atomic_group_id="notes", facts={"note": "x" * 5_000})


async def answer(call: Awaitable[object]) -> str:
    try:
        await call
    except OSError as error:
        return str(error.strerror)
    return "recorded"


async def ours(folder: Path, ballast: Ballast) -> dict[str, object]:
    log = JsonlEventLog(folder, reserve_bytes=RESERVE)
    told: dict[str, object] = {}
    await log.record((note("before"),), known_seq=0)
    await log.intend(intent(), known_seq=0)
    ballast.fill()
    told["ours: first try"] = await answer(log.record((note("lost?"),), known_seq=1))
    refused = intent("b" * 32, "carry-2", venue_metadata={"note": "x" * 5_000})
    told["ours: intent on a full disk"] = await answer(log.intend(refused, known_seq=0))
    sent: tuple[Event, ...] = (operation("confirmed", evidence={"fills": "x" * 5_000}), delta())
    told["ours: outcome on a full disk"] = await answer(log.record(sent, known_seq=1))
    ballast.release()
    told["ours: retry when space returned"] = await answer(log.record((note("lost?"),), known_seq=1))
    told["ours: the same intent when space returned"] = (await log.intend(refused, known_seq=0)).state.value
    await log.record((note("after"),), known_seq=2)
    reader = EventReader(folder)
    told["ours: events that can be read"] = [event.event_id for event in reader.events("notes")]
    told["ours: records of the group that was sent"] = [word(event) for event in reader.events(GROUP)]
    told["ours: problems"] = [str(problem) for problem in Verification(folder).problems()]
    return told


async def rotating(folder: Path, ballast: Ballast) -> dict[str, object]:
    log = JsonlEventLog(folder, reserve_bytes=RESERVE, rotate_bytes=1)
    await log.intend(intent(), known_seq=0)
    ballast.fill()
    told = await answer(log.record((operation("confirmed"),), known_seq=1))
    return {
        "ours: outcome on a full disk, in a segment that is full": told,
        "ours: closed segments": [path.name for path in (folder / "events").glob("*.0*")],
    }


def word(event: Event) -> str:
    return event.status if isinstance(event, OperationExecutionEvent) else kind_of(event)


def main(folder: Path) -> None:
    ballast, path = Ballast(folder / "ballast"), folder / "textbook.jsonl"
    told: dict[str, object] = {}
    textbook(path, "before")
    ballast.fill()
    told["textbook: first try"] = textbook(path, "lost?")
    ballast.release()
    told["textbook: retry when space returned"] = textbook(path, "lost?")
    textbook(path, "after")
    told["textbook: events that can be read"] = readable(path)
    told |= asyncio.run(ours(folder / "ours", ballast))
    told |= asyncio.run(rotating(folder / "rotating", ballast))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
