"""What the log alone costs: `python -m tests.unit.eventlog.price DIRECTORY append [OPERATIONS] | open [LINES]`.

`append`: the median of one operation (its intent, its outcome with the deltas: three lines, two commits), with and
without fsync, and the same again. `open`: how long a log of so many lines takes to open, and the memory it takes; the
log is made in DIRECTORY when it is not there. Prints one JSON object.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from allornone.eventlog.disk import Disk
from allornone.eventlog.facts import plain
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.layout import DELTAS, GROUPS, OPERATIONS, TRANSITIONS, file_of
from allornone.eventlog.line import FIRST, encode, line_hash
from allornone.events import Event
from allornone.ids import event_id
from tests.unit.eventlog.story import STARTED, delta, end, intent, operation

PER_GROUP = 10
"""Lines of a group of the log that is opened: started, four intents or outcomes, deltas, end."""


def unsynced(_descriptor: int) -> None:
    """A disk that forgets."""


async def operations(log: JsonlEventLog, name: str, count: int) -> list[float]:
    """Return the milliseconds that each operation took, one after the other, four to a group."""
    took: list[float] = []
    for number in range(count):
        group, ref = f"{name}-{number // 4}", event_id(name, str(number))
        known = number % 4 * 3
        began = perf_counter()
        await log.intend(intent(ref, group), known_seq=known)
        outcome = operation("confirmed", ref, group), delta(ref, atomic_group_id=group, event_id=event_id(ref, "d"))
        await log.record(outcome, known_seq=known + 1)
        took.append((perf_counter() - began) * 1000)
    return took


async def append(directory: Path, count: int) -> dict[str, float]:
    """Alternate between a log that syncs and one that does not, in ten turns."""
    logs = {
        "fsync": JsonlEventLog(directory / "on"),
        "no fsync": JsonlEventLog(directory / "off", disk=Disk(sync=unsynced)),
    }
    took: dict[str, list[float]] = {name: [] for name in logs}
    for turn in range(10):
        for name, log in logs.items():
            took[name] += await operations(log, f"turn-{turn}", count // 10)
    return {f"median ms per operation, {name}": round(median(each), 3) for name, each in took.items()}


def group(number: int) -> tuple[Event, ...]:
    """Return the ten records of a group of two operations."""
    name = f"group-{number}"
    ids = {"atomic_group_id": name}
    one, two = event_id(name, "1"), event_id(name, "2")
    return (
        STARTED.model_copy(update=ids | {"event_id": event_id(name, "s")}),
        *(each for ref in (one, two) for each in (intent(ref, name), operation("unknown", ref, name))),
        *(operation("confirmed", ref, name) for ref in (one, two)),
        *(delta(ref, event_id=event_id(ref, "d"), **ids) for ref in (one, two)),
        end(event_id=event_id(name, "end"), **ids),
    )


def make(directory: Path, lines: int) -> None:
    """Write a log of so many lines, without asking anybody."""
    (directory / "events").mkdir(parents=True)
    files = {name: (directory / "events" / name).open("wb") for name in (OPERATIONS, GROUPS, DELTAS, TRANSITIONS)}
    prev = dict.fromkeys(files, FIRST)
    for number in range(lines // PER_GROUP):
        for seq, event in enumerate(group(number), start=1):
            name = file_of(event)
            line = encode(plain(event) | {"seq": seq}, prev[name])
            prev[name] = line_hash(line)
            files[name].write(line + b"\n")
    for file in files.values():
        file.close()


async def opened(directory: Path) -> dict[str, float]:
    """Open the log, and ask for a group in the middle of it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = perf_counter()
    log = JsonlEventLog(directory)
    await log.refresh()
    ready = perf_counter()
    return {
        "seconds to open": round(ready - began, 2),
        "MiB more": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
        "ms per operation behind it": round(median(await operations(log, f"new-{ready}", 200)), 3),
    }


def main(directory: Path, what: str, count: str = "1000") -> None:
    """Measure, and print it."""
    if what == "open" and not (directory / "events").exists():
        make(directory, int(count))
    found = asyncio.run(append(directory, int(count)) if what == "append" else opened(directory))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
