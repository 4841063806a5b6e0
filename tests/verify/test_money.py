"""S1-S5: each broken by a hand in the ledger or the log, and found with its witness."""

from collections.abc import Callable

from tests.verify.installation import Fields, Installation, end, first, kind, names, operation

Good = Callable[[str], Installation]


async def test_s1_an_end_that_forgets_a_fee(good: Good) -> None:
    spoilt = good("rolled_back")
    friction = {"binance:BaseToken:USDT": "-5", "binance:BaseToken:ETH": "-0.001", "wallet:BaseToken:ETH": "-0.0009"}
    spoilt.change(end, friction=friction)

    report = await spoilt.report()

    assert names(report) == {"S1"}
    assert first(report, "S1") == (
        "the ledger differs from the end 'rolled_back' by binance:USDT -1",
        "atomic_operation_groups.jsonl line 1",
    )


async def test_s1_an_end_that_is_off_in_the_eighteenth_place(good: Good) -> None:
    spoilt = good("failed")
    spoilt.change(end, friction={"binance:ETH": "-0.000000000000000001"})

    report = await spoilt.report()

    assert names(report) == {"S1"}


async def test_s1_a_reference_whose_outcome_nobody_knows_and_no_list_has(good: Good) -> None:
    spoilt = good("completed")
    spoilt.drop(operation("short", "confirmed"))

    report = await spoilt.report()

    assert names(report) == {"S1"}
    assert first(report, "S1")[0] == "the group ended while its outcome was unknown, and does not list it"
    assert report.verdict("S1").breaks[0].ref


async def test_s1_a_rollback_that_cost_more_than_its_policy_allows(good: Good) -> None:
    spoilt = good("rolled_back")

    def bound(plan: Fields) -> None:
        plan["policy"]["max_friction"] = {"USDT": "5"}

    spoilt.plan(bound)

    report = await spoilt.report()

    assert names(report) == {"S1"}
    assert "rolled back at a friction of 6 USDT" in first(report, "S1")[0]


async def test_s2_a_second_order_under_one_reference(good: Good) -> None:
    spoilt = good("completed")
    columns = "venue, client_ref, group_id, operation_id, operation_type, direction, requested, "
    columns += "received_at, visible_from, not_after, drift_bps, reason, terms, request"
    spoilt.sql(f"INSERT INTO orders ({columns}, filled, state) SELECT {columns}, '0', 'open' FROM orders LIMIT 1")  # noqa: S608

    report = await spoilt.report()

    assert names(report) == {"S2"}
    assert first(report, "S2") == (
        "a second order under one reference, after paper.db order 1",
        "paper.db order 4",
    )


async def test_s2_an_order_that_filled_further_than_it_was_asked(good: Good) -> None:
    spoilt = good("completed")
    spoilt.sql("UPDATE orders SET requested = '0.9' WHERE order_id = 1")

    report = await spoilt.report()

    assert names(report) == {"S2"}
    assert first(report, "S2")[0] == "filled 1 of the 0.9 that were asked for"


async def test_s2_an_operation_that_was_done_under_two_epochs(good: Good) -> None:
    spoilt = good("late_effect")
    spoilt.sql("UPDATE orders SET direction = 'forward' WHERE order_id = 2")
    spoilt.drop(kind("late_effect"))

    report = await spoilt.report()

    assert "S2" in names(report)
    assert first(report, "S2")[0] == "sell was done 2 of 1, over 2 references"


async def test_s3_an_order_without_a_permit(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.sql(f"UPDATE orders SET client_ref = '{'f' * 32}' WHERE state = 'refused'")  # noqa: S608

    report = await spoilt.report()

    assert names(report) == {"S3"}
    assert first(report, "S3") == (
        "it reached the venue, but the log has no permit for it",
        "paper.db order 3",
    )


async def test_s3_an_order_of_a_group_that_the_log_does_not_know(good: Good) -> None:
    spoilt = good("failed")
    spoilt.sql("UPDATE orders SET group_id = 'by-hand'")

    report = await spoilt.report()

    assert names(report) == {"S3"}
    assert report.verdict("S3").breaks[0].group == "by-hand"


async def test_s3_an_order_that_is_older_than_its_permit(good: Good) -> None:
    spoilt = good("completed")
    spoilt.sql("UPDATE orders SET received_at = '2020-01-01T00:00:00.000000+00:00' WHERE order_id = 2")

    report = await spoilt.report()

    assert names(report) == {"S3"}
    assert "it reached the venue at 2020-01-01T00:00:00+00:00, before its permit" in first(report, "S3")[0]


async def test_s3_an_order_for_more_than_its_permit(good: Good) -> None:
    spoilt = good("failed")
    spoilt.sql("UPDATE orders SET requested = '7'")

    report = await spoilt.report()

    assert names(report) == {"S3"}
    assert first(report, "S3")[0] == "the permit is for 1, the venue was asked for 7"


async def test_s4_an_outcome_that_says_other_amounts_than_the_ledger(good: Good) -> None:
    spoilt = good("completed")
    (sold,) = [fields for fields in spoilt.log() if operation("sell", "confirmed")(fields)]
    judged = sold["reconciliation"]
    judged["actual"]["binance:BaseToken:USDT"], judged["explained"]["binance:BaseToken:USDT"] = "2996", "-4"
    moved = {**sold["actual_deltas"], "binance:BaseToken:USDT": "2996"}
    spoilt.change(
        operation("sell", "confirmed"),
        actual_deltas=moved,
        reconciliation=judged,
        fees=[{**sold["fees"][0], "amount": "4"}],
    )

    report = await spoilt.report()

    assert names(report) == {"S4"}
    assert first(report, "S4") == (
        "the ledger differs from the outcome by binance:USDT +1",
        "operation_executions.jsonl line 2",
    )


async def test_s5_an_effect_an_hour_after_the_end(good: Good) -> None:
    spoilt = good("completed")
    spoilt.sql("UPDATE effects SET at = '2999-01-01T00:00:00.000000+00:00' WHERE order_id = 3")

    report = await spoilt.report()

    assert names(report) == {"S5"}
    assert "after the end, and no late run is there for it" in first(report, "S5")[0]
    assert first(report, "S5")[1] == "paper.db effect 7"
