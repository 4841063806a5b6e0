"""The console script: the client's commands, and those that run processes.

Each of these loads what it runs when it is run: a server, a worker and every venue are not what `status` waits for.
"""

from typing import Annotated

import typer

from allornone.cli.app import app
from allornone.client.exit import run_and_exit

__all__ = ["app", "main"]


@app.command()
def demo(
    *, stay: Annotated[bool, typer.Option("--stay", help="Leave everything up afterwards, until Ctrl-C.")] = False
) -> None:
    """Run the examples here: one completes, one is rolled back, one loses an answer, one needs an operator.

    Uses the embedded server and the paper venues, whatever Temporal's own configuration says. Exits with 0
    only if each group ended as it should.

    Example: allornone demo
    """
    from worker.demo import demo as run  # noqa: PLC0415 (on first use)

    run(stay=stay)


@app.command()
def dev() -> None:
    """Run everything on this machine: Temporal's dev server, its UI, the paper venues and a worker.

    Ctrl-C or SIGTERM stops it: what runs at a venue comes back first, open groups go on at the next start.

    Example: allornone dev
    """
    from worker.commands import dev as run  # noqa: PLC0415 (on first use)

    run()


@app.command()
def worker() -> None:
    """Run a worker against the server that Temporal's configuration names, else against the one of `dev`.

    It drains on SIGTERM. Configure it with ALLORNONE_* and TEMPORAL_*, or a profile of temporal.toml.

    Example: TEMPORAL_ADDRESS=temporal.internal:7233 allornone worker
    """
    from worker.commands import worker as run  # noqa: PLC0415 (on first use)

    run()


@app.command()
def recover(
    *,
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take up every open group that Temporal does not run: its database was lost, or this is another server.

    Each goes on from the event log where it stood, as a new life; whatever is left of the old one can do nothing
    any more, and nothing is done twice. A group that somebody terminated or deleted begins blocked, for an operator.
    Groups that Temporal runs are left alone. May be run again, and side by side.

    Exits with 0, 1 when a group cannot be rebuilt, 3 when one begins blocked.

    Example: allornone recover --dry-run
    """
    from worker.recover import recover as run  # noqa: PLC0415 (on first use)

    run(group, reason=reason, dry_run=dry_run, as_json=as_json)


def main() -> None:
    """Run one command and end the process with its exit code."""
    run_and_exit(app)


if __name__ == "__main__":
    main()
