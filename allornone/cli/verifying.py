"""`verify`: starts the independent checker, as a process of its own, and imports nothing of it."""

import subprocess
import sys

import typer

CHECKER = "allornone_verify"


def verify(context: typer.Context) -> None:
    """Hold the venue's ledger, the event log and Temporal's history against each other. `verify --help` tells more.

    Example: allornone verify --group basis-1
    """
    # -P: a folder of that name where the user happens to be is not ours.
    done = subprocess.run([sys.executable, "-P", "-m", CHECKER, *context.args], check=False)  # noqa: S603 (our own)
    raise typer.Exit(done.returncode)
