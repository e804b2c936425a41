"""A fetch whose network was in doubt is settled once, and its link judged again."""

from sqlalchemy import Engine
from sqlmodel import select

from storage import doubts, links
from storage.engine import commit, database_of, reading, writing
from storage.fetch_ids import new_id
from storage.ingest import Arrival, record
from storage.kinds import MessageKind, opened_key
from storage.links import history_of
from storage.statements import record_statements
from storage.tables import FetchRow, Link, OutboxMessage
from storage.times import now, seconds
from tests.fetches import GMAIL as READER
from tests.fetches import NOON
from tests.pixel_server.serving import GMAIL, sent, stored, track
from tracking import Agent, Network, Reason, Sighting, Statement, StatementKind, Windows

LATER = 4 * NOON


def store(engine: Engine, link: Link, identifier: str, seq: int, network: str, sign: str = "") -> None:
    """Store a fetch by Gmail's proxy."""
    with writing(engine) as session:
        row = FetchRow(id=identifier, link_id=link.id, seq=seq, at=link.created_at, agent="gmail_proxy",
                       network=network, sign=sign, user_agent=GMAIL, kind="noise", reason="forged_proxy",
                       confidence="strong")  # fmt: skip
        session.add(row)


def settle(engine: Engine, identifier: str, network: Network) -> bool:
    with writing(engine) as session:
        return doubts.settle(session, identifier, network, LATER, Windows())


def test_a_settled_fetch_is_an_open_of_its_link_and_rings_once(engine: Engine) -> None:
    link, other = track(engine, "contract"), track(engine, "offer")
    sent(engine, link)
    store(engine, link, "f1", 1, "other", "forged_proxy")
    store(engine, other, "f2", 1, "other", "forged_proxy")
    assert settle(engine, "f1", Network.GOOGLE_PROXY)
    [row] = stored(engine, link)
    assert (row.network, row.sign, row.reason) == ("google_proxy", "", "gmail_proxy")
    assert stored(engine, other)[0].network == "other"
    with reading(engine) as session:
        known = session.get_one(Link, link.id)
        assert history_of(known).summary.opens == 1
        assert (known.status, seconds(known.last_event_at)) == ("opened", LATER)
        keys = session.exec(select(OutboxMessage.key).order_by(OutboxMessage.key)).all()
    assert keys == [f"card:{link.id}", f"card:{other.id}", opened_key("f1")]


def test_what_is_settled_gone_or_was_never_in_doubt_stays_as_it_is(engine: Engine) -> None:
    link = track(engine)
    store(engine, link, "f1", 1, "google")
    store(engine, link, "f2", 2, "unknown")
    store(engine, link, "f3", 3, "other", "method")
    with reading(engine) as session:
        doubted = {name: doubts.is_in_doubt(session, name) for name in ("f1", "f2", "f3", "f4")}
    assert doubted == {"f1": True, "f2": False, "f3": False, "f4": None}
    assert settle(engine, "f1", Network.GOOGLE_PREFETCH)
    assert not settle(engine, "f1", Network.GOOGLE_PROXY)
    assert not settle(engine, "f2", Network.GOOGLE_PROXY)
    assert not settle(engine, "f3", Network.GOOGLE_PROXY)
    assert not settle(engine, "f4", Network.GOOGLE_PROXY)
    assert [(row.agent, row.network) for row in stored(engine, link)] == [
        ("gmail_prefetch", "google_prefetch"), ("gmail_proxy", "unknown"), ("gmail_proxy", "other"),
    ]  # fmt: skip


FORGED = Sighting(Agent.GMAIL_PROXY, Network.OTHER, Reason.FORGED_PROXY)
DAY = 86400


def fetch(engine: Engine, link: Link, ago: float, sighting: Sighting = READER) -> str:
    """Record a fetch as the pixel server does. Return its id."""
    at = now() - ago
    identifier = new_id(at)
    with engine.connect() as connection:
        database_of(connection).begin(connection)
        record(connection, [Arrival(identifier, link.token, at, sighting, None, GMAIL)], Windows())
        commit(connection)
    return identifier


def alerts(engine: Engine) -> list[tuple[str, bool]]:
    with reading(engine) as session:
        owed = select(OutboxMessage).where(OutboxMessage.kind == MessageKind.OPENED)
        return [(message.key, message.loud) for message in session.exec(owed)]


def opens(engine: Engine, link: Link) -> int:
    with reading(engine) as session:
        return history_of(session.get_one(Link, link.id)).summary.opens


def say(engine: Engine, link: Link, kind: StatementKind) -> None:
    with writing(engine) as session:
        known = links.link_of(session, link.chat_id, link.id, lock=True)
        assert known
        record_statements(session, known, Statement(kind, now()), by=None, now=now(), windows=Windows())


def test_a_first_open_found_by_its_name_rings_and_the_open_after_it_makes_no_sound(engine: Engine) -> None:
    link = track(engine)
    sent(engine, link, 5 * 3600)
    found = fetch(engine, link, 4 * 3600, FORGED)
    assert alerts(engine) == []
    assert settle(engine, found, Network.GOOGLE_PROXY)
    assert alerts(engine) == [(opened_key(found), True)]
    assert not settle(engine, found, Network.GOOGLE_PROXY)
    fetch(engine, link, 3600)
    assert opens(engine, link) == 2
    assert alerts(engine) == [(opened_key(found), True)]


def test_an_open_found_after_the_chat_has_heard_of_a_later_one_makes_no_sound(engine: Engine) -> None:
    link = track(engine)
    sent(engine, link, 5 * 3600)
    found = fetch(engine, link, 4 * 3600, FORGED)
    later = fetch(engine, link, 3600)
    assert settle(engine, found, Network.GOOGLE_PROXY)
    assert opens(engine, link) == 2
    assert alerts(engine) == [(opened_key(later), True)]


def test_an_open_found_by_its_name_that_wakes_the_link_rings(engine: Engine) -> None:
    link = track(engine)
    sent(engine, link, 40 * DAY)
    first = fetch(engine, link, 39 * DAY)
    found = fetch(engine, link, 2 * DAY, FORGED)
    assert settle(engine, found, Network.GOOGLE_PROXY)
    fetch(engine, link, DAY)
    assert alerts(engine) == [(opened_key(first), True), (opened_key(found), True)]


def test_a_settled_fetch_rings_for_no_muted_link_nor_one_that_records_no_more(engine: Engine) -> None:
    muted, stopped, unsent = track(engine, "muted"), track(engine, "stopped"), track(engine, "unsent")
    for link in (muted, stopped):
        sent(engine, link, 5 * 3600)
    found = [fetch(engine, link, 3600, FORGED) for link in (muted, stopped, unsent)]
    with writing(engine) as session:
        session.get_one(Link, muted.id).muted = True
    say(engine, stopped, StatementKind.STOPPED)
    assert all(settle(engine, identifier, Network.GOOGLE_PROXY) for identifier in found)
    assert [opens(engine, link) for link in (muted, stopped, unsent)] == [1, 1, 0]
    assert alerts(engine) == []


def test_an_open_that_a_settled_prefetch_reveals_rings(engine: Engine) -> None:
    """Only a receiving side prefetches: the mail was sent by then, and the fetch after it is a reader's."""
    link = track(engine)
    found = fetch(engine, link, 2 * 3600, FORGED)
    reader = fetch(engine, link, 3600)
    assert opens(engine, link) == 0
    assert settle(engine, found, Network.GOOGLE_PREFETCH)
    assert opens(engine, link) == 1
    assert alerts(engine) == [(opened_key(reader), True)]
