"""Keys are read from where only their owner reads, and shown nowhere."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from allornone.errors import BadSettingsError
from allornone.venues.exchange.credentials import read_credentials

PLACE = "ALLORNONE_VENUES at binance"
GIVEN = {"apiKey": "key-of-the-desk", "secret": "secret-of-the-desk"}


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "key.json"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_file_gives_key_and_secret_and_shows_neither(tmp_path: Path) -> None:
    found = read_credentials(PLACE, written(tmp_path, json.dumps(GIVEN)), None, None)

    assert found.key.get_secret_value() == "key-of-the-desk"
    assert found.secret.get_secret_value() == "secret-of-the-desk"
    assert "of-the-desk" not in f"{found!r} {found}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(BadSettingsError, match="chmod 600"):
        read_credentials(PLACE, written(tmp_path, json.dumps(GIVEN), mode), None, None)


@pytest.mark.parametrize("text", ["secret-of-the-desk", '{"apiKey": "", "secret": "secret-of-the-desk"}', "[]"])
def test_a_file_that_says_something_else_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettingsError) as raised:
        read_credentials(PLACE, written(tmp_path, text), None, None)

    assert "secret-of-the-desk" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsError, match="No such file"):
        read_credentials(PLACE, tmp_path / "key.json", None, None)


def test_the_environment_gives_them_by_the_names_of_the_settings() -> None:
    found = read_credentials(PLACE, None, "DESK_KEY", "DESK_SECRET", {"DESK_KEY": "k", "DESK_SECRET": "s"})

    assert (found.key.get_secret_value(), found.secret.get_secret_value()) == ("k", "s")


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(BadSettingsError, match="DESK_SECRET is not set"):
        read_credentials(PLACE, None, "DESK_KEY", "DESK_SECRET", {"DESK_KEY": "k"})


def test_without_any_place_it_says_which_settings_there_are() -> None:
    with pytest.raises(BadSettingsError, match="needs credentials_file, or key_env and secret_env"):
        read_credentials(PLACE, None, None, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key-of-the-desk was refused", "*** was refused"),
        ("GET /x?a=1&signature=9f8e7d&b=2", "GET /x?a=1&signature=***&b=2"),
        ("plain", "plain"),
    ],
)
def test_what_is_told_is_scrubbed_of_them(tmp_path: Path, text: str, told: str) -> None:
    found = read_credentials(PLACE, written(tmp_path, json.dumps(GIVEN)), None, None)

    assert found.scrubbed(text) == told


AWKWARD = {"apiKey": "organizations/1/apiKeys/2-3", "secret": "ab+cd/ef==gh"}
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIabc/def+1\nzzzzYYYY==\n-----END EC PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("with ab+cd/ef==gh in it", "with *** in it"),
        ("GET /x?secret_of=ab%2Bcd%2Fef%3D%3Dgh&b=2", "GET /x?secret_of=***&b=2"),
        ("GET /x?of=ab%2bcd%2fef%3d%3dgh", "GET /x?of=***"),
        ("GET /x?of=ab%252Bcd%252Fef%253D%253Dgh", "GET /x?of=***"),
        (r'{"of": "ab+cd\/ef==gh"}', '{"of": "***"}'),
        ("key organizations%2F1%2FapiKeys%2F2-3 is not allowed", "key *** is not allowed"),
        ("Authorization: Bearer eyJhbGci.eyJzdWIi.c2lnbmVk then", "Authorization: Bearer *** then"),
        ("{'Authorization': 'Bearer eyJhbGci.eyJzdWIi.c2lnbmVk'}", "{'Authorization': 'Bearer ***'}"),
        ("the token eyJhbGci.eyJzdWIi.c2lnbmVk is over", "the token *** is over"),
        ("{'API-Sign': 'aa+bb==', 'API-Key': 'xyz'}", "{'API-Sign': '***', 'API-Key': '***'}"),
        (r"said {\"signature\": \"9f8e\"}", r"said {\"signature\": \"***\"}"),
        ("GET /x?a=1&signature=ab%2Bc%3D&b=2", "GET /x?a=1&signature=***&b=2"),
        ("bearer of bad news", "bearer of bad news"),
    ],
)
def test_a_text_shows_no_secret_however_it_is_written(tmp_path: Path, told: str, shown: str) -> None:
    found = read_credentials(PLACE, written(tmp_path, json.dumps(AWKWARD)), None, None)

    assert found.scrubbed(told) == shown


@pytest.mark.parametrize("spelled", [PEM, repr(PEM), json.dumps(PEM), json.dumps(json.dumps(PEM)), quote(PEM)])
def test_a_key_of_several_lines_is_shown_in_no_spelling(tmp_path: Path, spelled: str) -> None:
    found = read_credentials(PLACE, written(tmp_path, json.dumps({"apiKey": "k-of-desk", "secret": PEM})), None, None)

    shown = found.scrubbed(f"could not sign with {spelled}")

    assert "MHcCAQEEI" not in shown
    assert "zzzzYYYY" not in shown
    assert shown.startswith("could not sign with ")
