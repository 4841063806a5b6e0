"""Ports that are given out: to one at a time, until their server listens."""

import socket

import pytest

from allornone.errors import BadSettingsError
from worker.ports import chosen

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def test_the_usual_port_is_given_while_it_is_free() -> None:
    usual = free_port()

    with chosen(None, usual, HOST) as port:
        assert port == usual


def test_the_usual_port_is_given_to_one_at_a_time() -> None:
    usual = free_port()

    with chosen(None, usual, HOST) as first, chosen(None, usual, HOST) as second:
        assert first == usual
        assert second not in (0, usual)
    with chosen(None, usual, HOST) as again:
        assert again == usual


def test_a_server_can_listen_on_a_port_that_is_kept_for_it() -> None:
    with chosen(None, free_port(), HOST) as port, socket.create_server((HOST, port)) as server:
        assert server.getsockname()[1] == port


def test_a_port_that_was_given_is_not_the_next_one_that_is_any() -> None:
    with socket.create_server((HOST, 0)) as taken, chosen(None, taken.getsockname()[1], HOST) as kept:
        others = set[int]()
        for _ in range(30_000):  # about as many as there are to be given
            with socket.socket() as other:
                other.bind((HOST, 0))
                others.add(other.getsockname()[1])

        assert len(others) > 1_000
        assert kept not in others


def test_a_port_asked_for_that_is_taken_is_refused() -> None:
    with (
        socket.create_server((HOST, 0)) as taken,
        pytest.raises(BadSettingsError, match="is taken; free it, or set another"),
        chosen(taken.getsockname()[1], 1, HOST),
    ):
        pass
