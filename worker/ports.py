"""Ports to listen on, kept from others until their server listens."""

import errno
import os
import socket
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from allornone.errors import BadSettingsError
from worker.filelock import take

USUAL_TEMPORAL = 7233
USUAL_UI = 8233
USUAL_PAPER = 8244
_ANY = 0


@contextmanager
def chosen(asked: int | None, usual: int, host: str) -> Generator[int]:
    """Give the port asked for, else the usual one if it is free, else any; nobody else is given it meanwhile.

    To be left once the server listens: two servers that were given one port would each be taken for the other.
    Raises BadSettingsError if the one asked for is taken.
    """
    with ExitStack() as held:
        port = _held(usual, host, held) or _bound(_ANY, host, held) if asked is None else _bound(asked, host, held)
        if port is None:
            raise BadSettingsError(
                f"port {asked or usual} on {host} is taken; free it, or set another, or none for any"
            )
        yield port


def _held(port: int, host: str, held: ExitStack) -> int | None:
    """Claim a port that others like us would choose as well: binding it, as below, does not keep them away."""
    claim = take(Path(tempfile.gettempdir()) / f"allornone-{os.getuid()}-port-{port}.lock")
    if claim is None:
        return None
    held.callback(os.close, claim)
    return _bound(port, host, held)


def _bound(port: int, host: str, held: ExitStack) -> int | None:
    """Bind a port and keep it; None if it is taken. A bound port is not given to whoever asks for any."""
    probe = held.enter_context(socket.socket())
    # As the servers do: a port whose last connections are still closing is free, and they can listen beside us.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise BadSettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    found: int = probe.getsockname()[1]
    return found
