import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from allornone.client.address import (
    Listener,
    ServerAddress,
    live_address,
    read_address,
    with_running_paper,
    write_address,
)
from allornone.client.identity import parse_identity, worker_identity
from allornone.client.process import Process
from allornone.settings import load_settings


@pytest.fixture
def port() -> Iterator[int]:
    """A port that accepts connections while the test runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def listener(port: int, process: Process | None = None) -> Listener:
    return Listener(process=process or Process.of(os.getpid()), host="127.0.0.1", port=port)


def address(folder: Path, port: int, process: Process | None = None) -> ServerAddress:
    found = listener(port, process)
    return ServerAddress(temporal=found, ui_port=8233, paper=found, data_dir=folder, log_dir=folder / "logs")


def test_what_is_written_is_read_back(tmp_path: Path, port: int) -> None:
    write_address(address(tmp_path, port))

    assert read_address(tmp_path) == address(tmp_path, port)
    assert [path.name for path in tmp_path.iterdir()] == ["server.json"]


def test_no_file_and_a_broken_file_are_no_address(tmp_path: Path) -> None:
    assert read_address(tmp_path) is None

    (tmp_path / "server.json").write_text('{"temporal": {"pro')

    assert read_address(tmp_path) is None


def test_a_server_that_runs_and_answers_is_live(tmp_path: Path, port: int) -> None:
    write_address(address(tmp_path, port))

    assert live_address(tmp_path) == address(tmp_path, port)


def test_another_process_with_the_same_pid_is_not_the_server(tmp_path: Path, port: int) -> None:
    write_address(address(tmp_path, port, Process(os.getpid(), started=1)))

    assert live_address(tmp_path) is None


def test_a_server_whose_port_is_closed_is_not_live(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]

    write_address(address(tmp_path, port))

    assert live_address(tmp_path) is None


def test_a_dead_process_that_nobody_waited_for_is_dead() -> None:
    with subprocess.Popen(["true"]) as child:
        process = Process.of(child.pid)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert not process.is_alive


def test_settings_follow_the_paper_process_that_runs(tmp_path: Path, port: int) -> None:
    write_address(address(tmp_path, port))

    assert with_running_paper(load_settings(data_dir=tmp_path)).paper_url == f"http://127.0.0.1:{port}"


def test_a_paper_address_that_is_set_is_kept(tmp_path: Path, port: int) -> None:
    write_address(address(tmp_path, port))

    chosen = load_settings(data_dir=tmp_path, paper_url="http://127.0.0.1:1")

    assert with_running_paper(chosen).paper_url == "http://127.0.0.1:1"


def test_a_worker_tells_by_its_identity_where_it_logs() -> None:
    found = parse_identity(worker_identity(Path("/srv/desk: one/logs")))

    assert found is not None
    assert found.pid == os.getpid()
    assert found.log_dir == Path("/srv/desk: one/logs")


def test_other_pollers_have_no_log() -> None:
    assert parse_identity("4711@some-host") is None
