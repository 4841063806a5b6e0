"""The books outlive the process, and are where a second reader finds them."""

import sqlite3
from decimal import Decimal
from pathlib import Path

from allornone.testexchange.engine.conservation import problems
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.serving import serving
from allornone.testexchange.shown import everything
from tests.testexchange.conftest import client

REF = "0123456789abcdef0123456789abcdef"
ADDRESS = "0x" + "ab" * 20


async def use(folder: Path) -> dict[str, object]:
    """Do one of everything and return the books as they are then."""
    async with serving(folder) as exchange, client(exchange) as binance:
        engine = exchange.engines["binance"]
        await binance.sapi_post_bnbburn({"spotBNBBurn": "true"})
        engine.moving.chosen["desk"] = "funding"
        await binance.create_order("BTC/USDT", "market", "sell", "0.5", None, {"newClientOrderId": REF})
        await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "40000")
        await binance.create_order("BTC/USDT:USDT", "market", "buy", "1")
        await binance.transfer("USDT", "1000", "spot", "swap")
        await binance.withdraw("USDT", "100", ADDRESS, None, {"walletType": "0"})
        engine.moving.arrive("desk", "ETH", Decimal("1.5"))
        engine.perpetuals.fund(engine.markets["BTCUSDT.P"], Decimal("0.0001"))
        engine.markets["ETHUSDT"].halted = True
        engine.trading.set_mark("BNBUSDT", Decimal(600))
        return _without_time(engine)


def _without_time(engine: Engine) -> dict[str, object]:
    return {**everything(engine), "pays_third": sorted(engine.pays_third), "chosen": dict(engine.moving.chosen)}


async def test_a_restart_goes_on_with_the_same_books(tmp_path: Path) -> None:
    before = await use(tmp_path / "exchange")

    async with serving(tmp_path / "exchange") as exchange:
        assert _without_time(exchange.engines["binance"]) == before
        assert problems(exchange.engines["binance"]) == []


async def test_what_was_locked_is_locked_after_a_restart(tmp_path: Path) -> None:
    await use(tmp_path / "exchange")

    async with serving(tmp_path / "exchange") as exchange:
        ledger = exchange.engines["binance"].ledger
        assert ledger.locked("desk", "spot", "USDT") == 4_100
        assert ledger.locked("desk", "usdm", "USDT") == Decimal("2500.05")


async def test_a_client_goes_on_after_a_restart_with_its_key_and_its_certificates(tmp_path: Path) -> None:
    await use(tmp_path / "exchange")

    async with serving(tmp_path / "exchange") as exchange, client(exchange) as binance:
        found = await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": REF})
        assert (found["status"], found["filled"]) == ("closed", "0.50000000")
        placed = await binance.create_order("BTC/USDT", "market", "buy", "0.1")
        assert placed["id"] == "4"


async def test_a_second_reader_finds_what_was_answered(tmp_path: Path) -> None:
    async with serving(tmp_path / "exchange") as exchange, client(exchange) as binance:
        await binance.create_order("BTC/USDT", "market", "sell", "0.5", None, {"newClientOrderId": REF})

        reader = sqlite3.connect(f"file:{tmp_path / 'exchange' / 'testexchange.db'}?mode=ro", uri=True)
        orders = reader.execute("SELECT exchange, client_id, status, filled, cost FROM orders").fetchall()
        fees = reader.execute("SELECT fee, fee_asset FROM fills").fetchall()
        reader.close()

    assert orders == [("binance", REF, "filled", "0.5", "24999.5")]
    assert fees == [("24.99950000", "USDT")]


async def test_two_exchanges_keep_their_books_apart_in_one_file(tmp_path: Path) -> None:
    async with serving(tmp_path / "exchange", ("binance", "kraken")) as exchange, client(exchange) as binance:
        await binance.create_order("BTC/USDT", "market", "sell", "0.5")

    async with serving(tmp_path / "exchange", ("binance", "kraken")) as exchange:
        assert len(exchange.engines["binance"].books.orders) == 1
        assert exchange.engines["kraken"].books.orders == {}


async def test_only_their_owner_can_read_the_keys(tmp_path: Path) -> None:
    async with serving(tmp_path / "exchange") as exchange:
        private = [exchange.credentials_file(), tmp_path / "exchange" / "ca-key.pem"]

    assert [path.stat().st_mode & 0o777 for path in private] == [0o600, 0o600]
