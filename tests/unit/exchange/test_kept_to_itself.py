"""Whatever is made of the objects that hold a key (a text, a copy for Temporal, a pickle), the key is not in it."""

import copy
import pickle
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticSerializationError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from allornone.venues.exchange import open_venue
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from tests.unit.exchange.scripted import Said, Scripted, scripted
from tests.unit.exchange.test_transport import KEY, ORDER, SECRET, TIME, client_of

PHRASE = "the-password-of-the-desk"
HELD = Credentials(key=SecretStr(KEY), secret=SecretStr(SECRET), password=SecretStr(PHRASE))
NOT_PICKLED = (TypeError, AttributeError)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers[TIME] = Said(200, '{"serverTime": 1}')
        yield served


@pytest.fixture
async def client(server: Scripted) -> AsyncIterator[Client]:
    opened = client_of(server)
    await opened.read("publicGetTime")
    yield opened
    await opened.aclose()


def shows(text: object) -> list[str]:
    return [held for held in (KEY, SECRET, PHRASE) if held in str(text)]


async def by_temporal(converter: DataConverter, given: object) -> str:
    return " ".join(repr(payload.data) for payload in await converter.encode([given]))


@pytest.mark.parametrize("made", [str, repr, vars, Credentials.model_dump, Credentials.model_dump_json, dict])
def test_a_text_of_credentials_shows_none(made: Callable[[Credentials], object]) -> None:
    assert shows(made(HELD)) == []
    assert shows(f"{HELD} {HELD!r} {HELD.key} {[HELD]}") == []


async def test_temporal_is_given_none_of_them() -> None:
    assert shows(await by_temporal(pydantic_data_converter, HELD)) == []
    assert shows(await by_temporal(pydantic_data_converter, {"held": [HELD.secret]})) == []


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_credentials_are_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="credentials stay in the process that read them") as raised:
        pickle.dumps({"held": HELD}, protocol)

    assert shows(raised.value) == []


def test_copies_of_credentials_show_none() -> None:
    for made in (copy.copy(HELD), copy.deepcopy(HELD), HELD.model_copy()):
        assert made == HELD
        assert shows(repr(made)) == []


async def test_an_open_connection_shows_none_and_goes_nowhere(client: Client) -> None:
    exchange = client._exchange  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (what holds the keys in ccxt)

    for each in (client, exchange):
        assert shows(f"{each} {each!r}") == []
        with pytest.raises(PydanticSerializationError) as raised:
            await by_temporal(pydantic_data_converter, each)
        assert shows(raised.value) == []
    with pytest.raises(NOT_PICKLED):
        pickle.dumps(client)


async def test_an_answer_shows_neither_what_was_signed_nor_what_the_exchange_repeats_of_it(
    server: Scripted, client: Client
) -> None:
    server.answers[ORDER] = Said(400, f'{{"code": -2014, "msg": "API-key {KEY} format invalid, secret={SECRET}"}}')

    answer = await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    signature = server.asked[-1][1].rpartition("signature=")[2]
    assert len(signature) == 64
    assert shows(repr(answer)) == []
    assert signature not in repr(answer)


async def test_a_venue_shows_none(server: Scripted, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(f'{{"apiKey": "{KEY}", "secret": "{SECRET}"}}')
    file.chmod(0o600)
    settings = {"exchange": "binance", "account": "spot", "credentials_file": str(file)}

    venue = open_venue("binance", settings | {"connect_to": server.connect_to, "ca_file": str(server.ca_file)})

    assert shows(f"{venue} {venue!r} {venue.capabilities!r}") == []
    with pytest.raises(NOT_PICKLED):
        pickle.dumps(venue)
