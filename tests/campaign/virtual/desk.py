"""A worker in the virtual world: its means, which ask the world, and its activities, which are the real ones."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from activities.desk import Desk
from activities.records import RecordActivities
from activities.resolve import resolve
from activities.rollback import roll_back
from activities.send import send
from allornone.core.steps import Execute, LastLook, Look, Step, Undo
from allornone.halt import HaltFile
from allornone.venues import Venue
from tests.campaign.virtual.attempt import Begin, What, segment_clock, segment_halt
from tests.campaign.virtual.call import AskingLog, AskingVenue
from tests.campaign.virtual.venue import Profile


class VirtualHalt:
    """The halt file as the coroutine that runs now sees it: the same again when it is run up again."""

    def reason(self) -> str | None:
        """See `HaltFile.reason`."""
        return segment_halt()

    @contextmanager
    def passage(self) -> Generator[str | None]:
        """See `HaltFile.passage`: that whoever sets a halt waits for it, the world knows."""
        yield self.reason()


@lru_cache(1000)
def desk_of(profile: Profile, no_undo: frozenset[str]) -> Desk:
    """Return a worker's means where every question goes to the world."""
    venues: dict[str, Venue] = {name: AskingVenue(name, profile.capabilities, no_undo) for name in ("binance", "lido")}
    return Desk(venues, AskingLog(), segment_clock, pid=7, halt=cast("HaltFile", VirtualHalt()))


def activity_of(desk: Desk, step: Step, task: Any) -> tuple[What, Begin]:
    """Return the real activity of a step, to be begun as often as it takes."""
    match step:
        case Execute():
            return "send", lambda: send(task, task.request, desk)
        case Undo():
            return "send", lambda: roll_back(task, desk)
        case Look():
            return "look", lambda: resolve(task, desk)
        case LastLook():
            return "last_look", lambda: resolve(task, desk)
        case _:
            activities = RecordActivities(desk.venues, desk.log)
            what: What = "end" if task.result is not None else "record"
            return what, lambda: activities.record_group_event(task)
