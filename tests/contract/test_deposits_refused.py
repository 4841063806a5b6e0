"""Deposits that could not be told from others, or be claimed: refused before anything is awaited."""

from pathlib import Path

import pytest

from allornone.errors import BadSettingsError, RefusedError
from allornone.testexchange.serving import Served
from allornone.venues.registry import close_venues
from tests.contract.exchange.bench import open_account
from tests.contract.exchange.way_in import WayIn

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("desk", ["binance", "coinbase"], indirect=True)
async def test_an_address_of_somebody_else_is_refused_where_the_exchange_tells_its_own(desk: WayIn) -> None:
    with pytest.raises(RefusedError):
        await desk.venue.prepare(desk.request(address="0x" + "3" * 40))


@pytest.mark.parametrize("desk", ["kraken"], indirect=True)
@pytest.mark.parametrize(
    ("change", "told"), [({"network": "Ethereum"}, "show no network"), ({"address": None}, "has to be named")]
)
async def test_at_kraken_the_address_is_named_and_no_network(
    desk: WayIn, change: dict[str, str | None], told: str
) -> None:
    request = desk.request()
    details = request.operation_details.model_copy(update=change)

    with pytest.raises(RefusedError, match=told):
        await desk.venue.prepare(request.model_copy(update={"operation_details": details}))


@pytest.mark.parametrize(("desk", "network"), [("binance", "ETH"), ("coinbase", "ethereum")], indirect=["desk"])
async def test_where_the_exchange_has_one_address_none_need_be_named(desk: WayIn, network: str) -> None:
    request = desk.request()
    details = request.operation_details.model_copy(update={"address": None, "network": network})

    prepared = await desk.venue.prepare(request.model_copy(update={"operation_details": details}))

    assert prepared["address"] == desk.address


@pytest.mark.parametrize("desk", ["coinbase"], indirect=True)
async def test_of_several_addresses_one_has_to_be_named(desk: WayIn) -> None:
    request = desk.request()
    details = request.operation_details.model_copy(update={"address": None})

    with pytest.raises(RefusedError, match="several addresses"):
        await desk.venue.prepare(request.model_copy(update={"operation_details": details}))


async def test_it_is_credited_at_the_account_and_nowhere_else(desk: WayIn) -> None:
    elsewhere = desk.request().model_copy(update={"target_venue": "wallet"})

    with pytest.raises(RefusedError, match="nowhere else"):
        await desk.venue.prepare(elsewhere)


async def test_its_name_says_whose_way_in_it_is(exchange: Served, tmp_path: Path) -> None:
    with pytest.raises(BadSettingsError, match=r"binance\.deposits"):
        open_account("binance", "binance", "deposits", exchange, data_dir=str(tmp_path))


async def test_without_a_place_for_claims_nothing_is_awaited(exchange: Served) -> None:
    with pytest.raises(BadSettingsError, match="data_dir"):
        open_account("binance.deposits", "binance", "deposits", exchange)


async def test_without_leave_to_go_by_the_amount_a_deposit_is_told_by_its_transaction_alone(desk: WayIn) -> None:
    strict = open_account(
        f"{desk.name}.deposits", desk.name, "deposits", desk.served, data_dir=str(desk.folder / "strict")
    )

    with pytest.raises(RefusedError, match="name its transaction in memo"):
        await strict.prepare(desk.request())
    prepared = await strict.prepare(desk.request(memo="ab" * 32))
    await close_venues([strict])

    assert prepared["tx_hash"] == "ab" * 32
