"""`pause --all` and `resume --all`: the halt file, and every open group."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from allornone.cli import exits
from allornone.cli.session import connected, say
from allornone.errors import AllOrNoneError, CommandRefusedError
from allornone.halt import HaltFile
from allornone.models.commands import CommandReceipt, PauseCommand, ResumeCommand
from allornone.settings import Settings, load_settings

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient

EVERY = 1_000_000
AT_ONCE = 20
"""Groups that are told side by side."""

SETTLE_S = 30.0
"""A send that has not come back by then is stuck with its venue, or its worker is."""


async def pause_all(command: PauseCommand) -> int:
    """Set the halt, wait until nothing that passed it is under way, and pause every open group. May be repeated.

    The halt needs no server: it stands also where none answers.
    """
    settings = load_settings()
    halt = HaltFile(settings.data_dir)
    code = _stand(halt, command)
    if not await asyncio.to_thread(halt.settled, SETTLE_S):
        say(f"a send that began before has not come back in {SETTLE_S:.0f} s; look for groups that are unknown")
        code = exits.STUCK
    client = await connected()
    await _tell_of_strangers(client, settings)
    return max(code, await _each(client, lambda group_id: client.pause(group_id, command)))


async def resume_all(command: ResumeCommand) -> int:
    """Lift the halt and resume every open group. May be repeated."""
    halt = HaltFile(load_settings().data_dir)
    say(f"lifted: {halt.path}" if halt.lift() else f"no halt stands: {halt.path}")
    client = await connected()
    return await _each(client, lambda group_id: client.resume(group_id, command), told_so=False)


def _stand(halt: HaltFile, command: PauseCommand) -> int:
    try:
        halt.stand(command.actor, command.reason, datetime.now(UTC))
    except OSError as error:
        if halt.reason() is None:
            raise
        say(f"the reason found no room in {halt.path}: {error.strerror}")
    say(f"halted: {halt.path} stands; workers of this folder send nothing new forward")
    return exits.FINE


async def _tell_of_strangers(client: "GroupClient", settings: Settings) -> None:
    for worker in await client.workers():
        if worker.log_dir is not None and worker.log_dir != settings.log_dir:
            say(f"worker {worker.identity} has another folder: this halt does not reach it, only the pause of groups")


async def _each(
    client: "GroupClient", tell: Callable[[str], Awaitable[CommandReceipt]], *, told_so: bool = True
) -> int:
    """Tell each open group. What is so already is said unless `told_so` is false: few groups are paused."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(group_id: str) -> int:
        async with turn:
            return await _told(group_id, tell, told_so=told_so)

    groups = await client.list(open_only=True, limit=EVERY)
    return max(await asyncio.gather(*(one(group.atomic_group_id) for group in groups)), default=exits.FINE)


async def _told(group_id: str, tell: Callable[[str], Awaitable[CommandReceipt]], *, told_so: bool) -> int:
    try:
        receipt = await tell(group_id)
    except CommandRefusedError as error:  # so already, or over
        if told_so:
            say(f"group {group_id}: {error}")
    except AllOrNoneError as error:
        say(f"group {group_id}: {error}")
        return exits.of_error(error)
    else:
        say(f"group {group_id}: {receipt.message}")
    return exits.FINE
