"""What a worker says of a venue's key before it takes any work, and when it takes none."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from allornone.errors import BadSettingsError
from allornone.testexchange.coinbase.keys import coinbase_key
from allornone.testexchange.keys import credentials_path, key_of
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues.exchange.checking import checked
from tests.exchange.desk import listed, options

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ["binance", "kraken", "coinbase"]


@pytest_asyncio.fixture(loop_scope="session")
async def exchanges(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", NAMES) as served:
        yield served


def entry(served: Served, exchange: str, account: str = "spot", key: str = ACCOUNT, **more: str) -> dict[str, str]:
    file = str(served.credentials_file(exchange, key))
    return {**options(served, account), "exchange": exchange, "credentials_file": file, **more}


def acted(served: Served) -> list[object]:
    """Return everything that anybody did at the exchanges."""
    return [
        each
        for engine in served.engines.values()
        for each in (*engine.books.orders.values(), *engine.books.transfers, *engine.books.withdrawals.values())
    ]


@pytest.mark.parametrize(
    ("name", "account", "says"),
    [
        ("binance", "spot", "may read balances, read orders, trade, trade futures, transfer, withdraw"),
        ("binance", "usdm", "may read balances, read orders, trade, trade futures, transfer, withdraw"),
        ("kraken", "spot", "may read balances, read orders, trade, withdraw"),
        ("coinbase", "spot", "may read balances, read orders, trade, withdraw"),
    ],
)
async def test_what_a_key_may_do_is_told(exchanges: Served, name: str, account: str, says: str) -> None:
    assert await checked(name, entry(exchanges, name, account)) == says
    assert acted(exchanges) == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_key_that_may_not_withdraw_is_refused_where_addresses_are_listed(exchanges: Served, name: str) -> None:
    addresses = str(listed(exchanges.folder))

    assert "withdraw" not in await checked(name, entry(exchanges, name, key="desk-trading"))
    with pytest.raises(BadSettingsError, match=f"at {name}: the key may not withdraw, which this entry is for"):
        await checked(name, entry(exchanges, name, key="desk-trading", addresses=addresses))
    assert acted(exchanges) == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_key_that_only_looks_is_refused_where_it_has_to_trade(exchanges: Served, name: str) -> None:
    with pytest.raises(BadSettingsError, match="the key may not trade, which this entry is for; it may read balances"):
        await checked(name, entry(exchanges, name, key="desk-readonly"))


async def test_a_key_that_only_looks_is_enough_to_await_deposits(exchanges: Served, tmp_path: Path) -> None:
    for name in NAMES:
        asked = entry(exchanges, name, "deposits", "desk-readonly", data_dir=str(tmp_path))
        assert await checked(f"{name}.deposits", asked) == "may read balances, read orders"


@pytest.mark.parametrize(
    ("name", "words"), [("binance", "-2015"), ("kraken", "EAPI:Invalid key"), ("coinbase", "unauthorized")]
)
async def test_a_key_that_the_exchange_does_not_know_is_refused_in_its_own_words(
    exchanges: Served, tmp_path: Path, name: str, words: str
) -> None:
    coinbase_key(tmp_path, "desk") if name == "coinbase" else key_of(tmp_path, name, "desk")
    wrong = credentials_path(tmp_path, name, "desk")

    with pytest.raises(BadSettingsError) as refused:
        await checked(name, entry(exchanges, name, credentials_file=str(wrong)))

    assert words in str(refused.value)
    assert f"ALLORNONE_VENUES at {name}: the key is turned down" in str(refused.value)
    assert_no_secret(str(refused.value), wrong)


async def test_a_secret_that_signs_nothing_is_refused(exchanges: Served, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.touch(0o600)
    wrong.write_text(json.dumps({"apiKey": "organizations/x/apiKeys/y", "secret": "this is no secret of that kind"}))

    with pytest.raises(BadSettingsError, match="nothing can be signed") as refused:
        await checked("coinbase", entry(exchanges, "coinbase", credentials_file=str(wrong)))

    assert_no_secret(str(refused.value), wrong)


@pytest.mark.parametrize("name", NAMES)
async def test_a_place_where_nobody_answers_is_a_warning(exchanges: Served, name: str) -> None:
    said = await checked(name, entry(exchanges, name, connect_to="127.0.0.1:9"))

    assert said.startswith(f"NOT CHECKED: {name} could not be asked: nothing left")
    assert "at 127.0.0.1:9 (connect_to) nobody answers" in said


@pytest.mark.parametrize("trouble", ["bad_gateway", "unavailable", "rate_limited", "reset"])
@pytest.mark.parametrize("name", NAMES)
async def test_an_exchange_in_trouble_is_a_warning(exchanges: Served, name: str, trouble: str) -> None:
    exchanges.inject({"exchange": name, "behaviour": trouble, "count": "always"})

    assert (await checked(name, entry(exchanges, name))).startswith("NOT CHECKED: ")


async def test_an_exchange_without_a_module_is_not_checked(exchanges: Served) -> None:
    said = await checked("binance", entry(exchanges, "binance", "generic"))

    assert said == "NOT CHECKED: nobody here knows how binance tells what a key may do"


def assert_no_secret(text: str, file: Path) -> None:
    held = json.loads(file.read_text())
    parts = (held["apiKey"], *(line for line in held["secret"].splitlines() if not line.startswith("-")))
    assert [part for part in parts if part in text] == []
