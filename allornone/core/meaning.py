"""What a command asks for, in one line: by this the same command sent again is told from another one."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from allornone.core.state import GroupState
from allornone.models.commands import (
    CancelCommand,
    Command,
    PauseCommand,
    ResolveCommand,
    ResumeCommand,
    RetryCommand,
)

_MODELS: Mapping[str, type[Command]] = {
    "pause": PauseCommand,
    "resume": ResumeCommand,
    "cancel": CancelCommand,
    "retry": RetryCommand,
    "resolve": ResolveCommand,
}

_CIRCUMSTANCES = {"command_id", "actor", "reason", "evidence"}
"""Who says it, and why: whoever sends it again may be another, with other words, and asks for the same."""


def name_of(command: Command) -> str:
    """Return the command's name, as it is typed."""
    return type(command).__name__.removesuffix("Command").lower()


def meaning(command: Command) -> str:
    """Return its name and its arguments, amounts normalised: the same for two commands that ask for the same."""
    said = command.model_dump(mode="json", exclude_none=True, exclude=_CIRCUMSTANCES)
    return " ".join([name_of(command), *(f"{name}={_text(value)}" for name, value in sorted(said.items()) if value)])


def _text(value: str | Mapping[str, str]) -> str:
    return value if isinstance(value, str) else ",".join(f"{key}={value[key]}" for key in sorted(value))


def command_in(facts: Mapping[str, Any]) -> Command | None:
    """Return the command that its record holds, None for one that this release cannot read."""
    model = _MODELS.get(str(facts.get("command", "")))
    if model is None:
        return None
    try:
        return model.model_validate({name: value for name, value in facts.items() if name in model.model_fields})
    except ValidationError:
        return None


def meaning_of(facts: Mapping[str, Any]) -> str:
    """Return what a recorded command asked for, nothing for one that this release cannot read."""
    command = command_in(facts)
    return meaning(command) if command is not None else ""


def asked_under(state: GroupState, command_id: str) -> str | None:
    """Return what the command with that id asked for: nothing where that is not kept, None for an id never taken."""
    taken = (*state.handled, *((state.claim,) if state.claim is not None else ()))
    return next((each.meaning for each in taken if each.command_id == command_id), None)
