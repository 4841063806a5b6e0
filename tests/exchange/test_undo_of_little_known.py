"""The undo at an exchange of what is known in few words: an operator's, or an answer too long for a history."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from activities.cap import capped
from activities.tasks import OperationClaim
from allornone.core.answer import Answer, AnswerKind
from allornone.errors import VenueUnavailableError
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.testexchange.serving import Served
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.reading import Reading
from allornone.venues.registry import close_venues
from tests.activities.office import Office
from tests.exchange.desk import options
from tests.plans import leg

BUY_ODD = leg(
    "buy-odd",
    "spot_trade",
    "binance>binance",
    "USDT>BTC",
    {"binance:BTC": "0.02001", "binance:USDT": "-1000.6"},
    pair="BTC/USDT",
    side="buy",
    amount="0.02001",
)
"""Less its commission 0.01998999 arrive, of which steps of 0.00001 leave 0.00000999."""

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Veiled:
    """A venue that acts, and then can be asked nothing; or that tells of a thousand fills."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.prepare = venue.prepare
        self.inverse = venue.inverse
        self.recall = venue.recall
        self.simulate = venue.simulate
        self.silent = False
        self.talkative = False

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        reading = await self._venue.execute(request, prepared)
        if self.silent:
            raise TimeoutError
        return _telling(reading) if self.talkative else reading

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        if self.silent:
            raise VenueUnavailableError("it says nothing")
        return await self._venue.lookup(request, prepared)


def _telling(reading: Reading) -> Reading:
    evidence = reading.handshake.evidence.model_copy(update={"fills": ({"trade": "1", "price": "50000"},) * 5_000})
    return reading.model_copy(update={"handshake": reading.handshake.model_copy(update={"evidence": evidence})})


@pytest_asyncio.fixture(loop_scope="session")
async def veiled(exchange: Served) -> AsyncIterator[Veiled]:
    venue = open_venue("binance", options(exchange))
    yield Veiled(venue)
    await close_venues((venue,))


async def test_what_an_operator_attested_is_undone_to_the_step_and_the_rest_is_dust(
    tmp_path: Path, veiled: Veiled
) -> None:
    office = _office(tmp_path, veiled)
    veiled.silent = True
    task = office.task(BUY_ODD)
    assert (await office.sends(task)).kind is AnswerKind.UNKNOWN

    bought = await office.resolves(task, mode="resolve", claim=_seen_on_its_pages())
    veiled.silent = False

    _is_attested(bought)
    await _one_epoch_undoes_it(office, bought)


async def test_what_an_answer_too_long_told_is_undone_to_the_step_and_the_rest_is_dust(
    tmp_path: Path, veiled: Veiled
) -> None:
    office = _office(tmp_path, veiled)
    veiled.talkative = True

    bought = capped(await office.sends(office.task(BUY_ODD)))
    veiled.talkative = False

    assert bought.handshake is not None
    assert "left_out" in bought.handshake.execution_details
    await _one_epoch_undoes_it(office, bought)


def _office(folder: Path, venue: Venue) -> Office:
    office = Office(folder / "office")
    office.now = datetime.now(UTC)
    office.venues = {**office.venues, "binance": venue}
    return office


def _seen_on_its_pages() -> OperationClaim:
    return OperationClaim(
        handshake=ExecutionHandshake(
            operation_id="buy-odd",
            status=ExecutionStatus.CONFIRMED,
            actual_deltas={"binance:BTC": Decimal("0.01998999"), "binance:USDT": Decimal("-1000.6")},
            executed_amount=Decimal("0.02001"),
            evidence=Evidence(attested=True),
        )
    )


def _is_attested(answer: Answer) -> None:
    assert answer.kind is AnswerKind.CLOSED
    assert answer.handshake is not None
    assert answer.handshake.evidence.attested


async def _one_epoch_undoes_it(office: Office, bought: Answer) -> None:
    undo = office.undo(BUY_ODD, bought.handshake, known_seq=bought.seq)
    assert undo.effect is not None
    dust = office.venues["binance"].inverse(undo.request, undo.effect).dust
    sold = await office.rolls_back(undo)

    assert dust == {"BTC": Decimal("0.00000999")}
    assert sold.kind is AnswerKind.CLOSED
    assert sold.handshake is not None
    assert sold.handshake.executed_amount == Decimal("0.01998")
    assert sold.undone
