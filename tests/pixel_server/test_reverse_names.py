"""A doubtful “Gmail” is settled in the background by its address's name, and by nothing else."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from threading import Event

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from pixel_server import reverse_names
from pixel_server.questions import MOST_ALIKE, MOST_WAITING, Places, Question
from pixel_server.reverse_names import (
    MOST_ATTEMPTS,
    MOST_THREADS,
    ReverseNames,
    SystemResolver,
    network_of,
)
from settings import Settings
from storage.engine import reading, writing
from storage.kinds import card_key, opened_key
from storage.tables import FetchRow, Link, OutboxMessage
from tests.pixel_server.serving import GMAIL, PATIENCE, THUNDERBIRD, Served, kinds, sent, serving, stored
from tests.waiting import wait_until
from tracking import Kind, Network, Windows

UNLISTED, STRANGER, V6 = "66.249.85.224", "203.1.2.3", "2a00:1450:4001::5"
"""An address of Google's that is on no list, one of somebody else, and an IPv6 address of Google's."""
NAME = "google-proxy-66-249-85-224.google.com"
LIMITED = "rate-limited-proxy-66-249-85-224.google.com"


class Names:
    """The name system, as a test writes it."""

    def __init__(
        self, names: dict[str, str] | None = None, addresses: dict[str, list[str]] | None = None
    ) -> None:
        self.names, self.addresses = names or {}, addresses or {}
        self.asked = list[str]()
        self.fails = False

    def names_of(self, address: str) -> Sequence[str]:
        self.asked.append(address)
        if self.fails:
            raise OSError("the resolver is away")
        return [self.names[address]] if address in self.names else []

    def addresses_of(self, name: str) -> Sequence[str]:
        return self.addresses.get(name, [])


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Give a name system that knows Google's unlisted machine; look-ups do not wait for their turn."""
    names = Names({UNLISTED: NAME}, {NAME: ["192.0.2.1", UNLISTED]})
    monkeypatch.setattr(reverse_names, "SYSTEM", names)
    monkeypatch.setattr(reverse_names, "PAUSE_SECONDS", 0.0)
    return names


@pytest.fixture
def served(settings: Settings, names: Names) -> Iterator[Served]:
    trusting = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    with serving(trusting) as served:
        yield served


def fetch(served: Served, link: Link, address: str, user_agent: str = GMAIL, **headers: str) -> None:
    served.fetch(link, user_agent=user_agent, x_forwarded_for=address, **headers)


def settled(engine: Engine, link: Link, network: Network) -> Callable[[], bool]:
    return lambda: stored(engine, link)[-1].network == network


def version(engine: Engine, key: str) -> int:
    """Return how often a message was asked for: once, and then again for each change."""
    with reading(engine) as session:
        return session.exec(select(OutboxMessage.version).where(OutboxMessage.key == key)).one()


def test_googles_own_name_for_the_address_makes_it_gmails_proxy_and_the_card_follows(
    served: Served, engine: Engine, link: Link
) -> None:
    sent(engine, link)
    fetch(served, link, UNLISTED)
    wait_until(settled(engine, link, Network.GOOGLE_PROXY), "the fetch is settled")
    [row] = stored(engine, link)
    assert (row.kind, row.reason, row.confidence, row.sign) == ("opened", "gmail_proxy", "probable", "")
    assert version(engine, card_key(link.id, None)) > 1
    assert version(engine, opened_key(row.id)) > 1


def test_a_first_open_that_was_taken_for_a_forgery_rings_once_it_is_known(
    served: Served, engine: Engine, link: Link, names: Names
) -> None:
    names.names[STRANGER], names.addresses[NAME] = NAME, [STRANGER]
    sent(engine, link)
    fetch(served, link, STRANGER)
    wait_until(settled(engine, link, Network.GOOGLE_PROXY), "the fetch is settled")
    [row] = stored(engine, link)
    assert row.kind == Kind.OPENED
    with reading(engine) as session:
        assert session.exec(select(Link.status)).one() == "opened"
        owed = select(OutboxMessage.key, OutboxMessage.loud).order_by(OutboxMessage.key)
        assert session.exec(owed).all() == [(card_key(link.id, None), False), (opened_key(row.id), True)]
    assert version(engine, card_key(link.id, None)) > 1


