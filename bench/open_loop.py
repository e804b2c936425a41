"""Requests at a steady rate, whatever the answers do: `python -m bench.open_loop URL RATE SECONDS [HEADER…]`.

An open loop counts from the moment a request should have been sent. A client that waits for an answer
before it asks again (as wrk does) asks less while the server is stuck, and so never sees it.
Prints the latencies as a JSON list, in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections import deque
from urllib.parse import urlsplit

CONNECTIONS = 64
LAST_ANSWERS = 5.0
"""Seconds to wait for them at the end."""


def intended(rate: float, seconds: float) -> list[float]:
    """When each request is to be sent, in seconds from the start."""
    return [number / rate for number in range(round(rate * seconds))]


def centile(seen: list[float], share: float) -> float:
    """The smallest value that this share of what was seen does not exceed."""
    ordered = sorted(seen)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]


def length_of(answer: bytes) -> int | None:
    """How long the whole answer is, head and body; None while its head is not all there."""
    head, end, _ = answer.partition(b"\r\n\r\n")
    if not end:
        return None
    _, found, after = head.lower().partition(b"\r\ncontent-length:")
    return len(head) + len(end) + (int(after.partition(b"\r\n")[0]) if found else 0)


class _Asker(asyncio.Protocol):
    """One connection, with one request under way at most."""

    def __init__(self, load: "_Load") -> None:
        self._load, self._answer, self._due = load, b"", 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._load.free.append(self)

    def ask(self, due: float) -> None:
        assert self.transport
        self._due = due
        self.transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        length = length_of(self._answer)
        if length is None or len(self._answer) < length:
            return
        if not self._answer.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"an answer that is no 200: {self._answer[:60]!r}")
        self._answer = self._answer[length:]
        self._load.took.append((time.perf_counter() - self._due) * 1000)
        self._load.free.append(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self in self._load.free:
            self._load.free.remove(self)


class _Load:
    def __init__(self, url: str, headers: list[str]) -> None:
        parts = urlsplit(url)
        lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", *headers, "", ""]
        self.request = "\r\n".join(lines).encode()
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.free: deque[_Asker] = deque()
        self.took: list[float] = []

    async def run(self, rate: float, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: _Asker(self), self.host, self.port)
        due = intended(rate, seconds)
        start = time.perf_counter()
        for moment in due:
            # Turning instead of sleeping: a timer's millisecond would be a good part of what is measured.
            while time.perf_counter() < start + moment or not self.free:
                await asyncio.sleep(0)
                _stop_at(start + seconds + LAST_ANSWERS)
            self.free.popleft().ask(start + moment)
        while len(self.took) < len(due):
            await asyncio.sleep(0)
            _stop_at(start + seconds + LAST_ANSWERS)


def _stop_at(moment: float) -> None:
    if time.perf_counter() > moment:
        raise SystemExit("answers are missing")


def main() -> None:
    url, rate, seconds, *headers = sys.argv[1:]
    load = _Load(url, headers)
    asyncio.run(load.run(float(rate), float(seconds)))
    print(json.dumps(load.took))


if __name__ == "__main__":
    main()
