"""The command line of the checker."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import orjson
import typer
from rich.console import Console

from allornone_verify.check import examine
from allornone_verify.place import connected, installation
from allornone_verify.report import Report
from allornone_verify.request import Request
from allornone_verify.tables import print_report

HELD, BROKEN, BAD_INPUT = 0, 1, 2

app = typer.Typer(name="allornone-verify", add_completion=False, pretty_exceptions_enable=False)


@app.command(epilog="Exit codes: 0 everything that was checked holds; 1 something is broken; 2 bad input.")
def verify(
    *,
    group: Annotated[str | None, typer.Option("--group", metavar="ID", help="Only this group.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    log_dir: Annotated[
        Path | None, typer.Option(help="The event log's folder, the one that has `events` in it.")
    ] = None,
    ledger: Annotated[list[Path] | None, typer.Option(help="A venue's own ledger (paper.db). May be repeated.")] = None,
    testexchange: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[VENUE=]PATH",
            help="The books of `allornone testexchange` (testexchange.db). May be repeated. VENUE is what its exchange"
            " is called in the log, where the log does not tell.",
        ),
    ] = None,
    no_ledger: Annotated[bool, typer.Option("--no-ledger", help="Judge without any ledger or books.")] = False,
    server: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Temporal's address.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Temporal's namespace.")] = None,
    no_server: Annotated[bool, typer.Option("--no-server", help="Judge without Temporal's histories.")] = False,
    task_queue: Annotated[str | None, typer.Option(help="Where the installation's groups run.")] = None,
    clock_skew_s: Annotated[
        float, typer.Option(min=0, help="How far the clocks of venue and log may be apart, in seconds.")
    ] = 5.0,
) -> None:
    """Hold an installation's three witnesses against each other: the venue's ledger, the event log, Temporal's history.

    Reads only, takes no lock, and may run while workers do. Without options it finds the installation as the other
    commands do: ALLORNONE_DATA_DIR, ALLORNONE_LOG_DIR, TEMPORAL_ADDRESS or the server of `allornone dev`.

    Example: allornone verify --group basis-1 --json
    Example: allornone verify --testexchange rehearsal/testexchange.db
    """
    place = installation(log_dir, tuple(ledger or ()), tuple(testexchange or ()), no_ledger=no_ledger)
    for path in place.ledgers:
        _refuse_unless(path.is_file(), f"--ledger must be a file, was {path}")
    for file in place.exchanges:
        _refuse_unless(file.path.is_file(), f"--testexchange must be a file, was {file.path}")
    _refuse_unless((place.log_dir / "events").is_dir(), f"no event log: {place.log_dir} has no folder 'events'")

    async def run() -> Report:
        client, why = None, "asked not to"
        if not no_server:
            client, why = await connected(server, namespace, place.data_dir)
        _refuse_unless(client is not None or server is None, why)
        request = Request(
            place.log_dir,
            place.ledgers,
            client,
            group,
            task_queue or place.task_queue,
            why,
            skew_s=clock_skew_s,
            exchanges=place.exchanges,
        )
        return await examine(request)

    report = asyncio.run(run())
    _refuse_unless(group is None or report.groups > 0, f"neither the log nor a ledger knows a group {group!r}")
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(report.plain(), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        print_report(report, Console())
    raise typer.Exit(BROKEN if report.broken else HELD)


def _refuse_unless(holds: bool, message: str) -> None:  # noqa: FBT001 (an assertion with a message)
    if not holds:
        typer.echo(f"error: {message}", err=True)
        raise typer.Exit(BAD_INPUT)


def main() -> NoReturn:
    """Run the checker, and end the process with its exit code.

    Interpreter shutdown is skipped: the Temporal SDK's threads may abort there (SIGABRT, temporalio/sdk-python#300),
    after the verdict is told and the exit code decided.
    """
    code = _code()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # the reader of a pipe has gone, or somebody closed the stream
            code = code or BROKEN
    os._exit(code)


def _code() -> int:
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else HELD if end.code is None else BROKEN
    except BaseException as error:  # noqa: BLE001 (what passed here would meet the interpreter's shutdown)
        sys.excepthook(type(error), error, error.__traceback__)
    return BROKEN