def test_a_rate_limited_proxy_is_a_prefetch(served: Served, engine: Engine, link: Link, names: Names) -> None:
    names.names[UNLISTED], names.addresses[LIMITED] = LIMITED, [UNLISTED]
    sent(engine, link)
    fetch(served, link, UNLISTED)
    wait_until(settled(engine, link, Network.GOOGLE_PREFETCH), "the fetch is settled")
    [row] = stored(engine, link)
    assert (row.agent, row.kind, row.reason) == ("gmail_prefetch", "proxied", "gmail_prefetch")


def test_a_name_that_does_not_lead_back_changes_nothing_and_each_address_is_looked_up_once(
    served: Served, engine: Engine, link: Link, names: Names
) -> None:
    names.names[STRANGER] = NAME
    sent(engine, link)
    fetch(served, link, STRANGER)
    fetch(served, link, STRANGER)
    fetch(served, link, UNLISTED)
    wait_until(settled(engine, link, Network.GOOGLE_PROXY), "the last fetch is settled")
    assert kinds(engine, link) == [Kind.NOISE, Kind.NOISE, Kind.OPENED]
    assert names.asked == [STRANGER, UNLISTED]


def test_an_answer_is_forgotten_after_a_day(
    served: Served, engine: Engine, link: Link, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine may have had no resolver yet."""
    monkeypatch.setattr(reverse_names, "CACHED_SECONDS", 0.0)
    name = names.names.pop(UNLISTED)
    sent(engine, link)
    fetch(served, link, UNLISTED)
    wait_until(lambda: names.asked == [UNLISTED], "the address is looked up")
    names.names[UNLISTED] = name
    fetch(served, link, UNLISTED)
    wait_until(settled(engine, link, Network.GOOGLE_PROXY), "the second fetch is settled")
    assert names.asked == [UNLISTED, UNLISTED]


def test_nothing_is_looked_up_but_for_gmails_proxy_on_no_list(
    served: Served, engine: Engine, link: Link, names: Names
) -> None:
    sent(engine, link)
    fetch(served, link, STRANGER, THUNDERBIRD)
    fetch(served, link, "66.249.84.1")
    fetch(served, link, "10.0.0.7")
    served.get(f"/i/{'A' * 22}.gif", user_agent=GMAIL, x_forwarded_for=STRANGER)
    fetch(served, link, UNLISTED)
    wait_until(settled(engine, link, Network.GOOGLE_PROXY), "the last fetch is settled")
    assert names.asked == [UNLISTED]


def test_no_address_is_stored_or_logged(
    served: Served, engine: Engine, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    sent(engine, link)
    with caplog.at_level(logging.DEBUG):
        fetch(served, link, UNLISTED)
        wait_until(settled(engine, link, Network.GOOGLE_PROXY), "the fetch is settled")
    assert UNLISTED not in str(stored(engine, link)[0].model_dump())
    assert UNLISTED not in caplog.text
    assert NAME not in caplog.text


class Waiting:
    """`ReverseNames` by itself, on a real database; its `write` does what the server's does."""

    def __init__(self, engine: Engine, resolver: reverse_names.Resolver) -> None:
        self._engine, self.checked = engine, 0
        self.names = ReverseNames(engine, Windows(), self.is_spooling, resolver)

    def is_spooling(self) -> bool:
        self.checked += 1
        return True

    def write(self, act: reverse_names.Act) -> bool:
        with writing(self._engine) as session:
            return act(session)


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, condition, "what the test waits for")


