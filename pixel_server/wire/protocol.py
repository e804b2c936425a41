"""uvicorn's HTTP protocol with a short cut: a pixel request that arrives in one packet is answered without
uvicorn's parser, an ASGI scope, or a task.

Only requests of the plainest form take the short cut (packets.py), one at a time on their connection. At
the first request of any other form uvicorn takes over the connection, and keeps it: parsing, pipelining,
bodies, upgrades and all pages are uvicorn's. Both ways answer the same bytes.
`python -m pixel_server --plain` serves without the short cut.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pixel_server.app import PixelServer
from pixel_server.pixel import Pixel
from pixel_server.wire.image import GIF, HEADERS, NOT_KEPT_HEADERS
from pixel_server.wire.limits import LimitedProtocol

Headers = list[tuple[bytes, bytes]]


class ReadyAnswers:
    """Whole answers as bytes, rebuilt once a second, when uvicorn's own headers (the date) change."""

    def __init__(self) -> None:
        self._headers: Headers = []
        self._ready: dict[tuple[bool, bool], bytes] = {}

    def get(self, headers: Headers, *, kept: bool, keep_alive: bool) -> bytes:
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


ANSWERS = ReadyAnswers()


class PixelProtocol(LimitedProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pixel = self.app.pixel if isinstance(self.app, PixelServer) else None
        """None once uvicorn has the connection."""
        self._answering = self._stays = False
        """A fetch is being kept and not answered yet; the connection stays open after its answer."""
        self._behind = b""
        """Bytes that arrived meanwhile."""
        self._idle_since = 0.0

    def data_received(self, data: bytes) -> None:
        if self._pixel is None:
            super().data_received(data)
        elif self._answering:
            self._behind += data
            self.flow.pause_reading()
            self._require_share(len(self._behind))
        else:
            self._take(self._pixel, data)

    def _take(self, pixel: Pixel, packet: bytes) -> None:
        # A client that does not read its answers is left to uvicorn, which waits until it does.
        peer = self.client and self.client[0]
        request = None if self.flow.write_paused else pixel.packets.read(packet, peer)
        if request is None:
            self._pixel, self._begun = None, self.loop.time()
            super().data_received(packet)
            return
        self._answering, self._stays, self._begun = True, request.keep_alive, None
        try:
            pixel.keep(request.token, request.facts, self._answer)
        except Exception as error:
            pixel.refuse(error, self._answer)

    def _answer(self, kept: bool) -> None:
        self._answering = False
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        default = self.server_state.default_headers
        self.transport.write(ANSWERS.get(default, kept=kept, keep_alive=self._stays))
        if not self._stays:
            self.transport.close()
            return
        self._idle_since = self.loop.time()
        if self._behind:
            behind, self._behind = self._behind, b""
            self.flow.resume_reading()
            self.data_received(behind)

    def shutdown(self) -> None:
        """The server ends: answer the fetch that is being kept, then close."""
        if self._answering:
            self._stays = False
        else:
            super().shutdown()

    def waits_since(self) -> float | None:
        if self._pixel is None or self._unread_since is not None:
            return super().waits_since()
        if self._answering:
            return None
        return self._idle_since if self._begun is None else self._begun

    def deadline(self, now: float) -> float:
        if self._pixel is None or self._begun is not None:
            return super().deadline(now)
        return (now if self._answering else self._idle_since) + self.timeout_keep_alive
