"""The state space of one plan: every outcome and every command from every state, over an abstract key."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.clock import elapse
from allornone.core.command import take
from allornone.core.facts import executed_amount, net_deltas, trouble
from allornone.core.observe import ended, observe, observe_last_looks, recorded
from allornone.core.state import Flight, GroupState, Progress, begin
from allornone.core.steps import End, Execute, Finish, LastLook, Look, Record, Step, Undo, Wait
from allornone.core.subject import subject
from allornone.core.turn import turn
from allornone.errors import CommandRefusedError
from allornone.models.commands import Command
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import FORWARD, ROLLBACK, Reference, closed, told
from tests.unit.core.plans import AMOUNT
from tests.unit.core.references import remembered
from tests.unit.core.shell import CANCEL, PAUSE, RESUME, accepted, did_not_happen, retry

Key = tuple[object, ...]
Node = tuple[GroupState, Step]


def settled(plan: AtomicGroup, state: GroupState) -> Node:
    """Take turns until something else than a record is to be done."""
    while True:
        state, step = turn(plan, state)
        if not isinstance(step, Record):
            return replace(state, handled=(), notices=0), step
        state = recorded(state, 0, superseded=False)


def key_of(plan: AtomicGroup, node: Node) -> Key:
    """Return what matters of a state: epochs and times left out, counters saturated."""
    state, step = node
    return (
        type(step),
        step.seconds is None if isinstance(step, Wait) else None,
        state.flight and _flight_key(state.flight),
        tuple(_progress_key(plan, index, each) for index, each in enumerate(state.operations)),
        state.unwinding and state.unwinding.floor,
        (state.cancel, state.deadline, state.released, state.paused, state.given_up, state.superseded),
        (state.halt is not None, state.orphaned is not None),
        (state.looked, state.claim and state.claim.asked, state.verdict, state.recorded),
    )


def _flight_key(flight: Flight) -> Key:
    return (
        flight.index,
        flight.direction,
        flight.phase,
        flight.fence,
        flight.readings,
        flight.spent_s >= 1,
        flight.pressed,
    )


def _progress_key(plan: AtomicGroup, index: int, progress: Progress) -> Key:
    return (
        trouble(plan.operations[index], progress),
        bool(progress.attempts),
        executed_amount(progress),
        net_deltas(progress).get("lido:StakingToken:stETH"),
        (progress.pressed, progress.undone, progress.irreversible, progress.accepted),
        min(progress.refusals, plan.policy.forward_retries + 1),
        (progress.tries > 0, progress.trying_s >= 1, progress.undo_tries > 0, progress.undo_s >= 1),
        tuple(direction for direction, _ in progress.unfenced),
    )


class Exploration:
    """Every state that can be reached from the start of a plan, and what leads where."""

    def __init__(self, plan: AtomicGroup, *latches: str) -> None:
        self.plan, self.latches, self.sizes = plan, latches, "sizes" in latches
        self.halts, self.blind = "halt" in latches, "unreadable" in latches
        self.sources: dict[Key, set[Key]] = {}
        self.nodes: dict[Key, Node] = {}
        self.ends: set[Key] = set()
        self._explore()

    def _explore(self) -> None:
        first = settled(self.plan, begin(self.plan))
        todo = deque([first])
        self.nodes[key_of(self.plan, first)] = first
        while todo:
            node = todo.popleft()
            source = key_of(self.plan, node)
            if isinstance(node[1], Finish):
                self.ends.add(source)
                continue
            for state in self._successors(node):
                following = settled(self.plan, state)
                key = key_of(self.plan, following)
                self.sources.setdefault(key, set()).add(source)
                if key not in self.nodes:
                    self.nodes[key] = following
                    todo.append(following)

    def stuck(self) -> set[Key]:
        """Return the states from which nothing leads to an end."""
        alive, todo = set(self.ends), deque(self.ends)
        while todo:
            for source in self.sources.get(todo.popleft(), ()):
                if source not in alive:
                    alive.add(source)
                    todo.append(source)
        return set(self.nodes) - alive

    def _successors(self, node: Node) -> Iterator[GroupState]:
        state, step = node
        for command in self._commands(state):
            try:
                yield take(self.plan, state, command, "c")
            except CommandRefusedError:
                continue
        if "deadline" in self.latches and not state.deadline:
            yield replace(state, deadline=True)
        if "orphaned" in self.latches and state.orphaned is None and state.verdict is None:
            yield replace(state, orphaned="lost")
        yield from self._outcomes(state, step)

    def _commands(self, state: GroupState) -> Iterator[Command]:
        if "cancel" in self.latches:
            yield CANCEL
        if "pause" in self.latches:
            yield RESUME if state.paused else PAUSE
        yield accepted()
        for operation in self.plan.operations:
            yield accepted(operation.operation_id)
        found = subject(self.plan, state)
        if found is not None:
            ref = remembered(self.plan, *found)
            yield retry(ref)
            yield did_not_happen(ref)

    def _outcomes(self, state: GroupState, step: Step) -> Iterator[GroupState]:
        match step:
            case Execute(index, epoch):
                for answer in sends((index, FORWARD, epoch), self._asked(state, index), sizes=self.sizes):
                    yield observe(self.plan, state, answer)
                if self.halts:
                    yield observe(self.plan, state, told((index, FORWARD, epoch), AnswerKind.HALTED))
            case Undo(index, epoch):
                for answer in undoes((index, ROLLBACK, epoch), self._left(state, index), sizes=self.sizes):
                    yield observe(self.plan, state, answer)
            case Look(index, direction, epoch):
                of, size = (index, direction, epoch), self._size(state, index, direction)
                for answer in blind_looks(of) if self.blind else looks(of, size, step, state):
                    yield observe(self.plan, state, answer)
            case _:
                yield from self._only_outcome(state, step)

    def _only_outcome(self, state: GroupState, step: Step) -> Iterator[GroupState]:
        match step:
            case LastLook():
                yield observe_last_looks(self.plan, state, ())
            case Wait(seconds):
                if seconds is not None:
                    yield elapse(state, seconds)
            case End():
                yield ended(state, 0, superseded=False)
            case _:
                raise AssertionError(step)

    def _size(self, state: GroupState, index: int, direction: Direction) -> int:
        return self._asked(state, index) if direction is FORWARD else -self._left(state, index)

    def _asked(self, state: GroupState, index: int) -> int:
        return AMOUNT - int(executed_amount(state.operations[index]))

    def _left(self, state: GroupState, index: int) -> int:
        return int(net_deltas(state.operations[index]).get("lido:StakingToken:stETH", 0))


def sends(of: Reference, asked: int, *, sizes: bool) -> Iterator[Answer]:
    """Return what may come of a send: nothing, a part, all, a breach, or no telling."""
    yield told(of, AnswerKind.REFUSED)
    yield told(of, AnswerKind.UNKNOWN)
    yield closed(of, asked)
    if sizes:
        yield closed(of, asked + 1, Verdict.BREACH)
    if sizes and asked > 1:
        yield closed(of, 1, Verdict.PARTIAL)


def undoes(of: Reference, left: int, *, sizes: bool) -> Iterator[Answer]:
    """Return what may come of an undo."""
    yield told(of, AnswerKind.REFUSED)
    yield told(of, AnswerKind.UNKNOWN)
    yield closed(of, -left, undone=True)
    if sizes:
        yield told(of, AnswerKind.NO_UNDO)
    if sizes and left > 1:
        yield closed(of, -1, Verdict.PARTIAL)


def blind_looks(of: Reference) -> Iterator[Answer]:
    """Return what a look tells at a venue that can never be read again."""
    yield told(of, AnswerKind.UNKNOWN, readable=False)
    yield told(of, AnswerKind.UNKNOWN, fence=Fence.NEVER_SETTLED, readable=False)


def looks(of: Reference, size: int, look: Look, state: GroupState) -> Iterator[Answer]:
    """Return what a look may show of a reference that was sent for `size`."""
    if look.mode in ("read", "reread"):
        yield closed(of, size or AMOUNT)
        yield closed(of, AMOUNT + 1, Verdict.BREACH)
        return
    flight = state.flight
    settled_never = flight is not None and flight.fence is Fence.NEVER_SETTLED
    yield told(of, AnswerKind.UNKNOWN, fence=Fence.NEVER_SETTLED)
    yield closed(of, size, undone=size < 0)
    if not settled_never:
        yield told(of, AnswerKind.UNKNOWN)
        yield told(of, AnswerKind.ABSENT, fence=Fence.FENCED)
