"""The embedded installation, with real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from temporalio.client import Client

from allornone.client.address import ServerAddress, live_address, read_address
from allornone.client.connect import connect
from allornone.errors import BadSettingsError, NoServerError
from allornone.settings import Settings, load_settings
from worker.child import within
from worker.embedded import embedded, revive

PATIENCE_S = 30
STAY = """
import sys
from pathlib import Path
from allornone.settings import load_settings
from worker.embedded import embedded

with embedded(load_settings(data_dir=Path(sys.argv[1]))) as address:
    print(address.temporal.process.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An embedded installation that runs during this module."""
    settings = on_free_ports(tmp_path_factory.mktemp("installed"))
    with embedded(settings):
        yield settings


@pytest.fixture
async def client(installed: Settings) -> Client:
    """A client of it."""
    return await connect(installed, embedded_only=True)


def on_free_ports(folder: Path) -> Settings:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        temporal, ui, paper = (one.getsockname()[1] for one in sockets)
    return load_settings(data_dir=folder, temporal_port=temporal, ui_port=ui, paper_port=paper)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_server_the_ui_and_the_venues_answer_while_they_are_used_and_not_after(tmp_path: Path) -> None:
    settings = on_free_ports(tmp_path)

    with embedded(settings) as address:
        assert address == live_address(tmp_path)
        during = [accepts(port) for port in (settings.temporal_port, settings.ui_port, settings.paper_port) if port]

    after = [accepts(port) for port in (settings.temporal_port, settings.ui_port, settings.paper_port) if port]
    assert during == [True, True, True]
    assert after == [False, False, False]
    assert read_address(tmp_path) is None
    assert (tmp_path / "temporal.db").exists()


def test_a_second_user_adopts_the_processes_and_leaves_them_to_the_first(tmp_path: Path) -> None:
    with staying(tmp_path) as first:
        started = read_address(tmp_path)
        with embedded(on_free_ports(tmp_path)) as adopted:
            assert adopted == started
        after_the_second = live_address(tmp_path)
        leave(first)

    assert after_the_second == started
    assert not adopted.temporal.is_running


def test_the_last_to_leave_stops_the_processes_that_the_first_started(tmp_path: Path) -> None:
    with staying(tmp_path) as first, embedded(on_free_ports(tmp_path)) as adopted:
        leave(first)
        after_the_first = live_address(tmp_path)

    assert after_the_first == adopted
    assert not adopted.temporal.is_running
    assert adopted.paper is not None
    assert not adopted.paper.is_running


def test_what_a_killed_process_leaves_behind_is_adopted(tmp_path: Path) -> None:
    pid = orphan(tmp_path).temporal.process.pid

    with embedded(on_free_ports(tmp_path)) as address:
        assert address.temporal.process.pid == pid
        assert address.temporal.answers

    assert not address.temporal.is_running


def test_a_dead_paper_process_is_replaced_beside_the_server_that_lives(tmp_path: Path) -> None:
    left = orphan(tmp_path)
    assert left.paper is not None
    os.kill(left.paper.process.pid, signal.SIGKILL)

    with embedded(on_free_ports(tmp_path)) as address:
        assert address.temporal == left.temporal
        assert address.paper is not None
        assert address.paper.answers


def test_a_server_that_died_is_revived_on_its_old_port(tmp_path: Path) -> None:
    settings = on_free_ports(tmp_path)
    with embedded(settings) as died:
        os.kill(died.temporal.process.pid, signal.SIGKILL)
        assert within(PATIENCE_S, lambda: not died.temporal.is_running)

        revived = revive(settings, died)

        assert revived.temporal.process != died.temporal.process
        assert revived.target == died.target
        assert revived.paper == died.paper
        assert revived.temporal.answers

    assert not revived.temporal.is_running


def test_a_server_that_is_not_in_the_file_keeps_others_off_its_database(tmp_path: Path) -> None:
    left = orphan(tmp_path)
    (tmp_path / "server.json").rename(tmp_path / "lost.json")

    with (
        pytest.raises(NoServerError, match=r"server already runs for .* find it with `fuser"),
        embedded(on_free_ports(tmp_path)),
    ):
        pass

    (tmp_path / "lost.json").rename(tmp_path / "server.json")
    with embedded(on_free_ports(tmp_path)) as address:
        assert address == left


def test_a_port_that_is_taken_is_refused_by_its_number(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with (
            pytest.raises(BadSettingsError, match=f"port {port} on 127.0.0.1 is taken"),
            embedded(load_settings(data_dir=tmp_path, temporal_port=port)),
        ):
            pass


async def test_without_any_server_the_message_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)

    with pytest.raises(NoServerError, match=r"run `allornone dev` .* or set ALLORNONE_DATA_DIR"):
        await connect(load_settings(data_dir=tmp_path))


async def test_an_address_where_nothing_listens_is_told_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    start = time.monotonic()

    with pytest.raises(NoServerError, match=r"no Temporal server answers at 127\.0\.0\.1:1 \(connection refused\)"):
        await connect(load_settings(data_dir=tmp_path))

    assert time.monotonic() - start < 5


async def test_the_configured_address_goes_before_the_embedded_server(
    installed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")

    with pytest.raises(NoServerError, match=r"127\.0\.0\.1:1"):
        await connect(installed)


@contextmanager
def staying(folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """Have another process use the installation until it is told to leave."""
    with subprocess.Popen([sys.executable, "-c", STAY, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        assert user.stdout.readline().strip().isdigit()
        yield user


def leave(user: subprocess.Popen[bytes]) -> None:
    user.communicate(timeout=PATIENCE_S)


def orphan(folder: Path) -> ServerAddress:
    """Leave the servers behind, as a process does that is killed outright."""
    with staying(folder) as parent:
        parent.kill()
    address = read_address(folder)
    assert address is not None
    return address
