"""The second witness of every scenario: the independent checker, over what a test's installation left behind."""

import asyncio
import sqlite3
from collections.abc import Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.client import Client

from allornone_verify import ExchangeFile, Report, Request, examine

SKEW_S = 30.0
"""The paper venues' clock and the log's may be that far apart in a test: activities begin them at other moments."""


async def verified(
    folder: Path, target: str | None = None, broken: Collection[str] = (), exchanges: Collection[Path] = ()
) -> Report:
    """Check the installation in `folder`, with the histories of the server at `target` and test exchanges' books.

    Fails on whatever is broken beyond what the test broke on purpose, and on what of that is not found.
    """
    client = await Client.connect(target) if target is not None else None
    ledger = folder / "paper.db"
    request = Request(folder / "logs", (ledger,) if _is_ledger(ledger) else (), client, skew_s=SKEW_S)
    request = replace(request, exchanges=tuple(ExchangeFile(path) for path in exchanges))
    report = await examine(request)
    found = {verdict.name for verdict in report.broken}
    assert found == set(broken), f"the installation in {folder} breaks {found or 'nothing'}\n{report}"
    return report


def verify_now(
    folder: Path, target: str | None = None, broken: Collection[str] = (), exchanges: Collection[Path] = ()
) -> Report:
    """Check from where no loop may be run, such as the end of a fixture."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_run, verified(folder, target, broken, exchanges)).result()


def _run(check: Coroutine[Any, Any, Report]) -> Report:
    return asyncio.run(check)


def _is_ledger(path: Path) -> bool:
    """A test's venues may keep their ledger in memory, and then the file is empty or missing."""
    if not path.is_file():
        return False
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'orders'").fetchone()
    connection.close()
    return bool(found[0])
