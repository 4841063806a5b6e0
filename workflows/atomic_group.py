"""The story of a group, as Temporal sees it: one run, one query, five commands."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from pydantic import ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from allornone import wire
    from allornone.core.command import refuse_reserved
    from allornone.core.start import GroupStart
    from allornone.errors import CommandRefusedError
    from allornone.models.commands import (
        TEMPORAL_CANCEL,
        CancelCommand,
        Command,
        CommandReceipt,
        PauseCommand,
        ResolveCommand,
        ResumeCommand,
        RetryCommand,
    )
    from allornone.models.result import GroupResult, GroupView
    from workflows.engine import Engine

NOTHING = RawValue(Payload(metadata={"encoding": b"binary/null"}))


@workflow.defn(name=wire.GROUP_WORKFLOW)
class AtomicGroupWorkflow:
    """One group. Its id is the group's; it ends Completed with a GroupResult, whatever happened."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> GroupResult:
        """Drive the group to its end. Temporal's own cancel is a `cancel`; it interrupts nothing under way."""
        self._engine = Engine(_validated(start))
        driving = asyncio.create_task(self._engine.drive())
        while not driving.done():
            try:
                await asyncio.shield(driving)
            except asyncio.CancelledError:
                self._hear_cancel(driving)
        return driving.result()

    def _hear_cancel(self, driving: "asyncio.Task[GroupResult]") -> None:
        task = asyncio.current_task()
        if driving.done() or task is None:
            return
        task.uncancel()
        command = CancelCommand(actor="temporal", reason="cancelled in Temporal")
        try:
            self._open().take(command, TEMPORAL_CANCEL)
        except CommandRefusedError:
            # Already rolling back, or ended: a cancel changes nothing there.
            return

    def _open(self) -> Engine:
        if self._engine is None:
            raise ApplicationError("the group has not started yet; ask again", type=wire.COMMAND_REFUSED)
        return self._engine

    async def _take(self, command: Command) -> CommandReceipt:
        """Latch a command, wake the group, and answer; an operator's word waits for the look-up it asks for."""
        # A command that comes with the start is handled before `run` is.
        await workflow.wait_condition(lambda: self._engine is not None)
        engine, command_id = self._open(), _id_of(command)
        with _refusals():
            engine.take(command, command_id)
        await workflow.wait_condition(lambda: engine.handled(command_id) is not None)
        handled = engine.handled(command_id)
        if handled is None or handled.refused:
            message = handled.message if handled is not None else "not settled"
            raise ApplicationError(message, type=wire.COMMAND_REFUSED, non_retryable=True)
        return CommandReceipt(message=handled.message, status=engine.status())

    def _check(self, command: Command) -> None:
        """Refuse what makes no sense, before anything of it is in the history."""
        command_id = _id_of(command)
        with _refusals():
            refuse_reserved(command_id)
            if self._engine is not None:
                self._engine.check(command, command_id)

    @workflow.query(name=wire.STATUS, description="Where the group stands, and which commands make sense")
    def status(self) -> GroupView:
        """Return where the group stands."""
        return self._open().view()

    @workflow.update(name=wire.RETRY, description='Look or try again now: {"actor": "...", "client_ref": "..."}')
    async def retry(self, command: RetryCommand) -> CommandReceipt:
        """Look again at what is unknown, or try what is stuck, now."""
        return await self._take(command)

    @retry.validator
    def check_retry(self, command: RetryCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(name=wire.CANCEL, description='Undo what took effect and end: {"actor": "...", "reason": "..."}')
    async def cancel(self, command: CancelCommand) -> CommandReceipt:
        """Undo what took effect and end."""
        return await self._take(command)

    @cancel.validator
    def check_cancel(self, command: CancelCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(
        name=wire.RESOLVE_UPDATE,
        description='Settle what is unknown: {"actor": "...", "client_ref": "...", "outcome": "confirmed"}, '
        "with actual_deltas; or outcome failed, or accepted with an operation_id",
    )
    async def resolve(self, command: ResolveCommand) -> CommandReceipt:
        """Settle what the machine cannot know."""
        return await self._take(command)

    @resolve.validator
    def check_resolve(self, command: ResolveCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(name=wire.PAUSE, description='Send nothing new forward: {"actor": "..."}')
    async def pause(self, command: PauseCommand) -> CommandReceipt:
        """Send nothing new forward."""
        return await self._take(command)

    @pause.validator
    def check_pause(self, command: PauseCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(name=wire.RESUME, description='Go on after a pause: {"actor": "..."}')
    async def resume(self, command: ResumeCommand) -> CommandReceipt:
        """Go on after a pause."""
        return await self._take(command)

    @resume.validator
    def check_resume(self, command: ResumeCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)


def _validated(start: RawValue) -> GroupStart:
    """Read the input again, where bad input fails the run and never hangs it."""
    try:
        read = cast("GroupStart | None", workflow.payload_converter().from_payload(start.payload, GroupStart))
    except (ValueError, KeyError, RuntimeError) as bad:  # of pydantic; of the SDK, for what is no JSON
        raise ApplicationError(_places(bad), type=wire.INVALID_GROUP, non_retryable=True) from None
    if read is None:
        raise ApplicationError("a group must be started with a plan, was null", type=wire.INVALID_GROUP)
    return read


def _places(bad: Exception) -> str:
    if not isinstance(bad, ValidationError):
        return str(bad)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in bad.errors()[:10])


def _id_of(command: Command) -> str:
    update = workflow.current_update_info()
    return command.command_id or (update.id if update is not None else "unnamed")


@contextmanager
def _refusals() -> Generator[None]:
    """Tell Temporal of a refused command in its own words: it fails the update, never the group."""
    try:
        yield
    except CommandRefusedError as refused:
        raise ApplicationError(str(refused), type=wire.COMMAND_REFUSED, non_retryable=True) from refused
