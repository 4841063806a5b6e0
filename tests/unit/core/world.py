"""A virtual venue: pure, seeded, and always knowing what REALLY took effect, whatever it says."""

from dataclasses import dataclass, field
from random import Random

from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.steps import LookMode
from allornone.models.execution import Direction
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import FORWARD, Reference, closed, told

SETTLE_S = (0.0, 5.0, 70.0, 800.0)
"""From a send to its fence: at once, soon, after a look or two, past any budget."""


@dataclass(slots=True)
class Order:
    """What the venue knows of one reference. `done` is its true effect, negative for an undo."""

    sign: int
    asked: int
    done: int = 0
    open: bool = False
    underway: bool = False
    """Sent, and neither here nor lost yet: it may take effect until its fence."""
    intent: bool = True
    fence_at: float | None = 0.0
    """When nothing can come any more; None where the venue gives no bound."""
    shown_at: float = 0.0
    """Until then look-ups do not show it."""
    verdict: Verdict = Verdict.MATCH
    readings: int = 1
    told: bool = False
    """A conclusive answer was given."""
    believed: int = 0
    """The effect that was conclusively told; another than `done` is a lie, or still to come."""

    def fills(self, units: int) -> None:
        """Let `units` take effect, and the order be over."""
        self.done += self.sign * units
        self.open = self.underway = False
        if abs(self.done) < self.asked and self.verdict is Verdict.MATCH:
            self.verdict = Verdict.PARTIAL


@dataclass(slots=True)
class World:
    """The venue of one schedule. `faults` are left to be made; then it is healed and answers straight."""

    random: Random
    faults: int
    lies: bool = False
    now: float = 0.0
    orders: dict[Reference, Order] = field(default_factory=dict[Reference, Order])
    no_undo: frozenset[int] = frozenset()
    halts: int = 0
    """How many forward sends in a row are still to be halted: by the worker, so that the venue hears of none."""

    def truth(self, number: int) -> int:
        """Return the true sum of effects of one operation and its undos."""
        return sum(order.done for reference, order in self.orders.items() if reference[0] == number)

    def believed(self, number: int, direction: Direction | None = None) -> int:
        """Return the sum of effects that were told, of one direction or of both."""
        return sum(
            order.believed
            for reference, order in self.orders.items()
            if reference[0] == number and direction in (None, reference[1])
        )

    def ever(self, number: int) -> bool:
        """Tell whether the operation ever moved anything."""
        return any(order.done for reference, order in self.orders.items() if reference[0] == number)

    def send(self, reference: Reference, asked: int) -> Answer | None:
        """Take a send, and return what comes back, None where the activity is lost."""
        number, direction, _ = reference
        if direction is FORWARD and self.halts:
            self.halts -= 1
            return told(reference, AnswerKind.HALTED)
        if direction is not FORWARD and number in self.no_undo:
            return told(reference, AnswerKind.NO_UNDO)
        assert asked > 0, f"{reference} was sent for {asked}"
        order = self.orders[reference] = Order(1 if direction is FORWARD else -1, asked)
        how = self._fault() if self.faults and self.random.random() < 0.75 else "full"
        return self._does(how, reference, order)

    def _fault(self) -> str:
        self.faults -= 1
        return self.random.choice(FAULTS)

    def _does(self, how: str, reference: Reference, order: Order) -> Answer | None:
        match how:
            case "full":
                order.fills(order.asked)
            case "refused" | "not_sent":
                order.told = True
                if how == "refused" and self.lies and order.sign > 0:
                    order.fills(order.asked)
                return told(reference, AnswerKind(how))
            case "part":
                order.fills(max(order.asked // 2, 1))
            case "breach":
                order.verdict, order.readings = Verdict.BREACH, self.random.choice((1, 3))
                order.fills(order.asked + order.sign)
            case "open":
                order.open = True
                return told(reference, AnswerKind.OPEN)
            case _:
                return self._hides(how, reference, order)
        return self._closed(reference, order)

    def _hides(self, how: str, reference: Reference, order: Order) -> Answer | None:
        """Let the answer be lost, or the whole activity, with or without an effect."""
        order.fence_at = None if self.random.random() < 0.15 else self.now + self.random.choice(SETTLE_S)
        order.shown_at = self.now + self.random.choice(SETTLE_S[:3])
        if how.endswith("executed"):
            order.fills(self.random.choice((order.asked, max(order.asked // 2, 1))))
        elif how == "lost before intent":
            order.intent = False
        else:
            order.underway = True
        return None if how.startswith("lost") else told(reference, AnswerKind.UNKNOWN)

    def _closed(self, reference: Reference, order: Order, reading: int = 3) -> Answer:
        recorded = order.verdict is not Verdict.BREACH or reading >= order.readings
        if not order.done:
            order.told = True
            return told(reference, AnswerKind.REFUSED)
        if recorded:
            order.told, order.believed = True, order.done
        undone = reference[1] is not FORWARD and self.believed(reference[0]) == 0
        return closed(reference, order.done, order.verdict, recorded=recorded, undone=undone)

    def settled(self, reference: Reference) -> Answer:
        """Return what the sender saw of an order that is over."""
        return self._closed(reference, self.orders[reference])

    def look(self, reference: Reference, mode: LookMode, reading: int) -> Answer | None:
        """Show what can be seen of a reference; resolving also revokes it and recalls what is open."""
        order = self.orders[reference]
        if self.faults and self.random.random() < 0.2:
            self.faults -= 1
            return self.random.choice((None, told(reference, AnswerKind.UNKNOWN, readable=False)))
        if not order.intent:
            order.told = True
            return told(reference, AnswerKind.NOT_SENT)
        if order.open:
            return self._look_at_open(reference, order, mode)
        if order.underway:
            return self._look_at_underway(reference, order)
        if self.now < order.shown_at:
            return told(reference, AnswerKind.UNKNOWN, fence=Fence.WAITING)
        return self._closed(reference, order, reading)

    def _look_at_open(self, reference: Reference, order: Order, mode: LookMode) -> Answer:
        if mode == "resolve":
            order.fills(self.random.randrange(order.asked + 1))
        elif self.random.random() < 0.4:
            order.fills(order.asked)
        else:
            return told(reference, AnswerKind.OPEN)
        return self._closed(reference, order)

    def _look_at_underway(self, reference: Reference, order: Order) -> Answer:
        if order.fence_at is not None and self.now >= order.fence_at:
            order.underway, order.told = False, True
            return told(reference, AnswerKind.ABSENT, fence=Fence.FENCED)
        if self.random.random() < 0.3:
            order.fills(order.asked)
            return self._closed(reference, order)
        fence = Fence.WAITING if order.fence_at is not None else Fence.NEVER_SETTLED
        return told(reference, AnswerKind.UNKNOWN, fence=fence)

    def last_look(self, reference: Reference) -> Answer:
        """Show what there is to see before the end."""
        order = self.orders[reference]
        if order.underway and self.random.random() < 0.3:
            order.fills(order.asked)
        if order.done:
            order.told, order.believed = True, order.done
            return closed(reference, order.done)
        return told(reference, AnswerKind.UNKNOWN)


FAULTS = (
    "refused",
    "not_sent",
    "part",
    "breach",
    "open",
    "unknown, underway",
    "unknown, executed",
    "lost before intent",
    "lost, underway",
    "lost, executed",
)
