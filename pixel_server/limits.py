"""uvicorn's HTTP protocol with limits: it has none on headers, and waits for ever for the end of one.

Measured before: 10,000 headers were answered 200, and half a header was held for as long as the client
liked. Who goes too far is refused; under the pixel's path with the image, so that a mail shows no broken
one. Nothing is done for each header: what a packet can hold at most is known by its length.
"""

import logging
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pixel_server.pixel import GIF, HEADERS, PREFIX

MOST_HEADERS = 64
LARGEST_HEAD = 16 * 1024
"""Bytes of a request's address and headers together."""
LARGEST_BODY = 16 * 1024
"""Bytes; the forms here are far smaller, and the pixel reads none."""
SLOWEST = 10.0
"""Seconds in which a request must have come whole."""

log = logging.getLogger("pixel_server.wire")
log.setLevel(logging.ERROR)
"""Uvicorn warns of each request that makes no sense: a stranger could fill the disk with that."""


class _RefusedError(Exception):
    """Ends the parsing."""


class _Answers:
    """What answers are written to, until the connection is closed.

    Of a pipeline uvicorn tells only the newest that it is, and uvloop raises when another one answers: a
    traceback in the log, which any stranger could ask for.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.close = transport.close

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


class LimitedProtocol(HttpToolsProtocol):
    slowest = SLOWEST

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = log
        self._begun: float | None = self.loop.time()
        """When the request that is still coming began, in the loop's time; None while none is."""
        self._number = self._received = self._body = 0
        """Requests so far, and the bytes that can belong to the one that is coming."""
        self._refusal = 400

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._answers = _Answers(transport)
        first_look = min(self.slowest, self.timeout_keep_alive)
        self._watch: TimerHandle = self.loop.call_later(first_look, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """One timer a connection, not one a request: has a request been coming for too long?"""
        now = self.loop.time()
        due = self.due(now)
        if due <= now:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(due - now, self._look)

    def due(self, now: float) -> float:
        """When the client must have done something, in the loop's time."""
        return (now if self._begun is None else self._begun) + self.slowest

    def data_received(self, data: bytes) -> None:
        if self._refusal != 400:
            return
        number = self._number
        self._received = len(data) + (0 if self._begun is None else self._received)
        super().data_received(data)
        # One that goes on and on is still seen by nobody but the parser.
        if self._begun and number == self._number and self._received > LARGEST_HEAD + LARGEST_BODY:
            self._refusal = 431
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = self.loop.time()
        self._number, self._body = self._number + 1, 0

    def on_headers_complete(self) -> None:
        if len(self.headers) > MOST_HEADERS or (self._received > LARGEST_HEAD and self._is_large()):
            self._refuse(431)
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = self._answers  # type: ignore[assignment]  # it writes and closes, no more

    def _is_large(self) -> bool:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > LARGEST_HEAD

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self._body > LARGEST_BODY:
            self._refuse(413)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._begun = None
        super().on_message_complete()

    def _refuse(self, status: int) -> None:
        self._refusal = status
        raise _RefusedError

    def send_400_response(self, msg: str) -> None:
        """Refuse what makes no sense or is too much. Uvicorn calls this once the parsing has ended."""
        if self._refusal == 400:
            super().send_400_response(msg)
            return
        if self.cycle is not None and (self.cycle.scope is self.scope or not self.cycle.response_complete):
            # This one is answered, or one before it is about to be: another answer would only confuse.
            self.transport.close()
            return
        self.transport.write(_refusal(self._refusal, image=self.url.startswith(PREFIX.encode())))
        # What still comes is read and dropped: who closes on a sender cuts off their own last words.
        self._begun = self.loop.time()
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _refusal(status: int, *, image: bool) -> bytes:
    body = GIF if image else b"That is more than this host takes.\n"
    headers = HEADERS if image else [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    lines = [name + b": " + value + b"\r\n" for name, value in headers]
    return b"".join([STATUS_LINE[status], *lines, b"connection: close\r\n\r\n", body])
