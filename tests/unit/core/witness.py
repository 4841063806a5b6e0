"""The invariants of robustness.md section 2 that are the core's, held against what the virtual venue really did."""

from allornone.core.clock import over_undo_budget
from allornone.core.state import GroupState
from allornone.models.commands import CancelCommand, Command, ResolveCommand, ResolvedOutcome, RetryCommand
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import GroupResult
from tests.unit.core.answers import FORWARD, Reference, deltas
from tests.unit.core.plans import AMOUNT
from tests.unit.core.world import World


class Witness:
    """What one schedule has shown so far."""

    def __init__(self, plan: AtomicGroup, world: World) -> None:
        self.plan, self.world = plan, world
        self.epochs: dict[tuple[int, str], int] = {}
        self.accepted: set[int] = set()
        self.cancelled = self.deadline = self.released = self.rolling = self.superseded = False

    def sees_deadline(self) -> None:
        """Let the deadline pass."""
        self.deadline = True

    def sees(self, command: Command, before: GroupState) -> None:
        """See a command that was taken."""
        if isinstance(command, CancelCommand):
            self.cancelled = True
        if isinstance(command, RetryCommand) and self.deadline:
            self.released = True
        if isinstance(command, ResolveCommand) and command.outcome is ResolvedOutcome.ACCEPTED:
            flight = before.flight
            known = flight is None or before.superseded or flight.fence.value == "never_settled"
            assert known, "accepted while something was unknown"
            if command.operation_id is not None:
                self.accepted.add(int(command.operation_id.removeprefix("op")))

    def _sent(self, index: int, direction: str, epoch: int, state: GroupState) -> None:
        assert not self.superseded, "S: something was sent for a group that another life owns"
        assert epoch == self.epochs.get((index, direction), 0) + 1, "S2: epochs must count up, one send each"
        self.epochs[index, direction] = epoch
        open_still = self._unsettled() - self._unfenced(state)
        assert not open_still, f"S10: sent while {open_still} was unknown"

    def _unsettled(self) -> set[Reference]:
        return {reference for reference, order in self.world.orders.items() if not order.told}

    def _unfenced(self, state: GroupState) -> set[Reference]:
        return {(index, *each) for index, progress in enumerate(state.operations) for each in progress.unfenced}

    def _pivot(self) -> int:
        believed = self.world.believed
        return max(
            (i for i, each in enumerate(self.plan.operations) if each.pivot and believed(i, FORWARD)), default=-1
        )

    def sees_execute(self, index: int, epoch: int, state: GroupState) -> None:
        """See a forward send."""
        self._sent(index, "forward", epoch, state)
        assert not self.cancelled, "S18: a forward send after a cancel"
        assert not self.rolling, "S18: a forward send after an undo"
        assert not state.paused, "a forward send while paused"
        pivot = self._pivot()
        if self.deadline:
            assert pivot >= 0, "S16: a forward send after the deadline"
            assert self.released, "S16: a forward send past a pivot after the deadline, without a retry"
        for older in range(index):
            assert older in self.accepted or self._is_done(older), f"S18: went on past op{older}"
        if index <= pivot and epoch > 1:
            assert index == pivot, "a send before the pivot"

    def sees_halt(self, index: int, epoch: int) -> None:
        """See that the send was halted: its reference was not used, and is the next to be sent."""
        self.epochs[index, "forward"] = epoch - 1

    def _is_done(self, index: int) -> bool:
        least = AMOUNT * (self.plan.operations[index].min_fill or 1)
        orders = [order for each, order in self.world.orders.items() if each[0] == index and order.believed]
        breach = any(order.verdict is Verdict.BREACH for order in orders)
        return not breach and least <= self.world.believed(index, FORWARD) <= AMOUNT

    def sees_undo(self, index: int, epoch: int, state: GroupState) -> None:
        """See an undo."""
        self._sent(index, "rollback", epoch, state)
        self.rolling = True
        assert self.world.believed(index) > 0, "S7: an undo of what did not happen"
        assert self._pivot() < index, "S11: an undo at or before a pivot in effect"
        assert index not in self.accepted, "an undo of what an operator accepted"
        for newer in range(index + 1, len(self.plan.operations)):
            if self.world.believed(newer) > 0:
                assert self._may_stay(newer, state), f"S9: op{index} undone before op{newer}"

    def _may_stay(self, index: int, state: GroupState) -> bool:
        operation, progress = self.plan.operations[index], state.operations[index]
        if index in self.accepted or operation.rollback == "none" or index in self.world.no_undo:
            return True
        waits = self.plan.policy.on_stuck_undo == "wait" or not operation.independent
        return not waits and over_undo_budget(self.plan, progress)

    def sees_end(self, state: GroupState) -> None:
        """Hold the terminal word against the venue's true sums."""
        status, count = state.verdict, range(len(self.plan.operations))
        if self.superseded:
            assert status is GroupStatus.PARTIAL
            return
        loose = self._unfenced(state)
        assert self._unsettled() <= loose, "S1: ended while something was unknown"
        for index in count:
            may_come = sum(self.world.orders[each].asked for each in loose if each[0] == index)
            off = abs(self.world.truth(index) - self.world.believed(index))
            assert off <= may_come, f"S1: op{index} is off by {off}"
        if status is GroupStatus.COMPLETED:
            assert not self.cancelled, "CL: completed after a cancel was taken"
            assert not loose
            assert all(self._is_done(index) for index in count), "S1: completed, but not done"
        if status is GroupStatus.ROLLED_BACK:
            assert not loose
            assert all(self.world.truth(index) == 0 for index in count), "S1: rolled back, but something is left"
        if status is GroupStatus.FAILED:
            assert not loose
            assert not any(self.world.ever(index) for index in count), "S1: failed, but something took effect"

    def sees_result(self, result: GroupResult) -> None:
        """Hold residual and friction against what was told, to the last digit."""
        if self.superseded:
            return
        for index, operation in enumerate(result.operations):
            left = self.world.believed(index) if result.status is not GroupStatus.COMPLETED else 0
            expected = deltas(left) if left else {}
            assert operation.residual_deltas == expected, f"S1: the residual of op{index}"
        assert result.friction == {} or result.status is GroupStatus.COMPLETED, "nothing here costs anything"
