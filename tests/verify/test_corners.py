"""The rules with an exception: each where it holds back, and each just past it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allornone_verify.amounts import amount_of
from allornone_verify.breaks import Break
from allornone_verify.holdings import holding
from allornone_verify.invariants.ends import s1_end_equals_ledger, s5_no_effect_after_end
from allornone_verify.invariants.undoing import s7_undo_no_larger, s9_newest_first
from allornone_verify.ledger import Effect, Order
from allornone_verify.records import Record
from allornone_verify.story import Story
from tests.verify.installation import Fields

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ETH = holding("binance:ETH")


def record(family: str, seq: int, **fields: Any) -> Record:
    """Return a record of a made-up group, a second after the one before."""
    common = {"event_id": f"e{seq}", "seq": seq, "real_utc_time": (NOON + timedelta(seconds=seq)).isoformat()}
    return Record(family, {**common, **fields}, f"line {seq}")


def started(*operations: Fields, **policy: Any) -> Record:
    return record("group_transitions", 1, kind="started", facts={"plan": {"operations": operations, "policy": policy}})


def leg(name: str, **more: Any) -> Fields:
    return {"operation_id": name, "operation_details": {"amount": "1"}, **more}


def sent(seq: int, name: str, direction: str = "forward") -> Record:
    own = {"operation_id": name, "direction": direction, "status": "pending", "client_ref": f"{name}-{direction}"}
    return record("operation_executions", seq, **own)


def ended(seq: int, word: str, **lists: Any) -> Record:
    stated: Fields = {"residual_deltas": {}, "friction": {}, "unfenced": [], "operations": [], **lists}
    return record("atomic_operation_groups", seq, group_status=word, **stated)


def order(number: int, name: str, delta: str, direction: str = "forward", *, after_s: float = 2) -> Order:
    """Return an order that moved ETH, so many seconds after noon."""
    at = NOON + timedelta(seconds=after_s)
    moved = amount_of(delta)
    effect = Effect(number, ETH, moved, None, at, f"effect {number}")
    own = {"venue": "binance", "ref": f"{name}-{direction}", "operation_id": name, "direction": direction}
    amounts = {"requested": abs(moved), "filled": abs(moved), "received_at": at, "not_after": at, "lateness_s": 0.0}
    rest = {"group_id": "g", "state": "closed", "place": f"order {number}", "effects": (effect,)}
    return Order(position=number, **own, **amounts, **rest)  # type: ignore[arg-type]


def found(breaks: Any) -> list[str]:
    return [each.found for each in breaks if isinstance(each, Break)]


@pytest.mark.parametrize(("filled", "expected"), [("-0.5", []), ("-2", ["filled 2, above its range of 1"])])
def test_s1_a_range_may_be_filled_but_not_beyond(filled: str, expected: list[str]) -> None:
    loose = [{"client_ref": "sell-forward", "amount": "1"}]
    records = [started(leg("sell")), sent(2, "sell"), ended(3, "partial", unfenced=loose)]

    assert found(s1_end_equals_ledger(Story("g", records, (order(1, "sell", filled),)))) == expected


def test_s1_exposure_is_listed_by_partial_alone() -> None:
    stated = {"residual_deltas": {"binance:ETH": "-1"}}

    def told(word: str) -> list[str]:
        orders = (order(1, "sell", "-1"),)
        settled = record(
            "operation_executions", 3, operation_id="sell", direction="forward", status="confirmed",
            client_ref="sell-forward",
        )  # fmt: skip
        return found(
            s1_end_equals_ledger(
                Story("g", [started(leg("sell")), sent(2, "sell"), settled, ended(4, word, **stated)], orders)
            )
        )

    assert told("partial") == []
    assert told("rolled_back") == ["called rolled_back, but lists exposure: binance:ETH -1"]


def test_s5_a_late_effect_is_taken_up_only_by_a_run_that_is_there() -> None:
    late = record(
        "group_transitions", 4, kind="late_effect", client_ref="sell-forward",
        facts={"new": {"binance:ETH": "-1"}, "shown": {"binance:ETH": "-1"}, "late_group": "g/late-1"},
    )  # fmt: skip
    records = [started(leg("sell")), sent(2, "sell"), ended(3, "failed"), late]
    told = Story("g", records, (order(1, "sell", "-1", after_s=3600),))

    assert len(found(s5_no_effect_after_end(told))) == 1
    told.known = lambda group_id: group_id == "g/late-1"
    assert found(s5_no_effect_after_end(told)) == []


def test_s7_a_given_inverse_is_done_no_further_than_the_plan_says() -> None:
    given = leg("sell", rollback={"operation_details": {"amount": "1"}})
    orders = order(1, "sell", "-1"), order(2, "sell", "1.5", "rollback")

    assert found(s7_undo_no_larger(Story("g", [started(given)], orders))) == [
        "the undo of sell was done 1.5, the plan gives 1"
    ]
    assert found(s7_undo_no_larger(Story("g", [started(given)], orders[:1]))) == []


def test_s7_an_undo_that_goes_the_same_way() -> None:
    orders = order(1, "sell", "-1"), order(2, "sell", "-1", "rollback")

    assert found(s7_undo_no_larger(Story("g", [started(leg("sell"))], orders))) == [
        "the undo of sell moved binance:ETH -1, which is nothing of what it did: binance:ETH -1"
    ]


def test_s9_an_independent_operation_may_be_passed_under_its_policy_only() -> None:
    undos = [sent(2, "sell", "rollback"), sent(3, "stake", "rollback")]
    independent = leg("stake", independent=True)

    def told(*records: Record) -> list[str]:
        return found(s9_newest_first(Story("g", [*records, *undos])))

    assert told(started(leg("sell"), independent, on_stuck_undo="continue")) == []
    assert len(told(started(leg("sell"), independent, on_stuck_undo="wait"))) == 1
    assert len(told(started(leg("sell"), leg("stake"), on_stuck_undo="continue"))) == 1


def test_s9_what_was_found_late_is_undone_when_it_is_found() -> None:
    late = record("group_transitions", 3, kind="late_effect", operation_id="stake", facts={})
    undos = sent(2, "sell", "rollback"), sent(4, "stake", "rollback")

    assert found(s9_newest_first(Story("g", [started(leg("sell"), leg("stake")), undos[0], late, undos[1]]))) == []