async def test_a_resolver_that_hangs_is_not_waited_for_and_is_asked_again(
    engine: Engine, link: Link, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reverse_names, "DEADLINE_SECONDS", 0.05)
    monkeypatch.setattr(reverse_names, "RETRY_SECONDS", 0.0)
    doubtful(engine, link)
    ended, answers = Event(), names.names_of

    def hangs_at_first(address: str) -> Sequence[str]:
        if address == UNLISTED and UNLISTED not in names.asked:
            names.asked.append(address)
            ended.wait(PATIENCE)
        return answers(address)

    monkeypatch.setattr(names, "names_of", hangs_at_first)
    waiting = Waiting(engine, names)
    waiting.names.start(waiting.write)
    waiting.names.ask(Question("f1", "token", UNLISTED))
    await until(settled(engine, link, Network.GOOGLE_PROXY))
    assert names.asked == [UNLISTED, UNLISTED]
    ended.set()
    await waiting.names.stop()


async def test_a_resolver_that_is_away_is_given_up_after_three_attempts_and_reported_once(
    engine: Engine,
    link: Link,
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reverse_names, "RETRY_SECONDS", 0.0)
    doubtful(engine, link)
    names.fails = True
    waiting = Waiting(engine, names)
    with caplog.at_level(logging.INFO):
        waiting.names.start(waiting.write)
        waiting.names.ask(Question("f1", "token", UNLISTED))
        await until(lambda: len(names.asked) == MOST_ATTEMPTS)
        names.fails = False
        waiting.names.ask(Question("f1", "token", STRANGER))
        await until(lambda: STRANGER in names.asked)
    await waiting.names.stop()
    assert names.asked == [UNLISTED] * MOST_ATTEMPTS + [STRANGER]
    assert stored(engine, link)[0].network == Network.GOOGLE
    assert caplog.text.count("could not be looked up: OSError: the resolver is away") == 1


async def test_a_fetch_that_waits_in_the_spool_is_asked_about_once_it_is_stored(
    engine: Engine,
    link: Link,
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reverse_names, "RETRY_SECONDS", 0.01)
    waiting = Waiting(engine, names)
    waiting.names.start(waiting.write)
    waiting.names.ask(Question("f1", "token", UNLISTED))
    await until(lambda: waiting.checked > 1)
    assert names.asked == []
    doubtful(engine, link)
    await until(settled(engine, link, Network.GOOGLE_PROXY))
    await waiting.names.stop()


async def test_a_flood_of_questions_fills_no_memory(engine: Engine, names: Names) -> None:
    waiting = Waiting(engine, names)
    for number in range(2 * MOST_WAITING):
        waiting.names.ask(Question(str(number), f"token {number}", f"203.0.{number % 256}.{number // 256}"))
    assert waiting.names._questions.qsize() == MOST_WAITING


@pytest.mark.parametrize(
    ("token", "address"),
    [("token", "203.0.113.{0}"), ("token {0}", STRANGER), ("token {0}", "2001:db8:0:1::{0}")],
    ids=["one link", "one address", "one /64"],
)
def test_a_stranger_with_one_link_or_one_network_leaves_room_for_a_reader(token: str, address: str) -> None:
    places = Places()
    questions = [Question(str(number), token.format(number), address.format(number)) for number in range(99)]
    taken = [question for question in questions if places.take(question)]
    assert taken == questions[:MOST_ALIKE]
    assert places.take(Question("reader", "another token", UNLISTED))
    places.leave(taken[0])
    assert places.take(questions[-1])
    assert not places.take(questions[-2])


