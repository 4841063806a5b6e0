"""A process that writes a log: `python -m tests.unit.eventlog.writer DIRECTORY NAME COUNT [LIMIT_BYTES]`.

It records COUNT events of one group, shared by all writers, and asks for COUNT shared permits. It prints how
many events it recorded, and behind them the permits it was given.
"""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import PermitState
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import intent, transition


async def note(log: JsonlEventLog, name: str, number: int) -> bool:
    event = transition(TransitionKind.LATE_EFFECT, facts={"note": "x" * 400}, event_id=f"{name}-{number}")
    try:
        await log.record((event,), known_seq=0)
    except OSError:
        return False
    return True


async def permitted(log: JsonlEventLog, number: int) -> bool:
    permit = await log.intend(intent(f"{number:032x}", "shared-2", event_id=f"i{number}"), known_seq=1_000_000)
    return permit.state is PermitState.WRITTEN


async def main(directory: Path, name: str, count: int) -> None:
    log = JsonlEventLog(directory)
    noted = [await note(log, name, number) for number in range(count)]
    permits = 0
    if all(noted):
        permits = sum(await asyncio.gather(*(permitted(log, number) for number in range(count))))
    sys.stdout.write(f"{sum(noted)} {permits}\n" if permits else f"{sum(noted)}\n")


if __name__ == "__main__":
    if sys.argv[4:]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
