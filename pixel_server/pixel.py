"""The pixel: the same 43 bytes whatever happens, and for a valid token not before the fetch is on disk."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from pixel_server.edge import ClientAddress, header
from pixel_server.heads import Facts, Header, Heads
from pixel_server.live import Live
from pixel_server.writer import Writer
from storage.ingest import Arrival, new_id
from storage.keys import Keys
from storage.times import now
from tracking import Network, Request
from tracking.agents import Signatures, identify
from tracking.facts import DIRECT_CLIENTS
from tracking.networks import home

log = logging.getLogger(__name__)

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
PREFIX = "/i/"
FORWARDED = b"x-forwarded-for"
TOKEN = re.compile(r"/i/([A-Za-z0-9_-]{22})\.gif", re.ASCII)

HEADERS = [
    (b"content-type", b"image/gif"),
    (b"content-length", b"43"),
    # Gmail needs the comma-separated whole: with less it shows its own copy, and a reopening is never seen.
    (b"cache-control", b"no-cache, no-store, max-age=0, must-revalidate, private"),
    (b"pragma", b"no-cache"),
    (b"expires", b"0"),
]
OK = {"type": "http.response.start", "status": 200, "headers": HEADERS}
# The image comes with the error, so that no mail shows a broken one; the status makes the provider ask again.
NOT_KEPT_HEADERS = [*HEADERS, (b"retry-after", b"5")]
NOT_KEPT = {"type": "http.response.start", "status": 503, "headers": NOT_KEPT_HEADERS}
BODY = {"type": "http.response.body", "body": GIF}
NO_BODY = {"type": "http.response.body", "body": b""}


class Pixel:
    """Answers `/i/…`, before FastAPI: a route there costs more than all of this. Built in the event loop."""

    def __init__(
        self, writer: Writer, keys: Keys, signatures: Signatures, clients: ClientAddress, live: Live
    ) -> None:
        self._writer, self._keys, self._signatures, self._clients = writer, keys, signatures, clients
        self._live = live
        self.heads = Heads(self._find_out)
        self._loop = asyncio.get_running_loop()
        self.hidden_clients = False
        """Fetches came through a proxy that TRUSTED_PROXIES does not name."""

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.take(scope, lambda kept: None if told.done() else told.set_result(kept))
        await send(OK if await told else NOT_KEPT)
        await send(NO_BODY if scope["method"] == "HEAD" else BODY)

    def take(self, scope: Any, tell: Callable[[bool], None]) -> None:
        """Take a fetch in that came through ASGI; `tell` hears, in a later turn of the loop, whether it may
        be answered with 200."""
        found = TOKEN.fullmatch(scope["path"])
        if found is None:
            self._loop.call_soon(tell, True)
            return
        peer = scope["client"][0] if scope["client"] else None
        try:
            self.keep(found[1], self._find_out(scope["headers"], peer, scope["method"]), tell)
        except Exception as error:
            self.apologise(error, tell)

    def keep(self, token: str, facts: Facts, tell: Callable[[bool], None]) -> None:
        """Keep a fetch; `tell` hears the same as in `take`."""
        sighting, address, user_agent = facts
        at, device = now(), None
        if address and sighting.agent in DIRECT_CLIENTS and sighting.network is not Network.UNKNOWN:
            device = self._keys.device(token, home(address), user_agent)
        arrival = Arrival(new_id(at), token, at, sighting, device, user_agent)
        self._writer.add(arrival, self._live.after(token, tell))

    def apologise(self, error: Exception, tell: Callable[[bool], None]) -> None:
        """For an exception that nobody foresaw: it is written down, and the provider asked to come again."""
        log.error("A fetch could not be taken in.", exc_info=error)
        self._loop.call_soon(tell, False)

    def _find_out(self, headers: Sequence[Header], peer: str | None, method: str = "GET") -> Facts:
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        forwarded = header(headers, FORWARDED) if "x-forwarded-for" in named else None
        address = self._client(peer, forwarded)
        sighting = identify(Request(method, named, address), self._signatures)
        return Facts(sighting, address, named.get("user-agent", ""))

    def _client(self, peer: str | None, forwarded: str | None) -> str | None:
        if forwarded and not self.hidden_clients and self._clients.hides_clients(peer, forwarded):
            self.hidden_clients = True
            log.warning(
                "Requests come through %s, which TRUSTED_PROXIES does not name: who fetches cannot be "
                "checked, and opens are told as weak. If that is your own proxy, set TRUSTED_PROXIES=%s.",
                peer,
                peer,
            )
        return self._clients.find(peer, forwarded)
