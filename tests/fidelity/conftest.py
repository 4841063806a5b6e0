"""Clients that are not ours at a test exchange in a process of its own, at the exchanges' real addresses."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / ".venv/bin/allornone"
"""The exchange runs in the main environment, its clients in one of their own."""
HOSTS = frozenset({"api.binance.com", "fapi.binance.com", "api.kraken.com", "api.coinbase.com"})
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Exchange:
    """A running test exchange. `told` is what it says of itself, without secrets."""

    folder: Path
    told: dict[str, Any]

    def key(self, name: str, account: str = "desk") -> dict[str, str]:
        """Return `apiKey` and `secret` of an account."""
        found: dict[str, str] = json.loads((self.folder / f"{name}-{account}.json").read_text("utf-8"))
        return found

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """Ask the control port; with a body it is a POST. Raises HTTPError where that is refused."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.told['control_url']}/v1/{path}", data, method=method)  # noqa: S310 (loopback)
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:  # noqa: S310 (loopback)
            return json.loads(answer.read())

    def fault(self, **rule: object) -> None:
        """Let the exchange behave so, and in no other way."""
        self.control("faults", [rule], "PUT")


def _ready(process: subprocess.Popen[bytes], file: Path) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while not file.exists():
        assert process.poll() is None, "the test exchange ended"
        assert time.monotonic() < until, "the test exchange did not start"
        time.sleep(0.02)
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    """Run the three exchanges; every request of this process for their hosts goes there, and no other goes anywhere."""
    folder, ready = tmp_path / "books", tmp_path / "ready.json"
    process = subprocess.Popen(
        [COMMAND, "testexchange", "binance", "kraken", "coinbase", "--folder", folder, "--ready-file", ready],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    try:
        told = _ready(process, ready)
        _lead_here(int(told["connect_to"].rpartition(":")[2]), monkeypatch)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", told["ca_file"])
        running = Exchange(folder, told)
        yield running
        for name in ("binance", "kraken", "coinbase"):
            assert running.control(f"{name}/problems") == [], f"the books of {name} do not add up"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _lead_here(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve the exchanges' names to the test exchange, port and all: the clients keep their own addresses."""
    real = socket.getaddrinfo

    def resolve(host: Any, wanted: Any, *rest: Any, **named: Any) -> Any:
        if host in HOSTS and wanted == 443:
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]
        if host == "127.0.0.1":
            return real(host, wanted, *rest, **named)
        raise OSError(f"no {host} here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
