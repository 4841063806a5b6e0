"""A group followed in the terminal: a live table for a person, a line per change for a log."""

import asyncio
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live

from allornone.cli import exits
from allornone.cli.session import say
from allornone.cli.tables import group_table, headline, print_group
from allornone.client.following import Sighting, follow
from allornone.core.attempts import state_word
from allornone.models.result import GroupView

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient

SILENCE_S = 5.0
"""Long enough for a worker that just starts, short enough to be said within 10 s of a submit."""

BLOCKED_S = 2.0
"""A group that cannot know may leave the state by itself at the next reading."""


async def followed(
    client: "GroupClient", group_id: str, *, timeout_s: float | None, as_json: bool, leave_blocked: bool
) -> int:
    """Show the group until its end, print its view and return its exit code.

    Stops earlier after `timeout_s`, or, with `leave_blocked`, once it stays blocked; the group goes on.
    """
    view = await _seen(client, group_id, timeout_s=timeout_s, leave_blocked=leave_blocked)
    if as_json:
        sys.stdout.write(view.model_dump_json(indent=2) + "\n")
    else:
        print_group(view)
    if view.result is None:
        say(f"group {group_id} goes on; follow it with `allornone watch {group_id}`")
    if view.needs_operator:
        say(f"it needs an operator: `allornone status {group_id}` shows what, retry, resolve or cancel decides")
    return exits.of_status(view.status)


async def _seen(client: "GroupClient", group_id: str, *, timeout_s: float | None, leave_blocked: bool) -> GroupView:
    now = asyncio.get_running_loop().time
    started, told, view = now(), False, None
    with Progress() as progress:
        async for seen in follow(client, group_id):
            view = seen.view
            if seen.result is not None:
                return await client.status(group_id)
            progress.show(seen)
            if seen.silent_s >= SILENCE_S and not told:
                told = True
                progress.say(f"{await client.why_silent()}; still waiting")
            if leave_blocked and seen.blocked_s >= BLOCKED_S:
                break
            if timeout_s is not None and now() - started >= timeout_s:
                progress.say(f"not over after {timeout_s:g} s")
                break
    return view or await client.outline(group_id)


class Progress:
    """What is shown while a group runs. Nothing of it goes to stdout."""

    def __init__(self) -> None:
        self._live = Live(console=Console(stderr=True), transient=True) if sys.stderr.isatty() else None
        self._shown: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, text: str) -> None:
        """Say something beside the table."""
        if self._live is not None:
            self._live.console.print(text, markup=False)
        else:
            say(text)

    def show(self, seen: Sighting) -> None:
        """Show a look: the whole table, or the lines that changed since the last."""
        if seen.view is None:
            return
        if self._live is not None:
            self._live.update(group_table(seen.view), refresh=True)
            return
        lines = _lines(seen.view)
        for line in lines:
            if line not in self._shown:
                say(line)
        self._shown = lines


def _lines(view: GroupView) -> tuple[str, ...]:
    return (
        headline(view),
        *(
            f"  {operation.operation_id}: {operation.operation_type} on {operation.venue}, "
            f"{'undo ' if operation.direction.value == 'rollback' else ''}{state_word(view, operation)}"
            f"{f' ({operation.verdict.value})' if operation.verdict else ''}"
            for operation in view.operations
        ),
    )
