"""Looks up the names of addresses in the background, if that settles a doubt.

A fetch in the name of Gmail's proxy, from an address that is on no list, is an open if Google has named the
address, and otherwise may be forged (tracking/reverse_names.py). The address is known only here: it waits in
memory, for its turn, and is never stored. No fetch waits for an answer, and without one nothing changes.
A look-up that fails holds up no other: whoever owns an address can make its look-ups fail for ever.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from pixel_server.background import BackgroundTask
from pixel_server.questions import Places, Question
from storage import doubts
from storage.engine import describe_database_error, reading
from storage.times import now
from tracking import Network, Windows
from tracking.hops import address_in
from tracking.reverse_names import network_named

log = logging.getLogger(__name__)

T = TypeVar("T")

CACHED_ADDRESSES = 4096
CACHED_SECONDS = 86400.0
"""Without a resolver, as at the start of some machines, the C library says that no name exists."""
DEADLINE_SECONDS = 5.0
"""Of one look-up. The C library has none: its thread goes on until it gives up by itself, after some 30 s."""
PAUSE_SECONDS = 1.0
"""Between two look-ups."""
RETRY_SECONDS = 60.0
"""Until the next attempt, where the resolver or the database does not answer."""
MOST_ATTEMPTS = 3
"""The attempts to look an address up for one fetch."""
UNANSWERED_SECONDS = 3600.0
"""An address is left alone for so long after the last of them."""
MOST_THREADS = 8
"""The look-ups at a time, those that hang included. While all hang, the next one waits for a thread."""

_NONE = {
    socket.herror: frozenset({1, 4}),  # h_errno: HOST_NOT_FOUND, NO_DATA
    socket.gaierror: frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}),
}
"""The numbers of errors that are answers: there is no such name."""


class Resolver(Protocol):
    """Asks the name system, however long that takes. Raises OSError if it does not answer."""

    def names_of(self, address: str) -> Sequence[str]:
        """Return what an address is called; empty if it has no name."""

    def addresses_of(self, name: str) -> Sequence[str]:
        """Return the addresses of a name; empty if there is no such name."""


class SystemResolver:
    """The machine's own resolver."""

    def names_of(self, address: str) -> Sequence[str]:
        try:
            name, aliases, _ = socket.gethostbyaddr(address)
        except OSError as error:
            return _none(error)
        return [name, *aliases]

    def addresses_of(self, name: str) -> Sequence[str]:
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except OSError as error:
            return _none(error)
        return [str(socket_address[0]) for *_, socket_address in found]


SYSTEM: Resolver = SystemResolver()


def _none(error: OSError) -> Sequence[str]:
    """Return an empty list if the error says that there is no such name; raise any other error again."""
    if error.errno in _NONE.get(type(error), ()):
        return []
    raise error


def network_of(address: str, resolver: Resolver) -> Network | None:
    """Return which of Google's proxies an address is by its name; None if it is none of them.

    Whoever owns an address may call it what they like. Only Google can give its own names that address.
    """
    for name in resolver.names_of(address):
        network = network_named(name)
        if network and address_in(address) in map(address_in, resolver.addresses_of(name)):
            return network
    return None


class Answer(NamedTuple):
    network: Network | None
    until: float
    """By the event loop's clock."""


class NotStoredYetError(Exception):
    """The fetch may still wait in a spool."""


Act = Callable[[Session], bool]


