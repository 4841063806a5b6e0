"""Three outcomes, never two: what a group does while it does not know."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone import wire
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import Effects, Recorded
from allornone.events import OperationExecutionEvent
from allornone.models.commands import ResolveCommand, ResolvedOutcome, RetryCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState
from tests.plans import CARRY, MOVE, SELL, SEND_OUT, STAKE
from tests.workflows.house import House

ANSWERS_LOST = {"behaviour": "lose_answer", "operation_id": "sell", "direction": "forward"}
REQUEST_LOST = {"behaviour": "lose_request", "operation_id": "sell", "direction": "forward"}


def unknown(view: GroupView) -> bool:
    return any(each.state is OperationState.UNKNOWN for each in view.operations)


async def test_an_order_that_is_filled_late_is_waited_for(house: House) -> None:
    house.misbehave({"behaviour": "open_then_fill", "operation_id": "sell", "ratio": "0.4", "delay_s": "20"})

    result = await house.run(house.group(*CARRY))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders()[0] == "sell forward closed"
    assert "revoked" not in house.seen.story()


async def test_an_order_that_is_not_filled_in_its_time_is_recalled_and_its_part_undone(house: House) -> None:
    house.misbehave({"behaviour": "open", "operation_id": "sell", "ratio": "0.4", "direction": "forward"})

    result = await house.run(house.group(*CARRY))

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders() == ["sell forward cancelled", "sell rollback closed"]
    assert house.seen.changes() == {"binance:BaseToken:USDT": "-2.4"}


@pytest.mark.parametrize("cached", [100, 0], ids=["kept in memory", "replayed at every task"])
async def test_a_lost_answer_is_found_and_nothing_is_sent_again(house: House, cached: int) -> None:
    house.misbehave(ANSWERS_LOST)

    result = await house.run(house.group(*CARRY), max_cached_workflows=cached)

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["sell forward closed", "stake forward closed", "short forward closed"]
    assert house.seen.story()[:6] == ["started", "sell pending", "sell unknown", "revoked", "deltas", "sell confirmed"]


async def test_a_lost_request_is_proven_absent_and_the_next_epoch_is_sent(house: House) -> None:
    house.misbehave(REQUEST_LOST)

    result = await house.run(house.group(SELL))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["sell forward closed"]
    assert house.seen.story()[1:7] == [
        "sell pending",
        "sell unknown",
        "revoked",
        "sell failed",
        "sell pending",
        "deltas",
    ]
    assert [event.epoch for event in house.seen.operations()] == [1, 1, 1, 2, 2]


async def test_a_request_that_arrives_late_is_found_and_not_sent_again(house: House) -> None:
    house.misbehave({"behaviour": "late", "operation_id": "sell", "delay_s": "20"})

    result = await house.run(house.group(SELL))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["sell forward closed"]


async def test_while_something_is_unknown_nothing_else_is_sent_or_undone(house: House) -> None:
    house.misbehave(
        {"behaviour": "refuse", "venue": "binance.usdm"},
        {"behaviour": "lose_request", "operation_id": "stake", "direction": "rollback"},
    )

    result = await house.run(house.group(*CARRY))

    assert result.status is GroupStatus.ROLLED_BACK
    rollbacks = [(each.operation_id, each.status) for each in house.seen.operations() if each.direction == "rollback"]
    assert rollbacks == [
        ("stake", "pending"),
        ("stake", "unknown"),
        ("stake", "failed"),
        ("stake", "pending"),
        ("stake", "rolled_back"),
        ("sell", "pending"),
        ("sell", "rolled_back"),
    ]


class FullOnce(JsonlEventLog):
    """A log whose disk is full for the first record of an outcome."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._room = False

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        if not self._room:
            self._room = True
            raise OSError("No space left on device")
        return await super().settle(outcome, effects, known_seq)


async def test_an_activity_that_is_lost_after_its_send_is_resolved_and_never_repeated(house: House) -> None:
    house.log = FullOnce(house.folder / "logs")

    result = await house.run(house.group(SELL))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["sell forward closed"]
    assert house.seen.story() == ["started", "sell pending", "revoked", "deltas", "sell confirmed", "completed"]


async def blocked(house: House, *rules: dict[str, Any], legs: tuple[dict[str, Any], ...]) -> Any:
    """Start a group and wait until it needs an operator."""
    house.misbehave(*rules)
    handle = await house.start(house.group(*legs, policy={"resolve_budget_s": "100"}))
    return handle, await house.shows(handle, lambda view: view.needs_operator)


