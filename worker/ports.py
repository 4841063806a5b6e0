"""Ports to listen on."""

import errno
import socket

from allornone.errors import BadSettingsError

USUAL_TEMPORAL = 7233
USUAL_UI = 8233
USUAL_PAPER = 8244


def choose(asked: int | None, usual: int, host: str) -> int:
    """Return the port asked for, else the usual one if it is free, else any.

    Raises BadSettingsError if the one asked for is taken.
    """
    if asked is not None:
        if not _is_free(asked, host):
            raise BadSettingsError(f"port {asked} on {host} is taken; free it, or set another, or none for any")
        return asked
    return usual if _is_free(usual, host) else _any(host)


def _is_free(port: int, host: str) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise BadSettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from None
        return True


def _any(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
