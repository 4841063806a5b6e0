"""What the log alone shows of sends and undos: S9-S12, S15, S17, S18."""

from collections.abc import Callable

import pytest

from tests.verify.installation import Fields, Installation, first, kind, names, operation

Good = Callable[[str], Installation]


async def test_s9_an_older_undo_that_begins_before_a_newer_one_is_over(good: Good) -> None:
    spoilt = good("rolled_back")
    for status in ("pending", "rolled_back"):
        spoilt.move(operation("sell", status, "rollback"), before=operation("stake", "pending", "rollback"))

    report = await spoilt.report()

    assert names(report) == {"S9"}
    assert first(report, "S9")[0] == "the undo of sell began before that of the newer stake was over"


async def test_s10_a_send_while_another_outcome_is_unknown(good: Good) -> None:
    spoilt = good("answer_lost")
    spoilt.move(operation("stake", "pending"), before=operation("sell", "confirmed"))

    report = await spoilt.report()

    assert names(report) == {"S10"}
    assert first(report, "S10")[0] == "sent while sell was not settled (operation_executions.jsonl line 1)"


async def test_s10_an_undo_while_an_outcome_is_unknown(good: Good) -> None:
    spoilt = good("cancelled")
    spoilt.move(operation("stake", "pending", "rollback"), before=operation("stake", "confirmed"))

    report = await spoilt.report(ledger=False)

    assert "S10" in names(report)


async def test_s11_a_pivot_that_is_undone(good: Good) -> None:
    spoilt = good("rolled_back")

    def pivot(plan: Fields) -> None:
        plan["operations"][1]["pivot"] = True

    spoilt.plan(pivot)

    report = await spoilt.report()

    assert names(report) == {"S11"}
    assert report.verdict("S11").count == 3
    assert first(report, "S11")[0] == "stake was undone after the pivot stake had taken effect"


async def test_s12_what_is_called_failed_and_moved_money(good: Good) -> None:
    spoilt = good("failed")
    spoilt.sql("UPDATE orders SET filled = '1', state = 'closed'")
    spoilt.sql(
        "INSERT INTO effects SELECT NULL, order_id, venue, client_ref, group_id, 'binance:BaseToken:ETH', 'ETH', '-1',"
        " 'principal', NULL, NULL, received_at FROM orders"
    )
    spoilt.sql("INSERT INTO balances VALUES ('binance:BaseToken:ETH', '-1')")

    report = await spoilt.report()

    assert names(report) == {"S1", "S12", "S13", "E6"}
    assert first(report, "S12")[0] == "called failed (refused), but the ledger moved binance:ETH -1"


async def test_s12_absence_that_nobody_saw(good: Good) -> None:
    spoilt = good("request_lost")
    spoilt.change(operation("sell", "failed"), error_message="surely not")

    report = await spoilt.report()

    assert names(report) == {"S12"}
    assert (
        first(report, "S12")[0] == "called absent without evidence: no look-up past its expiry, and no operator's word"
    )


async def test_s12_absence_that_was_seen_before_the_expiry(good: Good) -> None:
    spoilt = good("request_lost")
    seen = "fenced and not found twice, last at 2001-01-01 00:00:00+00:00"
    spoilt.change(operation("sell", "failed"), error_message=seen)

    report = await spoilt.report()

    assert names(report) == {"S12"}


async def test_s12_absence_at_a_venue_that_has_no_bound(good: Good) -> None:
    spoilt = good("request_lost")
    log = spoilt.log()
    for fields in log:
        if "venue" in fields:
            fields |= {"venue": "kraken", "operation_type": "withdraw"}
    spoilt.write(log)
    spoilt.sql("UPDATE orders SET venue = 'kraken' WHERE 1")

    report = await spoilt.report()

    assert names(report) == {"S12"}


async def test_s12_absence_of_what_was_never_revoked(good: Good) -> None:
    spoilt = good("request_lost")
    spoilt.drop(kind("revoked"))

    report = await spoilt.report()

    assert names(report) == {"S12"}
    assert first(report, "S12")[0] == "called absent, but nobody revoked it first"


