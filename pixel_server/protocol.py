"""uvicorn's HTTP protocol with one short cut: a pixel that is asked for in one packet is answered
without parser, scope and task.

Only requests of the plainest form take it (heads.py), one at a time on their connection. With the first
that is different, uvicorn takes over the connection and keeps it: parsing, pipelining, bodies, upgrades
and every other page are its own. The answer is the same to the byte. `python -m pixel_server --plain`
serves without it.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pixel_server.app import PixelServer
from pixel_server.limits import LimitedProtocol
from pixel_server.pixel import GIF, HEADERS, NOT_KEPT_HEADERS, Pixel

Headers = list[tuple[bytes, bytes]]


class Answers:
    """Whole answers, ready to be written; made anew once a second, when uvicorn's own headers change."""

    def __init__(self) -> None:
        self._headers: Headers = []
        self._ready: dict[tuple[bool, bool], bytes] = {}

    def to(self, headers: Headers, *, kept: bool, keep_alive: bool) -> bytes:
        if headers is not self._headers:
            self._headers = headers
            self._ready = {
                (kept, stays): _whole(headers, kept, stays)
                for kept in (True, False)
                for stays in (True, False)
            }
        return self._ready[kept, keep_alive]


def _whole(headers: Headers, kept: bool, keep_alive: bool) -> bytes:
    status, own = (200, HEADERS) if kept else (503, NOT_KEPT_HEADERS)
    lines = [name + b": " + value + b"\r\n" for name, value in (*headers, *own)]
    end = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
    return b"".join([STATUS_LINE[status], *lines, end, GIF])


ANSWERS = Answers()


class PixelProtocol(LimitedProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pixel = self.app.pixel if isinstance(self.app, PixelServer) else None
        """None once uvicorn has the connection."""
        self._asked = self._stays = False
        """A pixel is being kept; and whether the connection goes on after its answer."""
        self._behind = b""
        """What came while it was."""
        self._idle_since = 0.0

    def data_received(self, data: bytes) -> None:
        if self._pixel is None:
            super().data_received(data)
        elif self._asked:
            self._behind += data
            self.flow.pause_reading()
        else:
            self._take(self._pixel, data)

    def _take(self, pixel: Pixel, packet: bytes) -> None:
        # A client that does not read is left to uvicorn, which waits until it does.
        asked = None if self.flow.write_paused else pixel.heads.read(packet, self.client and self.client[0])
        if asked is None:
            self._pixel, self._begun = None, self.loop.time()
            super().data_received(packet)
            return
        self._asked, self._stays, self._begun = True, asked.keep_alive, None
        try:
            pixel.keep(asked.token, asked.facts, self._answer)
        except Exception as error:
            pixel.apologise(error, self._answer)

    def _answer(self, kept: bool) -> None:
        self._asked = False
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        default = self.server_state.default_headers
        self.transport.write(ANSWERS.to(default, kept=kept, keep_alive=self._stays))
        if not self._stays:
            self.transport.close()
            return
        self._idle_since = self.loop.time()
        if self._behind:
            behind, self._behind = self._behind, b""
            self.flow.resume_reading()
            self.data_received(behind)

    def shutdown(self) -> None:
        """The server ends: what is under way is answered first."""
        if self._asked:
            self._stays = False
        else:
            super().shutdown()

    def due(self, now: float) -> float:
        if self._pixel is None or self._begun is not None:
            return super().due(now)
        return (now if self._asked else self._idle_since) + self.timeout_keep_alive
