"""Records that are whole and say what cannot be; two ledgers; how amounts and holdings are read."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from temporalio.client import Client

from allornone_verify import Request, examine
from allornone_verify.amounts import amount_of
from allornone_verify.holdings import holding
from tests.verify.installation import FAMILIES, Installation, end, first, kind, names, operation, place

Good = Callable[[str], Installation]


async def test_e1_a_record_of_no_id(good: Good) -> None:
    spoilt = good("cancelled")
    spoilt.change(kind("command"), event_id="")

    assert names(await spoilt.report()) == {"E1"}


async def test_e2_something_before_the_start(good: Good) -> None:
    spoilt = good("cancelled")
    spoilt.move(kind("command"), before=kind("started"))

    report = await spoilt.report(ledger=False)

    assert first(report, "E2")[0] == "command came before the start"


async def test_e3_an_epoch_that_was_passed_over(good: Good) -> None:
    spoilt = good("failed")
    for status in ("pending", "failed"):
        spoilt.change(operation("sell", status), epoch=2)

    report = await spoilt.report()

    assert names(report) == {"E3", "U3"}
    assert first(report, "E3")[0] == "epoch 2 of sell follows epoch 0"


async def test_e3_an_operation_that_the_plan_does_not_have(good: Good) -> None:
    spoilt = good("failed")
    for status in ("pending", "failed"):
        spoilt.change(operation("sell", status), operation_id="buy")

    report = await spoilt.report(ledger=False)

    assert first(report, "E3")[0] == "buy is no operation of the plan"


async def test_e4_a_note_of_a_repair_says_what_was_cut_off(good: Good) -> None:
    spoilt = good("failed")
    note = {"family": FAMILIES[3], "kind": "log_recovered", "file": "x.jsonl", "bytes": 7, "sha256": "ab"}
    log = spoilt.log()
    spoilt.write([*log, {**note, "atomic_group_id": "other"}])
    assert str(await spoilt.report()) == ""

    spoilt.write([*log, {**note, "atomic_group_id": "other", "bytes": 0}])
    assert names(await spoilt.report()) == {"E4"}


async def test_e5_an_outcome_that_the_log_does_not_have(good: Good) -> None:
    spoilt = good("failed")
    spoilt.drop(operation("sell", "failed"))

    report = await spoilt.report(history=True, ledger=False)

    assert "execute:sell:1 answered refused, and the log has no outcome of it" in {
        each.found for each in report.verdict("E5").breaks
    }


async def test_s15_an_outcome_that_was_never_judged(good: Good) -> None:
    spoilt = good("completed")
    spoilt.change(operation("short", "confirmed"), reconciliation=None)

    report = await spoilt.report()

    assert names(report) == {"S15"}
    assert first(report, "S15")[0] == "confirmed without a reconciliation"


async def test_s15_an_outcome_that_was_judged_by_other_deltas(good: Good) -> None:
    spoilt = good("completed")
    (sold,) = [fields for fields in spoilt.log() if operation("sell", "confirmed")(fields)]
    spoilt.change(
        operation("sell", "confirmed"), actual_deltas={**sold["actual_deltas"], "binance:BaseToken:USDT": "1"}
    )

    report = await spoilt.report(ledger=False)

    assert names(report) == {"S15"}
    assert first(report, "S15")[0] == "judged by other deltas than those that are recorded"


async def test_s17_the_plan_of_another_group(good: Good) -> None:
    spoilt = good("failed")
    log = spoilt.log()
    for fields in log:
        fields["atomic_group_id"] = "taken-over"
    spoilt.write(log)

    report = await spoilt.report(ledger=False)

    assert "S17" in names(report)
    assert first(report, "S17")[0].startswith("its plan is that of 'group-verify-")


async def test_l6_a_command_without_an_id(good: Good) -> None:
    spoilt = good("cancelled")
    log = spoilt.log()
    del log[place(log, kind("command"))]["facts"]["command_id"]
    spoilt.write(log)

    report = await spoilt.report()

    assert names(report) == {"L6"}
    assert first(report, "L6")[0] == "cancel without a command id"


async def test_l7_a_completed_workflow_is_missed_in_the_log(good: Good) -> None:
    empty = good("completed")
    group = empty.log()[0]["atomic_group_id"]
    empty.write([])
    client = await Client.connect(empty.target)

    report = await examine(Request(empty.folder / "logs", (), client, task_queue=group.removeprefix("group-")))

    assert names(report) == {"L7"}
    assert first(report, "L7") == (
        "its workflow completed, and the log has not one record of it",
        f"workflow {group}",
    )


async def test_two_ledgers_are_one_witness(good: Good) -> None:
    both, other = good("completed"), good("failed")
    report = await examine(
        Request(both.folder / "logs", (both.folder / "paper.db", other.folder / "paper.db"), skew_s=30)
    )

    assert report.groups == 2
    assert names(report) == {"S3"}
    assert first(report, "S3")[1] == "failed/paper.db order 1"


async def test_s12_without_a_ledger_a_look_up_is_evidence_enough(good: Good) -> None:
    spoilt = good("request_lost")
    assert str(await spoilt.report(ledger=False)) == ""

    spoilt.change(operation("sell", "failed"), error_message="last at no time")
    assert names(await spoilt.report(ledger=False)) == {"S12"}


def test_amounts_are_texts_of_finite_numbers() -> None:
    assert amount_of("-1.50") == Decimal("-1.5")
    for wrong in ("NaN", "Infinity", "one", "", 1, 1.5, None):
        with pytest.raises(ValueError, match="an amount must be"):
            amount_of(wrong)


def test_holdings_are_the_same_however_they_are_spelled() -> None:
    assert holding("lido:stETH") == holding("lido:BaseToken:stETH") == ("lido", "asset", "stETH")
    assert holding("aave:debtUSDT") == holding("aave:DebtToken:debtUSDT") == ("aave", "debt", "debtUSDT")
    assert holding("binance.usdm:ETHUSDT") == ("binance.usdm", "perp", "ETHUSDT")
    with pytest.raises(ValueError, match="must name its venue and token"):
        holding("ETH")


def test_the_end_is_picked_by_its_file() -> None:
    assert end({"family": "atomic_operation_groups"})
