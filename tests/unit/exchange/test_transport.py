"""What each way of losing an answer proves, by how far the request came: ccxt's real class, a real socket, real TLS."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.client import Client, OutcomeUnknownError
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.wire import Phase
from tests.unit.exchange.scripted import Said, Scripted, Silence, scripted

ORDER = "/api/v3/order"
TIME = "/api/v3/time"
PERP_ORDER = "/fapi/v1/order"
KEY, SECRET = "the-key-of-the-desk", "the-secret-of-the-desk"


def client_of(server: Scripted, connect_to: str | None = None) -> Client:
    options = Options(
        exchange="binance", connect_to=connect_to or server.connect_to, ca_file=server.ca_file, timeout_s=Decimal(1)
    )
    credentials = Credentials(key=SecretStr(KEY), secret=SecretStr(SECRET))
    return Client("binance", options, credentials, SPOT, {})


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        yield served


@pytest.fixture
async def client(server: Scripted) -> AsyncIterator[Client]:
    opened = client_of(server)
    yield opened
    await opened.aclose()


async def test_what_is_accepted_is_what_the_exchange_said(server: Scripted, client: Client) -> None:
    server.answers[ORDER] = Said(200, '{"orderId": 7, "executedQty": "0.10000000"}')

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert answer.accepted() == {"orderId": 7, "executedQty": "0.10000000"}


@pytest.mark.parametrize("silence", [Silence.HANG, Silence.RESET, Silence.HALF])
async def test_an_answer_that_does_not_come_whole_is_unknown(
    server: Scripted, client: Client, silence: Silence
) -> None:
    server.answers[ORDER] = silence

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert answer.leg.phase is Phase.SENT
    with pytest.raises(OutcomeUnknownError):
        answer.accepted()


async def test_where_nothing_listens_nothing_was_sent(server: Scripted) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        client = client_of(server, f"127.0.0.1:{held.getsockname()[1]}")
        answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})
        await client.aclose()

    assert answer.leg.phase is Phase.NOTHING_LEFT
    with pytest.raises(NotSentError, match=f"at {client.options.connect_to} .connect_to. nobody answers for binance"):
        answer.accepted()


async def test_another_authority_than_the_given_one_is_not_spoken_to(server: Scripted, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with scripted(tmp_path / "other") as other:
        client = client_of(server, other.connect_to)
        answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})
        await client.aclose()

    assert other.asked == []
    with pytest.raises(NotSentError, match="nobody answers for binance"):
        answer.accepted()


@pytest.mark.parametrize(
    ("status", "body", "proves"),
    [
        (400, '{"code": -2010, "msg": "Account has insufficient balance for requested action."}', Outcome.REFUSED),
        (400, '{"code": -1013, "msg": "Filter failure: LOT_SIZE"}', Outcome.REFUSED),
        (401, '{"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}', Outcome.REFUSED),
        (400, '{"code": -2010, "msg": "Duplicate order sent."}', Outcome.LOOK_UP),
        (400, '{"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}', Outcome.RESYNC),
        (429, '{"code": -1003, "msg": "Too many requests."}', Outcome.BACK_OFF),
        (418, "banned", Outcome.BACK_OFF),
        (403, "<html>Forbidden</html>", Outcome.BACK_OFF),
        (408, '{"code": -1007, "msg": "Timeout waiting for response from backend server."}', Outcome.UNKNOWN),
        (504, '{"code": -1007, "msg": "Timeout waiting for response from backend server."}', Outcome.UNKNOWN),
        (500, '{"code": -1006, "msg": "An unexpected response was received."}', Outcome.UNKNOWN),
        (502, "<html>Bad Gateway</html>", Outcome.UNKNOWN),
        (503, '{"code": 0, "msg": "Unknown error, please check your request or try again later."}', Outcome.UNKNOWN),
        (400, '{"code": -1000, "msg": "An unknown error occurred while processing the request."}', Outcome.UNKNOWN),
        (404, "<html>Not Found</html>", Outcome.UNKNOWN),
        (200, "<html>Welcome</html>", Outcome.UNKNOWN),
        (200, "", Outcome.UNKNOWN),
        (200, "[]", Outcome.ACCEPTED),
    ],
)
async def test_an_answer_proves_what_its_code_says(
    server: Scripted, client: Client, status: int, body: str, proves: Outcome
) -> None:
    server.answers[ORDER] = Said(status, body)

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert answer.outcome is proves


async def test_a_refusal_says_the_exchanges_own_words(server: Scripted, client: Client) -> None:
    server.answers[ORDER] = Said(400, '{"code": -1013, "msg": "Filter failure: LOT_SIZE"}')

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    with pytest.raises(RefusedError, match="binance answered -1013 Filter failure: LOT_SIZE") as raised:
        answer.accepted()
    assert raised.value.code == "EXEC-007"


async def test_a_read_that_fails_says_nothing_about_the_outcome(server: Scripted, client: Client) -> None:
    server.answers[TIME] = Said(502, "<html>Bad Gateway</html>")

    with pytest.raises(VenueUnavailableError, match="HTTP 502"):
        await client.read("publicGetTime")


async def test_a_time_called_wrong_has_the_clock_read_again(server: Scripted, client: Client) -> None:
    client.clock.set(1_700_000_000_000)
    server.answers[ORDER] = Said(400, '{"code": -1021, "msg": "Timestamp for this request is outside."}')

    await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert client.clock.stale


async def test_whoever_is_told_that_he_is_nobody_reads_the_clock_again(server: Scripted, client: Client) -> None:
    client.clock.set(1_700_000_000_000)
    server.answers[ORDER] = Said(401, '{"code": -2014, "msg": "API-key format invalid."}')

    await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert client.clock.stale


async def test_a_write_is_sent_once_whatever_comes_back(server: Scripted, client: Client) -> None:
    server.answers[ORDER] = Said(503, "busy")

    await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert len(server.asked) == 1


@pytest.mark.parametrize("method", ["privatePostOrder", "privateDeleteOrder", "privateGetOrder"])
async def test_what_lost_its_connection_is_sent_once_whatever_its_method(
    server: Scripted, client: Client, method: str
) -> None:
    server.answers[ORDER] = Silence.RESET

    answer = await client.call(method, {"symbol": "ETHUSDT"})

    assert answer.outcome is Outcome.UNKNOWN
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["/api/v3/elsewhere", "https://fapi.binance.com/fapi/v1/order"])
async def test_a_write_that_is_sent_elsewhere_does_not_go_there_and_is_unknown(
    server: Scripted, client: Client, status: int, place: str
) -> None:
    server.answers[ORDER] = Said(status, "{}", {"Location": place})
    server.answers["/api/v3/elsewhere"] = server.answers[PERP_ORDER] = Said(200, '{"orderId": 7}')

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    with pytest.raises(OutcomeUnknownError, match=f"HTTP {status}"):
        answer.accepted()
    assert len(server.asked) == 1


async def test_a_read_that_is_sent_elsewhere_shows_nothing(server: Scripted, client: Client) -> None:
    server.answers[TIME] = Said(302, "{}", {"Location": "/api/v3/elsewhere"})
    server.answers["/api/v3/elsewhere"] = Said(200, '{"serverTime": 1}')

    with pytest.raises(VenueUnavailableError, match="HTTP 302"):
        await client.read("publicGetTime")
    assert len(server.asked) == 1


async def test_of_several_writes_of_one_call_the_last_proves_nothing_about_the_others(
    server: Scripted, client: Client
) -> None:
    server.answers[ORDER] = Silence.RESET
    server.answers[PERP_ORDER] = Said(429, '{"code": -1003, "msg": "Too many requests."}')
    exchange = await client._opened()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (to give it a call of two)

    async def both(params: dict[str, str]) -> None:
        with suppress(Exception):
            await exchange.privatePostOrder(params)
        await exchange.fapiPrivatePostOrder(params)

    exchange.both = both

    answer = await client.call("both", {"symbol": "ETHUSDT"})

    assert answer.outcome is Outcome.UNKNOWN


async def test_neither_logs_nor_words_hold_the_key_or_the_signature(
    server: Scripted, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers[ORDER] = Said(400, f'{{"code": -2014, "msg": "API-key {KEY} format invalid, secret={SECRET}"}}')

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    signature = server.asked[0][1].rpartition("signature=")[2]
    assert len(signature) == 64
    for text in (answer.told, caplog.text):
        assert KEY not in text
        assert SECRET not in text
        assert signature not in text


async def test_no_host_but_the_exchanges_own_is_reached(server: Scripted, client: Client) -> None:
    server.answers[TIME] = Said(200, '{"serverTime": 1}')
    await client.read("publicGetTime")
    exchange = client._exchange  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (to have it call elsewhere)
    exchange.urls["api"]["public"] = "https://elsewhere.example/api/v3"

    with pytest.raises(VenueUnavailableError, match="nothing left"):
        await client.read("publicGetTime")
    assert len(server.asked) == 1
