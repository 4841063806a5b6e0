"""The test exchanges in a process of their own, until a signal."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from allornone.testexchange.keys import write_private
from allornone.testexchange.serving import ACCOUNT, EXCHANGES, Served, serving


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; 0 is any port that is free."""

    tls: int = 0
    control: int = 0


_WAY_IN = "deposits"
"""The account by which what comes to an exchange is awaited. Each has it, and its key need only look."""
_ACCOUNTS = {"binance": {"binance": "spot", "binance.usdm": "usdm"}}
"""By exchange: the venue names of its accounts, and ccxt's name of each; else the exchange has one, `spot`."""


def run_exchanges(folder: Path, exchanges: Sequence[str], ports: Ports, ready_file: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT; print how to reach it, and write that as JSON to `ready_file`."""
    asyncio.run(_serve(folder, exchanges, ports, ready_file))


async def _serve(folder: Path, exchanges: Sequence[str], ports: Ports, ready_file: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with serving(folder, exchanges, ports.tls, ports.control) as served:
        if ready_file is not None:
            write_private(ready_file, json.dumps(told(served)))
        sys.stdout.write(words(served))
        sys.stdout.flush()
        await stopped.wait()


def told(served: Served) -> dict[str, object]:
    """Return where everything is. No secret: only the files that hold them."""
    return {
        "connect_to": served.connect_to,
        "control_url": served.control_url,
        "ca_file": str(served.ca_file.resolve()),
        "venues": venues(served),
        "pid": os.getpid(),
    }


def venues(served: Served) -> dict[str, dict[str, str]]:
    """Return the settings by which a worker trades here, by venue name."""
    return {
        venue: _entry(served, exchange, account)
        for exchange in served.engines
        for venue, account in {
            **_ACCOUNTS.get(exchange, {exchange: "spot"}),
            f"{exchange}.{_WAY_IN}": _WAY_IN,
        }.items()
    }


def _entry(served: Served, exchange: str, account: str) -> dict[str, str]:
    key = f"{ACCOUNT}-readonly" if account == _WAY_IN else ACCOUNT
    return {
        "adapter": "ccxt",
        "exchange": exchange,
        "account": account,
        "credentials_file": str(served.credentials_file(exchange, key).resolve()),
        "connect_to": served.connect_to,
        "ca_file": str(served.ca_file.resolve()),
    }


def words(served: Served) -> str:
    """Return what is printed once it listens."""
    return (
        f"{', '.join(served.engines)} on {served.connect_to} (TLS), controlled at {served.control_url}\n"
        f"Books: {served.folder.resolve()}\n"
        f"Faults: {served.faults.path.resolve()}, read again whenever it changes\n"
        "A worker trades here with:\n"
        f"export ALLORNONE_VENUES='{json.dumps(venues(served))}'\n"
    )


def known() -> tuple[str, ...]:
    """Return the exchanges there are."""
    return tuple(EXCHANGES)
