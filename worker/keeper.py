"""Keeps the embedded processes there while `dev` runs: one that dies is started again where it was."""

import asyncio

import typer

from allornone.client.address import ServerAddress
from allornone.errors import AllOrNoneError
from allornone.settings import Settings
from worker.embedded import revive

LOOK_EVERY_S = 0.5
TRY_AGAIN_S = 5


async def keep(settings: Settings, address: ServerAddress) -> None:
    """Look after them until cancelled. On the same ports, clients and workers find them by themselves."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        dead = [name for name, lives in _lives(address).items() if not lives]
        if dead:
            typer.echo(f"{' and '.join(dead)} died; starting again", err=True)
            address = await _revived(settings, address)


def _lives(address: ServerAddress) -> dict[str, bool]:
    return {
        "Temporal's server": address.temporal.is_running,
        "the paper venues' server": address.paper is not None and address.paper.is_running,
    }


async def _revived(settings: Settings, address: ServerAddress) -> ServerAddress:
    try:
        return await asyncio.to_thread(revive, settings, address)
    except AllOrNoneError as error:
        typer.echo(f"error: {error}; trying again in {TRY_AGAIN_S} s", err=True)
        await asyncio.sleep(TRY_AGAIN_S)
        return address
