"""A fetch whose network was in doubt is settled once, and its link judged again."""

from sqlalchemy import Engine
from sqlmodel import select

from storage import doubts
from storage.engine import reading, writing
from storage.links import history_of
from storage.tables import FetchRow, Link, OutboxMessage
from storage.times import seconds
from tests.fetches import NOON
from tests.pixel_server.serving import GMAIL, sent, stored, track
from tracking import Network, Windows

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


def test_a_settled_fetch_is_an_open_of_its_link_and_refreshes_the_card_alone(engine: Engine) -> None:
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
    assert keys == [f"card:{link.id}", f"card:{other.id}"]


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
