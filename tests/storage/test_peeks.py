"""A peek at all links of a chat: one row, with which fetches are judged, early or late, and for ever."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import select

from bot.messages.timeline import timeline
from settings import Settings
from storage import chats, erasing, exports, links, peeks, retention
from storage.engine import connect, reading, writing
from storage.fetch_ids import new_id
from storage.ingest import Arrival, record
from storage.statements import record_statements
from storage.tables import Chat, FetchRow, Link, Peek, StatementRow
from storage.times import moment
from tests.fetches import GMAIL, NOON, OUTLOOK, arrival
from tests.storage.test_ingest import ANNA, fold, owed, sent, stored
from tracking import Agent, Network, Reason, Sighting, Statement, StatementKind, Windows

BEN = 1002
GROUP, SUPERGROUP = -500, -1_000_000_000_500
HOUR, DAY = 3600.0, 86400.0
QUARTER = 900.0
CURL = Sighting(Agent.TOOL, Network.OTHER, Reason.TOOL)


def tracked(engine: Engine, label: str = "contract", now: float = NOON, chat: int = ANNA) -> Link:
    """A link, sent a minute after it was made."""
    with writing(engine) as session:
        link = links.create(session, links.NewLink(chat, chat, label), now=now, daily=50)
        sent(session, link, now + 60)
    return link


def peek(
    engine: Engine, at: float, chat: int = ANNA, now: float | None = None, link: Link | None = None
) -> None:
    with writing(engine) as session:
        locked = chats.get_or_create(session, chat, at)
        peeks.begin(
            session, locked, link, at=at, until=at + QUARTER, by=chat, now=now or at, windows=Windows()
        )


def end(engine: Engine, at: float, chat: int = ANNA, link: Link | None = None) -> bool:
    with writing(engine) as session:
        return peeks.end(session, session.get_one(Chat, chat), link, at=at, windows=Windows())


def kinds(engine: Engine) -> list[str]:
    return [kind for _, kind in stored(engine)]


def kind_of(engine: Engine, fetch: Arrival) -> tuple[str, str]:
    with reading(engine) as session:
        row = session.get_one(FetchRow, fetch.id)
        return row.kind, row.reason


@contextmanager
def counted(engine: Engine) -> Iterator[dict[str, int]]:
    """Count the statements, and the rows that become objects: what is read whole, to be judged."""
    found = {"statements": 0, "links": 0, "fetches": 0}

    def count(*_: Any) -> None:
        found["statements"] += 1

    def link_loaded(*_: Any) -> None:
        found["links"] += 1

    def fetch_loaded(*_: Any) -> None:
        found["fetches"] += 1

    heard = (
        (engine, "before_cursor_execute", count),
        (Link, "load", link_loaded),
        (FetchRow, "load", fetch_loaded),
    )
    for target, name, listener in heard:
        event.listen(target, name, listener)
    try:
        yield found
    finally:
        for target, name, listener in heard:
            event.remove(target, name, listener)


def test_every_links_opens_in_the_next_minutes_are_annas_own(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    peek(engine, NOON + 600)
    fold(engine, arrival(contract.token, NOON + 700), arrival(offer.token, NOON + 710))
    fold(engine, arrival(contract.token, NOON + 600 + QUARTER + 1), arrival(offer.token, NOON + HOUR))
    assert kinds(engine) == ["own", "opened", "own", "opened"]
    assert owed(engine)["opened"] == (True, 1)


def test_another_chats_opens_stay_what_they_are(engine: Engine) -> None:
    contract = tracked(engine)
    tracked(engine, "letter", chat=BEN)
    peek(engine, NOON + 600, BEN)
    fold(engine, arrival(contract.token, NOON + 700))
    assert kinds(engine) == ["opened"]


def test_a_link_that_is_made_while_it_runs_counts_too(engine: Engine) -> None:
    tracked(engine)
    peek(engine, NOON + 600)
    offer = tracked(engine, "offer", now=NOON + 700)
    own, theirs = arrival(offer.token, NOON + 800), arrival(offer.token, NOON + HOUR)
    fold(engine, own, theirs)
    assert (kind_of(engine, own), kind_of(engine, theirs)[0]) == (("own", "peek"), "opened")


def test_a_fetch_that_came_before_the_update_was_worked_on_is_judged_again(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    before, own = arrival(contract.token, NOON + 500, OUTLOOK), arrival(contract.token, NOON + 700, GMAIL)
    other = arrival(offer.token, NOON + 500, OUTLOOK)
    fold(engine, before, own, other)
    peek(engine, NOON + 600, now=NOON + 720)
    assert kind_of(engine, own) == ("own", "peek")
    assert [kind_of(engine, fetch)[0] for fetch in (before, other)] == ["opened", "opened"]
    with reading(engine) as session:
        assert links.history_of(session.get_one(Link, contract.id)).summary.opens == 1


def test_a_fetch_that_comes_late_is_judged_by_the_peek_of_its_own_time(engine: Engine) -> None:
    """The spool held it, and Anna has peeked again since."""
    contract = tracked(engine)
    peek(engine, NOON + 600)
    peek(engine, NOON + DAY)
    late, between = arrival(contract.token, NOON + 700), arrival(contract.token, NOON + 2 * HOUR)
    fold(engine, late, between)
    assert kind_of(engine, late) == ("own", "peek")
    assert kind_of(engine, between)[0] == "opened"


def test_a_late_fetch_does_not_make_the_last_event_earlier(engine: Engine) -> None:
    contract = tracked(engine)
    fold(engine, arrival(contract.token, NOON + DAY))
    fold(engine, arrival(contract.token, NOON + HOUR))
    with reading(engine) as session:
        assert session.get_one(Link, contract.id).last_event_at == moment(NOON + DAY)


def test_a_storm_that_a_peek_begins_in_the_middle_of_ends_where_it_begins(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 620)
    fold(engine, *(arrival(contract.token, NOON + second) for second in range(600, 640, 5)))
    assert kinds(engine) == ["opened", *["repeat"] * 3, *["own"] * 4]


def test_a_peek_at_one_link_leaves_the_others_opens_alone(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    peek(engine, NOON + 600, link=contract)
    fold(engine, arrival(contract.token, NOON + 700), arrival(offer.token, NOON + 710))
    assert kinds(engine) == ["own", "opened"]


@pytest.mark.parametrize("of_one", [True, False])
def test_a_peek_changes_no_links_times(of_one: bool, engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600, link=contract if of_one else None)
    fold(engine, arrival(contract.token, NOON + 700))
    with reading(engine) as session:
        link = session.get_one(Link, contract.id)
        assert (link.status, link.last_opened_at) == ("sent", None)
        assert link.status_since == moment(NOON + 60)
        assert session.exec(select(StatementRow.kind)).all() == ["sent"]


@pytest.mark.parametrize("of_one", [True, False])
def test_an_ended_peek_leaves_the_opens_until_then_annas_own(of_one: bool, engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600, link=contract if of_one else None)
    fold(engine, arrival(contract.token, NOON + 660))
    assert end(engine, NOON + 700)
    fold(engine, arrival(contract.token, NOON + 760), arrival(contract.token, NOON + 680, OUTLOOK))
    assert kinds(engine) == ["own", "opened", "own"]
    assert not end(engine, NOON + 800)


def test_what_came_before_the_end_was_worked_on_is_judged_again(engine: Engine) -> None:
    """Anna wrote /peek off while the bot was away; the landlord opened the mail after it."""
    contract = tracked(engine)
    peek(engine, NOON + 600)
    fold(engine, arrival(contract.token, NOON + 660), arrival(contract.token, NOON + 760))
    assert end(engine, NOON + 700)
    assert kinds(engine) == ["own", "opened"]
    again = Statement(StatementKind.TOLD_SENT, NOON + 30)
    with writing(engine) as session:
        link = session.get_one(Link, contract.id)
        record_statements(session, link, again, by=ANNA, now=NOON + DAY, windows=Windows())
    assert kinds(engine) == ["own", "opened"]


def test_a_peek_that_only_a_program_fetched_in_can_be_ended(engine: Engine) -> None:
    """Its fetch makes the peek a statement about the link, and leaves no other trace in the link's times."""
    contract = tracked(engine)
    peek(engine, NOON + 600)
    fold(engine, arrival(contract.token, NOON + 660, CURL))
    end(engine, NOON + 700)
    fold(engine, arrival(contract.token, NOON + 760))
    assert kinds(engine) == ["noise", "opened"]


