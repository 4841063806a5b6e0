"""L8: a failed undo that was left alone, in a group that ended and in one that is open; and where it may be."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.verify.installation import Fields, Installation, end, first, names, operation, place
from tests.verify.test_states import later, transition

Good = Callable[[str], Installation]
FAILED = operation("stake", "failed", "rollback")
LEFT = {"lido:StakingToken:stETH": "1", "wallet:BaseToken:ETH": "-1"}


async def test_l8_an_undo_that_is_left_for_two_hours(good: Good) -> None:
    spoilt = good("undo_refused")
    again = operation("stake", "pending", "rollback", 2)
    spoilt.change(again, real_utc_time=later(spoilt, again, hours=2))

    report = await spoilt.report()

    assert names(report) == {"L8"}
    assert first(report, "L8")[0].startswith("the undo of stake was tried again only after 2:00:0")


def given_up(spoilt: Installation, word: str, state: str, left: Fields, *, accepting: bool = True) -> None:
    """Let a refused undo of `stake` have been the last, and the group have ended with that word."""

    def policy(plan: Fields) -> None:
        plan["policy"]["accept_residual"] = accepting

    log = [fields for fields in spoilt.log() if not (fields.get("direction") == "rollback" and fields["epoch"] > 1)]
    log = [fields for fields in log if fields.get("operation_id", fields.get("source_operation_id")) != "sell"]
    log[place(log, end)]["group_status"] = word
    log[place(log, end)]["residual_deltas"] = left
    log[place(log, end)]["operations"][1]["state"] = state
    spoilt.write(log)
    spoilt.plan(policy)


def accepted(spoilt: Installation, **about: Any) -> Fields:
    said = {"command": "resolve", "outcome": "accepted", "command_id": "c", **about}
    return transition(spoilt, "command", actor="desk", facts=said)


@pytest.mark.parametrize(
    ("word", "state", "left", "told"),
    [
        ("rolled_back", "rolled_back", {}, "the end says rolled_back, stake rolled_back"),
        ("partial", "rolled_back", {}, "the end says partial, stake rolled_back"),
        ("partial", "confirmed", {}, "the end does not list it"),
    ],
)
async def test_l8_an_undo_that_failed_and_that_the_end_hides(
    good: Good, word: str, state: str, left: Fields, told: str
) -> None:
    spoilt = good("undo_refused")
    given_up(spoilt, word, state, left)

    report = await spoilt.report(ledger=False)

    assert names(report) == {"L8"}
    assert first(report, "L8")[0].startswith(f"the undo of stake failed and was never tried again, and {told}; ")


async def test_l8_an_undo_that_failed_and_that_nobody_let_go(good: Good) -> None:
    spoilt = good("undo_refused")
    given_up(spoilt, "partial", "confirmed", LEFT, accepting=False)

    report = await spoilt.report(ledger=False)

    assert names(report) == {"L8"}
    assert "and nobody accepted that" in first(report, "L8")[0]


@pytest.mark.parametrize("about", [{"operation_id": "stake"}, {}])
async def test_an_undo_that_failed_may_be_left_where_an_operator_accepts_that(good: Good, about: Fields) -> None:
    lawful = good("undo_refused")
    given_up(lawful, "partial", "confirmed", LEFT, accepting=False)
    lawful.insert(accepted(lawful, **about), before=end)

    assert str(await lawful.report(ledger=False)) == ""


async def test_l8_a_word_about_another_operation_lets_nothing_go(good: Good) -> None:
    spoilt = good("undo_refused")
    given_up(spoilt, "partial", "confirmed", LEFT, accepting=False)
    spoilt.insert(accepted(spoilt, operation_id="sell"), before=end)

    assert names(await spoilt.report(ledger=False)) == {"L8"}


async def test_an_undo_that_failed_may_be_left_where_the_policy_accepts_that(good: Good) -> None:
    lawful = good("undo_refused")
    given_up(lawful, "partial", "confirmed", LEFT)

    assert str(await lawful.report(ledger=False)) == ""


def stood(spoilt: Installation, *more: Fields, hours: float) -> None:
    """Let the group be open since its refused undo, and the log have gone on for so long."""
    log, moved = spoilt.log(), later(spoilt, FAILED, hours=hours)
    other = {**transition(spoilt, "started"), "atomic_group_id": "another", "real_utc_time": moved}
    spoilt.write([*log[: place(log, FAILED) + 1], *more, other])


async def test_l8_an_open_group_that_left_a_failed_undo_alone(good: Good) -> None:
    spoilt = good("undo_refused")
    stood(spoilt, hours=1)

    report = await spoilt.report(ledger=False)

    assert first(report, "L8")[0].startswith("the undo of stake failed, and was not tried again for 1:00:00")


async def test_l8_an_undo_is_tried_on_also_while_an_operator_is_asked_about_it(good: Good) -> None:
    spoilt = good("undo_refused")
    stood(spoilt, transition(spoilt, "blocked", reason="the undo of stake does not succeed"), hours=1)

    assert "L8" in names(await spoilt.report(ledger=False))


async def test_an_undo_that_failed_may_wait_for_its_next_try(good: Good) -> None:
    lawful = good("undo_refused")
    stood(lawful, hours=0.3)

    assert "L8" not in names(await lawful.report(ledger=False))


@pytest.mark.parametrize("kind", ["blocked", "abandoned", "superseded"])
async def test_an_undo_that_failed_waits_with_its_group_for_a_word(good: Good, kind: str) -> None:
    lawful = good("undo_refused")
    stood(lawful, transition(lawful, kind, reason="exposure is left that cannot be undone"), hours=1)

    assert "L8" not in names(await lawful.report(ledger=False))
