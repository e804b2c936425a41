"""Remembers in memory which tokens exist, for the times when the database cannot say so.

A stranger can invent tokens without end. With this, an invented one opens no transaction that writes, and
while the database is away it cannot take the room in the spool that readers need.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Set
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from storage import known_links
from storage.engine import abandon, describe_database_error, reading

log = logging.getLogger(__name__)

T = TypeVar("T")

BITS = 2**25
"""Up to 4 MB. Of a million links, one invented token in 300 passes for a known one; of 100,000 links, one in
28,000; of ten million, one in five. A token that exists always passes."""
LAST = BITS - 1
NONE = frozenset[str]()
CHUNK = 1000
"""Tokens that are read at once."""
PAUSE_SECONDS = 0.02
"""Between two chunks: a million links take half a minute, and no reader waits."""
POLL_SECONDS = 10.0
"""Between two searches for new links."""
LONGEST_WAIT = 1.0
"""Seconds that the end waits for the thread."""
OVERLAP = 100
"""Links that are read again each time. On PostgreSQL the link with the smaller id may be committed later."""


class KnownTokens:
    """A Bloom filter with two bits for each token. Safe between threads.

    Python salts a string's hash for each process, so nobody can choose tokens that pass.
    """

    def __init__(self) -> None:
        # A page of it takes memory once a bit in it is set; a bytearray takes all of it at the start.
        self._bits = mmap(-1, BITS // 8, flags=MAP_PRIVATE | MAP_ANONYMOUS)

    def __contains__(self, token: object) -> bool:
        return not self.unknown((token,))

    def unknown(self, tokens: Iterable[T]) -> list[T]:
        """Return the tokens that surely do not exist. In one go, because each fetch comes by here."""
        bits = self._bits
        return [
            token
            for token in tokens
            if not (
                bits[((found := hash(token)) & LAST) >> 3] >> (found & 7) & 1
                and bits[((found := found >> 32) & LAST) >> 3] >> (found & 7) & 1
            )
        ]

    def update(self, tokens: Iterable[str]) -> None:
        for token in tokens:
            found = hash(token)
            for bit in (found & LAST, found >> 32 & LAST):
                self._bits[bit >> 3] |= 1 << (bit & 7)


class TokenReader:
    """Fills the filter from a thread of its own, and looks up the tokens that it does not have."""

    def __init__(self, engine: Engine, known: KnownTokens) -> None:
        self._engine, self._known = engine, known
        self._connection: Connection | None = None
        """For look-ups, kept open: no page that waits for a writer may take it away."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tokens", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def wait(self) -> None:
        """Wait for the query that is under way. Its connection could not be closed before."""
        self._thread.join(LONGEST_WAIT)

    def missing(self, tokens: Iterable[str]) -> Set[str]:
        """Return the tokens that no link has. To be called in one thread; raises DBAPIError."""
        doubtful = self._known.unknown(tokens)
        if not doubtful:
            return NONE
        found = self._look_up(doubtful)
        self._known.update(found)
        return {*doubtful} - found

    def _look_up(self, tokens: Collection[str]) -> set[str]:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            with Session(self._connection) as session:
                return known_links.existing(session, tokens)
        except BaseException:
            connection, self._connection = self._connection, None
            abandon(connection)
            raise

    def close(self) -> None:
        """Close the connection for look-ups."""
        if self._connection:
            self._connection.close()

    def _run(self) -> None:
        newest: int | None = None
        while not self._stopped.is_set():
            try:
                newest = self._read_all() if newest is None else self._read_new(newest)
            except Exception as error:
                # The database's trouble is told by the writer.
                log.debug("The links' tokens could not be read: %s", describe_database_error(error))
            self._stopped.wait(POLL_SECONDS)

    def _read_all(self) -> int | None:
        """Read all tokens. Return the id of the link that was the newest before; None if the server ends."""
        with reading(self._engine) as session:
            newest, tokens = known_links.newest_id(session), [""]
        while tokens:
            with reading(self._engine) as session:
                tokens = known_links.tokens_after(session, tokens[-1], CHUNK)
            self._known.update(tokens)
            if self._stopped.wait(PAUSE_SECONDS):
                return None
        return newest

    def _read_new(self, newest: int) -> int:
        """Read the tokens of links newer than this one. Return the id of the newest."""
        last, found = newest - OVERLAP, [(0, "")]
        while found:
            with reading(self._engine) as session:
                found = known_links.newer_than(session, last, CHUNK)
            self._known.update(token for _, token in found)
            last = found[-1][0] if found else last
        return max(newest, last)
