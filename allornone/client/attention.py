"""The groups that wait for an operator: each with what is known of it, the most pressing first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from allornone.client.listing import GroupSummary
from allornone.client.logged import logged_view
from allornone.client.side_by_side import side_by_side
from allornone.errors import AllOrNoneError, NoWorkerError
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.reader import EventReader
from allornone.events import Event
from allornone.models.result import GroupView

ASK_S = 5.0


class Witness(StrEnum):
    """Who says how the group stands."""

    WORKFLOW = "workflow"
    EVENT_LOG = "event log"
    SEARCH_INDEX = "search index"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group that waits. `silence` says why its workflow was not the one to ask."""

    summary: GroupSummary
    view: GroupView
    witness: Witness = Witness.WORKFLOW
    silence: str = ""


class Asking(Protocol):
    """What is needed of a client."""

    async def status(self, group_id: str, *, timeout_s: float) -> GroupView:
        """Return how the group stands. Raises NoWorkerError when no worker answers in time."""
        ...

    async def outline(self, group_id: str) -> GroupView:
        """Return what the server alone knows."""
        ...


async def attention(client: Asking, groups: Sequence[GroupSummary], log_dir: Path) -> tuple[Waiting, ...]:
    """Return `groups` with their views, the most pressing first.

    One that does not answer is shown from the event log under `log_dir`, where that has it, else from the index.
    """
    answers = _Answers(client)
    found = [(summary, answer) async for summary, answer in side_by_side(groups, answers.of)]
    silent = [summary.atomic_group_id for summary, answer in found if not isinstance(answer, GroupView)]
    logged = _logged(log_dir, silent)
    return in_order(
        [
            Waiting(summary, answer)
            if isinstance(answer, GroupView)
            else await _unasked(client, summary, answer, logged.get(summary.atomic_group_id, ()))
            for summary, answer in found
        ]
    )


class _Answers:
    """Asks each group, until it is plain that nobody is there to answer."""

    def __init__(self, client: Asking) -> None:
        self._client = client
        self._answered = False
        self._silence: NoWorkerError | None = None

    async def of(self, summary: GroupSummary) -> GroupView | AllOrNoneError:
        if self._silence is not None and not self._answered:
            return self._silence
        try:
            view = await self._client.status(summary.atomic_group_id, timeout_s=ASK_S)
        except NoWorkerError as error:
            self._silence = error
            return error
        except AllOrNoneError as error:  # it ended meanwhile, without a result
            return error
        self._answered = True
        return view


def _logged(log_dir: Path, group_ids: Iterable[str]) -> Mapping[str, list[Event]]:
    wanted = set(group_ids)
    found: dict[str, list[Event]] = {}
    if not wanted:
        return found
    try:
        for event in EventReader(log_dir).events():
            if event.atomic_group_id in wanted:
                found.setdefault(str(event.atomic_group_id), []).append(event)
    except (DamagedLogError, OSError):
        return {}  # `allornone events` says what is wrong with it; here the index has to do
    return {group_id: sorted(events, key=lambda event: event.seq) for group_id, events in found.items()}


async def _unasked(client: Asking, summary: GroupSummary, why: AllOrNoneError, events: Sequence[Event]) -> Waiting:
    view = logged_view(summary, events)
    if view is not None:
        return Waiting(summary, view, Witness.EVENT_LOG, str(why))
    return Waiting(summary, await client.outline(summary.atomic_group_id), Witness.SEARCH_INDEX, str(why))


def in_order(waiting: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """Return them with the most pressing first."""
    return tuple(sorted(waiting, key=_pressing))


def _pressing(waiting: Waiting) -> tuple[datetime, datetime, int, str]:
    """Order by deadline, then age, then by how many holdings are left over."""
    never, view = datetime.max.replace(tzinfo=UTC), waiting.view
    return view.deadline or never, view.started_at or never, -len(view.residual_deltas), view.atomic_group_id
