"""What holds is said of what was looked at: of how many groups, by which witnesses, and what was left out."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from allornone_verify import Report, Request, examine
from tests.verify.installation import FAMILIES, Installation, end
from tests.verify.many import multiplied
from tests.verify.test_program import says

Good = Callable[[str], Installation]


def of_state(report: Report, state: str) -> set[str]:
    return {verdict.name for verdict in report.verdicts if verdict.state == state}


async def test_without_a_ledger_and_a_server_it_judges_by_the_log_and_says_which_rules_that_halves(good: Good) -> None:
    report = await good("completed").report(ledger=False)

    assert str(report) == ""
    assert report.verdict("S1").reason == "no ledger was given"
    assert report.verdict("E5").reason == "no server was asked"
    assert of_state(report, "held in part") == {"S12", "S16", "S17", "S18", "L5", "L6"}
    assert report.verdict("S12").reason == "1 of 1 groups only in part: no ledger was given"
    assert report.verdict("L6").reason == "1 of 1 groups only in part: no server was asked"
    assert of_state(report, "held") == {
        *("S9", "S10", "S11", "S15", "E1", "E2", "E3", "E4", "E9", "L3", "L8", "L11", "U3", "U4", "U5"),
    }


async def test_of_a_log_without_groups_nothing_is_held(good: Good) -> None:
    empty = good("failed")
    for family in FAMILIES:
        empty.path(family).write_bytes(b"")

    report = await empty.report(history=True, ledger=False)

    assert report.groups == 0
    assert of_state(report, "held") == set()
    assert {report.verdict(name).reason for name in ("E5", "S9", "L5")} == {"there is no group"}
    assert {report.verdict(name).reason for name in ("E1", "E4", "E9", "U4")} == {"the log is empty"}


async def test_a_server_that_knows_one_group_of_fifty_has_held_the_rules_by_it_in_part(
    good: Good, installations: dict[str, Installation], tmp_path: Path, skipping_server: WorkflowEnvironment
) -> None:
    known = good("completed")
    many = multiplied([installations["completed"]], tmp_path / "many", 49)
    many.write([*known.log(), *many.log()])

    report = await examine(Request(many.folder / "logs", (), skipping_server.client))

    assert report.histories == 1
    assert (report.verdict("E5").state, report.verdict("E5").looked_at) == ("held in part", 1)
    assert report.verdict("E5").reason == "49 of 50 groups not looked at: the server has no history"
    assert report.verdict("S17").reason == "49 of 50 groups only in part: the server has no history"


async def test_a_server_that_knows_none_of_the_groups_has_held_nothing(
    installations: dict[str, Installation], tmp_path: Path, skipping_server: WorkflowEnvironment
) -> None:
    elsewhere = multiplied([installations["completed"]], tmp_path / "many", 2)

    report = await examine(Request(elsewhere.folder / "logs", (), skipping_server.client))

    assert (report.verdict("E5").state, report.verdict("E5").looked_at) == ("not checked", 0)
    assert report.verdict("E5").reason == "2 of 2 groups not looked at: the server has no history"


async def test_an_open_group_of_which_the_server_knows_no_run_is_told_of_where_it_would_have_been_looked_at(
    installations: dict[str, Installation], tmp_path: Path, skipping_server: WorkflowEnvironment
) -> None:
    lost = multiplied([installations["completed"]], tmp_path / "lost", 1)
    lost.drop(end)

    report = await examine(Request(lost.folder / "logs", (), skipping_server.client))

    assert {report.verdict(name).state for name in ("L2", "L7")} == {"not checked"}


async def test_one_group_alone_leaves_out_what_is_of_all(good: Good) -> None:
    held = good("completed")

    report = await held.report(history=True, group=held.log()[0]["atomic_group_id"])

    assert report.verdict("S3").reason == "what belongs to no group was not looked for: one group was asked for"
    assert report.verdict("S13").reason == "the ledgers' own sums were not looked at: one group was asked for"
    assert report.verdict("L7").reason == "workflows without a record were not looked for: one group was asked for"
    assert of_state(report, "held in part") == {"S3", "S13", "L7"}


async def test_balances_that_one_ledger_of_two_begins_with_are_half_of_what_stays_above_zero(
    good: Good, tmp_path: Path
) -> None:
    rich, other = good("completed"), tmp_path / "other"
    (rich.folder / "quotes.yaml").write_text("balances: {'binance:ETH': '2', 'binance:USDT': '0'}\n")
    other.mkdir()
    shutil.copy(good("rolled_back").folder / "paper.db", other)

    report = await examine(Request(rich.folder / "logs", (rich.folder / "paper.db", other / "paper.db")))

    assert report.verdict("S14").reason == "opening balances are known of 1 of 2 ledgers"


async def test_a_ledger_in_which_nothing_moved_needs_no_opening_balances(good: Good, tmp_path: Path) -> None:
    rich, empty = good("completed"), tmp_path / "empty.db"
    (rich.folder / "quotes.yaml").write_text("balances: {'binance:ETH': '2', 'binance:USDT': '0'}\n")
    shutil.copy(good("failed").folder / "paper.db", empty)
    with sqlite3.connect(empty) as connection:
        connection.execute("DELETE FROM effects")
        connection.execute("DELETE FROM orders")
    connection.close()

    report = await examine(Request(rich.folder / "logs", (rich.folder / "paper.db", empty)))

    assert (report.verdict("S14").state, report.verdict("S14").reason) == ("held", "")


def test_the_program_shows_what_held_in_part_and_why(good: Good) -> None:
    told = says("allornone_verify", "--no-ledger", ALLORNONE_DATA_DIR=str(good("rolled_back").folder))

    assert told.returncode == 0
    assert "held in part" in told.stdout
    assert "S12, S16" in told.stdout
    assert "1 of 1 groups only in part: asked not to" not in told.stdout
    assert "1 of 1 groups only in part: no ledger was given" in told.stdout
