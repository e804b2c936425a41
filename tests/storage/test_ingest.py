"""Fetches come in: judged, stored and told in one transaction."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from storage import links, muting
from storage.engine import reading, writing
from storage.ingest import Arrival, record
from storage.kinds import opened_key
from storage.statements import record_statements
from storage.tables import FetchRow, Link, OutboxMessage
from storage.times import seconds
from tests.fetches import APPLE, BARE, GATEWAY, GMAIL, NOON, OUTLOOK, PREFETCH, arrival, repeated
from tests.tracking.stories import CURL
from tracking import Statement, StatementKind, Windows

ANNA = 1001


def track(session: Session, label: str = "contract", recipient: str = "landlord") -> Link:
    """Anna tracks a mail."""
    return links.create(session, links.NewLink(ANNA, ANNA, label, recipient), now=NOON, daily=50)


def sent(session: Session, link: Link, at: float) -> None:
    record_statements(session, link, Statement(StatementKind.SENT, at), by=ANNA, now=at, windows=Windows())


def fold(engine: Engine, *arrivals: Arrival, again: bool = False) -> bool:
    with writing(engine) as session:
        return record(session.connection(), arrivals, Windows(), again=again)


def stored(engine: Engine) -> list[tuple[int, str]]:
    with reading(engine) as session:
        rows = session.exec(select(FetchRow).order_by(col(FetchRow.link_id), col(FetchRow.seq)))
        return [(row.seq, row.kind) for row in rows]


def owed(engine: Engine) -> dict[str, tuple[bool, int]]:
    """Return the owed messages by kind: each with its sound, and the number of versions asked for."""
    with reading(engine) as session:
        return {
            message.kind: (message.loud, message.version) for message in session.exec(select(OutboxMessage))
        }


def test_an_open_is_stored_with_a_loud_alert(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    assert fold(engine, arrival(link.token, NOON + 3600))
    assert stored(engine) == [(1, "opened")]
    assert owed(engine)["opened"] == (True, 1)


def counted(engine: Engine) -> list[tuple[int, str, int]]:
    with reading(engine) as session:
        rows = session.exec(select(FetchRow).order_by(col(FetchRow.link_id), col(FetchRow.seq)))
        return [(row.seq, row.kind, row.count) for row in rows]


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_a_storm_is_one_alert_and_two_rows_and_every_fetch_is_counted(engine: Engine, batch: int) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    storm = [repeated(link.token, NOON + 3600 + i / 10) for i in range(100 if batch == 1 else 500)]
    for first in range(0, len(storm), batch):
        fold(engine, *storm[first : first + batch])
    assert counted(engine) == [(1, "opened", 1), (2, "repeat", len(storm) - 1)]
    with reading(engine) as session:
        assert [message.kind for message in session.exec(select(OutboxMessage))].count("opened") == 1
        run = session.exec(select(FetchRow).where(FetchRow.seq == 2)).one()
        assert (seconds(run.at), seconds(run.ended_at)) == (storm[1].at, storm[-1].at)
        assert run.last_id == storm[-1].id


@pytest.mark.parametrize("batches", [1, 2])
def test_an_open_that_turns_out_to_be_a_scanners_is_corrected_in_its_place(
    engine: Engine, batches: int
) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    opened, scan = arrival(link.token, NOON + 3600, BARE), arrival(link.token, NOON + 3601, GATEWAY)
    for batch in [[opened, scan]] if batches == 1 else [[opened], [scan]]:
        assert fold(engine, *batch)
    assert stored(engine) == [(1, "scanned"), (2, "scanned")]
    assert owed(engine)["opened"] == (True, 2)
    with reading(engine) as session:
        assert session.get_one(FetchRow, opened.id).reason == "burst"
        assert links.history_of(session.get_one(Link, link.id)).summary.opens == 0
        row = session.exec(select(OutboxMessage).where(OutboxMessage.key == opened_key(opened.id))).one()
        assert row.state == "pending"


def test_an_open_that_a_scanner_kept_quiet_takes_its_alert_over(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    opened, reader = arrival(link.token, NOON + 3600, BARE), arrival(link.token, NOON + 3600.5, GMAIL)
    fold(engine, opened)
    fold(engine, reader, arrival(link.token, NOON + 3601, GATEWAY))
    assert stored(engine) == [(1, "scanned"), (2, "opened"), (3, "scanned")]
    with reading(engine) as session:
        told = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "opened")).one()
        assert (told.key, told.fetch_id, told.version) == (opened_key(reader.id), reader.id, 2)


@pytest.mark.parametrize("stored_before", range(7))
def test_a_batch_that_may_have_been_committed_can_be_repeated(engine: Engine, stored_before: int) -> None:
    with writing(engine) as session:
        link = track(session)
    fetches = [(10, GMAIL), (11, GMAIL), (12, GMAIL), (13, OUTLOOK), (14, GMAIL), (15, GMAIL)]
    batch = [repeated(link.token, NOON + at, sighting) for at, sighting in fetches]
    if stored_before:
        fold(engine, *batch[:stored_before])
    fold(engine, *batch, again=True)
    rows = [(1, "activated", 1), (2, "inserted", 2), (3, "inserted", 1), (4, "inserted", 2)]
    assert counted(engine) == rows
    fold(engine, *batch, again=True)
    assert counted(engine) == rows


def test_what_another_pixel_server_stored_meanwhile_does_not_count_as_stored(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
    ours = repeated(link.token, NOON + 12)
    theirs = [
        one._replace(id=one.id[:16] + "b" * 16)
        for one in (repeated(link.token, NOON + at) for at in (10, 11, 13))
    ]
    fold(engine, *theirs)
    fold(engine, ours, again=True)
    assert counted(engine) == [(1, "activated", 1), (2, "inserted", 2), (3, "inserted", 1)]


def test_a_flood_of_one_link_is_counted_in_few_rows_and_told_once(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    fold(engine, arrival(link.token, NOON + 3600), arrival(link.token, NOON + 3601, CURL))
    before = card_version(engine)
    flood = [
        repeated(link.token, NOON + 3700 + number / 100, CURL)._replace(user_agent=f"scraper/{number}")
        for number in range(2000)
    ]
    for first in range(0, len(flood), 64):
        fold(engine, *flood[first : first + 64])
    rows = counted(engine)
    assert len(rows) < 650
    assert sum(count for _seq, _kind, count in rows) == 2002
    with reading(engine) as session:
        newest = session.exec(select(FetchRow).order_by(col(FetchRow.seq).desc())).first()
        assert newest
        assert (newest.reason, newest.user_agent, newest.device) == ("flood", "", None)
    assert card_version(engine) == before + 1


def test_an_unknown_token_stores_nothing(engine: Engine) -> None:
    assert not fold(engine, arrival("A" * 22, NOON))
    assert stored(engine) == []


def test_a_stopped_link_stores_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        stop = Statement(StatementKind.STOPPED, NOON + 60)
        record_statements(session, link, stop, by=ANNA, now=NOON + 60, windows=Windows())
    fold(engine, arrival(link.token, NOON + 3600))
    assert stored(engine) == []


def test_a_muted_link_counts_on_its_card_and_does_not_speak(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
        muting.mute(session, link, muted=True)
    fold(engine, arrival(link.token, NOON + 3600))
    assert "opened" not in owed(engine)
    with reading(engine) as session:
        assert links.history_of(session.get_one(Link, link.id)).summary.opens == 1


def test_two_providers_that_fetch_by_themselves_are_one_silent_line(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    fold(engine, arrival(link.token, NOON + 62, PREFETCH), arrival(link.token, NOON + 900, APPLE))
    assert stored(engine) == [(1, "proxied"), (2, "proxied")]
    assert owed(engine)["proxied"] == (False, 1)


def card_version(engine: Engine) -> int:
    return owed(engine)["card"][1]


def test_gmails_prefetch_reaches_the_card_also_after_a_copy_in_the_first_seconds(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    assert fold(engine, arrival(link.token, NOON + 62, GMAIL))
    before = card_version(engine)
    assert fold(engine, arrival(link.token, NOON + 80, PREFETCH))
    assert card_version(engine) == before + 1
    fold(engine, arrival(link.token, NOON + 140, PREFETCH))
    assert card_version(engine) == before + 1


def test_a_scanner_that_shows_the_image_in_the_mail_ends_the_cards_question(engine: Engine) -> None:
    with writing(engine) as session:
        link = track(session)
        sent(session, link, NOON + 60)
    before = card_version(engine)
    fold(engine, arrival(link.token, NOON + 65, GATEWAY))
    assert card_version(engine) == before + 1


def test_one_batch_of_two_peoples_links_keeps_them_apart(engine: Engine) -> None:
    with writing(engine) as session:
        contract, invoice = track(session), track(session, "invoice", "client")
        sent(session, contract, NOON + 60)
    fold(
        engine,
        arrival(contract.token, NOON + 3600, OUTLOOK),
        arrival(invoice.token, NOON + 3601, GMAIL),
        arrival(contract.token, NOON + 3602, OUTLOOK),
    )
    assert stored(engine) == [(1, "opened"), (2, "repeat"), (1, "activated")]
