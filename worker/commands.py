"""The commands that run processes: `dev` and `worker`."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager

import typer

from allornone.cli.exits import of_error
from allornone.client.address import ServerAddress, with_running_paper
from allornone.client.connect import connect
from allornone.errors import AllOrNoneError
from allornone.halt import HaltFile
from allornone.settings import Settings, load_settings
from allornone.venues.paper.faults import check_faults
from allornone.venues.registry import check_limits
from worker.alerting import described
from worker.embedded import embedded
from worker.keeper import keep
from worker.life import STOP_SIGNALS, work
from worker.logfile import logging_to
from worker.namespace import keep_closed_groups
from worker.touched import key_lines, venue_lines

NO_LIMITS = "none: every venue and asset, by any amount (ALLORNONE_LIMITS sets some)"


def dev() -> None:
    """Run the embedded server, the paper venues and a worker until Ctrl-C or SIGTERM."""
    with _told(), _interruptible():
        settings = load_settings()
        check_faults(settings.data_dir)
        check_limits(settings)
        if "TEMPORAL_ADDRESS" in os.environ:
            typer.echo(
                "TEMPORAL_ADDRESS is set: `dev` starts its own server, but other commands go to that one; "
                "unset it to have them come here",
                err=True,
            )
        keys = asyncio.run(key_lines(settings))
        with embedded(settings) as address:
            try:
                asyncio.run(_dev(with_running_paper(settings), address, keys))
            finally:
                # Nothing may interrupt the stop of the servers; it is bounded.
                _ignore_stop_signals()


def worker() -> None:
    """Run a worker until SIGTERM, and let it drain."""
    with _told():
        settings = load_settings()
        check_limits(settings)
        asyncio.run(_worker(with_running_paper(settings)))


async def _dev(settings: Settings, address: ServerAddress, keys: list[str]) -> None:
    client = await connect(settings, embedded_only=True)
    await keep_closed_groups(client)
    venues = [*await venue_lines(settings), *keys]

    def ready(logged: str) -> None:
        typer.echo(f"Temporal  {address.target}, groups {address.groups_url}")
        _echo_rest(settings, venues, logged)
        typer.echo(f"worker    ready on task queue {settings.task_queue!r}; Ctrl-C drains and stops")

    keeper = asyncio.create_task(keep(settings, address))
    try:
        with logging_to(settings) as logged:
            await work(client, settings, lambda: ready(logged))
    finally:
        keeper.cancel()
    typer.echo("drained; stopping the servers", err=True)


async def _worker(settings: Settings) -> None:
    keys = await key_lines(settings)
    client = await connect(settings)
    venues = [*await venue_lines(settings), *keys]

    def ready(logged: str) -> None:
        server = client.service_client.config.target_host
        typer.echo(f"Temporal  {server}, namespace {client.namespace!r}")
        _echo_rest(settings, venues, logged)
        typer.echo(f"worker    ready on task queue {settings.task_queue!r}; SIGTERM drains")

    with logging_to(settings) as logged:
        await work(client, settings, lambda: ready(logged))
    typer.echo("drained", err=True)


def _echo_rest(settings: Settings, venues: list[str], logged: str) -> None:
    """Say what both kinds of worker say: what may be touched, where it is written, who is called."""
    for line in venues:
        typer.echo(line)
    typer.echo(f"events    {settings.log_dir / 'events'}")
    typer.echo(f"log       {logged}")
    typer.echo(f"limits    {settings.limits or NO_LIMITS}")
    typer.echo(f"alerts    {described(settings)}")
    _echo_halt(settings)


def _echo_halt(settings: Settings) -> None:
    reason = HaltFile(settings.data_dir).reason()
    if reason is not None:
        typer.echo(f"halted    {reason}; `allornone resume --all` lifts it")


@contextmanager
def _told() -> Generator[None]:
    """Turn our errors into one message and the exit code of the house."""
    try:
        yield
    except AllOrNoneError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(of_error(error)) from None


@contextmanager
def _interruptible() -> Generator[None]:
    """Let SIGTERM and SIGHUP unwind what is half started, as Ctrl-C does."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("stopped before it was ready", err=True)


def _ignore_stop_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
