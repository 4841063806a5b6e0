"""How an alert reaches its receiver: a POST, or a command with the alert on its standard input.

A receiver is given ten seconds. Nothing it or its address says is passed on: an address may hold a secret.
"""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import aiohttp

Deliver = Callable[[bytes], Awaitable[str | None]]
"""Delivers one body; answers why it did not, None where it did. Never raises."""

TRY_S = 10.0
_OURS = ("ALLORNONE_", "TEMPORAL_")
_GOOD = range(200, 300)


def by_url(url: str) -> Deliver:
    """Return what posts a body to `url`; any answer of the 200s is success, a redirection is none."""

    async def deliver(body: bytes) -> str | None:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TRY_S)) as session,
                session.post(
                    url, data=body, headers={"Content-Type": "application/json"}, allow_redirects=False
                ) as answer,
            ):
                return None if answer.status in _GOOD else f"the URL answered HTTP {answer.status}"
        except TimeoutError:
            return f"the URL did not answer within {TRY_S:.0f} s"
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            return f"the URL could not be called: {type(problem).__name__}"

    return deliver


def by_command(words: Sequence[str]) -> Deliver:
    """Return what runs a program, without a shell and without our own settings in its environment."""

    async def deliver(body: bytes) -> str | None:
        try:
            program = await asyncio.create_subprocess_exec(
                *words, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=_environment(), start_new_session=True
            )
        except (OSError, ValueError) as problem:
            return f"the command could not be run: {type(problem).__name__}"
        try:
            async with asyncio.timeout(TRY_S):
                await program.communicate(body)
        except TimeoutError:
            return f"the command did not end within {TRY_S:.0f} s"
        finally:
            await _end(program)
        return None if program.returncode == 0 else f"the command ended with code {program.returncode}"

    return deliver


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}


async def _end(program: Process) -> None:
    """End what still runs, with all that it started."""
    if program.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        await program.wait()
