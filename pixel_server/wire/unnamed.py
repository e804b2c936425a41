"""The hop in front that TRUSTED_PROXIES does not name: which one it is, and what to set."""

from collections.abc import Sequence

from pixel_server.wire.headers import LISTED, ClientAddress
from storage.health import Hop, HopKind
from tracking.hops import CDN_LOOP, CLIENT_HEADERS, TITLES, Client, Hops, entries_of

WIDE = frozenset({"10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "fc00::/7"})
"""Blocks that are named whole: containers and platforms give a proxy another address at each start."""


class UnnamedHops:
    """Looks for hops that the operator has to name."""

    def __init__(self, trusted: Sequence[str], clients: ClientAddress, hops: Hops) -> None:
        self._trusted, self._clients, self._hops = trusted, clients, hops

    def of_fetch(self, peer: str | None, headers: dict[str, str], client: Client) -> Hop | None:
        """Return the hop that a request came through; None if none is noticed.

        Anybody can send a header. So only addresses count that are on a published list, or in a private
        network: no stranger comes from there by himself, and none may tell the operator whom to trust.
        """
        if not client.hop or peer is None:
            return None
        way = [peer, *reversed(entries_of(headers.get(LISTED, "")))]
        found = []
        for place, address in enumerate(way):
            if self._clients.trusts(address):
                continue
            listed, inside = self._kind(address)
            # The last entry of the list can be a reader in the server's own network.
            if not listed and (not inside or 0 < place == len(way) - 1):
                break
            found.append(address)
        return self._hop(found) if found else None

    def of_probe(self, peer: str | None, headers: dict[str, str], *, https: bool) -> Hop | None:
        """Return the hop that the bot's own request came through, which sends none of these headers.

        The pixel server itself speaks no https: if PUBLIC_URL is https, the other end is always a hop.
        """
        if peer is None:
            return None
        entries = entries_of(headers.get(LISTED, ""))
        way = [peer, *reversed(entries)]
        hops = [one for one in way[:-1] if not self._clients.trusts(one)]
        if not entries and https and not self._clients.trusts(peer):
            hops.append(peer)
        elif self._kind(way[-1])[0] and not self._clients.trusts(way[-1]):
            hops.append(way[-1])
        if https and not any(name in headers for name in (*CLIENT_HEADERS, CDN_LOOP)):
            return self._hop(hops, HopKind.SILENT) if hops else self._silent(peer)
        return self._hop(hops) if hops else None

    def _silent(self, peer: str) -> Hop:
        return Hop(HopKind.SILENT, "", peer, ", ".join(self._trusted))

    def _hop(self, addresses: Sequence[str], kind: HopKind | None = None) -> Hop:
        """Return the outermost of these hops, and the value that names them all."""
        known = [self._hops.place_of(address) for address in addresses]
        title = TITLES.get(known[-1].name, "")
        wanted = [self._setting(address) for address in addresses]
        value = ", ".join(dict.fromkeys([*self._trusted, *wanted]))
        address = str(known[-1].address or addresses[-1])
        return Hop(kind or (HopKind.NAMED if title else HopKind.UNNAMED), title, address, value)

    def _setting(self, address: str) -> str:
        place = self._hops.place_of(address)
        if place.name:
            return place.name
        block = str(place.block)
        return block if block in WIDE else str(place.address or address)

    def _kind(self, address: str) -> tuple[bool, bool]:
        """Return whether an address is on a published list, and whether it is in a private network."""
        place = self._hops.place_of(address)
        return bool(place.name), place.block is not None
