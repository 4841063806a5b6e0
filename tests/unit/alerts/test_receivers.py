"""A receiver is called once a try, is given its time, and nothing secret is said of it."""

import json
import sys
from pathlib import Path

import pytest

from tests.receiver import receiving
from worker import receivers
from worker.receivers import by_command, by_url

BODY = b'{"group": "g-1"}'
KEEPS = """
import os, pathlib, sys
pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())
pathlib.Path(sys.argv[1] + ".environment").write_text(repr(dict(os.environ)) + repr(sys.argv))
"""


async def test_a_url_is_posted_the_body_as_json() -> None:
    async with receiving() as receiver:
        assert await by_url(receiver.url)(BODY) is None
        assert receiver.calls == [{"group": "g-1"}]


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_a_url_that_refuses_or_leads_elsewhere_has_not_been_told(status: int) -> None:
    async with receiving(status) as receiver:
        assert await by_url(receiver.url)(BODY) == f"the URL answered HTTP {status}"
        assert len(receiver.calls) == 1


async def test_a_url_that_hangs_is_given_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "TRY_S", 0.3)
    async with receiving(0) as receiver:
        assert await by_url(receiver.url)(BODY) == "the URL did not answer within 0 s"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/hunter2", "http://[hunter2/", "http://hunter2.invalid/"])
async def test_of_a_url_that_cannot_be_called_nothing_is_said_but_how(url: str) -> None:
    why = await by_url(url)(BODY)

    assert why is not None
    assert why.startswith("the URL could not be called: ")
    assert "hunter2" not in why


async def test_a_command_has_the_body_on_its_input_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLORNONE_VENUES", '{"kraken": {"secret": "hunter2"}}')
    monkeypatch.setenv("TEMPORAL_API_KEY", "hunter2")

    assert await by_command([sys.executable, "-c", KEEPS, str(tmp_path / "heard")])(BODY) is None

    assert json.loads((tmp_path / "heard").read_text()) == {"group": "g-1"}
    around = (tmp_path / "heard.environment").read_text()
    assert "hunter2" not in around
    assert "g-1" not in around


async def test_a_command_is_no_line_of_a_shell(tmp_path: Path) -> None:
    echo = [sys.executable, "-c", "import sys; sys.exit(len(sys.argv))", ";", f"touch {tmp_path / 'made'}", "$(id)"]
    assert await by_command(echo)(BODY) == "the command ended with code 4"
    assert not (tmp_path / "made").exists()


async def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "TRY_S", 5.0)
    hangs = f"sleep 600 & echo $! > {tmp_path / 'pid'}; wait"

    assert await by_command(["sh", "-c", hangs])(BODY) == "the command did not end within 5 s"
    assert has_ended(int((tmp_path / "pid").read_text()))


def has_ended(pid: int) -> bool:
    """Tell whether a process is dead, waited for or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def test_a_command_that_reads_nothing_has_been_told_if_it_says_so() -> None:
    assert await by_command([sys.executable, "-c", ""])(b" " * 1_000_000) is None


async def test_a_command_that_is_not_there_is_said_to_be_so() -> None:
    assert await by_command(["/nowhere/hunter2"])(BODY) == "the command could not be run: FileNotFoundError"
