"""S1-S8, S13, S14, S19, E6: each broken by a hand in the ledger or the log, and found with its witness."""

from collections.abc import Callable

import pytest

from tests.verify.installation import Fields, Installation, deltas, end, first, kind, names, operation

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


async def test_s6_an_effect_after_the_undo_of_the_same_operation(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.sql("UPDATE effects SET effect_id = effect_id + 100 WHERE order_id = 1")

    report = await spoilt.report()

    assert names(report) == {"S6"}
    assert first(report, "S6") == (
        "sell took effect after its undo had begun at paper.db order 5",
        "paper.db effect 101",
    )


async def test_s7_an_undo_of_more_than_was_done(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.sql("UPDATE effects SET delta = '1.5' WHERE order_id = 5 AND delta = '1'")
    spoilt.sql("UPDATE orders SET filled = '1.5', requested = '1.5' WHERE order_id = 5")

    report = await spoilt.report()

    assert names(report) == {"S1", "S3", "S4", "S7", "S8", "S13"}
    assert first(report, "S7")[0].startswith("the undo of sell moved binance:ETH +1.5, binance:USDT -3000, more than")


async def test_s7_an_undo_of_what_was_never_done(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.sql("DELETE FROM effects WHERE order_id = 1")
    spoilt.sql("UPDATE orders SET filled = '0', state = 'refused' WHERE order_id = 1")

    report = await spoilt.report()

    assert names(report) == {"S1", "S4", "S7", "S8", "S13", "E6"}
    assert first(report, "S7")[0] == "sell was undone, but had done nothing"


async def test_s8_an_undo_that_left_a_tenth(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.sql("UPDATE effects SET delta = '0.9' WHERE order_id = 5 AND delta = '1'")
    spoilt.sql("UPDATE orders SET filled = '0.9' WHERE order_id = 5")

    report = await spoilt.report()

    assert names(report) == {"S1", "S4", "S8", "S13"}
    assert first(report, "S8")[0] == "sell is called rolled back, and binance:ETH -0.1 of it is left"


async def test_s8_what_did_nothing_is_not_rolled_back(good: Good) -> None:
    spoilt = good("rolled_back")
    (ended,) = [fields for fields in spoilt.log() if end(fields)]
    ended["operations"][2]["state"] = "rolled_back"
    spoilt.change(end, operations=ended["operations"])

    report = await spoilt.report()

    assert names(report) == {"S8"}


async def test_s13_a_delta_record_that_is_off(good: Good) -> None:
    spoilt = good("completed")
    (logged,) = [fields for fields in spoilt.log() if deltas("sell")(fields)]
    logged["deltas"][0]["delta_amount"] = "-2"
    spoilt.change(deltas("sell"), deltas=logged["deltas"])

    report = await spoilt.report()

    assert names(report) == {"S13"}
    assert first(report, "S13")[0] == "ledger and delta records differ by binance:ETH +1"


async def test_s13_a_balance_that_no_row_explains(good: Good) -> None:
    spoilt = good("completed")
    spoilt.sql("UPDATE balances SET amount = '0' WHERE position_key = 'lido:StakingToken:stETH'")

    report = await spoilt.report()

    assert names(report) == {"S13"}
    assert first(report, "S13") == ("balances and rows differ by lido:stETH -1", "paper.db balances")


async def test_s13_a_fill_that_moved_nothing(good: Good) -> None:
    spoilt = good("failed")
    spoilt.sql("UPDATE orders SET filled = '1'")

    report = await spoilt.report()

    assert names(report) == {"S13"}
    assert first(report, "S13")[0] == "filled 1 with 0 effects"


async def test_s14_a_balance_below_zero(good: Good) -> None:
    spoilt = good("completed")
    (spoilt.folder / "quotes.yaml").write_text("balances: {'binance:ETH': '1.5', 'binance:USDT': '0'}\n")

    report = await spoilt.report()

    assert names(report) == {"S14"}
    assert first(report, "S14") == ("binance:ETH -0.5 after it", "paper.db effect 4")


async def test_s14_is_not_checked_where_nobody_knows_what_was_there_before(good: Good) -> None:
    report = await good("completed").report()

    assert report.verdict("S14").state == "not checked"


async def test_s19_a_simulated_group_that_traded(good: Good) -> None:
    spoilt = good("completed")

    def simulate(plan: Fields) -> None:
        plan["simulated"] = True

    spoilt.plan(simulate)

    report = await spoilt.report()

    assert names(report) == {"S19"}
    assert first(report, "S19") == ("a simulated group reached the venue", "paper.db order 1")


async def test_e6_exposure_that_is_called_rolled_back(good: Good) -> None:
    spoilt = good("partial")
    cost = {"kraken:BaseToken:ETH": "-1", "wallet:BaseToken:ETH": "0.999"}
    spoilt.change(end, group_status="rolled_back", residual_deltas={}, friction=cost)

    report = await spoilt.report()

    assert names(report) == {"E6"}
    assert first(report, "E6")[0] == "called rolled back, but send-out took effect and is called confirmed"


async def test_e6_a_group_that_is_called_failed_and_was_not(good: Good) -> None:
    spoilt = good("partial")
    cost = {"kraken:BaseToken:ETH": "-1", "wallet:BaseToken:ETH": "0.999"}
    spoilt.change(end, group_status="failed", residual_deltas={}, friction=cost)

    report = await spoilt.report()

    assert names(report) == {"E6"}
    assert first(report, "E6") == ("called failed, but something took effect", "paper.db order 1")


@pytest.mark.parametrize("word", ["done", ""])
async def test_s1_an_end_by_a_fifth_word(good: Good, word: str) -> None:
    spoilt = good("failed")
    spoilt.change(end, group_status=word)

    report = await spoilt.report()

    assert names(report) == {"S1"}
