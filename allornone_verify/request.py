"""What is to be checked."""

from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client


@dataclass(frozen=True, slots=True)
class ExchangeFile:
    """A `testexchange.db`. `venue` is what its exchange is called in the log; empty where the log tells."""

    path: Path
    venue: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """The witnesses. `skew_s` is how far two clocks may be apart before their times are held against each other."""

    log_dir: Path
    ledgers: tuple[Path, ...] = ()
    client: Client | None = None
    group_id: str | None = None
    task_queue: str | None = None
    """Where the installation's groups run: those that the server lists there must be in the log."""
    no_client: str = "no server was asked"
    """Why there is no client."""
    skew_s: float = 5.0
    exchanges: tuple[ExchangeFile, ...] = ()
