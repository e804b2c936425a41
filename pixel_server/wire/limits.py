"""uvicorn's HTTP protocol with limits. uvicorn itself limits neither headers nor the time they take.

Measured without limits: 10,000 headers were answered 200, and half a header was held for as long as the
client liked. A request that exceeds a limit is refused. Under the pixel's path the refusal carries the
image, so that no mail shows a broken one. No limit costs work for each header: the length of a packet
bounds what it can hold.

A client may send its next requests before it has the answer to the first. uvicorn parses all of them at
once: a client that sent thousands and read no answer took 25 MB, and a reader waited for seconds. Here only
a few are parsed, and the rest is neither parsed nor read until they are answered.
"""

import logging
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pixel_server.wire.connections import Connections
from pixel_server.wire.image import GIF, HEADERS, PREFIX

MAX_HEADERS = 64
"""Headers of one request."""
MAX_HEAD = 16 * 1024
"""Bytes of a request's path and headers together."""
MAX_BODY = 16 * 1024
"""Bytes. The forms here are far smaller, and the pixel reads no body."""
MAX_WAITING = 8
"""Requests of one connection that are parsed and wait for the answer to an earlier one."""
MAX_UNSENT = 16 * 1024
"""Bytes of answers that wait for a client to read. Beyond them, no further request of it is answered."""
REQUEST_SECONDS = 10.0
"""A request must have arrived whole within this time."""
UNREAD_SECONDS = 10.0
"""A client must go on reading within this time."""
END_OF_HEAD = b"\r\n\r\n"

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


class _Flow(FlowControl):
    """Reads nothing more while earlier bytes are held back."""

    held = b""
    """Bytes that arrived and are not parsed yet: too many requests before them wait."""

    def resume_reading(self) -> None:
        if not self.held:
            super().resume_reading()


class LimitedProtocol(HttpToolsProtocol):
    request_seconds = REQUEST_SECONDS
    unread_seconds = UNREAD_SECONDS
    flow: _Flow

    def __init__(self, *args: Any, all_connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = log
        self._all = all_connections
        self.url, self.headers = b"", []
        self._begun: float | None = self.loop.time()
        """The time at which the arriving request began, by the loop's clock; None while none arrives."""
        self._number = self._received = self._body = 0
        """Requests so far; bytes that can belong to the one that is arriving; bytes of its body."""
        self._refusal = 400
        """The status of the refusal. 400 is uvicorn's own, for a malformed request."""
        self._unread_since: float | None = None
        """Since when too much of the answers waits for the client to read."""
        self._ignores_rest = False
        """The last request was one after which the connection closes."""
        self._ending = False
        """The connection was closed, and stays until its client has read."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.flow = _Flow(transport)
        transport.set_write_buffer_limits(MAX_UNSENT)
        self._open_transport = _OpenTransport(transport)
        first_check = min(self.request_seconds, self.timeout_keep_alive)
        self._timer: TimerHandle = self.loop.call_later(first_check, self._check_deadline)
        if not self._all.add(self, self.client and self.client[0]):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._all.remove(self)
        # The garbage collector finds this connection minutes later. What it holds must not wait for that.
        self.flow.held, self.url, self.headers = b"", b"", []
        super().connection_lost(exc)
        self.scope = None  # type: ignore[assignment]  # no request begins any more

    def end(self) -> None:
        """Close the connection at once, and drop what was not sent."""
        self.transport.abort()

    def waits_since(self) -> float | None:
        """Return since when the connection waits for its client, in the loop's time.

        None while the client waits for an answer.
        """
        if self._unread_since is not None:
            return self._unread_since
        if self.cycle is not None and not self.cycle.response_complete:
            return None
        if self._begun is None and self.timeout_keep_alive_task is not None:
            return self.timeout_keep_alive_task.when() - self.timeout_keep_alive
        return self._begun

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread_since = None

    def _check_deadline(self) -> None:
        """Close the connection if its client is too slow. One timer a connection, not one a request."""
        now = self.loop.time()
        deadline = self.deadline(now)
        if self._unread_since is not None:
            deadline = min(deadline, self._unread_since + self.unread_seconds)
        if self._ending or (self._unread_since is not None and deadline <= now):
            # A closed connection stays until its client has read the answer, unless it is ended.
            self._all.unread.add(1)
            self.transport.abort()
        elif self.transport.is_closing() or deadline <= now:
            self._ending = True
            self.transport.close()
            self._timer = self.loop.call_later(self.unread_seconds, self._check_deadline)
        else:
            self._timer = self.loop.call_later(deadline - now, self._check_deadline)

    def deadline(self, now: float) -> float:
        """Return by when the client must have sent its request, in the loop's time."""
        # The end of a request may be held back here.
        begun = now if self._begun is None or self.flow.held else self._begun
        return begun + self.request_seconds

    def data_received(self, data: bytes) -> None:
        end = data.find(END_OF_HEAD) + len(END_OF_HEAD)
        if self.flow.held or len(END_OF_HEAD) <= end < len(data) or len(self.pipeline) >= MAX_WAITING:
            self.flow.held += data
            self._parse_held()
        else:
            self._parse(data)

    def _parse_held(self) -> None:
        """Parse what is held back, request for request, until too many wait."""
        held, start = self.flow.held, 0
        while start < len(held) and len(self.pipeline) < MAX_WAITING:
            end = held.find(END_OF_HEAD, start) + len(END_OF_HEAD)
            end = len(held) if end < len(END_OF_HEAD) else end
            self._parse(held[start:end])
            start = end
        self.flow.held = b"" if self.transport.is_closing() else held[start:]
        if self.flow.held:
            self.flow.pause_reading()
            self._require_share(len(self.flow.held))

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self.flow.held = b""
        elif self.flow.held:
            self._parse_held()
            self.flow.resume_reading()

    def _unsupported_upgrade_warning(self) -> None:
        """Answer a request that asks for another protocol, then close. uvicorn calls this.

        The parser takes the body of such a request for the next request: behind a proxy, that would be a
        stranger's answer to somebody else's request.
        """
        self._ignores_rest, self.cycle.keep_alive = True, False

    def _parse(self, data: bytes) -> None:
        if self._refusal != 400 or self._ignores_rest:
            return
        number = self._number
        self._received = len(data) + (0 if self._begun is None else self._received)
        super().data_received(data)
        if self._begun is None or self.transport.is_closing():
            return
        # The parser reports a header only once it is complete. One that never ends is stopped here.
        endless = number == self._number and self._received > MAX_HEAD + MAX_BODY
        if endless or len(self.headers) > MAX_HEADERS:
            self._refusal = 431
            self.send_400_response("")
        else:
            self._require_share(self._received)

    def _require_share(self, unfinished: int) -> None:
        """End the connection if it holds too much of what all of them may hold."""
        if not self._all.has_share(unfinished):
            self._all.greedy.add(1)
            self.transport.abort()

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
