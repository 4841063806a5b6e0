"""What the settings may say of an exchange account, and what is told where they are wrong; all without ccxt."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from allornone.errors import BadSettingsError
from allornone.models.details import OperationType
from allornone.venues import Venue
from allornone.venues.exchange import open_venue

ROOT = Path(__file__).parents[3]
ACCOUNT = {"exchange": "binance", "key_env": "DESK_KEY", "secret_env": "DESK_SECRET"}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_KEY", "key-of-the-desk")
    monkeypatch.setenv("DESK_SECRET", "secret-of-the-desk")


def does(venue: Venue) -> set[OperationType]:
    return set(venue.capabilities.operations)


def test_the_spot_account_trades_transfers_and_withdraws() -> None:
    assert does(open_venue("binance", ACCOUNT)) == {
        OperationType.SPOT_TRADE,
        OperationType.TRANSFER,
        OperationType.WITHDRAW,
    }


def test_the_margin_account_trades_contracts_and_transfers() -> None:
    opened = open_venue("binance.usdm", ACCOUNT | {"account": "usdm"})

    assert does(opened) == {OperationType.PERP_TRADE, OperationType.TRANSFER}


def test_an_exchange_without_a_module_does_what_the_settings_declare() -> None:
    blind = open_venue("okx", ACCOUNT | {"exchange": "okx", "account": "generic"})
    finding = open_venue(
        "okx", ACCOUNT | {"exchange": "okx", "account": "generic", "lookup": "recent", "lateness_s": "20"}
    )

    declared = [venue.capabilities.operations[OperationType.SPOT_TRADE] for venue in (blind, finding)]
    assert [(each.lookup, each.expiry, each.recall) for each in declared] == [
        ("none", "none", False),
        ("recent", "bounded", True),
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"exchange": "binanze"}, "ccxt has no exchange 'binanze'"),
        ({"account": "margin"}, "binance has deposits, generic, spot, usdm, not 'margin'"),
        ({"connect_to": "https://somewhere"}, "at binance.connect_to"),
        ({"timeout_s": "60"}, "at binance.timeout_s"),
        ({"secret": "secret-of-the-desk"}, "at binance.secret: Extra inputs are not permitted"),
        ({"key_env": "NO_SUCH_KEY"}, "NO_SUCH_KEY is not set"),
        ({"addresses": "/nowhere/addresses.json"}, "No such file"),
    ],
)
def test_what_is_wrong_is_told_by_its_name_and_never_by_its_value(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(BadSettingsError, match=told) as raised:
        open_venue("binance", ACCOUNT | wrong)

    assert "of-the-desk" not in str(raised.value)


def test_opening_an_account_does_not_load_ccxt(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.touch(0o600)
    keys.write_text(json.dumps({"apiKey": "k", "secret": "s"}))
    code = (
        "import sys; from allornone.venues.exchange import open_venue; "
        f"open_venue('binance', {{'exchange': 'binance', 'credentials_file': {str(keys)!r}}}); "
        "print('ccxt' in sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert told.stdout.strip() == "False"


def test_the_package_brings_the_adapter_under_the_name_that_settings_give() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["entry-points"]["allornone.venues"]["ccxt"] == "allornone.venues.exchange:open_venue"
