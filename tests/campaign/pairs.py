"""Every pair of venue behaviours, exhaustively: 14 behaviours at the four operations of a group and three undos.

The set is that of robustness.md 3.2: the 98 cells (behaviour, position), alone and in each of their 4,753 unordered
pairs; a pair at one position is played in both orders, as its first and its second send, which are 637 more. Each is
played under every kind of venue, in a group that succeeds (undos have no place there), one that is cancelled while its
last operation is sent, and one whose last operation is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from allornone.errors import CommandRefusedError
from allornone.models.execution import Direction
from tests.campaign.virtual.attempt import Attempt
from tests.campaign.virtual.heal import Healing
from tests.campaign.virtual.operator import CANCEL
from tests.campaign.virtual.rig import group
from tests.campaign.virtual.venue import BINANCE, BLIND, BOUNDED, STRICT, UNBOUNDED, Profile
from tests.campaign.virtual.witness import Violation
from tests.campaign.virtual.world import World

BEHAVIOURS = {
    "ok": "ok",
    "clean reject": "refused",
    "5xx not executed": "5xx",
    "5xx executed": "5xx executed",
    "timeout not executed": "dropped",
    "timeout executed": "executed",
    "executed late": "underway",
    "duplicate ack": "executed",
    "partial then dead": "part",
    "partial then rest later": "open",
    "delta drift": "breach",
    "429/418": "not_sent",
    "stale read": "executed",
    "malformed body": "executed",
}
"""The fourteen, each as what the virtual venue does with the send."""

Position = tuple[int, Direction]
POSITIONS: tuple[Position, ...] = (
    *((index, Direction.FORWARD) for index in range(4)),
    *((index, Direction.ROLLBACK) for index in range(3)),
)
PROFILES = (BINANCE, STRICT, BOUNDED, UNBOUNDED, BLIND)
Scenario = Literal["success", "cancel", "refusal"]
REST_S = 20.0
"""When the rest of an open order fills, unless it was recalled."""
BOUND_S = 600.0
"""Where the machine can know, every group ends in this time: less than it takes until an operator is asked for."""

PLAN = group({}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Cell:
    """One behaviour at one position; of a pair at one position the second is `again`: the next send there."""

    behaviour: str
    position: Position
    again: bool = False

    def __str__(self) -> str:
        """Write it."""
        return f"{self.behaviour} at {self.position[1].value} {self.position[0] + 1}{' again' if self.again else ''}"


Pair = tuple[Cell, ...]


def singles() -> tuple[Pair, ...]:
    """Return the 98 cells, each alone."""
    return tuple((Cell(behaviour, position),) for position in POSITIONS for behaviour in BEHAVIOURS)


def pairs() -> Iterator[Pair]:
    """Yield the pairs of cells; those at one position in both orders."""
    for (first,), (second,) in combinations(singles(), 2):
        if first.position != second.position:
            yield first, second
        else:
            yield first, Cell(second.behaviour, second.position, again=True)
            yield second, Cell(first.behaviour, first.position, again=True)


def scenarios(pair: Pair) -> tuple[Scenario, ...]:
    """Return the groups in which a pair is played."""
    forward = all(cell.position[1] is Direction.FORWARD for cell in pair)
    return ("success", "cancel") if forward else ("cancel", "refusal")


def unknowable(profile: Profile, pair: Pair) -> bool:
    """Declare in advance where the machine may ask for an operator: nobody could know what became of a send."""
    behaviours = {cell.behaviour for cell in pair}
    if profile.lookup == "none":
        return bool(behaviours & (_SILENT | _HIDDEN))
    return profile.expiry == "none" and bool(behaviours & _SILENT)


_SILENT = {"5xx not executed", "timeout not executed"}
"""Nothing happened and nothing will, which a venue without any bound can never show."""
_HIDDEN = {
    "5xx executed",
    "timeout executed",
    "executed late",
    "duplicate ack",
    "partial then rest later",
    "stale read",
    "malformed body",
    "delta drift",
}
"""It happened, or goes on happening, and a venue that cannot be asked does not show it, nor a breach again."""


@dataclass(slots=True)
class Played:
    """One play of a pair: what fired, how it ended, and how long that took."""

    end: str = ""
    fired: set[Cell] = field(default_factory=set[Cell])
    blocked: bool = False
    seconds: float = 0.0
    broken: str = ""


class Script:
    """The behaviours of one pair, in one scenario."""

    def __init__(self, pair: Pair, scenario: Scenario) -> None:
        self._pair, self._scenario = pair, scenario
        self._sends: dict[Position, int] = {}
        self._behaviour: dict[str, str] = {}
        self._sent: dict[str, float] = {}
        self._missed: set[str] = set()
        self.fired: set[Cell] = set()

    def answers(self, world: World, attempt: Attempt) -> str:
        """Return what the venue does."""
        name = attempt.call.name if attempt.call is not None else ""
        if name == "send":
            return self._send(world, attempt)
        if name == "lookup":
            order = world.orders.get(attempt.reference)
            if order is None:
                self._missed.add(attempt.reference)
            elif self._behaviour.get(attempt.reference) == "stale read" and world.now <= order.shown_from:
                return "stale"
        return "ok"

    def _send(self, world: World, attempt: Attempt) -> str:
        undoes = attempt.reference in {event.client_ref for event in world.journal.intents(Direction.ROLLBACK)}
        position = attempt.index, Direction.ROLLBACK if undoes else Direction.FORWARD
        number = self._sends[position] = self._sends.get(position, 0) + 1
        self._sent[attempt.reference] = world.now
        if position == (3, Direction.FORWARD) and number == 1 and self._scenario == "cancel":
            _says_cancel(world)
        for cell in self._pair:
            if cell.position == position and cell not in self.fired and number == 1 + cell.again:
                self.fired.add(cell)
                self._behaviour[attempt.reference] = cell.behaviour
                return BEHAVIOURS[cell.behaviour]
        refuses = position == (3, Direction.FORWARD) and number == 1 and self._scenario == "refusal"
        return "refused" if refuses else "ok"

    def meanwhile(self, world: World) -> None:
        """Let a late request arrive once somebody looked for it in vain, and the rest of an order fill."""
        for client_ref in [each for each in world.wire if each in self._missed]:
            world.arrives(client_ref, "full")
        for client_ref, order in list(world.orders.items()):
            if order.rest and world.now >= order.sent_at + REST_S:
                world.fills(client_ref)


def _says_cancel(world: World) -> None:
    try:
        world.says(CANCEL)
    except CommandRefusedError:
        return


def play(pair: Pair, scenario: Scenario, profile: Profile) -> Played:
    """Play a pair. What breaks is in what is returned."""
    world, played = World(PLAN, profile), Played()
    script = Script(pair, scenario)
    healing = Healing(world, script=script)
    try:
        world.drive()
        healing.run()
        _held(world, healing, pair)
    except Violation as broken:
        played.broken = f"{' + '.join(map(str, pair))}; {scenario}; {profile.name}: {broken}"
    played.fired, played.blocked, played.seconds = script.fired, healing.blocked, world.now
    played.end = world.journal.end.group_status if world.journal.end is not None else ""
    return played


def _held(world: World, healing: Healing, pair: Pair) -> None:
    if world.journal.end is None:
        raise Violation("L1: it has no end record")
    known = not unknowable(world.profile, pair)
    if healing.blocked and known:
        raise Violation("L1: an operator was asked for what the machine can know")
    if known and world.now > BOUND_S:
        raise Violation(f"L1: it took {world.now:g} s")
