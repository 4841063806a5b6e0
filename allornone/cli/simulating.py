"""`simulate`: a group rehearsed."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from allornone.cli import exits
from allornone.cli.running import AsJson, File
from allornone.cli.session import finish, say
from allornone.cli.tables import print_simulation
from allornone.documents import read_group
from allornone.models.reconciliation import Verdict
from allornone.models.simulation import SimulationAnswer, SimulationRequest
from allornone.settings import load_settings


class Mode(StrEnum):
    """How closely it is rehearsed."""

    QUOTE = "quote"
    DRY_RUN = "dry_run"
    FORK = "fork"


ModeOption = Annotated[
    Mode, typer.Option(help="quote: prices alone; dry_run: with rollback; fork: on a copy of the chain.")
]


def simulate(file: File, *, mode: ModeOption = Mode.DRY_RUN, as_json: AsJson = False) -> None:
    """Predict what a group would do, cost, and cost to undo, without doing it. Needs no server.

    Exits with 1 when a venue would refuse an operation, or one would end outside its bounds.

    Example: allornone simulate examples/basis_entry.yaml
    """
    finish(_simulate(file, mode, as_json=as_json))


async def _simulate(file: Path, mode: Mode, *, as_json: bool) -> int:
    # The venues bring every transport along; no other command waits for that.
    from allornone.client.address import with_running_paper  # noqa: PLC0415 (on first use)
    from allornone.simulation import simulate as rehearse  # noqa: PLC0415 (on first use)
    from allornone.venues.registry import close_venues, open_venues  # noqa: PLC0415 (on first use)

    request = SimulationRequest.model_validate({"group": read_group(file), "mode": mode.value})
    venues = open_venues(with_running_paper(load_settings()))
    try:
        answer = await rehearse(request, venues)
    finally:
        await close_venues(venues.values())
    for warning in answer.warnings:
        say(f"warning: {warning}")
    if as_json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
    else:
        print_simulation(answer)
    return exits.UNDONE if answer.refused or _breaches(answer) else exits.FINE


def _breaches(answer: SimulationAnswer) -> bool:
    verdicts = (each.reconciliation.verdict for each in answer.operations if each.reconciliation is not None)
    return any(verdict is Verdict.BREACH for verdict in verdicts)
