"""What the product leaves behind holds, whichever way a group ends; and each invariant that is judged can be broken."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from allornone_verify.registry import INVARIANTS
from tests.verify.conftest import ALL
from tests.verify.installation import Installation
from tests.verify.many import multiplied

UNJUDGED = {"I1", "I2", "I3", "I4", "I5", "L1", "L4", "L10", "U1", "U2"}


@pytest.mark.parametrize("scenario", ALL)
async def test_every_ending_holds_by_all_three_witnesses(installations: dict[str, Installation], scenario: str) -> None:
    report = await installations[scenario].report(history=True)

    assert str(report) == ""
    assert (report.groups, report.histories, report.moving_groups) == (1, 1, 0)
    assert {verdict.name for verdict in report.verdicts if verdict.state != "held"} == UNJUDGED | {"S14"}


async def test_a_balance_that_stays_above_zero_holds(good: Callable[[str], Installation]) -> None:
    rich = good("completed")
    (rich.folder / "quotes.yaml").write_text("balances: {'binance:ETH': '2', 'binance:USDT': '0'}\n")

    report = await rich.report()

    assert report.verdict("S14").state == "held"


def test_each_invariant_that_is_judged_has_a_test_that_breaks_it() -> None:
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    broken = {name.upper() for name in re.findall(r"def test_([a-z]\d*)_", tests)}

    assert {each.name for each in INVARIANTS if not each.unchecked} - broken == set()
    assert {each.name for each in INVARIANTS if each.unchecked} == UNJUDGED


async def test_many_groups_of_every_ending_in_one_log_and_one_ledger(
    installations: dict[str, Installation], tmp_path: Path
) -> None:
    report = await multiplied(list(installations.values()), tmp_path / "many", 100).report()

    assert str(report) == ""
    assert report.groups == 100
    assert report.orders > 200


async def test_of_many_groups_the_one_that_is_wrong_is_named(
    installations: dict[str, Installation], tmp_path: Path
) -> None:
    spoilt = multiplied([installations["completed"]], tmp_path / "many", 50)
    spoilt.sql("UPDATE orders SET requested = '0.9' WHERE group_id = 'g000031' AND operation_id = 'stake'")

    report = await spoilt.report()

    assert [(each.name, each.count, each.breaks[0].group) for each in report.broken] == [("S2", 1, "g000031")]
    assert str(await spoilt.report(group="g000030")) == ""
