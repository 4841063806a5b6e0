"""What each call of a venue is for: undoing and finding out goes first, and nothing is begun after its time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from allornone.models.details import OperationType
from allornone.models.execution import Direction, ExecutionRequest
from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.binance.spot import TRADE
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.dialect import Dialect
from allornone.venues.exchange.errand import Errand, present_errand
from allornone.venues.exchange.options import Options
from allornone.venues.exchange.venue import ExchangeVenue

NOT_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


class Noting:
    """A dialect that does nothing but remember on what errand it was."""

    capability = TRADE

    def __init__(self) -> None:
        self.errand = Errand()

    async def prepare(self, *_given: object) -> Any:
        self.errand = present_errand()
        return {}

    execute = lookup = recall = simulate = prepare


def asked(direction: Direction) -> ExecutionRequest:
    return ExecutionRequest.model_validate(
        {
            "operation_id": "trade",
            "operation_type": "spot_trade",
            "source_venue": "binance",
            "target_venue": "binance",
            "source_token": "USDT",
            "target_token": "ETH",
            "expected_deltas": {},
            "operation_details": {"pair": "ETH/USDT", "side": "buy", "amount": "2"},
            "client_ref": "a" * 32,
            "direction": direction,
            "not_after": NOT_AFTER,
        }
    )


@pytest.fixture
def dialect() -> Noting:
    return Noting()


@pytest.fixture
def venue(dialect: Noting, tmp_path: Path) -> ExchangeVenue:
    options = Options(exchange="binance", data_dir=tmp_path)
    client = Client("binance", options, Credentials(key=SecretStr("key"), secret=SecretStr("secret")), SPOT, {})
    return ExchangeVenue("binance", client, {OperationType.SPOT_TRADE: cast("Dialect", dialect)})


@pytest.mark.parametrize(("direction", "urgent"), [(Direction.FORWARD, False), (Direction.ROLLBACK, True)])
async def test_an_undo_is_urgent_and_forward_work_is_not(
    venue: ExchangeVenue, dialect: Noting, direction: Direction, *, urgent: bool
) -> None:
    await venue.prepare(asked(direction))
    prepared = dialect.errand
    await venue.execute(asked(direction), {})

    assert (prepared.urgent, prepared.sends, prepared.not_after) == (urgent, False, NOT_AFTER)
    assert (dialect.errand.urgent, dialect.errand.sends, dialect.errand.not_after) == (urgent, True, NOT_AFTER)


async def test_finding_out_is_urgent_whatever_it_is_about(venue: ExchangeVenue, dialect: Noting) -> None:
    await venue.lookup(asked(Direction.FORWARD), None)
    looked = dialect.errand
    await venue.recall(asked(Direction.FORWARD), None)

    assert (looked.urgent, looked.not_after) == (True, None)
    assert (dialect.errand.urgent, dialect.errand.not_after) == (True, None)


async def test_a_prediction_is_never_urgent(venue: ExchangeVenue, dialect: Noting) -> None:
    await venue.simulate(asked(Direction.ROLLBACK))

    assert not dialect.errand.urgent
