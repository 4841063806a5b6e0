"""An effect that appears after a group's end has a run of its own, which begins blocked (DESIGN 5, last paragraph)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.core.late import begin_late, beyond, is_due, late_group_id, late_plan
from allornone.core.steps import Execute, Undo, Wait
from allornone.core.subject import allowed
from allornone.core.view import view
from allornone.deltas import add, without_zero
from allornone.errors import CommandRefusedError
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Fee
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.operation import OperationCommand
from allornone.units import total
from tests.unit.core.answers import FORWARD, ROLLBACK, deltas, handshake, refused, undone
from tests.unit.core.plans import group, operation
from tests.unit.core.shell import CANCEL, PAUSE, Shell, accepted, happened, retry

REF = "0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WHY = "op0 took effect after group g1 had ended"


def sent(direction: Direction = FORWARD, **how: Any) -> ExecutionRequest:
    """The request of a reference of op0, as its intent has it."""
    request = {"client_ref": REF, "not_after": NOON, "direction": direction, "atomic_group_id": "g1"}
    return ExecutionRequest.model_validate({**operation(0), **request, **how})


UNSTAKED = {
    "operation_type": "unstake",
    "source_venue": "lido",
    "target_venue": "binance",
    "source_token": "stETH",
    "target_token": "ETH",
    "expected_deltas": deltas(-2),
}


def plan_of(plan: AtomicGroup, request: ExecutionRequest | None = None) -> AtomicGroup:
    found = late_plan(plan, request or sent())
    assert found is not None
    return found


def late(units: int = 2, of: AtomicGroup | None = None) -> Shell:
    """The run of a late effect of `units`."""
    plan = plan_of(of or group({}))
    shell = Shell(plan)
    shell.state = begin_late(plan, handshake(0, units), WHY)
    return shell


def effect(fills: dict[str, str], amount: str, *fees: str) -> ExecutionHandshake:
    return ExecutionHandshake(
        operation_id="op0",
        status=ExecutionStatus.CONFIRMED,
        actual_deltas={key: Decimal(change) for key, change in fills.items()},
        executed_amount=Decimal(amount),
        fees=tuple(Fee(position_key="wallet:ETH", amount=Decimal(fee), currency="ETH") for fee in fees),
    )


def test_c14_a_late_effect_waits_for_an_operator_in_a_group_of_its_own_and_is_undone_or_accepted() -> None:
    shell = late()
    assert shell.awaited() == Wait(None, WHY)
    assert shell.plan.atomic_group_id == "g1/late-01234567"
    assert (shell.status(), allowed(shell.plan, shell.state)) == (GroupStatus.BLOCKED, ("pause", "cancel", "resolve"))
    shell.takes(CANCEL)
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK

    shell = late()
    shell.takes(accepted())
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas == deltas(2)


def test_a_late_run_records_its_start_and_that_it_is_blocked_before_it_waits() -> None:
    shell = late()
    shell.step()
    assert [(notice.kind, notice.reason) for notice in shell.notices] == [
        (TransitionKind.STARTED, WHY),
        (TransitionKind.BLOCKED, WHY),
    ]


def test_a_late_run_shows_the_effect_as_its_residual() -> None:
    shell = late(units=1)
    shell.awaited()
    shown = view(shell.plan, shell.state, NOON)
    assert shown.needs_operator
    assert shown.reason == WHY
    assert shown.residual_deltas == deltas(1)
    assert shown.operations[0].state == "confirmed"
    assert shown.operations[0].client_ref is None


def test_a_late_effect_waits_however_the_policy_deals_with_residuals_and_retries() -> None:
    shell = late(of=group({}, accept_residual=True, forward_retries=3))
    assert shell.awaited() == Wait(None, WHY)


def test_a_late_effect_of_a_pivot_can_be_undone() -> None:
    shell = late(of=group({"pivot": True}))
    shell.takes(CANCEL)
    assert shell.awaited() == Undo(0, 1)


def test_a_late_effect_that_cannot_be_undone_is_blocked_again_until_it_is_accepted() -> None:
    shell = late(of=group({"rollback": "none"}))
    shell.takes(CANCEL)
    assert shell.awaited() == Wait(None, "exposure is left that cannot be undone")
    shell.takes(accepted())
    assert shell.ends().status is GroupStatus.PARTIAL


def test_accepting_the_operation_ends_a_late_run_with_its_exact_residual() -> None:
    shell = late(units=1)
    shell.takes(accepted("op0"))
    result = shell.ends()
    assert (result.status, result.residual_deltas) == (GroupStatus.PARTIAL, deltas(1))


def test_a_pause_changes_nothing_for_a_late_effect() -> None:
    shell = late()
    shell.takes(PAUSE)
    assert shell.awaited() == Wait(None, WHY)
    shell.takes(CANCEL)
    assert shell.awaited() == Undo(0, 1)


def test_retry_and_a_word_about_a_late_effect_are_refused() -> None:
    shell = late()
    for command in (retry(shell.ref((0, FORWARD, 1))), happened(shell.ref((0, FORWARD, 1)), 2)):
        with pytest.raises(CommandRefusedError, match="nothing is unknown or stuck; what makes sense now: pause, can"):
            shell.takes(command)


def test_retry_of_a_stuck_undo_of_a_late_effect_is_the_next_epoch_now() -> None:
    shell = late()
    shell.takes(CANCEL)
    shell.plays(Undo(0, 1), refused(0, ROLLBACK))
    shell.takes(retry(shell.ref((0, ROLLBACK, 1))))
    assert shell.step() == Undo(0, 2)


def test_a_group_that_is_not_held_goes_on_as_ever() -> None:
    assert Shell(group({})).awaited() == Execute(0, 1)


def test_a_late_plan_is_the_operation_alone_without_a_deadline() -> None:
    whole = {"correlation_id": "desk-7", "strategy": "carry", "deadline": NOON, "metadata": {"desk": "7"}}
    plan = group({}, {"pivot": True}, {}, resolve_budget_s=5).model_copy(update=whole)

    found = plan_of(plan, sent(operation_id="op1"))

    assert [each.operation_id for each in found.operations] == ["op1"]
    assert (found.operations[0].pivot, found.operations[0].sequence_in_group) == (False, 1)
    assert (found.correlation_id, found.strategy, found.deadline, found.policy) == (
        "desk-7",
        "carry",
        None,
        plan.policy,
    )
    assert found.metadata == {"desk": "7", "late_of": "g1", "client_ref": REF}
    assert AtomicGroup.model_validate(found.model_dump(mode="json")) == found


def test_a_late_effect_of_an_undo_is_the_undos_own_request_done_so_that_undoing_it_does_the_operation_again() -> None:
    found: OperationCommand = plan_of(group({"pivot": True}), sent(ROLLBACK, **UNSTAKED)).operations[0]

    assert (found.operation_id, found.operation_type, found.venue) == ("op0", "unstake", "lido")
    assert (found.expected_deltas, found.rollback, found.pivot) == (deltas(-2), "default", False)


def test_a_reference_of_an_operation_that_the_plan_does_not_have_has_no_late_plan() -> None:
    assert late_plan(group({}), sent(operation_id="op7")) is None


def test_a_late_effect_of_a_late_run_has_its_run_beside_it() -> None:
    assert late_group_id("g1/late-01234567", "f" * 32) == "g1/late-ffffffff"


def test_a_further_late_effect_of_a_reference_has_a_run_with_a_number() -> None:
    assert late_group_id("g1", REF, 2) == "g1/late-01234567-2"
    assert late_group_id("g1/late-89abcdef-3", REF) == "g1/late-01234567"
    found = late_plan(group({}), sent(), 12)
    assert found is not None
    assert found.atomic_group_id == "g1/late-01234567-12"


def late_and_open(units: int) -> Shell:
    """The run of an order that is still open, of which `units` are filled."""
    plan = plan_of(group({}))
    shell = Shell(plan)
    shell.state = begin_late(plan, handshake(0, units), WHY, still_open=True)
    return shell


def test_what_is_filled_of_an_order_that_is_still_open_is_undone_and_the_rest_listed_as_a_range() -> None:
    shell = late_and_open(1)
    assert shell.awaited() == Wait(None, WHY)
    shell.takes(CANCEL)
    shell.plays(Undo(0, 1), undone(0, units=1))
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert [(each.direction, each.amount) for each in result.unfenced] == [(FORWARD, Decimal(1))]


def test_an_order_that_is_still_open_and_not_filled_is_never_called_without_effect() -> None:
    for command in (CANCEL, accepted()):
        shell = late_and_open(0)
        assert shell.awaited() == Wait(None, WHY)
        shell.takes(command)
        result = shell.ends()
        assert result.status is GroupStatus.PARTIAL
        assert [each.amount for each in result.unfenced] == [Decimal(2)]


def test_all_of_an_effect_is_new_where_none_was_known() -> None:
    shown = effect({"lido:stETH": "2"}, "2", "0.1")

    assert beyond(shown, None) == shown
    assert beyond(shown, effect({}, "0")) == shown


def test_of_an_effect_that_was_known_in_part_the_rest_is_new() -> None:
    shown = effect({"wallet:ETH": "-2.3", "lido:stETH": "2"}, "2", "0.1", "0.2")

    new = beyond(shown, effect({"wallet:BaseToken:ETH": "-1.1", "lido:stETH": "1"}, "1", "0.1"))

    assert new is not None
    assert new.actual_deltas == {"wallet:BaseToken:ETH": Decimal("-1.2"), "lido:StakingToken:stETH": Decimal(1)}
    assert (new.executed_amount, new.fee_amount) == (Decimal(1), Decimal("0.2"))


@pytest.mark.parametrize("shown", [{}, {"lido:StakingToken:stETH": "2"}], ids=["a stale read", "the same, spelled out"])
def test_an_effect_that_was_known_is_not_new(shown: dict[str, str]) -> None:
    assert beyond(effect(shown, "2"), effect({"lido:stETH": "2"}, "2")) is None


AMOUNTS = st.decimals(min_value=-9, max_value=9, places=2)
CHANGES = st.dictionaries(
    st.sampled_from(["wallet:BaseToken:ETH", "lido:StakingToken:stETH"]), AMOUNTS.filter(bool).map(str), min_size=1
)
FEES = st.lists(st.decimals(min_value=0, max_value=9, places=2).map(str), max_size=3)


@given(CHANGES, FEES, CHANGES, FEES)
def test_what_was_known_and_what_is_new_add_up_to_what_is_shown(
    shown: dict[str, str], fees: list[str], known: dict[str, str], known_fees: list[str]
) -> None:
    whole, before = effect(shown, "2", *fees), effect(known, "1", *known_fees)

    new = beyond(whole, before)

    rest = new.actual_deltas if new is not None else {}
    assert without_zero(add(before.actual_deltas, rest)) == whole.actual_deltas
    if new is not None:
        charged, counted = (total(fee.amount for fee in each.fees) for each in (whole, before))
        assert total(fee.amount for fee in new.fees) == max(total((charged, -counted)), Decimal(0))


@pytest.mark.parametrize(
    ("before", "now", "due"),
    [
        (None, 0, True),
        (None, 700, True),
        (-5, -1, False),
        (-5, 0, True),
        (0, 4, False),
        (4, 5, True),
        (5, 10, False),
        (61, 239, False),
        (10, 300, True),
        (1435, 1440, True),
        (1440, 9999, False),
    ],
)
def test_a_group_is_due_when_its_age_in_minutes_passed_a_look_since_the_last_sweep(
    before: int | None, now: int, *, due: bool
) -> None:
    last = None if before is None else NOON + timedelta(minutes=before)

    assert is_due(NOON, NOON + timedelta(minutes=now), last) is due
