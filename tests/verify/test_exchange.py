"""A test exchange's books: what the product leaves behind holds, and what a hand changes in them is found."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.verify.installation import Installation, first, names, operation
from tests.verify.rehearsed import GROUPS, Rehearsed, rehearse
from tests.verify.test_program import says

Spoil = Callable[[Rehearsed], object]
OF_THE_LEDGER = {"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S12", "S13", "S16", "S19", "E6", "V"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(temporal_server: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    folder = tmp_path_factory.mktemp("rehearsed")
    return await rehearse(folder, temporal_server.client, f"verify-{folder.parent.name}-{folder.name}")


@pytest.fixture
def spoilt(made: Rehearsed, tmp_path: Path) -> Rehearsed:
    return made.copied(tmp_path / "copy")


def sql(*statements: str) -> Spoil:
    return lambda rehearsed: rehearsed.sql(*statements)


def again(table: str, where: str, **values: str) -> Spoil:
    return lambda rehearsed: rehearsed.again(table, f"exchange = '{values.pop('at', 'binance')}' AND {where}", **values)


def ours(statement: str) -> Spoil:
    return sql(f"{statement} AND exchange = 'binance'")


async def test_what_the_product_leaves_behind_holds_by_all_three_witnesses(
    made: Rehearsed, temporal_server: WorkflowEnvironment
) -> None:
    report = await made.report(client=temporal_server.client)

    assert str(report) == ""
    assert (report.groups, report.histories, report.orders) == (len(GROUPS), len(GROUPS), 15)
    assert {verdict.name for verdict in report.verdicts if verdict.state == "held"} >= OF_THE_LEDGER
    assert report.verdict("S14").reason == "opening balances are known of 3 of 4 ledgers"
    assert report.witnesses == {
        "binance": "testexchange.db (binance)",
        "binance.deposits": "testexchange.db (binance)",
        "binance.usdm": "testexchange.db (binance)",
        "coinbase": "testexchange.db (coinbase)",
        "kraken": "testexchange.db (kraken)",
        "lido": "paper.db",
    }


SPOILT: dict[str, tuple[Spoil, set[str]]] = {
    "a fill twice": (again("fills", "fill_id = 1", fill_id="900", trade_id="900"), {"S1", "S4", "S13"}),
    "a fill missing": (ours("DELETE FROM fills WHERE fill_id = 1"), {"S1", "S4", "S13", "E6"}),
    "an order and all of it missing": (
        sql(
            "DELETE FROM orders WHERE exchange = 'kraken'",
            "DELETE FROM fills WHERE exchange = 'kraken'",
            "DELETE FROM postings WHERE exchange = 'kraken' AND entry LIKE 'trade-%'",
        ),
        {"S1", "S4", "S13", "E6"},
    ),
    "another cost": (ours("UPDATE fills SET cost = '1999.8' WHERE fill_id = 1"), {"S1", "S4", "S13"}),
    "a commission left out": (ours("UPDATE fills SET fee = '0' WHERE fill_id = 1"), {"S1", "S4", "S13"}),
    "a commission in a third asset left out": (
        sql(
            "UPDATE fills SET fee = '0' WHERE fee_asset = 'BNB' AND fill_id = 3",
            "DELETE FROM postings WHERE entry = 'trade-3-3' AND asset = 'BNB'",
        ),
        {"S1", "S4", "S13"},
    ),
    "a profit left out": (ours("UPDATE fills SET realized = '0' WHERE order_id = 6"), {"S1", "S4", "S13"}),
    "an order for more than its permit": (ours("UPDATE orders SET amount = '2' WHERE order_id = 1"), {"S3"}),
    "an order of the other side": (ours("UPDATE orders SET side = 'buy' WHERE order_id = 1"), {"S3"}),
    "an order at another price": (ours("UPDATE orders SET price = '2500' WHERE order_id = 4"), {"S3"}),
    "an order in another market": (ours("UPDATE orders SET symbol = 'ETHUSDC' WHERE order_id = 1"), {"S3"}),
    "an order before its permit": (
        ours("UPDATE orders SET created_ms = created_ms - 3600000 WHERE order_id = 1"),
        {"S3"},
    ),
    "an order past its expiry": (
        ours("UPDATE orders SET created_ms = created_ms + 3600000 WHERE order_id = 1"),
        {"S16"},
    ),
    "a foreign order": (
        again("orders", "order_id = 1", order_id="900", client_id="'web'", filled="'0'", cost="'0'"),
        {"S3"},
    ),
    "a second order under one id": (
        again("orders", "order_id = 1", order_id="900", filled="'0'", cost="'0'", status="'canceled'"),
        {"S2"},
    ),
    "an order filled further than asked": (
        ours("UPDATE orders SET filled = '1.5' WHERE order_id = 1"),
        {"S1", "S2", "S13"},
    ),
    "a fill after the end": (ours("UPDATE fills SET at_ms = at_ms + 3600000 WHERE order_id = 2"), {"S5"}),
    "a fill after its undo": (ours("UPDATE fills SET fill_id = 900 WHERE order_id = 3"), {"S6"}),
    "an undo that is larger": (
        ours("UPDATE fills SET amount = '1.5' WHERE order_id = 4"),
        {"S1", "S4", "S7", "S13"},
    ),
    "an undo that did less": (
        sql(
            "UPDATE fills SET amount = '0.5' WHERE exchange = 'binance' AND order_id = 4",
            "UPDATE orders SET filled = '0.5' WHERE exchange = 'binance' AND order_id = 4",
        ),
        {"S1", "S4", "S8", "S13"},
    ),
    "a transfer of another amount": (ours("UPDATE transfers SET amount = '900' WHERE 1"), {"S4", "S13", "E6"}),
    "a transfer the other way": (
        ours("UPDATE transfers SET source = 'usdm', target = 'spot' WHERE 1"),
        {"S1", "S3", "S4", "S13"},
    ),
    "a foreign transfer": (again("transfers", "1", transfer_id="900"), {"S3", "S13"}),
    "a withdrawal effective twice": (again("withdrawals", "1", withdrawal_id="900"), {"S2", "S4", "S13"}),
    "a withdrawal from kraken effective twice": (
        again("withdrawals", "1", at="kraken", withdrawal_id="900", tx_id="'0x'"),
        {"S3", "S13"},
    ),
    "a send from coinbase effective twice": (
        again("withdrawals", "1", at="coinbase", withdrawal_id="900"),
        {"S1", "S2", "S4", "S13"},
    ),
    "a withdrawal to another address": (ours("UPDATE withdrawals SET address = '0xbb' WHERE 1"), {"S3"}),
    "a withdrawal that failed": (
        ours("UPDATE withdrawals SET state = 'failed' WHERE 1"),
        {"S4", "S13", "E6"},
    ),
    "a position from nowhere": (ours("UPDATE positions SET amount = '1' WHERE 1"), {"S13"}),
    "a deposit without a posting": (ours("DELETE FROM postings WHERE entry = 'deposit-1'"), {"S13"}),
    "a credit that is not in the books": (
        sql("DELETE FROM deposits WHERE 1", "DELETE FROM postings WHERE entry = 'deposit-1'"),
        {"S4", "S13", "E6"},
    ),
    "a credit of another amount": (ours("UPDATE deposits SET amount = '2.5' WHERE 1"), {"S4", "S13", "E6"}),
    "a credit by another transaction": (ours("UPDATE deposits SET tx_id = '0xcd' WHERE 1"), {"S4", "S13", "E6"}),
    "a credit that is only seen": (ours("UPDATE deposits SET state = 'pending' WHERE 1"), {"S4", "S13", "E6"}),
    "a payment of funding left out": (ours("DELETE FROM fundings WHERE 1"), {"S13"}),
    "an entry with one side": (
        ours("UPDATE postings SET amount = '7' WHERE entry = 'trade-1-1' AND account = 'fees'"),
        {"S13"},
    ),
    "a balance below zero": (
        ours("UPDATE postings SET amount = replace(amount, '100000', '1') WHERE entry = 'opening-desk-spot-USDT'"),
        {"S14"},
    ),
    "a row that is none": (ours("UPDATE fills SET amount = 'much' WHERE fill_id = 1"), {"V"}),
}


@pytest.mark.parametrize("wrong", SPOILT)
async def test_what_is_wrong_in_the_books_is_found(spoilt: Rehearsed, wrong: str) -> None:
    spoil, broken = SPOILT[wrong]
    spoil(spoilt)

    report = await spoilt.report()

    assert names(report) == broken


async def test_an_effect_of_what_is_called_failed_is_found(spoilt: Rehearsed) -> None:
    log = Installation(spoilt.desk, "").log()
    (ref,) = [fields["client_ref"] for fields in log if operation("too-much", "failed")(fields)]
    spoilt.again("orders", "order_id = 1 AND exchange = 'binance'", order_id="900", client_id=f"'{ref}'")
    spoilt.again("fills", "order_id = 1 AND exchange = 'binance'", fill_id="900", trade_id="900", order_id="900")

    report = await spoilt.report()

    assert names(report) == {"S1", "S3", "S12", "S13", "E6"}


async def test_what_nobody_of_the_log_sent_is_named_with_its_row(spoilt: Rehearsed) -> None:
    spoilt.again("orders", "order_id = 1 AND exchange = 'binance'", order_id="900", client_id="'web'", filled="'0'")
    spoilt.sql("UPDATE orders SET cost = '0' WHERE order_id = 900")

    report = await spoilt.report()

    assert first(report, "S3") == (
        "it reached the venue, but no permit of the log is for it: sell 1 ETHUSDT under web",
        "testexchange.db (binance) order 900",
    )


async def test_the_wrong_row_of_a_paper_venue_beside_an_exchange_is_found(spoilt: Rehearsed) -> None:
    spoilt.sql("UPDATE effects SET delta = '-2' WHERE delta = '-1'", file=spoilt.desk / "paper.db")

    report = await spoilt.report()

    assert names(report) == {"S1", "S4", "S13"}
    assert first(report, "S4")[0] == "the ledger differs from the outcome by binance:ETH -1"


async def test_an_exchange_whose_books_are_not_given_is_witnessed_by_nothing_and_not_called_broken(
    spoilt: Rehearsed,
) -> None:
    report = await spoilt.report(books=False)

    assert (str(report), report.verdict("S1").state) == ("", "held in part")
    assert report.witnesses == dict.fromkeys(
        ("binance", "binance.deposits", "binance.usdm", "coinbase", "kraken"), "nothing"
    ) | {"lido": "paper.db"}


async def test_paper_venues_without_their_ledger_are_not_called_broken(spoilt: Rehearsed) -> None:
    report = await spoilt.report(paper=False)

    assert (str(report), report.verdict("S1").state) == ("", "held in part")
    assert report.verdict("S1").reason == "1 of 10 groups only in part: no ledger tells of lido"
    assert report.witnesses["lido"] == "nothing"


async def test_the_other_witnesses_judge_where_the_books_cannot_be_read(spoilt: Rehearsed) -> None:
    spoilt.books.write_text("no database, and long enough to be taken for one by nobody at all")

    report = await spoilt.report()

    assert names(report) == {"V"}
    assert (
        report.verdict("S1").reason == "a ledger cannot be read: testexchange.db cannot be read: file is not a database"
    )
    assert report.verdict("E4").state == "held"


def test_the_program_is_given_an_exchanges_books_by_their_path(spoilt: Rehearsed) -> None:
    told = says("worker.main", "verify", "--testexchange", str(spoilt.books), ALLORNONE_DATA_DIR=str(spoilt.desk))

    assert told.returncode == 0, told.stdout + told.stderr
    assert "nothing is broken" in told.stdout
    assert "binance, binance.deposits, binance.usdm by testexchange.db (binance)" in told.stdout
    assert "lido by paper.db" in told.stdout


def test_it_finds_the_books_that_an_exchange_keeps_by_default(spoilt: Rehearsed) -> None:
    usual = spoilt.desk / "testexchange"
    usual.mkdir()
    spoilt.sql("UPDATE fills SET fee = '0' WHERE exchange = 'binance' AND fill_id = 1")
    shutil.move(spoilt.books, usual / "testexchange.db")

    told = says("allornone_verify", ALLORNONE_DATA_DIR=str(spoilt.desk))
    without = says("allornone_verify", "--no-ledger", ALLORNONE_DATA_DIR=str(spoilt.desk))

    assert (told.returncode, without.returncode) == (1, 0)
    assert "the ledger differs from the outcome by binance:USDT" in told.stdout


def test_it_says_which_venues_nothing_is_witness_of(spoilt: Rehearsed) -> None:
    told = says("allornone_verify", ALLORNONE_DATA_DIR=str(spoilt.desk))

    assert told.returncode == 0
    assert (
        "witnessed: binance, binance.deposits, binance.usdm, coinbase, kraken by nothing; lido by paper.db"
        in told.stdout
    )


def test_a_name_may_be_given_with_the_books_and_has_to_be_a_files(spoilt: Rehearsed, tmp_path: Path) -> None:
    named = says("allornone_verify", "--testexchange", f"binance={spoilt.books}", ALLORNONE_DATA_DIR=str(spoilt.desk))
    nowhere = says("allornone_verify", "--testexchange", str(tmp_path / "no.db"), ALLORNONE_DATA_DIR=str(spoilt.desk))

    assert named.returncode == 0, named.stdout
    assert nowhere.returncode == 2
    assert nowhere.stderr == f"error: --testexchange must be a file, was {tmp_path / 'no.db'}\n"
