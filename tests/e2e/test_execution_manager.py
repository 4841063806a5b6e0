"""The seed's manager: operations in, handshakes out, in the order given."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone import ExecutionHandshake, ExecutionManager, ExecutionStatus, OperationCommand
from allornone.errors import BadGroupError, GroupBlockedError, NoWorkerError, OtherLogError
from allornone.models.group import GroupPolicy
from allornone.settings import Settings
from tests.e2e.desk import Desk

Manager = Callable[..., ExecutionManager]

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


def stake(operation_id: str, **fields: Any) -> OperationCommand:
    return OperationCommand.model_validate(
        {
            "operation_id": operation_id,
            "operation_type": "stake",
            "source_venue": "binance",
            "target_venue": "lido",
            "source_token": "ETH",
            "target_token": "stETH",
            "expected_deltas": {"binance:ETH": "-1", "lido:stETH": "1"},
            "operation_details": {"amount": "1"},
            **fields,
        }
    )


def hedge(operation_id: str, **fields: Any) -> OperationCommand:
    return OperationCommand.model_validate(
        {
            "operation_id": operation_id,
            "operation_type": "perp_trade",
            "source_venue": "binance.usdm",
            "target_venue": "binance.usdm",
            "source_token": "USDT",
            "target_token": "ETH",
            "expected_deltas": {"binance.usdm:Perp:ETHUSDT": "-1"},
            "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "1"},
            **fields,
        }
    )


@pytest.fixture
def manager(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Manager:
    """Build managers that speak to the module's worker."""
    return builder(desk, monkeypatch)


def builder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Manager:
    monkeypatch.setenv("TEMPORAL_ADDRESS", desk.environment["TEMPORAL_ADDRESS"])
    settings = Settings(data_dir=desk.folder, task_queue=desk.environment["ALLORNONE_TASK_QUEUE"])

    def build(correlation_id: str, log_dir: Path = settings.log_dir, **more: Any) -> ExecutionManager:
        return ExecutionManager(correlation_id, 4711, log_dir, settings=settings, **more)

    return build


def told(handshakes: list[ExecutionHandshake]) -> list[tuple[str, str]]:
    return [(handshake.operation_id, handshake.status.value) for handshake in handshakes]


def test_handshakes_come_in_the_order_given(manager: Manager) -> None:
    operations = [
        hedge("hedge", atomic_group_id="m-1", sequence_in_group=2),
        stake("loose"),
        stake("stake", atomic_group_id="m-1", sequence_in_group=1),
    ]

    handshakes = manager("run-1").process_operations(NOON, operations)

    assert told(handshakes) == [("hedge", "confirmed"), ("loose", "confirmed"), ("stake", "confirmed")]
    assert handshakes[2].actual_deltas["lido:StakingToken:stETH"] == Decimal(1)


def test_the_same_call_again_returns_the_same_and_sends_nothing(manager: Manager) -> None:
    first = manager("run-2").process_operations("2030-01-31T12:00:00Z", [stake("once")])
    again = manager("run-2").process_operations("2030-01-31T12:00:00Z", [stake("once")])

    assert again == first
    assert first[0].evidence.venue_ids == again[0].evidence.venue_ids


async def test_it_works_inside_a_running_loop_both_ways(manager: Manager) -> None:
    blocking = manager("run-3").process_operations(NOON, [stake("a")])
    awaited = await manager("run-3").process_operations_async(NOON, [stake("a")])

    assert blocking == awaited


def test_a_failed_group_is_told_per_operation_and_later_groups_still_run(desk: Desk, manager: Manager) -> None:
    desk.faults("{venue: binance.usdm, behaviour: refuse, count: always}")
    operations = [
        stake("stake", atomic_group_id="m-4"),
        hedge("hedge", atomic_group_id="m-4"),
        stake("never", atomic_group_id="m-4"),
        stake("after"),
    ]

    handshakes = manager("run-4").process_operations(NOON, operations)

    assert told(handshakes) == [
        ("stake", "rolled_back"),
        ("hedge", "failed"),
        ("never", "failed"),
        ("after", "confirmed"),
    ]
    assert "lido:StakingToken:stETH" not in handshakes[0].actual_deltas
    assert handshakes[2].error_code == "EXEC-005"
    assert "never sent: group 'm-4' ended rolled_back" in (handshakes[2].error_message or "")


def test_stop_on_failure_sends_no_later_group(desk: Desk, manager: Manager) -> None:
    desk.faults("{venue: binance.usdm, behaviour: refuse, count: always}")

    handshakes = manager("run-5", stop_on_failure=True).process_operations(NOON, [hedge("h"), stake("s")])

    assert [handshake.status for handshake in handshakes] == [ExecutionStatus.FAILED] * 2
    assert handshakes[1].error_code == "EXEC-005"


def test_another_log_folder_is_refused_with_both(manager: Manager, tmp_path: Path) -> None:
    with pytest.raises(OtherLogError, match=f"log_dir is {tmp_path}, but the worker writes its events under "):
        manager("run-6", tmp_path).process_operations(NOON, [stake("s")])


def test_a_missing_worker_is_an_error_in_time(lonely: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    build = builder(lonely, monkeypatch)

    with pytest.raises(NoWorkerError, match="no worker polls task queue"):
        build("run-7", worker_timeout_s=0.5).process_operations(NOON, [stake("s")])


def test_a_bad_list_starts_nothing(manager: Manager) -> None:
    with pytest.raises(BadGroupError, match=r"operations\[1\]: operation_id 's' is there twice"):
        manager("run-8").process_operations(NOON, [stake("s"), stake("s")])


def test_no_operations_are_no_handshakes(manager: Manager) -> None:
    assert manager("run-9").process_operations(NOON, []) == []


def test_a_blocked_group_is_an_error_with_the_handshakes_so_far(desk: Desk, manager: Manager) -> None:
    impatient = manager("run-10", policy=GroupPolicy(resolve_budget_s=Decimal("0.1")))
    desk.faults(
        "{venue: binance.usdm, direction: forward, behaviour: lose_answer, count: always}",
        "{venue: binance.usdm, behaviour: unreadable, count: always}",
    )

    with pytest.raises(GroupBlockedError) as blocked:
        impatient.process_operations(NOON, [stake("s"), hedge("h")])

    assert told(list(blocked.value.handshakes)) == [("s", "confirmed"), ("h", "unknown")]
