"""The pages about exchanges: settings, address lists and faults in them are read, and their tables are the code's."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone.models.operation import OperationCommand
from allornone.settings import VenueSettings
from allornone.testexchange.faults import read_rules
from allornone.venues.capabilities import OperationCapability
from allornone.venues.exchange import generic
from allornone.venues.exchange.addresses import read_addresses
from allornone.venues.exchange.binance import spot, transfer, withdrawal
from allornone.venues.exchange.coinbase import spot as coinbase_spot
from allornone.venues.exchange.coinbase import withdrawal as coinbase_withdrawal
from allornone.venues.exchange.deposits.deposits import DEPOSIT
from allornone.venues.exchange.exchanges import EXCHANGES
from allornone.venues.exchange.kraken import spot as kraken_spot
from allornone.venues.exchange.kraken import withdrawal as kraken_withdrawal
from allornone.venues.exchange.options import Options, read_options

PAGES = Path(__file__).parents[2] / "docs" / "venues"
EXCHANGE_PAGES = ["binance", "kraken", "coinbase", "other-exchanges"]
WAY_IN = "transfer` of `{}.deposits"
DECLARED = {
    "binance": {
        "spot_trade": spot.TRADE,
        "perp_trade": spot.TRADE,
        "transfer": transfer.TRANSFER,
        "withdraw": withdrawal.WITHDRAWAL,
        WAY_IN.format("binance"): DEPOSIT,
    },
    "kraken": {
        "spot_trade": kraken_spot.TRADE,
        "withdraw": kraken_withdrawal.WITHDRAWAL,
        WAY_IN.format("kraken"): DEPOSIT,
    },
    "coinbase": {
        "spot_trade": coinbase_spot.TRADE,
        "withdraw": coinbase_withdrawal.SEND,
        WAY_IN.format("coinbase"): DEPOSIT,
    },
    "other-exchanges": {
        "spot_trade": generic.capability(
            Options(exchange="bitstamp", account="generic", lookup="recent", lateness_s=Decimal(60))
        )
    },
}


def blocks(page: str, language: str) -> list[str]:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def entries(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(blocks(page, "json")[0])
    return found


def row(operation: str, can: OperationCapability) -> str:
    return (
        f"| `{operation}` | {can.expiry} | {can.lookup} | {can.id_scope} | {'yes' if can.recall else 'no'} | "
        f"{can.undo.value} | {can.lateness_s:f} s | {can.settle_s:f} s |"
    )


@pytest.mark.parametrize("page", [*EXCHANGE_PAGES, "deposits"])
def test_the_settings_that_are_shown_can_be_read(page: str) -> None:
    for name, entry in entries(page).items():
        venue = VenueSettings.model_validate(entry)
        if venue.adapter == "ccxt":
            options = read_options(name, venue.plain())
            assert options.account in {*EXCHANGES.get(options.exchange, {}), "generic"}


@pytest.mark.parametrize("page", ["binance", "kraken"])
def test_the_address_list_that_is_shown_can_be_read(page: str, tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    file.write_text(blocks(page, "json")[1])

    assert read_addresses(page, file).entries


@pytest.mark.parametrize("page", EXCHANGE_PAGES)
def test_the_capabilities_that_are_shown_are_those_declared(page: str) -> None:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    shown = re.findall(r"^\| `(?:spot_trade|perp_trade|transfer|withdraw)` .*$", text, re.MULTILINE)

    assert shown == [row(operation, can) for operation, can in DECLARED[page].items()]


def test_the_deposit_that_is_shown_can_be_planned() -> None:
    command = OperationCommand.model_validate_json(blocks("deposits", "json")[1])

    assert command.venue == "kraken.deposits"


def test_the_faults_that_are_shown_can_be_read() -> None:
    (shown,) = blocks("test-exchange", "yaml")

    assert len(read_rules(shown)) == 5
