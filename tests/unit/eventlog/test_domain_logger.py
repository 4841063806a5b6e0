"""The seed's logger writes the same log."""

from pathlib import Path

import pytest

from allornone.eventlog.domainlogger import DomainEventLogger
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import CONFIRMED, STARTED, delta, end, lines, operation, written


@pytest.fixture
def logger(tmp_path: Path) -> DomainEventLogger:
    return DomainEventLogger(tmp_path)


def test_the_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    logger = DomainEventLogger(tmp_path / "data" / "logs")

    assert logger.events_dir == tmp_path / "data" / "logs" / "events"
    assert logger.events_dir.is_dir()


def test_each_method_writes_its_file(logger: DomainEventLogger, tmp_path: Path) -> None:
    logger.log_transition(STARTED)
    logger.log_operation_execution(CONFIRMED)
    logger.log_execution_delta(delta())
    logger.log_atomic_group(end())

    assert written(tmp_path) == [(1, "started"), (2, "confirmed"), (3, "delta"), (4, "completed")]


def test_an_event_without_a_group_has_no_number(logger: DomainEventLogger, tmp_path: Path) -> None:
    logger.log_operation_execution(operation("confirmed", group=None))

    assert lines(tmp_path, "operation_executions.jsonl")[0]["seq"] == 0


def test_an_event_without_an_id_gets_one_of_what_it_says(logger: DomainEventLogger, tmp_path: Path) -> None:
    event = operation("confirmed", group=None, event_id="")
    for _ in range(2):
        logger.log_operation_execution(event)
    logger.log_operation_execution(event.model_copy(update={"real_utc_time": "2025-01-27T12:00:01+00:00"}))

    found = [line["event_id"] for line in lines(tmp_path, "operation_executions.jsonl")]
    assert len(found) == len(set(found)) == 2
    assert {len(event_id) for event_id in found} == {32}


async def test_it_shares_a_directory_with_an_event_log(logger: DomainEventLogger, tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.record((STARTED,), known_seq=0)
    logger.log_operation_execution(CONFIRMED)
    await log.record((delta(),), known_seq=2)

    assert written(tmp_path) == [(1, "started"), (2, "confirmed"), (3, "delta")]
    assert list(Verification(tmp_path).problems()) == []
