"""What the log alone shows of states, commands and ids: E2, E3, L3, L5, L6, L11, U3, U5."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.verify.installation import Fields, Installation, end, first, kind, names, operation, place

Good = Callable[[str], Installation]


def transition(spoilt: Installation, name: str, **more: Any) -> Fields:
    """Return a transition that never was, of the installation's group."""
    (start,) = [fields for fields in spoilt.log() if kind("started")(fields)]
    return {**start, "kind": name, "facts": {}, "event_id": f"made-up-{name}", **more}


def later(spoilt: Installation, which: Callable[[Fields], bool], **by: float) -> str:
    """Return the time of one record, moved."""
    (found,) = [fields for fields in spoilt.log() if which(fields)]
    return (datetime.fromisoformat(found["real_utc_time"]) + timedelta(**by)).isoformat()


async def test_e2_a_number_that_is_missing(good: Good) -> None:
    spoilt = good("cancelled")
    log = spoilt.log()
    del log[place(log, kind("command"))]
    spoilt.write(log, renumber=False)

    report = await spoilt.report()

    assert names(report) == {"E2"}
    assert first(report, "E2")[0] == "seq 8 was expected, was 9"


async def test_e2_a_second_end(good: Good) -> None:
    spoilt = good("failed")
    (ended,) = [fields for fields in spoilt.log() if end(fields)]
    spoilt.write([*spoilt.log(), {**ended, "event_id": "another"}])

    report = await spoilt.report()

    assert names(report) == {"E2", "U3"}
    assert first(report, "E2")[0] == "a second end, after atomic_operation_groups.jsonl line 1"


async def test_e2_a_decision_after_the_end(good: Good) -> None:
    spoilt = good("rolled_back")
    log = spoilt.log()
    log.append(log.pop(place(log, kind("rolling_back"))))
    spoilt.write(log)

    report = await spoilt.report()

    assert names(report) == {"E2"}
    assert first(report, "E2")[0] == "rolling_back after the end"


async def test_e2_a_group_without_a_start(good: Good) -> None:
    spoilt = good("failed")
    spoilt.drop(kind("started"))

    report = await spoilt.report(ledger=False)

    assert names(report) == {"E2"}
    assert first(report, "E2")[0] == "the log has no start of it"


async def test_e3_unblocked_without_having_been_blocked(good: Good) -> None:
    spoilt = good("accepted")
    spoilt.drop(kind("blocked"))

    report = await spoilt.report()

    assert names(report) == {"E3"}
    assert first(report, "E3")[0] == "unblocked, but was not blocked"


async def test_e3_an_outcome_without_a_permit(good: Good) -> None:
    spoilt = good("completed")
    spoilt.drop(operation("short", "pending"))

    report = await spoilt.report()

    assert names(report) == {"E3", "S3"}
    assert first(report, "E3")[0] == "confirmed without a permit"


async def test_e3_a_reference_that_is_settled_twice(good: Good) -> None:
    spoilt = good("failed")
    (failed,) = [fields for fields in spoilt.log() if operation("sell", "failed")(fields)]
    spoilt.insert({**failed, "event_id": "again"}, before=end)

    report = await spoilt.report()

    assert names(report) == {"E3", "U3"}
    assert first(report, "E3")[0] == "failed, but it was settled before"


async def test_e3_a_permit_after_the_revocation(good: Good) -> None:
    spoilt = good("answer_lost")
    spoilt.move(kind("revoked"), before=operation("sell", "pending"))

    report = await spoilt.report()

    assert names(report) == {"E3"}


async def test_e3_an_operation_out_of_its_turn(good: Good) -> None:
    spoilt = good("completed")
    for status in ("confirmed", "pending"):
        spoilt.move(operation("short", status), before=operation("stake", "pending"))
    spoilt.move(operation("short", "pending"), before=operation("short", "confirmed"))

    report = await spoilt.report()

    assert names(report) == {"E3"}
    assert first(report, "E3")[0] == "stake began after an operation that comes later"


