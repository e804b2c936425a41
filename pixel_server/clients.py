"""Finds the client behind a request, and the hop that hides it, for the pixel, the pages and `/healthz`."""

from typing import NamedTuple

from pixel_server.database.hops import HopWatch
from pixel_server.wire.headers import ClientAddress
from pixel_server.wire.unnamed import UnnamedHops
from settings import Settings
from storage.health import Hop
from tracking.hops import Client, Hops


class Way(NamedTuple):
    """The way by which the bot's own request arrived."""

    peer: str | None
    """The other end of the connection."""
    client: str | None
    hop: Hop | None


class Clients:
    """Knows the proxies that TRUSTED_PROXIES names, and notices those that it should name."""

    def __init__(self, settings: Settings, hops: Hops, watch: HopWatch) -> None:
        self._trusted = settings.trusted_proxies
        self._watch = watch
        self._https = settings.public_url.startswith("https:")
        self.use(hops)

    def use(self, hops: Hops) -> None:
        """Tell hops by newer lists from now on."""
        self._addresses = ClientAddress(self._trusted, hops)
        self._unnamed = UnnamedHops(self._trusted, self._addresses, hops)

    def address(self, peer: str | None, headers: dict[str, str]) -> str | None:
        """Return the client's address; None if it cannot be known. `peer` is the connection's other end."""
        return self.client(peer, headers).address

    def client(self, peer: str | None, headers: dict[str, str]) -> Client:
        """Return what is known of who asked, and notice a hop that hides it."""
        client = self._addresses.client(peer, headers)
        if client.is_behind_hop:
            self._watch.suggest(self._unnamed.of_fetch(peer, headers, client))
        return client

    def stands_for_many(self, peer: str) -> bool:
        """Return True if the other end of a connection is a hop, through which many clients come."""
        return self._addresses.stands_for_many(peer)

    def is_https(self, peer: str | None, headers: dict[str, str]) -> bool | None:
        """Return whether the client spoke https; None if nothing says so.

        A trusted proxy knows it. All links begin with PUBLIC_URL, so that says it for everybody else.
        """
        told = headers.get("x-forwarded-proto", "")
        if told and peer is not None and self._addresses.trusts(peer):
            return told.partition(",")[0].strip().lower() == "https"
        return self._https or None

    def way_of_probe(self, peer: str | None, headers: dict[str, str]) -> Way:
        """Return how a request arrived that the bot made through PUBLIC_URL."""
        hop = self._unnamed.of_probe(peer, headers, https=self._https)
        # A request that came straight, by another way than the readers, shows nothing about theirs.
        if hop or (peer and self._addresses.trusts(peer)):
            self._watch.prove(hop)
        return Way(peer, self._addresses.client(peer, headers).address, hop)
