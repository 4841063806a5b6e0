"""A log that refuses to write calls a person, though it can keep no record of that."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from allornone.alerts.alert import Alert
from allornone.alerts.telling import TellingLog
from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events import Event, OperationExecutionEvent
from tests.unit.eventlog.story import CONFIRMED, FIRST_REF, STARTED, end, intent, operation, revocation

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Office:
    """A log on a disk that is full or not, who is told, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.told: list[Alert] = []
        self.now = NOON
        self.full = False
        disk = Disk(write=self._write)
        log = JsonlEventLog(folder, disk=disk, reserve_bytes=0)
        self.log = TellingLog(log, self._tell, lambda: self.now)

    def _write(self, descriptor: int, data: bytes) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return Disk().write(descriptor, data)

    async def _tell(self, alert: Alert) -> None:
        self.told.append(alert)

    async def tries_in_vain(self) -> None:
        with pytest.raises(OSError, match="No space left"):
            await self.log.intend(intent(), known_seq=1)


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    """A group was started, and then the disk is full."""
    made = Office(tmp_path)
    await made.log.record((STARTED,), known_seq=0)
    made.full = True
    return made


async def test_a_send_that_the_log_refuses_calls_somebody(office: Office) -> None:
    await office.tries_in_vain()

    (alert,) = office.told
    assert (alert.status, alert.group) == ("log_refuses", "carry-1")
    assert "cannot be written, and nothing is sent meanwhile: [Errno 28] No space left on device" in alert.reason


async def test_a_revocation_does_so_too(office: Office) -> None:
    with pytest.raises(OSError, match="No space left"):
        await office.log.revoke(revocation(), known_seq=1)

    assert [alert.status for alert in office.told] == ["log_refuses"]


async def test_a_record_does_so_too(office: Office) -> None:
    with pytest.raises(OSError, match="No space left"):
        await office.log.record((CONFIRMED,), known_seq=1)

    assert [alert.status for alert in office.told] == ["log_refuses"]


async def test_the_same_refusal_is_told_once_an_hour(office: Office) -> None:
    await office.tries_in_vain()
    await office.tries_in_vain()
    office.now += timedelta(hours=1)
    await office.tries_in_vain()

    assert [alert.time for alert in office.told] == ["2026-01-05T12:00:00+00:00", "2026-01-05T13:00:00+00:00"]
    assert len({alert.event_id for alert in office.told}) == 2


async def test_a_log_that_writes_tells_nobody(office: Office) -> None:
    office.full = False

    await office.log.intend(intent(), known_seq=1)

    assert office.told == []


ATTESTED = operation("confirmed", actual_deltas={"binance:ETH": "-1.5"}, evidence={"attested": True, "note": "ann"})
DENIED = operation("failed", error_message="refused: insufficient balance")


def nothing_new(_: OperationExecutionEvent | None) -> tuple[Event, ...]:
    return ()


async def test_a_venue_that_denies_what_an_operator_attested_calls_somebody_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.log.record((STARTED, intent(), ATTESTED), known_seq=0)

    await office.log.settle(DENIED, nothing_new, known_seq=3)
    await office.log.settle(DENIED, nothing_new, known_seq=3)

    assert {alert.event_id for alert in office.told} == {office.told[0].event_id}
    assert (office.told[0].status, office.told[0].group) == ("conflict", "carry-1")
    assert office.told[0].reason == (
        "sell-spot: an operator's word is that it took effect, and a later answer says: refused: insufficient balance"
    )
    assert office.told[0].operations == ({"operation_id": "sell-spot", "client_ref": FIRST_REF},)


async def test_an_outcome_that_is_settled_calls_somebody_as_a_recorded_one_does(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.log.record((STARTED, intent(), ATTESTED), known_seq=0)

    await office.log.settle(DENIED, lambda _: (), known_seq=3)

    assert [alert.status for alert in office.told] == ["conflict"]


async def test_a_late_effect_is_left_to_the_look_that_puts_it_before_somebody(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.log.record((STARTED, intent(), DENIED), known_seq=0)

    await office.log.record((operation("confirmed", actual_deltas={"binance:ETH": "-1.5"}),), known_seq=3)

    assert office.told == []


async def test_an_operator_who_denies_what_a_venue_showed_calls_nobody(tmp_path: Path) -> None:
    office = Office(tmp_path)
    shown = operation("confirmed", actual_deltas={"binance:ETH": "-1.5"})
    await office.log.record((STARTED, intent(), shown), known_seq=0)

    await office.log.record((operation("failed", evidence={"attested": True}),), known_seq=3)

    assert office.told == []


async def test_two_lives_that_ended_in_two_ways_call_somebody(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.log.record((STARTED, end()), known_seq=0)

    await office.log.record((end("partial", event_id=end().event_id),), known_seq=0)

    assert [alert.reason for alert in office.told] == ["it ended completed, and another life of it partial"]