async def test_l3_an_unknown_of_an_hour_that_nobody_was_told_of(good: Good) -> None:
    spoilt = good("request_lost")
    spoilt.change(operation("sell", "failed"), real_utc_time=later(spoilt, operation("sell", "failed"), hours=1))

    report = await spoilt.report()

    assert names(report) == {"L3"}
    assert "and no operator was asked for" in first(report, "L3")[0]


async def test_l3_an_open_groups_unknown_that_the_log_went_on_without(good: Good) -> None:
    spoilt = good("request_lost")
    log, moved = spoilt.log(), later(spoilt, operation("sell", "failed"), hours=1)
    other = {**log[0], "atomic_group_id": "another", "event_id": "another", "real_utc_time": moved}
    spoilt.write([*log[: place(log, operation("sell", "failed"))], other])

    report = await spoilt.report()

    assert "and no operator was asked for" in first(report, "L3")[0]


async def test_l5_a_group_that_was_started_twice(good: Good) -> None:
    spoilt = good("failed")
    spoilt.insert(transition(spoilt, "started"), before=operation("sell", "failed"))

    report = await spoilt.report()

    assert names(report) == {"L5", "U3"}
    assert first(report, "L5")[0] == "started again, after group_transitions.jsonl line 1"


async def test_l6_a_command_of_nobody(good: Good) -> None:
    spoilt = good("cancelled")
    spoilt.change(kind("command"), actor="")

    report = await spoilt.report()

    assert names(report) == {"L6"}
    assert first(report, "L6") == ("cancel without an actor", "group_transitions.jsonl line 2")


async def test_l6_a_command_that_is_recorded_twice(good: Good) -> None:
    spoilt = good("cancelled")
    (command,) = [fields for fields in spoilt.log() if kind("command")(fields)]
    spoilt.insert({**command, "event_id": "again"}, before=end)

    report = await spoilt.report()

    assert names(report) == {"L6"}


async def test_l11_a_recovery_that_sends_on_before_the_old_is_fenced(good: Good) -> None:
    spoilt = good("answer_lost")
    spoilt.drop(kind("revoked"))
    spoilt.insert(transition(spoilt, "recovered"), before=operation("sell", "unknown"))
    spoilt.move(operation("stake", "pending"), before=operation("sell", "confirmed"))

    report = await spoilt.report()

    assert names(report) == {"L11", "S10"}


async def test_u3_a_record_whose_id_is_not_that_of_its_cause(good: Good) -> None:
    spoilt = good("failed")
    spoilt.change(operation("sell", "failed"), event_id="0" * 32)

    report = await spoilt.report()

    assert names(report) == {"U3"}
    assert first(report, "U3")[0] == "the event_id of failed does not follow from its cause"


async def test_u3_a_reference_that_is_not_that_of_its_epoch(good: Good) -> None:
    spoilt = good("failed")
    for status in ("pending", "failed"):
        spoilt.change(operation("sell", status), direction="rollback")

    report = await spoilt.report(ledger=False)

    assert "the reference does not follow from its operation and epoch" in first(report, "U3")[0]


async def test_u5_an_operation_without_an_undo_that_is_called_undone(good: Good) -> None:
    spoilt = good("rolled_back")

    def without(plan: Fields) -> None:
        plan["operations"][1]["rollback"] = "none"

    spoilt.plan(without)

    report = await spoilt.report()

    assert names(report) == {"U5"}
    assert first(report, "U5")[0] == "stake has no undo and is called rolled back"


async def test_u5_an_undo_that_nobody_ever_sent(good: Good) -> None:
    spoilt = good("partial")
    (ended,) = [fields for fields in spoilt.log() if end(fields)]
    ended["operations"][0]["state"] = "rolled_back"
    spoilt.change(end, operations=ended["operations"])

    report = await spoilt.report()

    assert names(report) == {"S8", "U5"}
    assert first(report, "U5")[0] == "send-out is called rolled back, but no undo was ever sent"
