"""The end: honest words, and deltas that add up to the last digit."""

from decimal import Decimal

from allornone.core.answer import Answer, AnswerKind
from allornone.core.steps import Execute, Undo
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionStatus, Fee
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Reconciliation, Verdict
from tests.unit.core.answers import FORWARD, ROLLBACK, Reference, full, part, refused, told
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import Shell

ETH, STETH = "binance:BaseToken:ETH", "lido:StakingToken:stETH"


def charged(reference: Reference, units: int, *, undone: bool = False) -> Answer:
    """Return an effect that cost a fee of 0.01 ETH besides."""
    number, direction, epoch = reference
    return Answer(
        kind=AnswerKind.CLOSED,
        operation_id=f"op{number}",
        direction=direction,
        epoch=epoch,
        handshake=ExecutionHandshake(
            operation_id=f"op{number}",
            status=ExecutionStatus.CONFIRMED,
            actual_deltas={ETH: Decimal(-units) - Decimal("0.01"), STETH: Decimal(units)},
            fees=(Fee(position_key=ETH, amount=Decimal("0.01"), currency="ETH"),),
            executed_amount=Decimal(abs(units)),
            evidence=Evidence(venue_ids=("1",)),
        ),
        reconciliation=Reconciliation(verdict=Verdict.MATCH),
        recorded=True,
        undone=undone,
    )


def test_fees_are_friction_and_what_is_left_is_residual_and_they_add_up() -> None:
    shell = Shell(plain(2, accept_residual=True))
    shell.plays(Execute(0, 1), charged((0, FORWARD, 1), 2))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), told((0, ROLLBACK, 1), AnswerKind.NO_UNDO))
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert result.friction == {ETH: Decimal("-0.01")}
    assert result.residual_deltas == {ETH: Decimal(-2), STETH: Decimal(2)}
    assert [each.residual_deltas for each in result.operations] == [result.residual_deltas, {}]


def test_what_an_undone_group_lost_is_friction() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), charged((0, FORWARD, 1), 2))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), charged((0, ROLLBACK, 1), -2, undone=True))
    result = shell.ends()
    assert result.status is GroupStatus.ROLLED_BACK
    assert (result.friction, result.residual_deltas) == ({ETH: Decimal("-0.02")}, {})


def test_what_a_completed_group_cost_past_the_bound_is_listed_and_no_exposure() -> None:
    shell = Shell(plain(1, max_friction={"ETH": "0.009"}))
    shell.plays(Execute(0, 1), charged((0, FORWARD, 1), 2))
    result = shell.ends()
    assert result.status is GroupStatus.COMPLETED
    assert (result.friction, result.residual_deltas) == ({ETH: Decimal("-0.01")}, {})


def test_friction_past_the_bound_is_partial_and_up_to_it_is_not() -> None:
    for bound, status in (("0.02", GroupStatus.ROLLED_BACK), ("0.019", GroupStatus.PARTIAL)):
        shell = Shell(plain(2, max_friction={"ETH": bound}))
        shell.plays(Execute(0, 1), charged((0, FORWARD, 1), 2))
        shell.plays(Execute(1, 1), refused(1))
        shell.plays(Undo(0, 1), charged((0, ROLLBACK, 1), -2, undone=True))
        assert shell.ends().status is status


def test_a_completed_group_of_a_third_has_a_result() -> None:
    shell = Shell(group({"operation_details": {"amount": 3}, "min_fill": "0.3"}))
    shell.plays(Execute(0, 1), part(0))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_the_result_shows_the_handshake_of_each_reference_in_order() -> None:
    shell = Shell(plain(2, forward_retries=1))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Execute(1, 2), full(1, 2))
    result = shell.ends()
    assert [len(each.handshakes) for each in result.operations] == [1, 1]
    assert result.plan_hash == shell.plan.plan_hash
