"""S6-S8, S13, S14, S19, E6: each broken by a hand in the ledger or the log, and found with its witness."""

from collections.abc import Callable

import pytest

from tests.verify.installation import Fields, Installation, deltas, end, first, names

Good = Callable[[str], Installation]


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
