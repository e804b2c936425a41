"""uvicorn's HTTP protocol with one short cut: a pixel is answered without an ASGI task of its own.

Parsing, pipelining, keep-alive, flow control, upgrades, limits and shutdown stay uvicorn's: only the one
place where it would start the application for a request is replaced, and only for the pixel. The
answer is the same to the byte, in one write. `python -m pixel_server --plain` serves without it.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from pixel_server.app import PixelServer
from pixel_server.limits import LimitedProtocol
from pixel_server.pixel import GIF, NOT_KEPT, OK, PREFIX

Message = dict[str, Any]


class Answers:
    """Whole answers, ready to be written; made anew once a second, when uvicorn's own headers change."""

    def __init__(self) -> None:
        self._headers: object = None
        self._ready: dict[tuple[int, bool, bool], bytes] = {}

    def to(self, cycle: RequestResponseCycle, start: Message) -> bytes:
        if cycle.default_headers is not self._headers:
            self._headers, self._ready = cycle.default_headers, {}
        way = start["status"], cycle.keep_alive, cycle.scope["method"] == "HEAD"
        if way not in self._ready:
            self._ready[way] = _whole(cycle, start)
        return self._ready[way]


def _whole(cycle: RequestResponseCycle, start: Message) -> bytes:
    content = [STATUS_LINE[start["status"]]]
    for name, value in (*cycle.default_headers, *start["headers"]):
        content += (name, b": ", value, b"\r\n")
    content.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
    if cycle.scope["method"] != "HEAD":
        content.append(GIF)
    return b"".join(content)


ANSWERS = Answers()


class PixelProtocol(LimitedProtocol):
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        pixel = app.pixel if isinstance(app, PixelServer) and cycle.scope["path"].startswith(PREFIX) else None
        # A client that does not read is left to uvicorn, which waits until it does.
        if pixel is None or self.flow.write_paused:
            super()._start_asgi_task(cycle, app)
        else:
            pixel.take(cycle.scope, lambda kept: self._answer(cycle, OK if kept else NOT_KEPT))

    def _answer(self, cycle: RequestResponseCycle, start: Message) -> None:
        """What the cycle's own `send` would write and then settle, at once."""
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if cycle.disconnected or self.transport.is_closing():
            return
        self.transport.write(ANSWERS.to(cycle, start))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
