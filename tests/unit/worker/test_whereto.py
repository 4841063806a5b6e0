"""A name of a venue that leads elsewhere by now, and the groups that were begun before."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from allornone.errors import BadSettingsError
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.settings import Settings, load_settings
from tests.plans import SELL, STAKE, group
from tests.unit.eventlog.story import GROUP, STARTED, end
from worker.whereto import FILE, check_places

BINANCE = {"adapter": "ccxt", "exchange": "binance"}
REHEARSED = {**BINANCE, "connect_to": "127.0.0.1:9443"}


def settings(folder: Path, binance: dict[str, Any]) -> Settings:
    return load_settings(data_dir=folder, venues={"binance": binance, "lido": {"adapter": "paper"}})


def starts(folder: Path, binance: dict[str, Any]) -> None:
    asyncio.run(check_places(settings(folder, binance), JsonlEventLog(folder / "logs")))


def begins(folder: Path, *legs: dict[str, Any]) -> None:
    facts = {"plan": group(GROUP, *legs).model_dump(mode="json")}
    started = STARTED.model_copy(update={"facts": facts})
    asyncio.run(JsonlEventLog(folder / "logs").record((started,), known_seq=0))


def ends(folder: Path) -> None:
    asyncio.run(JsonlEventLog(folder / "logs").record((end(),), known_seq=1))


@pytest.mark.parametrize(
    ("then", "now", "says"),
    [
        (
            {"adapter": "paper"},
            REHEARSED,
            "binance was paper when it was begun; now it is binance (spot), a test exchange",
        ),
        (
            REHEARSED,
            BINANCE,
            "was binance (spot), a test exchange when it was begun; now it is binance (spot), the real",
        ),
        (BINANCE, {**BINANCE, "account": "usdm"}, "now it is binance (usdm), the real exchange"),
    ],
)
def test_a_worker_does_not_start_where_the_venue_of_an_open_group_leads_elsewhere(
    tmp_path: Path, then: dict[str, Any], now: dict[str, Any], says: str
) -> None:
    starts(tmp_path, then)
    begins(tmp_path, SELL)

    with pytest.raises(BadSettingsError) as refused:
        starts(tmp_path, now)

    assert says in str(refused.value)
    starts(tmp_path, then)


def test_it_starts_once_the_group_has_ended(tmp_path: Path) -> None:
    starts(tmp_path, {"adapter": "paper"})
    begins(tmp_path, SELL)
    ends(tmp_path)

    starts(tmp_path, REHEARSED)


def test_a_group_that_has_nothing_to_do_with_the_venue_is_no_hindrance(tmp_path: Path) -> None:
    starts(tmp_path, {"adapter": "paper"})
    begins(tmp_path, {**STAKE, "source_venue": "lido", "expected_deltas": {"lido:ETH": "-1", "lido:stETH": "1"}})

    starts(tmp_path, REHEARSED)


def test_another_port_or_key_is_the_same_place(tmp_path: Path) -> None:
    starts(tmp_path, REHEARSED)
    begins(tmp_path, SELL)

    starts(tmp_path, {**REHEARSED, "connect_to": "127.0.0.1:9555", "key_env": "OTHER"})


def test_a_file_that_nobody_wrote_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[]")

    with pytest.raises(BadSettingsError, match=FILE):
        starts(tmp_path, BINANCE)
