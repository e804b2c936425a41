"""uvicorn's HTTP protocol with limits. uvicorn itself limits neither headers nor the time they take.

Measured without limits: 10,000 headers were answered 200, and half a header was held for as long as the
client liked. A request that exceeds a limit is refused. Under the pixel's path the refusal carries the
image, so that no mail shows a broken one. No limit costs work for each header: the length of a packet
bounds what it can hold.
"""

import logging
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pixel_server.wire.image import GIF, HEADERS, PREFIX

MAX_HEADERS = 64
"""Headers of one request."""
MAX_HEAD = 16 * 1024
"""Bytes of a request's path and headers together."""
MAX_BODY = 16 * 1024
"""Bytes. The forms here are far smaller, and the pixel reads no body."""
REQUEST_SECONDS = 10.0
"""A request must have arrived whole within this time."""

log = logging.getLogger("pixel_server.wire")
log.setLevel(logging.ERROR)
"""uvicorn logs a warning for each malformed request: a stranger could fill the disk with them."""


class _RefusedError(Exception):
    """Ends the parsing."""


class _OpenTransport:
    """A transport that drops what is written after it was closed.

    When requests are pipelined, uvicorn tells only the newest one that the connection is closed. uvloop
    raises when an older one answers: a traceback in the log, which any stranger could cause.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.close = transport.close

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


class LimitedProtocol(HttpToolsProtocol):
    request_seconds = REQUEST_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = log
        self._begun: float | None = self.loop.time()
        """The time at which the arriving request began, by the loop's clock; None while none arrives."""
        self._number = self._received = self._body = 0
        """Requests so far; bytes that can belong to the one that is arriving; bytes of its body."""
        self._refusal = 400
        """The status of the refusal. 400 is uvicorn's own, for a malformed request."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._open_transport = _OpenTransport(transport)
        first_check = min(self.request_seconds, self.timeout_keep_alive)
        self._timer: TimerHandle = self.loop.call_later(first_check, self._check_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def _check_deadline(self) -> None:
        """Close the connection if its client is too slow. One timer a connection, not one a request."""
        now = self.loop.time()
        deadline = self.deadline(now)
        if deadline <= now:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(deadline - now, self._check_deadline)

    def deadline(self, now: float) -> float:
        """Return by when the client must have sent its request, in the loop's time."""
        return (now if self._begun is None else self._begun) + self.request_seconds

    def data_received(self, data: bytes) -> None:
        if self._refusal != 400:
            return
        number = self._number
        self._received = len(data) + (0 if self._begun is None else self._received)
        super().data_received(data)
        # The parser reports a header only once it is complete. One that never ends is stopped here.
        if self._begun and number == self._number and self._received > MAX_HEAD + MAX_BODY:
            self._refusal = 431
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = self.loop.time()
        self._number, self._body = self._number + 1, 0

    def on_headers_complete(self) -> None:
        if len(self.headers) > MAX_HEADERS or (self._received > MAX_HEAD and self._is_too_large()):
            self._refuse(431)
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = self._open_transport  # type: ignore[assignment]  # it only writes and closes

    def _is_too_large(self) -> bool:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self._body > MAX_BODY:
            self._refuse(413)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._begun = None
        super().on_message_complete()

    def _refuse(self, status: int) -> None:
        self._refusal = status
        raise _RefusedError

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that is malformed or too large. uvicorn calls this once parsing has ended."""
        if self._refusal == 400:
            super().send_400_response(msg)
            return
        if self.cycle is not None and (self.cycle.scope is self.scope or not self.cycle.response_complete):
            # This request is answered already, or an earlier one is about to be. A second answer would be
            # taken for the answer to another request.
            self.transport.close()
            return
        self.transport.write(_refusal(self._refusal, image=self.url.startswith(PREFIX.encode())))
        # Read and drop the rest: closing while the client still sends would discard the answer above.
        self._begun = self.loop.time()
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _refusal(status: int, *, image: bool) -> bytes:
    body = GIF if image else b"That is more than this host takes.\n"
    headers = HEADERS if image else [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    lines = [name + b": " + value + b"\r\n" for name, value in headers]
    return b"".join([STATUS_LINE[status], *lines, b"connection: close\r\n\r\n", body])