async def test_what_can_never_be_known_blocks_and_an_operator_who_saw_it_happen_confirms_it(house: House) -> None:
    lost = {"behaviour": "lose_answer", "operation_id": "send-out"}

    async with house.working():
        handle, view = await blocked(house, lost, legs=(SEND_OUT,))
        seen = ResolveCommand(
            actor="ann",
            outcome=ResolvedOutcome.CONFIRMED,
            client_ref=view.operations[0].client_ref,
            actual_deltas={"kraken:ETH": Decimal(-1), "wallet:ETH": Decimal("0.999")},
            evidence="withdrawal W-7 in kraken's own list",
        )
        receipt = await house.tell(handle, wire.RESOLVE_UPDATE, seen)
        result = await house.ends(handle)

    assert view.reason == "the outcome of send-out is unknown"
    assert view.commands == ("pause", "cancel", "retry", "resolve")
    assert receipt.message == "resolved as confirmed"
    assert result.status is GroupStatus.COMPLETED
    assert result.operations[0].handshakes[0].evidence.attested
    assert house.seen.story()[4:] == [
        "blocked",
        "command",
        "deltas",
        "send-out confirmed",
        "judged",
        "unblocked",
        "completed",
    ]


async def test_an_operator_who_says_it_did_not_happen_ends_it_partial_with_a_range(house: House) -> None:
    lost = {"behaviour": "lose_request", "operation_id": "send-out"}

    async with house.working():
        handle, view = await blocked(house, lost, legs=(SELL, SEND_OUT))
        did_not = ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=view.operations[1].client_ref)
        await house.tell(handle, wire.RESOLVE_UPDATE, did_not)
        result = await house.ends(handle)

    assert result.status is GroupStatus.PARTIAL
    assert house.seen.orders() == ["sell forward closed", "sell rollback closed"]
    assert [(each.operation_id, str(each.amount), each.token) for each in result.unfenced] == [("send-out", "1", "ETH")]


async def test_a_group_that_is_blocked_goes_on_by_itself_once_the_venue_answers(house: House) -> None:
    async with house.working():
        handle, view = await blocked(
            house, ANSWERS_LOST, {"behaviour": "unreadable", "count": "always"}, legs=(SELL, STAKE)
        )
        house.misbehave()
        result = await house.ends(handle)

    assert view.status is GroupStatus.BLOCKED
    assert result.status is GroupStatus.COMPLETED
    assert "unblocked" in house.seen.story()


async def test_retry_on_an_unknown_looks_again_at_once_and_never_sends(slow_house: House) -> None:
    slow_house.misbehave(ANSWERS_LOST, {"behaviour": "unreadable", "count": "always"})

    async with slow_house.working():
        handle = await slow_house.start(slow_house.group(SELL))
        view = await slow_house.shows(handle, unknown)
        slow_house.misbehave()
        retry = RetryCommand(actor="ann", client_ref=str(view.operations[0].client_ref))
        await slow_house.tell(handle, wire.RETRY, retry)
        result = await slow_house.ends(handle)

    assert result.status is GroupStatus.COMPLETED
    assert slow_house.seen.orders() == ["sell forward closed"]


async def test_bounded_lateness_is_waited_out_and_then_the_next_epoch_is_sent(house: House) -> None:
    house.misbehave({"behaviour": "lose_request", "operation_id": "move"})

    result = await house.run(house.group(MOVE))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["move forward closed"]


async def test_an_effect_that_only_the_last_look_shows_is_undone_before_the_end(house: House) -> None:
    house.misbehave(
        ANSWERS_LOST,
        {"behaviour": "stale_read", "operation_id": "sell", "delay_s": "80"},
        {"behaviour": "not_sent", "operation_id": "sell", "count": "always", "direction": "forward"},
    )

    result = await house.run(house.group(SELL))

    assert result.status is GroupStatus.ROLLED_BACK
    assert "late_effect" in house.seen.story()
    assert house.seen.orders() == ["sell forward closed", "sell rollback closed"]


async def test_a_breach_at_a_venue_that_cannot_be_asked_is_known_by_its_one_answer(house: House) -> None:
    house.misbehave({"behaviour": "drift", "operation_id": "send-out", "bps": "-500"})

    result = await house.run(house.group(SEND_OUT, policy={"accept_residual": True}))

    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas["kraken:BaseToken:ETH"] == Decimal(-1)
    assert result.unfenced == ()
    assert house.seen.orders() == ["send-out forward closed"]
