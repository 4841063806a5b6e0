from pathlib import Path

import pytest

from allornone.errors import BadSettingsError
from allornone.settings import load_settings


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start in an empty folder with none of our variables set."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATA_DIR", "LOG_DIR", "TASK_QUEUE", "VENUES", "LIMITS", "ALERT", "PAPER_URL"):
        monkeypatch.delenv(f"ALLORNONE_{name}", raising=False)


def test_everything_lies_under_one_folder_of_the_working_directory(tmp_path: Path) -> None:
    settings = load_settings()

    assert settings.data_dir == tmp_path / ".allornone"
    assert settings.log_dir == tmp_path / ".allornone" / "logs"


def test_the_environment_moves_the_folder_and_the_log_moves_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLORNONE_DATA_DIR", "elsewhere")

    settings = load_settings()

    assert settings.data_dir == Path.cwd() / "elsewhere"
    assert settings.log_dir == Path.cwd() / "elsewhere" / "logs"


def test_groups_run_on_the_usual_task_queue() -> None:
    assert load_settings().task_queue == "allornone"


def test_a_venue_keeps_what_its_adapter_wants_to_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLORNONE_VENUES", '{"binance.usdm": {"adapter": "ccxt", "api_key": "k", "retries": 3}}')

    venue = load_settings().venues["binance.usdm"]

    assert venue.adapter == "ccxt"
    assert venue.plain() == {"api_key": "k", "retries": "3"}


def test_an_option_of_a_venue_is_never_shown() -> None:
    settings = load_settings(venues={"kraken": {"adapter": "ccxt", "secret": "hunter2"}})

    assert "hunter2" not in repr(settings)


def test_a_wrong_setting_names_its_variable() -> None:
    with pytest.raises(BadSettingsError, match=r"^ALLORNONE_SWEEP_EVERY_S must be greater than 0, was 0$"):
        load_settings(sweep_every_s=0)


def test_a_message_about_a_venue_tells_no_secret() -> None:
    with pytest.raises(BadSettingsError) as caught:
        load_settings(venues={"Kraken!": {"adapter": "ccxt", "secret": "hunter2"}})

    assert str(caught.value) == (
        "ALLORNONE_VENUES at Kraken! must be a venue in lower case such as 'binance' or 'binance.usdm', "
        "was something that is not shown here"
    )
    assert "hunter2" not in str(caught.value)


def test_a_variable_that_is_no_json_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLORNONE_VENUES", "{binance")

    with pytest.raises(BadSettingsError, match="ALLORNONE_VENUES must be one JSON object"):
        load_settings()


def test_a_file_of_the_event_log_is_closed_at_256_mebibytes_and_never_below_64_kibibytes() -> None:
    assert load_settings().log_rotate_bytes == 268_435_456
    with pytest.raises(BadSettingsError, match="ALLORNONE_LOG_ROTATE_BYTES must be at least 65536, was 65535"):
        load_settings(log_rotate_bytes=65_535)


@pytest.mark.parametrize("text", ["https://hooks.example/hunter2", "notify --key hunter2 'on call'"])
def test_who_is_alerted_is_never_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ALLORNONE_ALERT", text)

    settings = load_settings()

    assert settings.alert is not None
    assert settings.alert.get_secret_value() == text
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a command line, or a URL that begins with https:// or http://"),
        ("https:///hunter2", "the URL names no host"),
        ("notify 'hunter2", "No closing quotation"),
    ],
)
def test_a_wrong_alert_is_told_what_to_write_and_not_shown(text: str, said: str) -> None:
    with pytest.raises(BadSettingsError) as wrong:
        load_settings(alert=text)

    assert str(wrong.value) == f"ALLORNONE_ALERT is wrong: {said}"
