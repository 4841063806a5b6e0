"""What an alert says, of each kind of record that makes one."""

from decimal import Decimal

import pytest

from allornone.alerts.alert import alert_of
from allornone.core.attention import attention
from allornone.core.steps import Execute, Undo
from allornone.events.transition import TransitionKind
from tests.unit.alerts.records import alert, record
from tests.unit.core.answers import FORWARD, ROLLBACK, full, refused
from tests.unit.core.doubt import in_doubt
from tests.unit.core.plans import group
from tests.unit.core.shell import CANCEL, Shell


def test_a_blocked_group_says_what_is_concerned_what_is_left_and_what_would_help() -> None:
    shell = in_doubt()
    made = alert(facts=attention(shell.plan, shell.state))

    assert (made.group, made.status, made.reason) == ("g-1", "blocked", "the outcome of sell is unknown")
    assert [each["operation_id"] for each in made.operations] == ["op0", "op1"]
    assert (made.operations[1]["state"], made.operations[1]["client_ref"]) == ("unknown", shell.ref((1, FORWARD, 1)))
    assert made.operations[0]["changed"] == {"binance:BaseToken:ETH": "-2", "lido:StakingToken:stETH": "2"}
    assert made.residual == {"binance:BaseToken:ETH": Decimal(-2), "lido:StakingToken:stETH": Decimal(2)}
    assert made.commands == (
        "allornone status g-1",
        "allornone events g-1",
        f"allornone retry {shell.plan.atomic_group_id} --ref {shell.ref((1, FORWARD, 1))}",
        f"allornone cancel {shell.plan.atomic_group_id}",
    )


def test_a_stuck_undo_says_what_refused_it() -> None:
    shell = Shell(group({}, undo_budget_s=1))
    shell.plays(Execute(0, 1), full(0))
    shell.takes(CANCEL)
    shell.plays(Undo(0, 1), refused(0, ROLLBACK).model_copy(update={"note": "no balance"}))
    shell.passes(1)

    (said,) = attention(shell.plan, shell.state)["operations"]

    assert (said["direction"], said["note"]) == ("rollback", "no balance")


def test_a_late_effect_leads_to_the_run_that_is_about_it() -> None:
    facts = {"shown": {"binance:ETH": "-1"}, "new": {"binance:ETH": "-1"}, "late_group": "g-1/late-01234567"}
    made = alert(kind=TransitionKind.LATE_EFFECT, operation_id="sell", client_ref="0" * 32, facts=facts)

    assert (made.status, made.late_group) == ("late_effect", "g-1/late-01234567")
    assert made.operations == ({"operation_id": "sell", "client_ref": "0" * 32},)
    assert made.residual == {"binance:ETH": Decimal(-1)}
    assert made.commands[2:] == (
        "allornone cancel g-1/late-01234567",
        "allornone resolve g-1/late-01234567 --outcome accepted",
    )


def test_an_abandoned_workflow_makes_one_too() -> None:
    made = alert(kind=TransitionKind.ABANDONED, reason="its workflow was terminated")
    assert (made.status, made.reason) == ("abandoned", "its workflow was terminated")


def test_a_record_of_an_older_release_is_helped_by_what_runs_without_an_argument() -> None:
    made = alert(facts={"commands": ["pause", "cancel", "retry", "resolve"]})

    assert made.commands[2:] == ("allornone cancel g-1", "allornone retry g-1")


@pytest.mark.parametrize("kind", [TransitionKind.STARTED, TransitionKind.UNBLOCKED, TransitionKind.COMMAND])
def test_nobody_is_called_for_anything_else(kind: TransitionKind) -> None:
    assert alert_of(record(kind)) is None
