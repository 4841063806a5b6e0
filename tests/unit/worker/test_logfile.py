"""What our loggers warn of can be read after the terminal is gone."""

import logging
from pathlib import Path

import pytest

from allornone.settings import load_settings
from worker.logfile import logging_to

WATCHED = logging.getLogger("allornone.venues.exchange.watching")


def test_a_warning_is_in_the_file_that_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with logging_to(load_settings(data_dir=tmp_path / "data")) as where:
        WATCHED.warning("kraken: withdrawal R-1 was taken as FTQ-1; watched until its end")

    assert where == f"{tmp_path / 'data' / 'worker.log'}, and stderr"
    (line,) = (tmp_path / "data" / "worker.log").read_text().splitlines()
    assert line.endswith(
        "WARNING allornone.venues.exchange.watching: kraken: withdrawal R-1 was taken as FTQ-1; watched until its end"
    )
    assert capfd.readouterr().err == f"{line}\n"


def test_the_file_is_gone_on_with_at_the_next_start(tmp_path: Path) -> None:
    for number in ("FTQ-1", "FTQ-2"):
        with logging_to(load_settings(data_dir=tmp_path)):
            WATCHED.warning("taken as %s", number)

    assert [line[-5:] for line in (tmp_path / "worker.log").read_text().splitlines()] == ["FTQ-1", "FTQ-2"]


def test_a_file_that_cannot_be_written_leaves_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "worker.log").mkdir()

    with logging_to(load_settings(data_dir=tmp_path)) as where:
        WATCHED.warning("said")

    assert where == f"stderr alone: {tmp_path / 'worker.log'} cannot be written (Is a directory)"
