"""One run of a group's workflow: the real core and the real briefs, driven as `workflows.engine` drives them."""

from dataclasses import dataclass, field, replace

from activities.cap import capped
from activities.tasks import OperationTask, RecordTask
from allornone.core.answer import Answer
from allornone.core.clock import elapse
from allornone.core.command import take
from allornone.core.ending import result
from allornone.core.observe import ended, lost, observe, observe_last_looks, recorded
from allornone.core.state import GroupState
from allornone.core.steps import End, Execute, LastLook, Look, Record, Step, Undo
from allornone.core.turn import turn
from allornone.models.commands import Command
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from tests.campaign.virtual import memory
from tests.campaign.virtual.attempt import Attempt
from tests.campaign.virtual.memory import Task, Turned
from tests.campaign.virtual.venue import moment
from workflows import briefs
from workflows.calls import forward_expiry
from workflows.options import SEND_WINDOW


@dataclass(slots=True)
class Life:
    """A run. `awaits` are the numbers of the attempts whose answers it waits for."""

    plan: AtomicGroup
    scope: int
    """What tells this plan at this kind of venue from others."""
    state: GroupState
    step: Step | None = None
    turned: Turned | None = None
    awaits: tuple[int, ...] = ()
    heard: tuple[Answer | None, ...] = ()
    finished: bool = False
    boundaries: tuple[GroupState, ...] = field(default=())
    """The states before each send: where a reset may take it back to."""

    def copy(self) -> "Life":
        """Return the same run, to be driven by itself."""
        return replace(self)

    def turns(self) -> Step:
        """Take a turn."""
        place = self.scope, self.state
        known = memory.turned.get(place)
        if known is None:
            known = memory.turned[place] = Turned(*turn(self.plan, self.state))
        self.turned, self.state, self.step = known, known.state, known.step
        if isinstance(self.step, Execute | Undo):
            self.boundaries = (*self.boundaries, self.state)
        return self.step

    def passes(self, seconds: float) -> None:
        """Let time pass, and the deadline with it."""
        self.state = elapse(self.state, seconds)

    def latches(self, now: float) -> None:
        """Latch the deadline once it is over."""
        deadline = self.plan.deadline
        if deadline is not None and moment(now) >= deadline:
            self.state = replace(self.state, deadline=True)

    def takes(self, command: Command, command_id: str) -> None:
        """Take a command. Raises CommandRefusedError, and changes nothing, where it makes no sense."""
        self.state = take(self.plan, self.state, command, command_id)

    def tasks(self, step: Step, now: float) -> tuple[tuple[Task, int], ...]:
        """Return what the activities of a step are told, each with the node at which one that is told so begins."""
        turned = self.turned
        assert turned is not None
        if now not in turned.tasks:
            tasks = self._tasks(step, now)
            turned.tasks[now] = tuple((task, memory.node()) for task in tasks)
            for task in tasks:
                if isinstance(task, OperationTask):
                    name = f"{task.operation.operation_id} {task.direction.value} {task.epoch}"
                    memory.names[task.client_ref] = name
        return turned.tasks[now]

    def _tasks(self, step: Step, now: float) -> tuple[Task, ...]:
        plan, state, soon = self.plan, self.state, moment(now) + SEND_WINDOW
        match step:
            case Execute(index, epoch):
                expiry = soon if state.released else forward_expiry(plan, moment(now))
                return (briefs.forward_task(plan, state, index, epoch, expiry),)
            case Undo(index, epoch):
                return (briefs.undo_task(plan, state, index, epoch, soon),)
            case Look():
                return (briefs.look_task(plan, state, step, soon),)
            case LastLook(references, number):
                looks = [Look(*reference, "last_look", 1, number) for reference in references]
                return tuple(briefs.look_task(plan, state, look, soon) for look in looks)
            case Record(notice, number):
                return (briefs.notice_task(plan, state, notice, number),)
            case End():
                context, ending = briefs.context(plan), result(plan, state)
                return (RecordTask(context=context, known_seq=state.known_seq, result=ending),)
            case _:
                raise AssertionError(step)

    def hears(self, attempt: Attempt) -> None:
        """Hear an answer that was awaited; what a copy of an attempt says is not the attempt's."""
        answer, last = attempt.answer, len(self.awaits) == 1
        self.awaits = tuple(number for number in self.awaits if number != attempt.number)
        match attempt.what:
            case "record":
                self.state = recorded(self.state, answer.seq, superseded=answer.superseded)
                self.finished = answer.result is not None
            case "end":
                self.state = ended(self.state, answer.seq, superseded=answer.superseded)
            case "last_look":
                self.heard = (*self.heard, _capped(answer))
                if last:
                    self._looked_last()
            case "send" if not answer.came_back:
                self.state = lost(self.state, sending=True)
            case "send" | "look":
                self.state = observe(self.plan, self.state, _capped(answer))

    def loses(self, number: int) -> None:
        """Hear from Temporal that a send never answered."""
        self.awaits = tuple(each for each in self.awaits if each != number)
        self.state = lost(self.state, sending=True)

    def _looked_last(self) -> None:
        names = [operation.operation_id for operation in self.plan.operations]
        answers = tuple((names.index(each.operation_id), each) for each in self.heard if each is not None)
        self.heard = ()
        self.state = observe_last_looks(self.plan, self.state, answers)


def _capped(answer: Answer) -> Answer:
    """Return what `capped` does, asked once of an answer: nothing here is as large as that."""
    known = memory.small.get(id(answer))
    if known is None or known[0] is not answer:
        known = memory.small[id(answer)] = (answer, capped(answer))
    return known[1]


def task_index(task: Task) -> int:
    """Return the number of the operation that a task is about, -1 for none."""
    if isinstance(task, OperationTask):
        return int(task.operation.operation_id.removeprefix("op"))
    return -1


def before_send(state: GroupState) -> GroupState:
    """Return the state as it was before its send was decided: the turn is taken again."""
    flight = state.flight
    assert flight is not None
    progress = state.operations[flight.index]
    if flight.direction is Direction.FORWARD:
        progress = replace(progress, forward_epoch=progress.forward_epoch - 1)
    else:
        progress = replace(progress, undo_epoch=progress.undo_epoch - 1)
    operations = (*state.operations[: flight.index], progress, *state.operations[flight.index + 1 :])
    return replace(state, flight=None, operations=operations)
