"""The pixel: always the same 43 bytes. For a valid token they are sent once the fetch is on disk."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

from pixel_server.clients import Clients
from pixel_server.database.writer import Writer
from pixel_server.pages.live import Live
from pixel_server.reverse_names import ReverseNames
from pixel_server.tally import Tally
from pixel_server.wire.headers import LISTED, by_name
from pixel_server.wire.image import GIF, HEADERS, NOT_KEPT_HEADERS
from pixel_server.wire.packets import Facts, KnownHeaders, PacketReader
from storage.fetch_ids import new_id
from storage.ingest import Arrival
from storage.keys import Keys
from storage.times import now
from tracking import Network, Request, Sighting
from tracking.agents import Signatures, identify
from tracking.facts import DIRECT_CLIENTS, LONGEST_PROGRAM
from tracking.hops import Hops
from tracking.networks import Networks, home
from tracking.reverse_names import is_doubtful

log = logging.getLogger(__name__)

PATH = re.compile(r"/i/([A-Za-z0-9_-]{22})\.gif", re.ASCII)

# ASGI messages.
OK = {"type": "http.response.start", "status": 200, "headers": HEADERS}
NOT_KEPT = {"type": "http.response.start", "status": 503, "headers": NOT_KEPT_HEADERS}
BODY = {"type": "http.response.body", "body": GIF}
NO_BODY = {"type": "http.response.body", "body": b""}

OnKept = Callable[[bool], None]
"""Is called once, in a later turn of the event loop: with True if the fetch may be answered with 200."""


class Pixel:
    """Turns requests for `/i/…` into fetches, and answers those that come through ASGI.

    It is an ASGI application apart from FastAPI, whose routing costs more than all of this. Built in the
    event loop.
    """

    def __init__(
        self,
        writer: Writer,
        keys: Keys,
        signatures: Signatures,
        clients: Clients,
        live: Live,
        names: ReverseNames,
    ) -> None:
        self._writer, self._keys, self._signatures, self._clients = writer, keys, signatures, clients
        self._live, self._names = live, names
        self.packets = PacketReader(self._examine_known)
        self._loop = asyncio.get_running_loop()
        self._unread = Tally(log, logging.ERROR, "%d fetches could not be read; they are answered 503.%s")

    def use(self, known_networks: Networks, hops: Hops) -> None:
        """Tell networks by newer lists from now on. Call it in the event loop."""
        self._signatures = self._signatures.with_networks(known_networks, hops)
        self._clients.use(hops)
        self.packets.forget()

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.take(scope, lambda kept: None if answer.done() else answer.set_result(kept))
        await send(OK if await answer else NOT_KEPT)
        await send(NO_BODY if scope["method"] == "HEAD" else BODY)

    def take(self, scope: Any, on_kept: OnKept) -> None:
        """Take a request that came through ASGI."""
        found = PATH.fullmatch(scope["path"])
        if found is None:
            self._loop.call_soon(on_kept, True)
            return
        peer = scope["client"][0] if scope["client"] else None
        try:
            self.keep(found[1], self._examine(by_name(scope["headers"]), peer, scope["method"]), on_kept)
        except Exception as error:
            self.refuse(error, on_kept)

    def keep(self, token: str, facts: Facts, on_kept: OnKept) -> None:
        """Hand a fetch to the writer."""
        sighting, address, user_agent, program = facts
        at, device = now(), None
        if address and sighting.agent in DIRECT_CLIENTS and sighting.network is not Network.UNKNOWN:
            device = self._keys.device(token, home(address), user_agent)
        arrival = Arrival(new_id(at), token, at, sighting, device, program)
        on_kept = self._live.after(token, on_kept)
        if address and is_doubtful(sighting):
            on_kept = self._names.after(arrival.id, token, address, on_kept)
        self._writer.add(arrival, on_kept)

    def refuse(self, error: Exception, on_kept: OnKept) -> None:
        """Log an unforeseen exception, and have the provider ask again."""
        self._unread.add(1, error=error)
        self._loop.call_soon(on_kept, False)

    def _examine(self, named: dict[str, str], peer: str | None, method: str = "GET") -> Facts:
        address, _hop, vouched, claimed = self._clients.client(peer, named)
        secure = self._clients.is_https(peer, named)
        request = Request(method, named, address, None, secure, vouched, claimed)
        return _facts(identify(request, self._signatures), address, named)

    def _examine_known(self, known: KnownHeaders, forwarded: str | None, peer: str | None) -> Facts:
        """Do the same for a GET whose headers are known: then the address counts by its network alone."""
        named = known.named if forwarded is None else known.named | {LISTED: forwarded}
        address, _hop, vouched, claimed = self._clients.client(peer, named)
        secure = self._clients.is_https(peer, named)
        place = None if vouched else (self._signatures.networks.of(address), secure)
        sighting = known.sightings.get(place)
        if sighting is None:
            request = Request("GET", named, address, None, secure, vouched, claimed)
            sighting = identify(request, self._signatures)
            if place:
                known.sightings[place] = sighting
        return _facts(sighting, address, named)


def _facts(sighting: Sighting, address: str | None, named: dict[str, str]) -> Facts:
    user_agent = named.get("user-agent", "")
    # What a program says behind that is nobody's business, and must lie on no disk.
    return Facts(sighting, address, user_agent, user_agent[:LONGEST_PROGRAM])
