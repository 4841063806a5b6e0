"""The control port: what happens to an exchange, from outside."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from allornone.testexchange.serving import Served


@pytest.fixture
async def control(exchange: Served) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=exchange.control_url) as session:
        yield session


async def post(control: aiohttp.ClientSession, path: str, **body: object) -> Any:
    async with control.post(path, json=body) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def books(control: aiohttp.ClientSession) -> Any:
    async with control.get("/v1/binance/books") as answer:
        return await answer.json()


async def test_it_tells_which_exchanges_are_there(control: aiohttp.ClientSession) -> None:
    async with control.get("/v1/health") as answer:
        assert (await answer.json())["exchanges"] == ["binance"]


async def test_faults_are_set_while_it_runs(control: aiohttp.ClientSession, binance: Any) -> None:
    async with control.put("/v1/faults", data="[{kind: balance, behaviour: banned}]") as answer:
        assert await answer.json() == [{"kind": "balance", "behaviour": "banned"}]

    await binance.load_markets()
    with pytest.raises(Exception, match="418"):
        await binance.fetch_balance()
    assert (await binance.fetch_balance())["BTC"]["free"] == "5.00000000"


async def test_a_wrong_fault_is_told_and_leaves_those_there_were(control: aiohttp.ClientSession) -> None:
    await (await control.put("/v1/faults", data="[{behaviour: banned}]")).read()

    async with control.put("/v1/faults", data="[{behaviour: explode}]") as answer:
        assert (answer.status, "explode" in await answer.text()) == (422, True)
    async with control.get("/v1/faults") as answer:
        assert await answer.json() == [{"behaviour": "banned"}]


async def test_a_price_is_moved_and_resting_orders_fill(control: aiohttp.ClientSession, binance: Any) -> None:
    await binance.create_order("BTC/USDT", "limit", "buy", "0.5", "49000")

    await post(control, "/v1/binance/markets/BTCUSDT", mark="48999")

    [order] = (await books(control))["orders"]
    assert (order["status"], order["filled"]) == ("filled", "0.5")


async def test_a_market_is_halted(control: aiohttp.ClientSession, binance: Any) -> None:
    await post(control, "/v1/binance/markets/BTCUSDT", halted=True)

    with pytest.raises(Exception, match="Market is closed"):
        await binance.create_order("BTC/USDT", "market", "buy", "0.5")


async def test_an_open_order_is_filled_in_part_and_then_cancelled(control: aiohttp.ClientSession, binance: Any) -> None:
    placed = await binance.create_order("BTC/USDT", "limit", "buy", "0.5", "40000")

    await post(control, f"/v1/binance/orders/{placed['id']}/fill", amount="0.2")
    await post(control, f"/v1/binance/orders/{placed['id']}/cancel")

    found = await binance.fetch_order(placed["id"], "BTC/USDT")
    assert (found["status"], found["filled"]) == ("canceled", "0.20000000")


async def test_money_arrives(control: aiohttp.ClientSession, binance: Any) -> None:
    await post(control, "/v1/binance/times", deposit_ms=0)

    await post(control, "/v1/binance/deposits", asset="ETH", amount="1.5")

    assert (await binance.fetch_balance())["ETH"]["free"] == "51.50000000"


async def test_a_stuck_withdrawal_is_ended(control: aiohttp.ClientSession, exchange: Served, binance: Any) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "processing"})
    await binance.withdraw("USDT", "100", "0x" + "ab" * 20)

    await post(control, "/v1/binance/withdrawals/1", state="failed")

    assert (await binance.fetch_balance())["USDT"]["free"] == "100000.00000000"


async def test_funding_is_paid(control: aiohttp.ClientSession, binance: Any) -> None:
    await binance.create_order("BTC/USDT:USDT", "market", "buy", "1")

    [paid] = await post(control, "/v1/binance/funding", symbol="BTCUSDT.P", rate="0.0001")

    assert paid["amount"] == "-5.00000000"


async def test_the_clock_is_moved(control: aiohttp.ClientSession, binance: Any) -> None:
    await post(control, "/v1/clock", offset_ms=60_000)

    with pytest.raises(Exception, match="outside of the recvWindow"):
        await binance.fetch_balance()


async def test_it_tells_that_the_books_add_up(control: aiohttp.ClientSession, binance: Any) -> None:
    await binance.create_order("BTC/USDT", "market", "buy", "0.5")

    async with control.get("/v1/binance/problems") as answer:
        assert await answer.json() == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/binance/orders/7/fill", {}, 404),
        ("/v1/ftx/funding", {}, 404),
        ("/v1/binance/markets/BTCUSDT", {"mark": "-1"}, 422),
        ("/v1/binance/markets/NOUSDT", {"mark": "1"}, 422),
        ("/v1/binance/deposits", {"asset": "ETH", "amount": "1", "more": "1"}, 422),
        ("/v1/binance/deposits", {"asset": "DOGE", "amount": "1"}, 422),
    ],
)
async def test_bad_input_is_refused(
    control: aiohttp.ClientSession, path: str, body: dict[str, str], status: int
) -> None:
    async with control.post(path, json=body) as answer:
        assert answer.status == status


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"asset": "ETH", "amount": "1", "more": "1"}',
            "body: more is no field; the fields are account, asset, amount, network, tx_id",
        ),
        (b'{"asset": "ETH"}', "body: amount is missing; write an amount such as '1.5'"),
        (b"much", "the body must be JSON"),
        (
            b"",
            "body: wrong in 2 places\n  asset is missing; add it\n  amount is missing; write an amount such as '1.5'",
        ),
    ],
)
async def test_a_bad_body_is_told_in_words_that_help(control: aiohttp.ClientSession, body: bytes, said: str) -> None:
    async with control.post("/v1/binance/deposits", data=body) as answer:
        assert (answer.status, await answer.json()) == (422, {"error": said})


@pytest.mark.parametrize("header", [{"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}])
async def test_a_web_page_cannot_use_it(control: aiohttp.ClientSession, header: dict[str, str]) -> None:
    async with control.get("/v1/binance/books", headers=header) as answer:
        assert answer.status == 403


async def test_no_secret_is_in_the_books(control: aiohttp.ClientSession, exchange: Served) -> None:
    secret = exchange.credentials_file().read_text()[-60:-10]
    async with control.get("/v1/binance/books") as answer:
        assert secret not in await answer.text()


async def test_the_wallet_that_deposits_come_to_is_chosen_as_in_binances_pages(
    control: aiohttp.ClientSession, exchange: Served
) -> None:
    assert await post(control, "/v1/binance/accounts/desk", wallet="funding") == {"wallet": "funding"}
    deposit = await post(control, "/v1/binance/deposits", asset="ETH", amount="1")

    assert deposit["wallet"] == "funding"
    async with control.post("/v1/binance/accounts/desk", json={"wallet": "margin"}) as answer:
        assert answer.status == 422
    assert exchange.engines["binance"].moving.chosen == {"desk": "funding"}


async def test_a_key_ends_and_is_given_back(control: aiohttp.ClientSession, binance: Any) -> None:
    await post(control, "/v1/binance/keys/desk", good=False)
    with pytest.raises(Exception, match="-2015"):
        await binance.fetch_balance()

    await post(control, "/v1/binance/keys/desk", good=True)

    assert (await binance.fetch_balance())["BTC"]["free"] == "5.00000000"


async def test_only_a_key_that_there_is_can_end(control: aiohttp.ClientSession) -> None:
    async with control.post("/v1/binance/keys/nobody", json={"good": False}) as answer:
        assert (answer.status, "nobody" in await answer.text()) == (404, True)


async def test_a_fault_of_the_perpetual_leaves_the_spot_market_of_its_name_alone(
    control: aiohttp.ClientSession, binance: Any
) -> None:
    rule = "[{kind: order, symbol: BTCUSDT.P, behaviour: refuse, reason: halted, count: always}]"
    await (await control.put("/v1/faults", data=rule)).read()

    assert (await binance.create_order("BTC/USDT", "market", "buy", "0.5"))["status"] == "closed"
    with pytest.raises(Exception, match="closed"):
        await binance.create_order("BTC/USDT:USDT", "market", "buy", "0.5")
