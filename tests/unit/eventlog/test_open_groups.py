"""Which groups a log has open is seen without its lock, and alike by whoever writes it."""

import stat
from pathlib import Path

import pytest

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.opengroups import histories, open_groups
from allornone.events.transition import TransitionKind
from allornone.ids import event_id
from tests.unit.eventlog.story import GROUP, STARTED, end, transition


async def started(log: JsonlEventLog, group_id: str) -> None:
    await log.record((STARTED.model_copy(update=_of(group_id, "started")),), 0)


async def ended(log: JsonlEventLog, group_id: str) -> None:
    await log.record((end().model_copy(update=_of(group_id, "end")),), 9)


async def turned(log: JsonlEventLog, group_id: str, kind: TransitionKind) -> None:
    await log.record((transition(kind).model_copy(update=_of(group_id, kind.value)),), 9)


def _of(group_id: str, what: str) -> dict[str, str]:
    return {"atomic_group_id": group_id, "event_id": event_id(group_id, what)}


@pytest.mark.parametrize("fresh", [1, 2_000], ids=["from a checkpoint", "from the log alone"])
async def test_a_group_is_open_until_its_end_or_until_it_was_found_abandoned(tmp_path: Path, fresh: int) -> None:
    log = JsonlEventLog(tmp_path, fresh=fresh)
    for group_id in ("runs", "over", "left", "again"):
        await started(log, group_id)
    await ended(log, "over")
    await turned(log, "left", TransitionKind.ABANDONED)
    await turned(log, "again", TransitionKind.ABANDONED)
    await turned(log, "again", TransitionKind.RECOVERED)

    assert open_groups(tmp_path) == ("runs", "again")
    assert await log.open_groups() == ("runs", "again")


async def test_what_came_after_the_checkpoint_counts(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path, fresh=2)
    for group_id in ("one", "two", "three"):
        await started(log, group_id)
    assert list((tmp_path / "events").glob(".index.*.db"))

    await ended(log, "one")
    await started(log, "four")

    assert open_groups(tmp_path) == ("two", "three", "four")


async def test_a_checkpoint_of_another_log_is_not_believed(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path, fresh=1)
    await started(log, "one")
    await started(log, "two")
    for file in (tmp_path / "events").glob("*.jsonl"):
        file.unlink()

    assert open_groups(tmp_path) == ()


async def test_looking_leaves_no_trace(tmp_path: Path) -> None:
    await started(JsonlEventLog(tmp_path), GROUP)
    folder = tmp_path / "events"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)

    assert open_groups(tmp_path) == (GROUP,)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    folder.chmod(stat.S_IRWXU)


def test_a_folder_without_a_log_has_none_and_is_not_made(tmp_path: Path) -> None:
    assert open_groups(tmp_path / "none") == ()
    assert not (tmp_path / "none").exists()


async def test_the_events_of_several_groups_come_in_one_walk(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    for group_id in ("one", "two", "three"):
        await started(log, group_id)
    await ended(log, "one")

    found = histories(tmp_path, ("one", "three"))

    assert {group_id: [event.seq for event in events] for group_id, events in found.items()} == {
        "one": [1, 2],
        "three": [1],
    }
