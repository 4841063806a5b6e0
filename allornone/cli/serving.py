"""`paper`: the paper venues in a process of their own."""

from pathlib import Path
from typing import Annotated

import typer

from allornone.cli.exits import of_error
from allornone.cli.session import say
from allornone.errors import AllOrNoneError
from allornone.settings import load_settings


def paper(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 is any that is free.")] = 0,
    ready_file: Annotated[Path | None, typer.Option(help="Write the address here once it listens.")] = None,
) -> None:
    """Serve the paper venues over HTTP until SIGTERM. Prints the address.

    Example: allornone paper --port 8300
    """
    from allornone.venues.paper import run_paper  # noqa: PLC0415 (on first use: it brings a web server)
    from allornone.venues.paper.faults import check_faults  # noqa: PLC0415 (the same)

    try:
        folder = load_settings().data_dir
        check_faults(folder)
    except AllOrNoneError as error:
        say(f"error: {error}")
        raise typer.Exit(of_error(error)) from None
    run_paper(folder, host, port, ready_file)
