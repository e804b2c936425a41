"""The hop in front that TRUSTED_PROXIES does not name: which one it is, and what to set."""

from collections.abc import Sequence

from pixel_server.wire.headers import LISTED, TOO_LONG, ClientAddress
from storage.health import Hop, HopKind
from tracking.hops import CDN_LOOP, CLIENT_HEADERS, TITLES, Client, Hops, entries_of

WIDE = frozenset({"10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "fc00::/7"})
"""Blocks that are named whole: containers and platforms give a proxy another address at each start."""
MOST_ADVISED = 4
"""Hops that one piece of advice adds. No real way has more, and the advice must fit into a message."""


class UnnamedHops:
    """Looks for hops that the operator has to name."""

    def __init__(self, trusted: Sequence[str], clients: ClientAddress, hops: Hops) -> None:
        self._trusted, self._clients, self._hops = trusted, clients, hops

    def of_fetch(self, peer: str | None, headers: dict[str, str], client: Client) -> Hop | None:
        """Return the hop that a request came through; None if none is noticed.

        Anybody can send a header, and no stranger may tell the operator whom to trust. So an entry counts
        only next to a hop that writes what it saw: a private address next to a trusted proxy, and an address
        on a published list also next to another one. A private peer alone may pass on what strangers wrote.
        """
        if not client.is_behind_hop or peer is None:
            return None
        found = list[str]()
        way = _way(peer, headers)
        for number, address in enumerate(way):
            if self._clients.trusts(address):
                continue
            place = self._hops.place_of(address[:TOO_LONG])
            # The last entry of the list can be a reader in the server's own network.
            may_be_a_reader = 0 < number == len(way) - 1
            if place.block and not found and not may_be_a_reader:
                found.append(address)
                break
            if not place.name:
                break
            found.append(address)
        return self._hop(found) if found else None

    def of_probe(self, peer: str | None, headers: dict[str, str], *, https: bool) -> Hop | None:
        """Return the hop that the bot's own request came through; None if all hops are named.

        The bot sends no X-Forwarded-For: the leftmost entry is the bot's address, and the others are hops.
        The pixel server speaks no https: if PUBLIC_URL is https, the other end is always a hop.
        """
        if peer is None:
            return None
        *hops, last = _way(peer, headers)
        if self._hops.place_of(last[:TOO_LONG]).name or (https and not hops):
            hops.append(last)
        unnamed = [one for one in hops if self._hops.place_of(one[:TOO_LONG]).address]
        unnamed = [one for one in unnamed if not self._clients.trusts(one)]
        if https and not any(name in headers for name in (*CLIENT_HEADERS, CDN_LOOP)):
            return self._hop(unnamed or [peer], HopKind.SILENT)
        return self._hop(unnamed) if unnamed else None

    def _hop(self, addresses: Sequence[str], kind: HopKind | None = None) -> Hop:
        """Return the outermost of these hops, and the value that names them all."""
        unnamed = [address for address in addresses if not self._clients.trusts(address)]
        added = list(dict.fromkeys(map(self._setting, unnamed)))[:MOST_ADVISED]
        value = ",".join(dict.fromkeys([*self._trusted, *added]))
        place = self._hops.place_of(addresses[-1])
        title = TITLES.get(place.name, "")
        kind = kind or (HopKind.NAMED if title else HopKind.UNNAMED)
        return Hop(kind, title, place.address or addresses[-1], value)

    def _setting(self, address: str) -> str:
        """Return what names a hop in TRUSTED_PROXIES."""
        place = self._hops.place_of(address)
        if place.name:
            return place.name
        return place.block if place.block in WIDE else place.address or address


def _way(peer: str, headers: dict[str, str]) -> list[str]:
    """Return the addresses that a request came by, the nearest first."""
    return [peer, *reversed(entries_of(headers.get(LISTED, "")))]
