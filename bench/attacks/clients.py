"""Clients that behave as no honest one does. They send what they are told, and may never read."""

import resource
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SPARE = 64
"""Descriptors that this process needs for itself."""


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    """Return the bytes of a request that keeps its connection."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


@contextmanager
def connections(port: int, number: int) -> Iterator[list[socket.socket]]:
    """Open connections, and hang up at the end. There are fewer where the server takes no more.

    The kernel holds as little as it can of the answers, so that it does not read them instead of the client.
    """
    opened: list[socket.socket] = []
    try:
        for _ in range(number):
            wire = socket.socket()
            opened.append(wire)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            wire.settimeout(5)
            if wire.connect_ex(("127.0.0.1", port)):
                opened.pop().close()
                break
        yield opened
    finally:
        for wire in opened:
            wire.close()


def send(wire: socket.socket, data: bytes) -> int:
    """Send as much as the other side takes at once. Return the number of bytes."""
    wire.setblocking(False)
    sent = 0
    with suppress(OSError):
        while sent < len(data):
            sent += wire.send(data[sent:])
    return sent


def is_open(wire: socket.socket) -> bool:
    """Return True unless the other side has closed. What it has sent stays unread."""
    asked = select.poll()
    asked.register(wire, getattr(select, "POLLRDHUP", 0))
    return not asked.poll(0)


def most_descriptors(wanted: int) -> int:
    """Let this process open so many connections, if the machine allows it. Return how many it may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(wanted, soft - SPARE)