async def test_s12_a_failure_for_no_reason(good: Good) -> None:
    spoilt = good("failed")
    spoilt.change(operation("sell", "failed"), outcome="unknown")

    report = await spoilt.report()

    assert names(report) == {"S12"}


@pytest.mark.parametrize("verdict", ["breach", "unobserved"])
async def test_s15_a_next_operation_after_a_breach(good: Good, verdict: str) -> None:
    spoilt = good("completed")
    (sold,) = [fields for fields in spoilt.log() if operation("sell", "confirmed")(fields)]
    spoilt.change(operation("sell", "confirmed"), reconciliation={**sold["reconciliation"], "verdict": verdict})

    report = await spoilt.report()

    assert names(report) == {"S15"}
    assert first(report, "S15")[0] == f"stake was sent after sell ended in {verdict}"


async def test_s15_a_judgement_that_does_not_add_up(good: Good) -> None:
    spoilt = good("completed")
    (sold,) = [fields for fields in spoilt.log() if operation("sell", "confirmed")(fields)]
    spoilt.change(operation("sell", "confirmed"), reconciliation={**sold["reconciliation"], "explained": {}})

    report = await spoilt.report()

    assert names(report) == {"S15"}
    assert first(report, "S15")[0] == "actual less expected is binance:USDT -3, explained is nothing"


async def test_s15_a_match_that_is_none(good: Good) -> None:
    spoilt = good("completed")
    spoilt.change(operation("sell", "confirmed"), fees=[])

    report = await spoilt.report()

    assert names(report) == {"S15"}
    assert first(report, "S15")[0] == "called a match, but off by binance:USDT -3 beyond its fees"


async def test_s15_drift_that_is_let_pass(good: Good) -> None:
    spoilt = good("breach")
    (staked,) = [fields for fields in spoilt.log() if operation("stake", "confirmed")(fields)]
    spoilt.change(operation("stake", "confirmed"), reconciliation={**staked["reconciliation"], "verdict": "within"})

    report = await spoilt.report()

    assert names(report) == {"S15"}
    assert first(report, "S15")[0] == "called within, with something unexplained"


async def test_s17_a_record_of_another_plan(good: Good) -> None:
    spoilt = good("completed")
    spoilt.change(operation("stake", "confirmed"), plan_hash="0" * 64)

    report = await spoilt.report()

    assert names(report) == {"S17"}
    assert first(report, "S17")[0].startswith("plan_hash 000000000000, the plan of the start has ")


async def test_s17_a_plan_that_was_changed_after_the_start(good: Good) -> None:
    spoilt = good("completed")
    (start,) = [fields for fields in spoilt.log() if kind("started")(fields)]
    start["facts"]["plan"]["strategy"] = "another"
    spoilt.change(kind("started"), facts=start["facts"])

    report = await spoilt.report()

    assert names(report) == {"S17", "U3"}


async def test_s18_a_forward_send_after_rolling_back_began(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.move(kind("rolling_back"), before=operation("short", "pending"))

    report = await spoilt.report()

    assert names(report) == {"S18"}
    assert first(report, "S18")[0].startswith("short was sent forward after rolling_back")


async def test_s18_a_forward_send_after_a_cancel(good: Good) -> None:
    spoilt = good("cancelled")
    spoilt.move(kind("command"), before=operation("stake", "pending"))

    report = await spoilt.report()

    assert names(report) == {"S18"}


async def test_s18_a_forward_send_after_an_older_operation_had_failed(good: Good) -> None:
    spoilt = good("completed")
    log = spoilt.log()
    for status in ("pending", "failed"):
        (sold,) = [fields for fields in log if operation("sell", "pending")(fields)]
        made_up = {"status": status, "epoch": 2, "client_ref": "a" * 32, "event_id": f"made-up-{status}"}
        spoilt.insert({**sold, **made_up, "outcome": "refused"}, before=operation("stake", "pending"))

    report = await spoilt.report(ledger=False)

    assert "S18" in names(report)
    assert first(report, "S18")[0].startswith("stake was sent forward after sell had failed")


async def test_s18_a_forward_send_after_an_undo_that_nothing_announced(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.drop(kind("rolling_back"))
    spoilt.move(operation("short", "pending"), before=operation("sell", "pending", "rollback"))

    assert "S18" in names(await spoilt.report(ledger=False))
