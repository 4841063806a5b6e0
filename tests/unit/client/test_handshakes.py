"""A group's result as handshakes, one an operation."""

from decimal import Decimal

from allornone.client.handshakes import final_handshakes, handshakes_so_far
from allornone.models.execution import ExecutionHandshake, ExecutionStatus, Fee
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView, OperationResult, OperationState, OperationView


def shown(status: str, delta: str, fee: str) -> ExecutionHandshake:
    return ExecutionHandshake(
        operation_id="o-1",
        status=ExecutionStatus(status),
        actual_deltas={"binance:BaseToken:ETH": Decimal(delta)},
        fees=(Fee(position_key="binance:USDT", amount=Decimal(fee), currency="USDT"),),
        executed_amount=Decimal(1),
    )


def ended(operation: OperationResult) -> ExecutionHandshake:
    (handshake,) = final_handshakes(
        GroupResult(
            atomic_group_id="g",
            plan_hash="p",
            status=GroupStatus.ROLLED_BACK,
            operations=(operation,),
            reason="hedge refused",
        )
    )
    return handshake


def test_a_confirmed_operation_is_its_own_handshake() -> None:
    sent = shown("confirmed", "-1", "2")

    found = ended(OperationResult(operation_id="o-1", state=OperationState.CONFIRMED, handshakes=(sent,)))

    assert found == sent


def test_an_undone_operation_has_the_net_of_both_ways() -> None:
    found = ended(
        OperationResult(
            operation_id="o-1",
            state=OperationState.ROLLED_BACK,
            handshakes=(shown("confirmed", "-1", "2"),),
            undo_handshakes=(shown("confirmed", "0.999", "3"),),
        )
    )

    assert found.status is ExecutionStatus.ROLLED_BACK
    assert found.actual_deltas == {"binance:BaseToken:ETH": Decimal("-0.001")}
    assert (found.fee_amount, found.fee_currency) == (Decimal(5), "USDT")
    assert found.executed_amount == Decimal(1)


def test_an_operation_that_was_never_sent_failed_with_the_groups_end() -> None:
    found = ended(OperationResult(operation_id="o-1", state=OperationState.PLANNED))

    assert (found.status, found.error_code) == (ExecutionStatus.FAILED, "EXEC-005")
    assert found.error_message == "never sent: group 'g' ended rolled_back (hedge refused)"


def test_an_open_group_tells_what_is_known_so_far() -> None:
    view = GroupView(
        atomic_group_id="g",
        plan_hash="p",
        status=GroupStatus.BLOCKED,
        operations=(
            OperationView(
                operation_id="o-1", operation_type="stake", venue="lido", state=OperationState.UNKNOWN, note="lost"
            ),
            OperationView(operation_id="o-2", operation_type="stake", venue="lido", state=OperationState.PLANNED),
        ),
    )

    unknown, planned = handshakes_so_far(view)

    assert (unknown.status, unknown.error_message) == (ExecutionStatus.UNKNOWN, "lost")
    assert planned.error_message == "never sent: the group has not come to it"


def test_nothing_seen_is_no_handshake() -> None:
    assert handshakes_so_far(None) == ()
