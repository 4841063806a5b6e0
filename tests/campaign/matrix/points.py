"""The points at which a fault may strike, the scenarios, and which of them meet: data, written before any run."""

from dataclasses import dataclass
from enum import StrEnum

OPERATIONS = 4

MOMENTS = {
    "p0": "before the intent is on disk",
    "p1": "after the intent, before the send",
    "p2": "sent, before the effect",
    "p3": "after the effect, before the answer arrives",
    "p4": "with the answer, before the outcome is on disk",
    "p5": "outcome on disk, before the activity completes",
    "p6": "activity completed, before the workflow's next task",
}
FORWARD = tuple(f"{number}.do.{moment}" for number in range(1, OPERATIONS + 1) for moment in MOMENTS)
BACK = tuple(f"{number}.undo.{moment}" for number in range(OPERATIONS - 1, 0, -1) for moment in MOMENTS)
GROUP = {
    "start.accepted": "the server has the group, its first task is not completed",
    "started.after": "the start is on disk, its activity not completed",
    "look.before": "a resolver's look begins, nothing revoked",
    "revoked.after": "revoked is on disk, the venue not asked yet",
    "look.after": "a resolver's look is done, its activity not completed",
    "rolling_back.after": "the turn is on disk, its activity not completed",
    "last_look.before": "the last look before the end begins",
    "end.before": "the verdict is taken, its record not on disk",
    "end.after": "the end is on disk, its activity not completed",
    "pause.before": "an operator's pause arrives",
    "pause.after": "the pause is on disk, its activity not completed",
    "cancel.before": "an operator's cancel arrives",
    "cancel.after": "the cancel is on disk, its activity not completed",
    "sweep.before": "a sweep begins after the end",
    "sweep.after": "the sweep is done, its activity not completed",
}
POINTS = (*FORWARD, *BACK, *GROUP)
assert len(POINTS) == len(set(POINTS)) == 64  # 49 of operations, 15 of the group


class Scenario(StrEnum):
    """What happens to a group of four besides the fault."""

    SUCCESS = "success"
    REFUSED_2 = "refused-2"
    REFUSED_4 = "refused-4"
    CANCEL = "cancel"
    """While the third operation is under way."""
    DEADLINE = "deadline"
    """It passes after the third operation; a pause sees to it that the fourth is not sent before."""


class Fault(StrEnum):
    """What strikes."""

    WORKER_KILL = "worker-kill"
    WORKER_STOP = "worker-stop"
    """SIGSTOP for longer than the start-to-close, while another worker goes on; then SIGCONT."""
    SERVER_KILL = "server-kill"
    SERVER_STOP = "server-stop"
    CUT_SERVER = "cut-server"
    CUT_VENUE = "cut-venue"
    DISK_FULL = "disk-full"
    TORN_TAIL = "torn-tail"
    CLOCK_AHEAD = "clock+1h"
    CLOCK_BACK = "clock-1h"
    NONE = "nothing"
    """For the check of what can be reached; no cell of the matrix."""


FAULTS = tuple(fault for fault in Fault if fault is not Fault.NONE)

SERVER_FAULTS = frozenset({Fault.SERVER_KILL, Fault.SERVER_STOP})


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the matrix."""

    point: str
    fault: Fault
    scenario: Scenario

    @property
    def name(self) -> str:
        """Its name in the book."""
        return f"{self.point} {self.fault.value} {self.scenario.value}"

    @property
    def reachable(self) -> bool:
        """Whether the fault can strike there. Declared here, and checked by every run."""
        if self.fault in WRITING and self.point in UNWRITTEN:
            return False
        return reaches(self.point, self.scenario)


UNWRITTEN = frozenset({"end.after", "sweep.before", "sweep.after"})
"""No line of the log is written after these, so none can be torn or refused."""
WRITING = frozenset({Fault.TORN_TAIL, Fault.DISK_FULL})
"""What strikes at the next line of the log after the point."""

_LAST_DONE = {
    Scenario.SUCCESS: 4,
    Scenario.REFUSED_2: 2,
    Scenario.REFUSED_4: 4,
    Scenario.CANCEL: 3,
    Scenario.DEADLINE: 3,
}
_LAST_UNDONE = {
    Scenario.SUCCESS: 0,
    Scenario.REFUSED_2: 1,
    Scenario.REFUSED_4: 3,
    Scenario.CANCEL: 3,
    Scenario.DEADLINE: 3,
}


def reaches(point: str, scenario: Scenario) -> bool:
    """Tell whether a group in this scenario comes by this point, if nothing else befalls it.

    The resolver's points bring a lost answer with them, and the pause's points a pause.
    """
    number, _, rest = point.partition(".")
    if number.isdigit():
        last = _LAST_DONE if rest.startswith("do") else _LAST_UNDONE
        return int(number) <= last[scenario]
    if point == "rolling_back.after":
        return scenario is not Scenario.SUCCESS
    if number == "cancel":
        return scenario is Scenario.CANCEL
    return True


def cases() -> tuple[Case, ...]:
    """Return the full matrix."""
    return tuple(Case(point, fault, scenario) for point in POINTS for fault in FAULTS for scenario in Scenario)
