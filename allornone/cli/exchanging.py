"""`testexchange`: exchanges of one's own, that speak a real exchange's HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from allornone.settings import load_settings


def serve_exchanges(
    exchanges: Annotated[list[str], typer.Argument(help="binance, kraken, coinbase: one or several.")],
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The exchanges' port (TLS); 0 is any free.")] = 0,
    control_port: Annotated[int, typer.Option(min=0, max=65_535, help="The control port; 0 is any free.")] = 0,
    folder: Annotated[Path | None, typer.Option(help="Keep books, keys and faults here.")] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Write how to reach it here once it listens.")] = None,
) -> None:
    """Serve test exchanges on this machine until SIGTERM, under the exchanges' own addresses.

    Prints the settings by which a worker trades there instead of at the real exchange. Books, keys and the
    certificate authority stay in the folder, so that a restart goes on. The control port moves prices, fills
    orders, lets money arrive and scripts faults:

    curl -X PUT $CONTROL/v1/faults -d '[{kind: order, behaviour: hang}]'
    curl $CONTROL/v1/binance/books

    Example: allornone testexchange binance --port 9443
    """
    try:
        # On first use: they bring a web server and the certificates.
        from allornone.testexchange.process import Ports, known, run_exchanges  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        typer.echo(
            f"{missing}; install what the exchanges need: pip install 'allornone[exchanges]', "
            "in a clone -e '.[exchanges]'",
            err=True,
        )
        raise typer.Exit(2) from None
    unknown = [name for name in exchanges if name not in known()]
    if unknown:
        raise typer.BadParameter(f"no test exchange {unknown[0]!r}; there are {', '.join(known())}")
    where = folder or load_settings().data_dir / "testexchange"
    run_exchanges(where, exchanges, Ports(port, control_port), ready_file)
