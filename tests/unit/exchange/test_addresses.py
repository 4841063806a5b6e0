"""A withdrawal goes to an address of the installation's own list, or nowhere."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from allornone.errors import BadSettingsError, RefusedError
from allornone.venues.exchange.addresses import Allowed, AllowList, read_addresses

PLACE = "ALLORNONE_VENUES at binance"
LISTED = (
    Allowed(asset="ETH", network="ETH", address="0xaa"),
    Allowed(asset="ETH", network="ARBITRUM", address="0xaa"),
    Allowed(asset="USDT", network="TRX", address="Tbb", tag="7"),
    Allowed(asset="ETH", network="Arbitrum One", address="0xdd", key="desk"),
    Allowed(asset="ETH", network="Ethereum", address="0xdd", key="desk"),
)


def test_an_address_of_the_list_is_allowed_with_its_tag() -> None:
    assert AllowList(LISTED).allowed("USDT", "Tbb", None) == LISTED[2]
    assert AllowList(LISTED).allowed("ETH", "0xaa", "ARBITRUM") == LISTED[1]


@pytest.mark.parametrize("named", ["Arbitrum One", "Arbitrum-One", "Arbitrum_One"])
def test_a_plan_names_a_network_with_a_space_as_its_own_names_allow(named: str) -> None:
    assert AllowList(LISTED).allowed("ETH", "0xdd", named) == LISTED[3]


@pytest.mark.parametrize("network", ["", " One", "One ", "Arbitrum  One", "Arbitrum\tOne", "Arbitrum\n", "x" * 33])
def test_a_network_is_words_with_a_space_between(network: str) -> None:
    with pytest.raises(ValidationError, match="network"):
        Allowed(asset="ETH", network=network, address="0xdd")


@pytest.mark.parametrize(
    ("asset", "address", "network", "why"),
    [
        ("ETH", "0xcc", None, "no allowed address"),
        ("BTC", "0xaa", None, "no allowed address"),
        ("USDT", "Tbb", "ETH", "no allowed address"),
        ("ETH", "0xaa", None, "several networks"),
        ("ETH", None, None, "needs an address"),
    ],
)
def test_any_other_is_refused(asset: str, address: str | None, network: str | None, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        AllowList(LISTED).allowed(asset, address, network)


def test_a_refusal_names_the_file_and_nothing_of_what_is_in_it() -> None:
    with pytest.raises(RefusedError) as refused:
        AllowList(LISTED, Path("/etc/desk/addresses.json")).allowed("ETH", "0xcc", "ETH")

    assert str(refused.value) == (
        "0xcc is no allowed address for ETH (ETH): /etc/desk/addresses.json did not list it when the worker started"
    )


def test_a_refusal_without_a_file_names_the_option() -> None:
    with pytest.raises(RefusedError, match="the venue's option `addresses` names no file"):
        AllowList().allowed("ETH", "0xcc", "ETH")


def test_without_a_list_nothing_is_allowed() -> None:
    with pytest.raises(RefusedError, match="no allowed address"):
        read_addresses(PLACE, None).allowed("ETH", "0xaa", "ETH")


def test_a_list_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    file.write_text(json.dumps([each.model_dump(exclude_none=True) for each in LISTED]))

    assert read_addresses(PLACE, file) == AllowList(LISTED, file)


@pytest.mark.parametrize(
    ("text", "why"), [("{}", "valid list"), ("[{}]", "at 0.asset"), ("nothing", "must be a JSON list")]
)
def test_a_list_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "addresses.json"
    file.write_text(text)

    with pytest.raises(BadSettingsError, match=why):
        read_addresses(PLACE, file)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsError, match="No such file"):
        read_addresses(PLACE, tmp_path / "addresses.json")


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_list_that_others_may_write_is_refused_at_the_start(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "addresses.json"
    file.write_text("[]")
    file.chmod(mode)

    with pytest.raises(BadSettingsError, match="may be written by others than its owner; run chmod go-w on it"):
        read_addresses(PLACE, file)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_list_that_others_may_read_is_taken(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "addresses.json"
    file.write_text("[]")
    file.chmod(mode)

    assert read_addresses(PLACE, file) == AllowList((), file)
