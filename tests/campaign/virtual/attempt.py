"""One living copy of an activity: the real coroutine, resumed by hand from one call to the next.

A coroutine cannot be copied, but everything it does is a function of what it was told: a copy is made of the answers
so far, and run up to the same call when it is needed.
"""

from collections.abc import Callable, Coroutine
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.campaign.virtual import memory
from tests.campaign.virtual.call import Call
from tests.campaign.virtual.memory import Stretch, Task
from tests.campaign.virtual.venue import moment

Begin = Callable[[], Coroutine[Call | None, Any, Any]]
What = Literal["send", "look", "last_look", "record", "end"]

_segment = [0.0]
_halt: list[str | None] = [None]


def at(now: float) -> None:
    """Set the time of what runs now."""
    _segment[0] = now


def segment_clock() -> datetime:
    """Return the time at which the coroutine that runs now was resumed: the same again when it is run up again."""
    return moment(_segment[0])


def segment_halt() -> str | None:
    """Return why forward sends were halted when the coroutine that runs now was resumed."""
    return _halt[0]


@dataclass(frozen=True, slots=True)
class Told:
    """What a coroutine was resumed with, and when: a value, or an exception to raise."""

    now: float
    value: Any = None
    raises: Exception | None = None
    halted: str | None = None
    """Why forward sends are halted just then."""


@dataclass(slots=True)
class Attempt:
    """A copy of one activity. `call` is what it waits for, None once it is over; a `zombie` is awaited by nobody."""

    number: int
    what: What
    index: int
    reference: str
    task: Task
    begin: Begin
    node: int
    """Where it is, of all the places where an activity was: the same for all that were told the same."""
    root: int = 0
    zombie: bool = False
    told: tuple[Told, ...] = ()
    call: Call | None = None
    answer: Any = None
    problem: Exception | None = None
    received: Told | None = None
    """What the venue answered to its send, and is still on its way here."""
    _coroutine: Coroutine[Call | None, Any, Any] | None = field(default=None, repr=False)

    def copy(self) -> "Attempt":
        """Return the same attempt, to be resumed by itself."""
        twin = copy(self)
        twin._coroutine = None  # noqa: SLF001 (its own kind)
        return twin

    def again(self, number: int) -> "Attempt":
        """Return another copy of the same activity, from its beginning."""
        return Attempt(number, self.what, self.index, self.reference, self.task, self.begin, self.root, self.root)

    def tell(self, told: Told) -> None:
        """Resume it; it runs up to its next call, or to its end."""
        place = self.node, (told.now, memory.key_of(told.value if told.raises is None else told.raises), told.halted)
        known = memory.stretches.get(place)
        if known is None:
            self._run_up()
            self._resume(told)
            memory.keep(told)
            known = memory.stretches[place] = Stretch(memory.node(), self.call, self.answer, self.problem)
        else:
            self.drop()
            self.call, self.answer, self.problem = known.call, known.answer, known.problem
        self.node, self.told = known.node, (*self.told, told)

    def drop(self) -> None:
        """Let the coroutine die where it is."""
        if self._coroutine is not None:
            self._coroutine.close()
            self._coroutine = None

    def _run_up(self) -> None:
        if self._coroutine is None:
            self._coroutine = self.begin()
            for each in self.told:
                self._resume(each)

    def _resume(self, told: Told) -> None:
        coroutine = self._coroutine
        assert coroutine is not None, "an attempt that is over was resumed"
        at(told.now)
        _halt[0] = told.halted
        try:
            asked = coroutine.throw(told.raises) if told.raises is not None else coroutine.send(told.value)
        except StopIteration as stopped:
            self.call, self.answer, self._coroutine = None, stopped.value, None
        except Exception as problem:  # noqa: BLE001 (an activity that fails, whatever it fails with)
            self.call, self.problem, self._coroutine = None, problem, None
        else:
            # A resolver that sleeps before its second look yields None.
            self.call = asked if asked is not None else Call("sleep")
