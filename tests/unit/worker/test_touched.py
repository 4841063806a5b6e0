"""A worker says of each venue what it is and whom it asks, and never a secret."""

import asyncio

from allornone.settings import load_settings
from worker.touched import venue_lines

KEY = "hunter2-key"


def lines(**given: object) -> list[str]:
    return asyncio.run(venue_lines(load_settings(**given)))


def test_an_exchange_that_is_reached_at_its_own_hosts_is_called_real() -> None:
    entry = {"adapter": "ccxt", "exchange": "coinbase", "key_env": "COINBASE_KEY", "secret_env": "COINBASE_SECRET"}

    assert lines(venues={"coinbase": entry}) == ["venue     coinbase: ccxt coinbase (spot), REAL: api.coinbase.com"]


def test_every_host_that_ccxt_has_of_it_is_named() -> None:
    entry = {"adapter": "ccxt", "exchange": "binance", "account": "usdm"}

    (line,) = lines(venues={"binance.usdm": entry})

    assert line.startswith("venue     binance.usdm: ccxt binance (usdm), REAL: api.binance.com, dapi.binance.com, ")
    assert "fapi.binance.com" in line


def test_an_exchange_that_is_led_elsewhere_is_not() -> None:
    entry = {"adapter": "ccxt", "exchange": "kraken", "connect_to": "127.0.0.1:9443"}

    assert lines(venues={"kraken": entry}) == [
        "venue     kraken: ccxt kraken (spot), every request goes to 127.0.0.1:9443"
    ]


def test_paper_is_named_with_its_server() -> None:
    given = lines(venues={"lido": {"adapter": "paper"}}, paper_url="http://127.0.0.1:8300")

    assert given == ["venue     lido: paper, 127.0.0.1:8300"]


def test_paper_without_a_server_is_in_the_worker() -> None:
    assert lines(venues={"lido": {"adapter": "paper"}}) == ["venue     lido: paper, in this process"]


def test_without_an_entry_every_venue_is_paper() -> None:
    assert "venue     binance: paper, in this process" in lines(venues={})


def test_an_adapter_of_another_package_is_said_to_be_unknown() -> None:
    assert lines(venues={"x": {"adapter": "theirs", "token": KEY}}) == [
        "venue     x: theirs, an adapter of another package: what it reaches is not known here"
    ]


def test_nothing_of_a_url_but_its_place_is_shown() -> None:
    entry = {"adapter": "paper", "url": f"http://desk:{KEY}@127.0.0.1:8300/?token={KEY}"}

    assert lines(venues={"lido": entry}) == ["venue     lido: paper, 127.0.0.1:8300"]
