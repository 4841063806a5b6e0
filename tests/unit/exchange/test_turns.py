"""The client at a real socket: what it hears goes to every worker of the host, and what has no turn does not leave."""

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from allornone.errors import BadSettingsError, NotSentError, VenueUnavailableError
from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.client import Client, OutcomeUnknownError
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.errand import Errand, on_errand
from allornone.venues.exchange.limits.budget import BudgetState
from allornone.venues.exchange.options import Options
from tests.unit.exchange.scripted import Said, Scripted, Silence, scripted

ORDER = "/api/v3/order"
TRANSFER = "/sapi/v1/asset/transfer"
TIME = "/api/v3/time"
ACCEPTED = '{"orderId": 7}'
KEYS = Credentials(key=SecretStr("key"), secret=SecretStr("secret"))
USED = "X-MBX-USED-WEIGHT-1M"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers[TIME] = Said(200, '{"serverTime": 1800000000000}')
        yield served


class Workers:
    """Clients as workers of one host open them."""

    def __init__(self, server: Scripted, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._opened: list[Client] = []

    def one(self, account: str = "spot", share: str = "1") -> Client:
        options = Options.model_validate(
            {
                "exchange": "binance",
                "account": account,
                "connect_to": self._server.connect_to,
                "ca_file": self._server.ca_file,
                "timeout_s": 2,
                "data_dir": self._folder / "data",
                "limits_share": share,
            }
        )
        self._opened.append(Client("binance", options, KEYS, SPOT, {}))
        return self._opened[-1]

    async def aclose(self) -> None:
        for each in self._opened:
            await each.aclose()


@pytest.fixture
async def workers(server: Scripted, tmp_path: Path) -> AsyncIterator[Workers]:
    opened = Workers(server, tmp_path)
    yield opened
    await opened.aclose()


@contextmanager
def undoing() -> Generator[None]:
    with on_errand(Errand(urgent=True)):
        yield


async def used(client: Client) -> int:
    return weight_of(await client.budget.state())


def weight_of(state: BudgetState) -> int:
    return next(each.used for each in state.limits if each.name == "weight-1m")


async def test_a_ban_that_one_worker_hears_of_silences_all(server: Scripted, workers: Workers) -> None:
    server.answers[ORDER] = Said(418, "banned", {"Retry-After": "120"})
    await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})
    asked = len(server.asked)

    with undoing():
        write = await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})
    read = await workers.one("usdm").call("publicGetTime")

    with pytest.raises(NotSentError, match=r"wants no request for 12[01]\.\d s more \(HTTP 418\)"):
        write.accepted()
    with pytest.raises(VenueUnavailableError, match="wants no request"):
        read.shown()
    assert len(server.asked) == asked


async def test_a_page_that_wants_silence_is_kept_to_though_it_proves_nothing_of_a_transfer(
    server: Scripted, workers: Workers
) -> None:
    server.answers[TRANSFER] = Said(403, "<html>Forbidden</html>")
    transfer = await workers.one().call("sapiPostAssetTransfer", {"type": "MAIN_UMFUTURE"})

    read = await workers.one().call("publicGetTime")

    with pytest.raises(OutcomeUnknownError, match="HTTP 403"):
        transfer.accepted()
    with pytest.raises(VenueUnavailableError, match="wants no request"):
        read.shown()


async def test_what_is_asked_about_deposits_counts_with_the_account_that_is_credited(workers: Workers) -> None:
    await workers.one("deposits").call("publicGetTime")

    assert await used(workers.one()) == 1


async def test_markets_cannot_be_read_while_the_exchange_wants_silence(server: Scripted, workers: Workers) -> None:
    server.answers[ORDER] = Said(429, "{}", {"Retry-After": "60"})
    await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})

    with pytest.raises(VenueUnavailableError, match="wants no request"):
        await workers.one().markets()


async def test_a_limit_told_by_code_alone_is_kept_by_all(server: Scripted, workers: Workers) -> None:
    server.answers[ORDER] = Said(400, '{"code": -1015, "msg": "Too many new orders."}')
    await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})

    with on_errand(Errand(urgent=True, patience_s=1)):
        answer = await workers.one().call("publicGetTime")

    with pytest.raises(VenueUnavailableError, match="wants no request"):
        answer.shown()


async def test_what_others_used_of_the_account_stops_forward_work_and_not_an_undo(
    server: Scripted, workers: Workers
) -> None:
    server.answers[ORDER] = Said(200, ACCEPTED, {USED: "4800"})
    await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})

    forward = await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})
    with undoing():
        undo = await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})

    with pytest.raises(NotSentError, match="its rate budget has room for it in"):
        forward.accepted()
    assert undo.accepted() == {"orderId": 7}


async def test_each_call_costs_what_the_exchange_counts_for_it(server: Scripted, workers: Workers) -> None:
    server.answers[ORDER] = Said(200, ACCEPTED)
    client = workers.one()

    await client.call("publicGetTime")
    await client.call("privateGetOrder", {"symbol": "ETHUSDT", "orderId": "7"})

    assert await used(client) == 5


async def test_a_request_whose_answer_was_lost_was_counted_all_the_same(server: Scripted, workers: Workers) -> None:
    server.answers[ORDER] = Silence.RESET
    client = workers.one()

    await client.call("privatePostOrder", {"symbol": "ETHUSDT"})

    assert await used(client) == 1


async def test_a_send_that_would_have_to_wait_past_its_time_does_not_leave(server: Scripted, workers: Workers) -> None:
    server.answers[ORDER] = Said(429, "{}", {"Retry-After": "20"})
    await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})
    asked = len(server.asked)

    with on_errand(Errand(patience_s=60, not_after=datetime.now(UTC) + timedelta(seconds=10))):
        answer = await workers.one().call("privatePostOrder", {"symbol": "ETHUSDT"})

    with pytest.raises(NotSentError, match="wants no request"):
        answer.accepted()
    assert len(server.asked) == asked


async def test_what_is_read_after_a_forward_send_has_the_rights_of_finding_out(
    server: Scripted, workers: Workers
) -> None:
    server.answers[ORDER] = Said(200, ACCEPTED, {USED: "4800"})
    client = workers.one()

    with on_errand(Errand(sends=True)):
        await client.send("privatePostOrder", {"symbol": "ETHUSDT"})
        after = await client.call("privateGetOrder", {"symbol": "ETHUSDT", "orderId": "7"})

    assert after.shown() == {"orderId": 7}


async def test_what_is_read_on_the_way_to_a_send_leaves_its_time_and_its_rights_as_they_are(
    server: Scripted, workers: Workers
) -> None:
    errand = Errand(sends=True, not_after=datetime(2030, 1, 1, tzinfo=UTC))

    with on_errand(errand):
        await workers.one().call("publicGetTime")

    assert len(server.asked) == 1
    assert (errand.sends, errand.urgent, errand.not_after) == (True, False, datetime(2030, 1, 1, tzinfo=UTC))


def test_a_share_of_the_limits_that_is_too_small_for_any_work_is_said_at_once(workers: Workers) -> None:
    with pytest.raises(BadSettingsError, match=r"at binance\.limits_share: a call costs 20 of weight-1m, which would"):
        workers.one(share="0.001")
