"""All connections of the pixel server: how many there may be, and which one makes room for a newer one.

A newcomer is not turned away because others wait: they may wait for ever. The connection that has waited
longest for its client is closed instead, which is the oldest that asks for nothing, never finishes asking, or
does not read. A reader's request follows its connection at once, so strangers cannot keep readers out.
"""

import logging
from collections.abc import Callable, Collection
from heapq import nsmallest
from operator import itemgetter
from typing import Protocol

from pixel_server.tally import Tally
from pixel_server.wire.descriptors import MAX_CONNECTIONS
from tracking.networks import home

MAX_PER_ADDRESS = 256
"""Connections of one IPv4 address, or of one /64 of IPv6. An office has one address, and a mail provider's
proxy opens the mails of many people. A hop's address stands for everybody, and has no limit of its own."""
CLOSED_AT_ONCE = 16
"""A sixteenth of the connections makes room together, because finding them costs as much as finding one."""
MAX_UNFINISHED = 6 * 2**20
"""Bytes of unfinished requests in all connections together, if they share alike: even the most connections
may hold a packet each."""

log = logging.getLogger("pixel_server.connections")


class Connection(Protocol):
    """A connection, as far as making room goes."""

    def waits_since(self) -> float | None:
        """Return since when it waits for its client; None while the client waits for an answer."""

    def end(self) -> None:
        """Close it at once, and drop what was not sent."""


class Connections:
    """Use it in the event loop only. `stands_for_many` says whether an address is a hop's, not a client's."""

    def __init__(
        self, stands_for_many: Callable[[str], bool] = lambda _: True, most: int = MAX_CONNECTIONS
    ) -> None:
        self._stands_for_many, self._most = stands_for_many, most
        self._open: dict[Connection, str] = {}
        """Each with its address, which is empty for a hop's."""
        self._of_address: dict[str, set[Connection]] = {}
        self._made_room = Tally(
            log,
            logging.WARNING,
            f"%d connections made room for newer ones (%s): at most {most} are open at once, and "
            f"{MAX_PER_ADDRESS} of one address.",
        )
        self._refused = Tally(
            log, logging.WARNING, "%d new connections were refused (%s): all others wait for their answers."
        )
        self.unread = Tally(
            log, logging.WARNING, "%d connections were ended: their clients did not read their answers.%s"
        )
        self.greedy = Tally(
            log, logging.WARNING, "%d connections were ended: they sent too much without finishing.%s"
        )

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection, peer: str | None) -> bool:
        """Note a new connection. Return False if there is no room for it."""
        address = "" if peer is None or self._stands_for_many(peer) else home(peer)
        alike = self._of_address.get(address, set()) if address else set()
        if not (
            self._has_room(self._open, self._most, "in all")
            and self._has_room(alike, MAX_PER_ADDRESS, "of one address")
        ):
            return False
        self._open[connection] = address
        if address:
            self._of_address.setdefault(address, set()).add(connection)
        return True

    def remove(self, connection: Connection) -> None:
        """Forget a connection that has ended. It may be forgotten already."""
        if address := self._open.pop(connection, ""):
            alike = self._of_address[address]
            alike.discard(connection)
            if not alike:
                del self._of_address[address]

    def has_share(self, unfinished: int) -> bool:
        """Return True if one connection may hold so many bytes of requests that are not finished."""
        return unfinished * len(self._open) <= MAX_UNFINISHED

    def _has_room(self, among: Collection[Connection], most: int, where: str) -> bool:
        """Make room for one more among connections, if need be. Return True if there is room."""
        if len(among) < most:
            return True
        waiting = [(since, one) for one in among if (since := one.waits_since()) is not None]
        longest = nsmallest(max(1, most // CLOSED_AT_ONCE), waiting, key=itemgetter(0))
        for _, one in longest:
            self.remove(one)
            one.end()
        if longest:
            self._made_room.add(len(longest), where)
        else:
            self._refused.add(1, where)
        return bool(longest)