class ReverseNames:
    """Settles doubtful fetches, one at a time, in a task of the event loop.

    `is_spooling` says whether fetches wait in a spool: a fetch that is not stored yet may be one of them.
    """

    def __init__(
        self, engine: Engine, windows: Windows, is_spooling: Callable[[], bool], resolver: Resolver
    ) -> None:
        self._engine, self._windows, self._is_spooling = engine, windows, is_spooling
        self._resolver = resolver
        self._places = Places()
        self._questions: asyncio.Queue[Question] = asyncio.Queue()
        """The questions whose turn has come. One that waits for another attempt keeps its place meanwhile."""
        self._known: dict[str, Answer] = {}
        """By address, the one that was used longest ago first."""
        self._next_at = 0.0
        """The earliest time of the next look-up, by the event loop's clock."""
        self._threads = asyncio.Semaphore(MOST_THREADS)
        self._background = BackgroundTask()
        self._is_reported = False

    def start(self, write: Callable[[Act], bool]) -> None:
        """`write` runs in a thread: one transaction, after which the bot is notified."""
        self._background.start(self._run(write))

    async def stop(self) -> None:
        """End at once. What still waits stays in doubt."""
        await self._background.stop()

    def after(
        self, fetch_id: str, token: str, address: str, on_kept: Callable[[bool], None]
    ) -> Callable[[bool], None]:
        """Return an `on_kept` that also asks about a fetch of this token once it is kept."""

        def kept_then_asked(kept: bool) -> None:
            on_kept(kept)
            if kept:
                self.ask(Question(fetch_id, token, address))

        return kept_then_asked

    def ask(self, question: Question) -> None:
        if self._places.take(question):
            self._questions.put_nowait(question)

    async def _run(self, write: Callable[[Act], bool]) -> None:
        while True:
            question = await self._questions.get()
            try:
                await self._settle(question, write)
            except (NotStoredYetError, DBAPIError):  # the next question would fare no better
                await asyncio.sleep(RETRY_SECONDS)
                self._questions.put_nowait(question)
                continue
            except OSError as error:
                if self._will_try_again(question, error):
                    continue
            except Exception:
                log.exception("A fetch by Gmail's proxy stays in doubt.")
            self._places.leave(question)

    async def _settle(self, question: Question, write: Callable[[Act], bool]) -> None:
        """Settle one doubt.

        Raises NotStoredYetError and DBAPIError, and OSError if the resolver does not answer in time.
        """
        fetch_id, address = question.fetch_id, question.address
        doubtful = await asyncio.to_thread(self._is_in_doubt, fetch_id)
        if doubtful is None and self._is_spooling():
            raise NotStoredYetError
        network = await self._network_of(address) if doubtful else None
        if network:
            settle = partial(
                doubts.settle, fetch_id=fetch_id, network=network, now=now(), windows=self._windows
            )
            if await asyncio.to_thread(write, settle):
                log.info("A doubtful fetch came from %s: its address's own name confirms it.", network)

    def _will_try_again(self, question: Question, error: OSError) -> bool:
        """Ask again in a minute, and meanwhile the other questions: the fault may be this address's alone.

        Return False after the last attempt.
        """
        if not self._is_reported:
            self._is_reported = True
            log.info("The name of an address could not be looked up: %s", describe_database_error(error))
        again = question._replace(attempts=question.attempts + 1)
        if again.attempts >= MOST_ATTEMPTS:
            self._remember(question.address, None, UNANSWERED_SECONDS)
            return False
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self._questions.put_nowait, again)
        return True

    def _is_in_doubt(self, fetch_id: str) -> bool | None:
        """Return True if a fetch is still in doubt; None if it is not stored: an unknown pixel's never is.

        It runs in a thread.
        """
        with reading(self._engine) as session:
            return doubts.is_in_doubt(session, fetch_id)

    async def _network_of(self, address: str) -> Network | None:
        clock = asyncio.get_running_loop().time
        known = self._known.pop(address, None)
        if known and clock() < known.until:
            self._known[address] = known
            return known.network
        await asyncio.sleep(self._next_at - clock())
        await self._threads.acquire()
        self._next_at = clock() + PAUSE_SECONDS
        async with asyncio.timeout(DEADLINE_SECONDS):
            found = await _in_a_thread(lambda: network_of(address, self._resolver), self._threads.release)
        self._remember(address, found, CACHED_SECONDS)
        return found

    def _remember(self, address: str, network: Network | None, seconds: float) -> None:
        self._known.pop(address, None)
        if len(self._known) >= CACHED_ADDRESSES:
            del self._known[next(iter(self._known))]
        self._known[address] = Answer(network, asyncio.get_running_loop().time() + seconds)


def _in_a_thread(ask: Callable[[], T], on_end: Callable[[], None]) -> asyncio.Future[T]:
    """Run in a thread that nothing waits for, at the end of the process either: it may hang for long.

    `on_end` is called in the event loop once the thread has done its work, answered or not.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(act: Callable[[], None]) -> None:
        on_end()
        if not answer.done():
            act()

    def run() -> None:
        try:
            result = ask()
            act = partial(answer.set_result, result)
        except Exception as error:
            act = partial(answer.set_exception, error)
        with suppress(RuntimeError):  # the event loop has ended meanwhile
            loop.call_soon_threadsafe(settle, act)

    try:
        Thread(target=run, name="names", daemon=True).start()
    except RuntimeError:  # the machine has no thread left
        on_end()
        raise
    return answer
