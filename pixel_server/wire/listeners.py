"""Bounds what the kernel holds for each connection. A connection inherits this from its listener."""

import socket
from collections.abc import Iterable
from typing import Protocol

BACKLOG = 4096
"""Connections that wait to be accepted, one at a time. Beyond them the kernel drops a client's first packet,
and the client sends it again a second later."""
UNREAD_BYTES, UNSENT_BYTES = 16 * 1024, 64 * 1024
"""Of requests, and of answers. Left alone, Linux holds up to 33 MB and 4 MB of each connection. The process
reads what has arrived at once, so that bounds its own memory, too."""
VANISHED_SECONDS = 30
"""A client that confirms nothing for so long is gone. Left alone, Linux waits for a quarter of an hour."""


class Listener(Protocol):
    def setsockopt(self, level: int, option: int, value: int, /) -> object: ...


def bound(listeners: Iterable[Listener]) -> None:
    """Bound what the kernel holds for each connection that these listeners accept, and for how long."""
    for listener in listeners:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux only
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, VANISHED_SECONDS * 1000)