async def test_addresses_whose_look_ups_fail_do_not_hold_up_a_reader(
    engine: Engine, link: Link, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits a minute for its next attempt. The reader is settled meanwhile."""
    doubtful(engine, link)
    lame, answers = [f"203.0.113.{number}" for number in range(1, 6)], names.names_of
    monkeypatch.setattr(
        names, "names_of", lambda address: answers(address) if address not in lame else fail()
    )
    waiting = Waiting(engine, names)
    waiting.names.start(waiting.write)
    for address in lame:
        waiting.names.ask(Question("f1", "token", address))
    waiting.names.ask(Question("f1", "token", UNLISTED))
    await until(settled(engine, link, Network.GOOGLE_PROXY))
    assert waiting.names._places.waiting >= len(lame)
    await waiting.names.stop()


def fail() -> Sequence[str]:
    raise socket.herror(2, "Host name lookup failure")


async def test_an_address_without_an_answer_is_left_alone_for_an_hour(
    engine: Engine, link: Link, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reverse_names, "RETRY_SECONDS", 0.0)
    doubtful(engine, link)
    names.fails = True
    waiting = Waiting(engine, names)
    waiting.names.start(waiting.write)
    waiting.names.ask(Question("f1", "token", UNLISTED))
    await until(lambda: not waiting.names._places.waiting)
    names.fails = False
    waiting.names.ask(Question("f1", "token", UNLISTED))
    await until(lambda: not waiting.names._places.waiting)
    assert names.asked == [UNLISTED] * MOST_ATTEMPTS
    await waiting.names.stop()


async def test_look_ups_that_hang_take_no_more_threads_than_there_may_be(
    engine: Engine, link: Link, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reverse_names, "DEADLINE_SECONDS", 0.01)
    doubtful(engine, link)
    ended, answers = Event(), names.names_of

    def hangs(address: str) -> Sequence[str]:
        if address != UNLISTED:
            names.asked.append(address)
            ended.wait(PATIENCE)
        return answers(address)

    monkeypatch.setattr(names, "names_of", hangs)
    waiting = Waiting(engine, names)
    waiting.names.start(waiting.write)
    for number in range(2 * MOST_THREADS):
        waiting.names.ask(Question("f1", f"token {number}", f"203.0.113.{number}"))
    await until(
        lambda: waiting.names._questions.qsize() == MOST_THREADS - 1 and waiting.names._threads.locked()
    )
    assert len(names.asked) == MOST_THREADS
    monkeypatch.setattr(reverse_names, "DEADLINE_SECONDS", PATIENCE)
    waiting.names.ask(Question("f1", "reader", UNLISTED))
    ended.set()
    await until(settled(engine, link, Network.GOOGLE_PROXY))
    await waiting.names.stop()


def doubtful(engine: Engine, link: Link) -> None:
    """Store a fetch by Gmail's proxy from Google's own space, with the id f1."""
    with writing(engine) as session:
        session.add(
            FetchRow(
                id="f1",
                link_id=link.id,
                seq=1,
                at=link.created_at,
                agent="gmail_proxy",
                network="google",
                user_agent=GMAIL,
                kind="activated",
                reason="before_sent",
                confidence="strong",
            )
        )


@pytest.mark.parametrize(
    ("address", "addresses", "network"),
    [
        (UNLISTED, [UNLISTED], Network.GOOGLE_PROXY),
        (f"::ffff:{UNLISTED}", [UNLISTED], Network.GOOGLE_PROXY),
        (V6, ["2A00:1450:4001:0::5"], Network.GOOGLE_PROXY),
        (UNLISTED, ["66.249.85.225"], None),
        (UNLISTED, [], None),
    ],
)
def test_the_names_own_addresses_must_include_the_one_that_fetched(
    address: str, addresses: list[str], network: Network | None
) -> None:
    assert network_of(address, Names({address: NAME}, {NAME: addresses})) is network


def test_the_machines_own_resolver_tells_no_such_name_from_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = SystemResolver()

    def answer(error: OSError) -> Callable[..., object]:
        def raises(*_arguments: object, **_named: object) -> object:
            raise error

        return raises

    assert "localhost" in resolver.names_of("127.0.0.1")
    assert "127.0.0.1" in resolver.addresses_of("localhost")
    monkeypatch.setattr(socket, "gethostbyaddr", answer(socket.herror(1, "Unknown host")))
    monkeypatch.setattr(socket, "getaddrinfo", answer(socket.gaierror(socket.EAI_NONAME, "not known")))
    assert resolver.names_of(UNLISTED) == []
    assert resolver.addresses_of(NAME) == []
    monkeypatch.setattr(socket, "gethostbyaddr", answer(socket.herror(2, "Host name lookup failure")))
    monkeypatch.setattr(socket, "getaddrinfo", answer(socket.gaierror(socket.EAI_AGAIN, "try again")))
    with pytest.raises(OSError, match="lookup failure"):
        resolver.names_of(UNLISTED)
    with pytest.raises(OSError, match="try again"):
        resolver.addresses_of(NAME)
