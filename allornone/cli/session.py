"""One command from its start to its exit code: every error is one message on stderr, never a traceback."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from pydantic import BaseModel, ValidationError

from allornone.cli.exits import BAD_INPUT, FINE, of_error
from allornone.cli.vouching import in_options
from allornone.documents import complaint
from allornone.errors import AllOrNoneError, BadGroupError

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient

INTERRUPTED = 128 + signal.SIGINT
"""What a shell reports for a program that Ctrl-C ended."""


def say(text: str) -> None:
    """Talk: to the person, never to the program behind the pipe."""
    typer.echo(text, err=True)


def finish(work: Coroutine[Any, Any, int], *, interrupted: str = "interrupted") -> NoReturn:
    """Run `work` and leave with its exit code. Ctrl-C says `interrupted` and changes nothing."""
    try:
        code = asyncio.run(work)
    except AllOrNoneError as error:
        say(f"error: {error}")
        code = of_error(error)
    except BrokenPipeError:  # the reader has enough, as `head` has
        code = FINE
    except OSError as error:
        say(f"error: {error}")
        code = BAD_INPUT
    except KeyboardInterrupt:
        say(interrupted)
        code = INTERRUPTED
    raise typer.Exit(code)


async def connected() -> "GroupClient":
    """Return the client of the environment's settings. Temporal's SDK is loaded here, by who needs a server."""
    from allornone.client.groups import GroupClient  # noqa: PLC0415 (on first use)

    return await GroupClient.connect()


def bad_command(error: ValidationError, given: dict[str, Any], model: type[BaseModel]) -> BadGroupError:
    """Return what is wrong with a command's own options."""
    return BadGroupError(in_options(complaint(error, given, model, "command")))
