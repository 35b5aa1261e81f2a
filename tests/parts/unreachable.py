"""Addresses where no server answers, each in its own way."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = ("127.0.0.1", 0)
MORE_THAN_A_BACKLOG_OF_ONE_HOLDS = 4


def refusing_port() -> int:
    """Nobody listens: a server that was stopped."""
    with socket.socket() as free:
        free.bind(LOOPBACK)
        port: int = free.getsockname()[1]
    return port


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    """Connections are accepted, and nothing is ever answered: a server that hangs."""
    with socket.create_server(LOOPBACK) as listening:
        yield listening


@contextmanager
def deaf_port() -> Iterator[int]:
    """Connections are not even accepted: a firewall that drops packets."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(LOOPBACK, backlog=0))
        for _ in range(MORE_THAN_A_BACKLOG_OF_ONE_HOLDS):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def connections_to(listening: socket.socket) -> int:
    """Count, and end, the connections that wait to be accepted."""
    listening.setblocking(False)
    count = 0
    while True:
        try:
            connection, _ = listening.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1
