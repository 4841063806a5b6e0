"""Where an installation keeps its witnesses: the same variables and files as every other command reads."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from allornone_verify.request import ExchangeFile

CONNECT_TIMEOUT_S = 5
TASK_QUEUE = "allornone"


@dataclass(frozen=True, slots=True)
class Place:
    """An installation's folders and its server's address, as far as they are known."""

    data_dir: Path
    log_dir: Path
    ledgers: tuple[Path, ...]
    exchanges: tuple[ExchangeFile, ...]
    task_queue: str


def installation(
    log_dir: Path | None, ledgers: tuple[Path, ...], exchanges: tuple[str, ...], *, no_ledger: bool
) -> Place:
    """Return where things are: what is given, else what `ALLORNONE_*` says, else `.allornone` here.

    An exchange is given as `PATH` or `VENUE=PATH`.
    """
    data_dir = Path(os.environ.get("ALLORNONE_DATA_DIR") or ".allornone").expanduser().resolve()
    given = log_dir or Path(os.environ.get("ALLORNONE_LOG_DIR") or data_dir / "logs")
    usual = data_dir / "paper.db"
    found = ledgers or ((usual,) if usual.is_file() and log_dir is None else ())
    books = data_dir / "testexchange" / "testexchange.db"
    usual_books = (ExchangeFile(books),) if books.is_file() and log_dir is None and not ledgers else ()
    served = tuple(_exchange(text) for text in exchanges) or usual_books
    queue = os.environ.get("ALLORNONE_TASK_QUEUE") or TASK_QUEUE
    witnesses = ((), ()) if no_ledger else (found, served)
    return Place(data_dir, given.expanduser().resolve(), *witnesses, queue)


def _exchange(text: str) -> ExchangeFile:
    venue, separator, path = text.partition("=")
    return ExchangeFile(Path(path).expanduser(), venue) if separator else ExchangeFile(Path(text).expanduser())


async def connected(server: str | None, namespace: str | None, data_dir: Path) -> tuple[Client | None, str]:
    """Return a client, or None and why there is none. Whoever was named a server and cannot reach it is told so."""
    try:
        config = ClientConnectConfig(target_host=server) if server else _configured(data_dir)
    except (RuntimeError, ValueError, OSError) as error:
        return None, f"Temporal's own configuration cannot be read: {error}"
    target = config.get("target_host")
    if target is None:
        return None, f"{data_dir} knows of no server, and TEMPORAL_ADDRESS names none"
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await Client.connect(
                target,
                namespace=namespace or config.get("namespace", "default"),
                api_key=config.get("api_key"),
                tls=config.get("tls"),
                rpc_metadata=config.get("rpc_metadata", {}),
            ), ""
    except (RuntimeError, TimeoutError) as error:
        return None, f"no server answers at {target} ({str(error).partition('(')[0].strip() or 'no answer'})"


def _configured(data_dir: Path) -> ClientConnectConfig:
    """Return Temporal's own configuration where it names an address, else the embedded server's."""
    configured = ClientConfig.load_client_connect_config()
    if "target_host" in configured:
        return configured
    try:
        listens = json.loads((data_dir / "server.json").read_bytes())["temporal"]
        return ClientConnectConfig(target_host=f"{listens['host']}:{int(listens['port'])}")
    except (OSError, ValueError, KeyError, TypeError):
        return ClientConnectConfig()
