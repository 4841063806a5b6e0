"""Which groups of a log are lost: only those that the server of its own workers has never heard of."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from allornone.client.listing import GroupSummary
from allornone.client.lost import lost_groups
from allornone.client.workers import Poller
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events.transition import TransitionKind
from allornone.ids import event_id
from tests.plans import SELL, group
from tests.unit.eventlog.story import transition


class Server:
    """A server that runs some groups, has closed ones, and is polled by workers of some log."""

    def __init__(
        self, running: tuple[str, ...] = (), closed: tuple[str, ...] = (), log_dir: Path | None = None
    ) -> None:
        self._running, self._known = running, {*running, *closed}
        self._log_dir = log_dir

    async def list(self, *, limit: int | None, open_only: bool) -> tuple[GroupSummary, ...]:
        assert (limit, open_only) == (None, True)
        return tuple(GroupSummary(atomic_group_id=name, status="running") for name in self._running)

    async def knows(self, group_id: str) -> bool:
        return group_id in self._known

    async def workers(self) -> tuple[Poller, ...]:
        return (Poller("w", self._log_dir, datetime.now(UTC)),) if self._log_dir is not None else ()


async def opened(folder: Path, *names: str) -> None:
    log = JsonlEventLog(folder)
    for name in names:
        plan = group(name, SELL).model_dump(mode="json")
        kind = TransitionKind.STARTED
        named = {"atomic_group_id": name, "event_id": event_id(name), "facts": {"plan": plan}}
        await log.record((transition(kind).model_copy(update=named),), 0)


async def ids(server: Server, folder: Path) -> list[str]:
    return [each.summary.atomic_group_id for each in await lost_groups(server, folder)]


async def test_what_the_server_runs_or_has_closed_is_not_lost_and_the_newest_comes_first(tmp_path: Path) -> None:
    await opened(tmp_path, "a", "b", "c", "d")

    assert await ids(Server(running=("a",), closed=("c",)), tmp_path) == ["d", "b"]


@pytest.mark.parametrize(("log_dir", "found"), [("logs", ["a"]), ("others", [])])
async def test_a_log_that_the_queues_workers_do_not_write_is_another_desks(
    tmp_path: Path, log_dir: str, found: list[str]
) -> None:
    await opened(tmp_path / "logs", "a")

    assert await ids(Server(log_dir=tmp_path / log_dir), tmp_path / "logs") == found


async def test_a_log_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    await opened(tmp_path, "a")
    (tmp_path / "events" / "group_transitions.jsonl").write_text("no log\n")

    assert await ids(Server(), tmp_path) == []


async def test_a_plan_of_another_release_is_lost_all_the_same(tmp_path: Path) -> None:
    started = transition(TransitionKind.STARTED).model_copy(update={"facts": {"plan": {"of": "another release"}}})
    await JsonlEventLog(tmp_path).record((started,), 0)

    (lost,) = await lost_groups(Server(), tmp_path)

    assert (lost.summary.status, lost.summary.needs_operator, lost.view) == ("lost", True, None)
    assert (
        lost.waiting.view.reason == "this server does not know it, and its plan in the event log is of another release"
    )
