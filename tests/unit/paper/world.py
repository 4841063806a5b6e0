"""A paper world in memory for unit tests, and the requests they make of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from allornone.ids import client_ref
from allornone.models.execution import Direction, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.venues.paper import PaperWorld
from allornone.venues.reading import Reading

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def at_noon() -> datetime:
    return NOON


def world(tmp_path: Path, quotes: str | None = None, faults: str | None = None) -> PaperWorld:
    if quotes is not None:
        (tmp_path / "quotes.yaml").write_text(quotes)
    if faults is not None:
        (tmp_path / "paper-faults.yaml").write_text(faults)
    return PaperWorld(tmp_path, at_noon)


def request(
    operation_type: str, venues: tuple[str, str], tokens: tuple[str, str], *, name: str = "op", **details: Any
) -> ExecutionRequest:
    return _request(
        name,
        Direction.FORWARD,
        {
            "operation_type": operation_type,
            "source_venue": venues[0],
            "target_venue": venues[1],
            "source_token": tokens[0],
            "target_token": tokens[1],
            "operation_details": details,
        },
    )


def buy(amount: str, *, name: str = "op", **details: Any) -> ExecutionRequest:
    at = ("binance", "binance")
    return request("spot_trade", at, ("USDT", "ETH"), name=name, pair="ETH/USDT", side="buy", amount=amount, **details)


def perp(side: str, amount: str, *, name: str = "op", **details: Any) -> ExecutionRequest:
    at = ("binance", "binance")
    tokens = ("USDT", "ETHUSDT")
    return request("perp_trade", at, tokens, name=name, pair="ETH/USDT", side=side, amount=amount, **details)


def undoing(step: GivenInverse, name: str = "op") -> ExecutionRequest:
    return _request(name, Direction.ROLLBACK, step.model_dump(exclude={"expected_deltas"}))


async def run(paper: PaperWorld, asked: ExecutionRequest) -> Reading:
    venue = paper.venue(asked.venue)
    return await venue.execute(asked, await venue.prepare(asked))


def _request(name: str, direction: Direction, fields: dict[str, Any]) -> ExecutionRequest:
    return ExecutionRequest.model_validate(
        {
            **fields,
            "operation_id": name,
            "atomic_group_id": "group-1",
            "expected_deltas": {},
            "client_ref": client_ref("group-1", "plan", name, direction.value, 1),
            "direction": direction,
            "not_after": NOON + timedelta(seconds=30),
        }
    )
