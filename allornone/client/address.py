"""`server.json`: where the embedded server and the paper venues of a data folder listen, and who they are."""

import os
import socket
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from allornone import wire
from allornone.client.process import Process
from allornone.settings import Settings

FILE = "server.json"
_ANSWER_TIMEOUT_S = 1.0


class Listener(BaseModel):
    """One process of ours that listens on loopback."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    process: Process
    host: str
    port: int

    @property
    def is_running(self) -> bool:
        """Whether this very process still runs."""
        return self.process.is_alive

    @property
    def answers(self) -> bool:
        """Whether the process runs and its port accepts a connection."""
        return self.is_running and _accepts(self.host, self.port)


class ServerAddress(BaseModel):
    """What an embedded installation tells its clients. Fields that a reader does not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    temporal: Listener
    ui_port: int
    paper: Listener | None = None
    data_dir: Path
    log_dir: Path

    @property
    def target(self) -> str:
        """Temporal's `host:port`."""
        return f"{self.temporal.host}:{self.temporal.port}"

    @property
    def ui_url(self) -> str:
        """Where Temporal's UI is."""
        return f"http://{self.temporal.host}:{self.ui_port}"

    @property
    def groups_url(self) -> str:
        """Where Temporal's UI lists the groups, without the sweeps."""
        query = quote(f'WorkflowType="{wire.GROUP_WORKFLOW}"')
        return f"{self.ui_url}/namespaces/default/workflows?query={query}"

    @property
    def paper_url(self) -> str | None:
        """Where the paper venues are served, None while they are not."""
        return f"http://{self.paper.host}:{self.paper.port}" if self.paper and self.paper.is_running else None


def read_address(data_dir: Path) -> ServerAddress | None:
    """Return what `server.json` says, None when there is none to read. Says nothing about who lives."""
    try:
        return ServerAddress.model_validate_json((data_dir / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def live_address(data_dir: Path) -> ServerAddress | None:
    """Return the address of the embedded server of `data_dir` if it answers."""
    address = read_address(data_dir)
    return address if address is not None and address.temporal.answers else None


def with_running_paper(settings: Settings) -> Settings:
    """Return `settings` with the address of the paper venues' own process, if it runs and none is set."""
    address = read_address(settings.data_dir)
    if settings.paper_url is not None or address is None or address.paper_url is None:
        return settings
    return settings.model_copy(update={"paper_url": address.paper_url})


def write_address(address: ServerAddress) -> None:
    """Put `server.json` in place in one step, so that no reader ever sees half of it."""
    beside = address.data_dir / f".{FILE}.{os.getpid()}"
    beside.write_text(address.model_dump_json(indent=2) + "\n", encoding="utf-8")
    beside.replace(address.data_dir / FILE)


def remove_address(data_dir: Path) -> None:
    """Remove `server.json`, once nobody listens any more."""
    (data_dir / FILE).unlink(missing_ok=True)


def _accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_ANSWER_TIMEOUT_S):
            return True
    except OSError:
        return False