def test_two_peeks_that_overlap_end_together(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600)
    peek(engine, NOON + 900, link=contract)
    end(engine, NOON + 1000)
    fold(engine, arrival(contract.token, NOON + 950), arrival(contract.token, NOON + 1010))
    assert kinds(engine) == ["own", "opened"]
    with reading(engine) as session:
        assert [row.until for row in session.exec(select(Peek))] == [NOON + 1000] * 2


def test_the_end_of_a_peek_at_one_link_leaves_the_others(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    peek(engine, NOON + 600, link=contract)
    peek(engine, NOON + 600, link=offer)
    assert end(engine, NOON + 700, link=contract)
    fold(engine, arrival(contract.token, NOON + 760), arrival(offer.token, NOON + 760))
    assert kinds(engine) == ["opened", "own"]
    assert not end(engine, NOON + 800, link=contract)


def test_a_peek_at_all_links_goes_on_when_that_at_one_of_them_ends(engine: Engine) -> None:
    """Two opens came before the bot read /peek 1 off; the second only the peek at all links covers."""
    contract = tracked(engine)
    peek(engine, NOON + 600)
    peek(engine, NOON + 600, link=contract)
    fold(engine, arrival(contract.token, NOON + 660), arrival(contract.token, NOON + 760, OUTLOOK))
    assert end(engine, NOON + 700, link=contract)
    fold(engine, arrival(contract.token, NOON + 1000))
    assert kinds(engine) == ["own", "own", "own"]


def test_what_is_said_months_later_leaves_the_verdict(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600)
    own = arrival(contract.token, NOON + 700)._replace(id=new_id(NOON + 700))
    fold(engine, own)
    for days in (90, 200):
        with writing(engine) as session:
            retention.purge(session, NOON + days * DAY, 365, Windows())
            link = links.link_of(session, ANNA, contract.id, lock=True)
            assert link
            again = Statement(StatementKind.TOLD_SENT, NOON + 30)
            record_statements(session, link, again, by=ANNA, now=NOON + days * DAY, windows=Windows())
        assert kind_of(engine, own) == ("own", "peek")


def test_a_peek_is_forgotten_with_the_last_fetch_that_it_covers(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600)
    fold(engine, arrival(contract.token, NOON + 700)._replace(id=new_id(NOON + 700)))

    def purged(now: float) -> tuple[int, int]:
        with writing(engine) as session:
            retention.purge(session, now, 180, Windows())
            return len(session.exec(select(FetchRow)).all()), len(session.exec(select(Peek)).all())

    assert purged(NOON + 180 * DAY) == (1, 1)
    assert purged(NOON + 181 * DAY) == (0, 1)
    assert purged(NOON + 181 * DAY) == (0, 0)
    with reading(engine) as session:
        assert links.history_of(session.get_one(Link, contract.id)).summary.opens == 0


def test_a_peek_at_two_hundred_links_reads_none_of_their_fetches(engine: Engine) -> None:
    """It read and judged 20,000 fetches in one transaction, and held the database for 2.8 seconds."""
    with writing(engine) as session:
        made = [
            links.create(session, links.NewLink(ANNA, ANNA, f"{n}"), now=NOON, daily=500) for n in range(200)
        ]
        for link in made:
            sent(session, link, NOON + 60)
        tokens = [link.token for link in made]
        for number in range(100):
            at = NOON + HOUR + 60 * number
            record(session.connection(), [arrival(token, at) for token in tokens], Windows())
    with counted(engine) as cost:
        peek(engine, NOON + 2 * DAY)
    assert (cost["links"], cost["fetches"]) == (0, 0)
    assert cost["statements"] <= 8
    with reading(engine) as session:
        assert session.exec(select(StatementRow).where(StatementRow.kind == "peek")).all() == []
        assert len(session.exec(select(Peek)).all()) == 1


def test_a_batch_asks_for_peeks_only_while_one_of_its_chat_runs(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + HOUR)
    letter = tracked(engine, "letter", chat=BEN)
    with writing(engine) as session:
        # A query for peeks fails from here on.
        session.connection().execute(text("DROP TABLE peek"))
    fold(engine, arrival(letter.token, NOON + HOUR + 10))
    fold(engine, arrival(contract.token, NOON + HOUR + QUARTER + 1))
    assert kinds(engine) == ["opened", "opened"]
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        fold(engine, arrival(contract.token, NOON + HOUR + 10))


def test_a_fetch_on_its_way_while_a_peek_begins_is_judged_with_it(settings: Settings, engine: Engine) -> None:
    """Two pixel servers: one has judged its fetch and not committed yet, one waits for the link meanwhile."""
    contract = tracked(engine)
    first, second = arrival(contract.token, NOON + 700, OUTLOOK), arrival(contract.token, NOON + 710, GMAIL)
    others = [connect(settings), connect(settings)]
    with writing(engine) as session:
        record(session.connection(), [first], Windows())
        assert session.get_one(FetchRow, first.id).kind == "opened"
        begun = Thread(target=peek, args=(others[0], NOON + 600))
        begun.start()
        waits(engine, 1)
        recorded = Thread(target=fold, args=(others[1], second))
        recorded.start()
        waits(engine, 2)
    begun.join()
    recorded.join()
    for other in others:
        other.dispose()
    assert [kind_of(engine, fetch) for fetch in (first, second)] == [("own", "peek")] * 2


def waits(engine: Engine, many: int) -> None:
    """Go on once so many transactions wait for a lock; SQLite cannot say, and lets them wait anyway."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one() >= many:
                return


def test_a_run_of_own_opens_stands_above_the_peek_that_came_in_its_midst(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600, link=contract)
    fold(engine, arrival(contract.token, NOON + 700))
    peek(engine, NOON + 800, link=contract)
    fold(engine, arrival(contract.token, NOON + 900))
    with reading(engine) as session:
        told, _ = timeline(session, session.get_one(Link, contract.id), 30)
    assert [(entry.kind, entry.at, entry.fetches) for entry in told[:3]] == [
        ("own", NOON + 900, 2),
        ("peek", NOON + 800, 1),
        ("peek", NOON + 600, 1),
    ]


def test_a_peek_at_all_links_is_in_no_links_story(engine: Engine) -> None:
    contract = tracked(engine)
    peek(engine, NOON + 600)
    with reading(engine) as session:
        told, _ = timeline(session, session.get_one(Link, contract.id), 30)
    assert [entry for entry in told if entry.kind == "peek"] == []


@pytest.mark.parametrize("peeked", [GROUP, SUPERGROUP])
def test_a_peek_covers_all_links_of_a_group_that_becomes_a_supergroup_meanwhile(
    engine: Engine, peeked: int
) -> None:
    contract, offer = tracked(engine, chat=GROUP), tracked(engine, "offer", chat=SUPERGROUP)
    peek(engine, NOON + 600, peeked)
    with writing(engine) as session:
        chats.migrate(session, session.get_one(Chat, GROUP), SUPERGROUP)
    during = [arrival(link.token, NOON + 700) for link in (contract, offer)]
    after = [arrival(link.token, NOON + HOUR) for link in (contract, offer)]
    fold(engine, *during, *after)
    assert [kind_of(engine, fetch) for fetch in during] == [("own", "peek")] * 2
    assert [kind_of(engine, fetch)[0] for fetch in after] == ["opened"] * 2


def test_a_peek_at_one_link_is_in_its_story_and_is_erased_with_it(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    peek(engine, NOON + 600, link=offer)
    with writing(engine) as session:
        told = [
            [entry.at for entry in timeline(session, link, 30)[0] if entry.kind == "peek"]
            for link in (session.get_one(Link, contract.id), session.get_one(Link, offer.id))
        ]
        assert told == [[], [NOON + 600]]
        assert exports.export(session, ANNA)["peeks"][0]["link"] == offer.number
        erasing.erase_link(session, session.get_one(Link, offer.id), mentions=lambda _: False)
        assert session.exec(select(Peek)).all() == []


def test_what_is_kept_of_a_peek_is_exported_moved_and_erased_with_its_chat(engine: Engine) -> None:
    tracked(engine)
    peek(engine, NOON + 600)
    with reading(engine) as session:
        (kept,) = exports.export(session, ANNA)["peeks"]
    assert (kept["at"], kept["until"]) == ("2023-11-14T22:23:20.000+00:00", "2023-11-14T22:38:20.000+00:00")
    with writing(engine) as session:
        moved = chats.migrate(session, session.get_one(Chat, ANNA), -100)
        assert session.exec(select(Peek.chat_id)).one() == -100
        erasing.erase_chat(session, moved, but=0)
    with reading(engine) as session:
        assert session.exec(select(Peek)).all() == []
