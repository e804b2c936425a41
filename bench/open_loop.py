"""`python -m bench.open_loop URL RATE`: send requests at a steady rate, answered or not.

It reads the requests, each a line of JSON, and prints the latencies as a JSON list, in milliseconds.

An open loop counts each latency from the moment when the request was due. A client that waits for an answer
before it sends the next request, as wrk does, sends fewer while the server is stuck, and so does not notice.
"""

import asyncio
import json
import sys
import time
from collections import deque
from urllib.parse import urlsplit

CONNECTIONS = 64
LAST_ANSWERS = 5.0
"""Seconds to wait for missing answers at the end."""


def intended(rate: float, requests: int) -> list[float]:
    """Return when each request is due, in seconds from the start."""
    return [number / rate for number in range(requests)]


def centile(seen: list[float], share: float) -> float:
    """Return the smallest seen value that this share of all values does not exceed."""
    ordered = sorted(seen)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]


def length_of(answer: bytes) -> int | None:
    """Return the length of the whole answer, head and body; None while its head is incomplete."""
    head, end, _ = answer.partition(b"\r\n\r\n")
    if not end:
        return None
    _, found, after = head.lower().partition(b"\r\ncontent-length:")
    return len(head) + len(end) + (int(after.partition(b"\r\n")[0]) if found else 0)


class _Connection(asyncio.Protocol):
    """One connection, with at most one request in flight."""

    def __init__(self, load: "_Load") -> None:
        self._load, self._answer, self._due = load, b"", 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._load.free.append(self)

    def ask(self, request: bytes, due: float) -> None:
        assert self.transport
        self._due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        length = length_of(self._answer)
        if length is None or len(self._answer) < length:
            return
        if not self._answer.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"an answer was not 200: {self._answer[:60]!r}")
        self._answer = self._answer[length:]
        self._load.took.append((time.perf_counter() - self._due) * 1000)
        self._load.free.append(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self in self._load.free:
            self._load.free.remove(self)


class _Load:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.free: deque[_Connection] = deque()
        self.took: list[float] = []

    async def run(self, requests: list[bytes], rate: float) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: _Connection(self), self.host, self.port)
        due = intended(rate, len(requests))
        start = time.perf_counter()
        give_up = start + len(requests) / rate + LAST_ANSWERS
        for request, moment in zip(requests, due, strict=True):
            # Spin instead of sleeping: a timer is late by up to a millisecond, which would distort the
            # figures.
            while time.perf_counter() < start + moment or not self.free:
                await asyncio.sleep(0)
                _stop_at(give_up)
            self.free.popleft().ask(request, start + moment)
        while len(self.took) < len(due):
            await asyncio.sleep(0)
            _stop_at(give_up)


def _stop_at(moment: float) -> None:
    if time.perf_counter() > moment:
        raise SystemExit(f"answers are still missing after {LAST_ANSWERS:g} s")


def main() -> None:
    url, rate = sys.argv[1:]
    load = _Load(url)
    asyncio.run(load.run([json.loads(line).encode() for line in sys.stdin], float(rate)))
    print(json.dumps(load.took))


if __name__ == "__main__":
    main()
