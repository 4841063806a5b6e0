"""What a venue's client says when it fails may hold a key: it is kept nowhere, and where it failed is."""

import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from activities.unforeseen import UnforeseenError
from allornone.core.answer import AnswerKind
from allornone.limits import Limits
from allornone.venues import Venue
from tests.activities.office import Office
from tests.plans import SELL, STAKE

ADDRESS = "https://key:hunter2@venue.example/v1?signature=hunter2"


class Leaking:
    """A venue of whose calls one fails with its whole address."""

    def __init__(self, venue: Venue, call: str) -> None:
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.execute = venue.prepare, venue.execute
        self.lookup, self.recall = venue.lookup, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate
        setattr(self, call, self._leak if call == "inverse" else self._leak_later)

    def _leak(self, *_: Any) -> Any:
        raise ConnectionResetError(ADDRESS)

    async def _leak_later(self, *_: Any) -> Any:
        raise ConnectionResetError(ADDRESS)


def leaks(office: Office, call: str) -> None:
    office.venues = {name: Leaking(venue, call) for name, venue in office.venues.items()}


def written(office: Office) -> str:
    return "".join(path.read_text() for path in (office.folder / "logs" / "events").glob("*.jsonl"))


async def test_of_a_send_that_fails_only_the_type_is_kept(office: Office) -> None:
    leaks(office, "execute")

    told = await office.sends(office.task(SELL))

    assert (told.kind, told.note) == (AnswerKind.UNKNOWN, "ConnectionResetError while sending")
    assert "hunter2" not in told.model_dump_json()
    assert "hunter2" not in written(office)


async def _sends(office: Office) -> None:
    await office.sends(office.task(SELL))


async def _rehearses(office: Office) -> None:
    await office.sends(office.task(SELL, simulated=True))


async def _sends_within_limits(office: Office) -> None:
    office.limits = Limits.model_validate({"venues": ["binance"], "assets": {"ETH": 9, "USDT": 90_000}})
    await office.sends(office.task(SELL))


async def _resolves(office: Office) -> None:
    await office.sends(office.task(SELL))
    await office.resolves(office.task(SELL), mode="last_look")


async def _recalls(office: Office) -> None:
    office.misbehave("open")
    await office.sends(office.task(SELL))
    await office.resolves(office.task(SELL))


async def _undoes(office: Office) -> None:
    done = await office.sends(office.task(STAKE))
    await office.rolls_back(office.undo(STAKE, done.handshake, known_seq=99))


@pytest.mark.parametrize(
    ("call", "work", "doing"),
    [
        ("prepare", _sends, "preparing"),
        ("simulate", _rehearses, "predicting"),
        ("simulate", _sends_within_limits, "predicting"),
        ("lookup", _resolves, "looking"),
        ("recall", _recalls, "recalling"),
        ("inverse", _undoes, "asking for the undo"),
    ],
)
async def test_of_a_call_that_fails_otherwise_the_words_never_reach_temporal(
    office: Office, call: str, work: Callable[[Office], Awaitable[None]], doing: str
) -> None:
    leaks(office, call)

    with pytest.raises(UnforeseenError) as failed:
        await work(office)

    assert str(failed.value) == f"ConnectionResetError while {doing}"
    shown = "".join(traceback.format_exception(failed.value))
    assert "hunter2" not in shown
    assert "_leak" in shown
    assert "hunter2" not in written(office)
