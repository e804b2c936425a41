"""Archived links leave the list, and change nothing else."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from storage import archive, exports, links, reports
from storage.engine import reading, writing
from storage.statements import record_statements
from storage.tables import Link, OutboxMessage
from storage.times import moment
from tests.fetches import GMAIL, NOON, OUTLOOK, arrival
from tests.storage.test_ingest import ANNA, fold, track
from tracking import Statement, StatementKind, Windows
from tracking.status import LinkStatus

BEN = 1002
DAY = 86400.0
FORTNIGHT = 14 * DAY


@pytest.fixture
def sent(engine: Engine) -> Link:
    """Anna's link, sent at noon."""
    with writing(engine) as session:
        link = track(session, "contract")
    say(engine, link, StatementKind.SENT, NOON)
    return link


def say(engine: Engine, link: Link, kind: StatementKind, at: float, of: str = "") -> None:
    with writing(engine) as session:
        locked = session.get_one(Link, link.id)
        record_statements(session, locked, Statement(kind, at, of), by=ANNA, now=at, windows=Windows())


def archive_at(engine: Engine, link: Link, at: float) -> None:
    with writing(engine) as session:
        archive.archive(session.get_one(Link, link.id), at)


def is_not_archived(engine: Engine, link: Link) -> bool:
    """Return True if the list has the link; the query and the row say the same."""
    with reading(engine) as session:
        listed = link.id in session.exec(select(Link.id).where(archive.is_not_archived())).all()
        archived = link.id in session.exec(select(Link.id).where(archive.is_archived())).all()
        row = session.get_one(Link, link.id)
        assert listed is not archived
        assert listed is (archive.archived_at(row) is None)
        return listed


def test_an_archived_link_leaves_the_list_and_comes_back(engine: Engine, sent: Link) -> None:
    archive_at(engine, sent, NOON + DAY)
    assert not is_not_archived(engine, sent)
    with writing(engine) as session:
        archive.bring_back(session.get_one(Link, sent.id))
    assert is_not_archived(engine, sent)


def test_an_open_of_an_archived_link_is_told_and_brings_it_back(engine: Engine, sent: Link) -> None:
    archive_at(engine, sent, NOON + DAY)
    fold(engine, arrival(sent.token, NOON + 2 * DAY, OUTLOOK))
    assert is_not_archived(engine, sent)
    with reading(engine) as session:
        (alert,) = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "opened")).all()
        assert alert.loud


def test_an_open_that_was_the_owners_archives_the_link_again(engine: Engine, sent: Link) -> None:
    archive_at(engine, sent, NOON + DAY)
    opened = arrival(sent.token, NOON + 2 * DAY, OUTLOOK)
    fold(engine, opened)
    say(engine, sent, StatementKind.OWN, NOON + 2 * DAY + 60, of=opened.id)
    assert not is_not_archived(engine, sent)


def test_a_link_whose_last_open_seems_to_come_later_can_be_archived(engine: Engine, sent: Link) -> None:
    """The pixel server's clock may be ahead."""
    fold(engine, arrival(sent.token, NOON + DAY + 30, OUTLOOK))
    archive_at(engine, sent, NOON + DAY)
    assert not is_not_archived(engine, sent)


@pytest.mark.parametrize("kind", [StatementKind.SENT, StatementKind.TOLD_SENT])
def test_a_draft_that_is_sent_after_all_comes_back(engine: Engine, kind: StatementKind) -> None:
    with writing(engine) as session:
        link = track(session, "offer")
    archive_at(engine, link, NOON + 9 * DAY)
    fold(engine, arrival(link.token, NOON + 10 * DAY, GMAIL))
    assert not is_not_archived(engine, link)
    say(engine, link, kind, NOON + 10 * DAY + 60)
    assert is_not_archived(engine, link)


def test_what_was_never_sent_is_offered_after_a_week(engine: Engine, sent: Link) -> None:
    with writing(engine) as session:
        old, draft = track(session, "offer"), track(session, "bill")
    fold(engine, arrival(draft.token, NOON + 6 * DAY, GMAIL))
    assert offered(engine, NOON + 6.9 * DAY) == {"unsent": [], "done": []}
    assert offered(engine, NOON + 8 * DAY) == {"unsent": [old.id], "done": []}
    assert offered(engine, NOON + 14 * DAY) == {"unsent": [old.id, draft.id], "done": []}
    archive_at(engine, old, NOON + 14 * DAY)
    assert offered(engine, NOON + 14 * DAY) == {"unsent": [draft.id], "done": []}


def test_what_is_stopped_or_was_last_opened_long_ago_is_offered(engine: Engine, sent: Link) -> None:
    with writing(engine) as session:
        opened = track(session, "offer")
    say(engine, opened, StatementKind.SENT, NOON)
    fold(engine, arrival(opened.token, NOON + DAY, OUTLOOK))
    say(engine, sent, StatementKind.STOPPED, NOON + 2 * DAY)
    assert offered(engine, NOON + 90 * DAY)["done"] == []
    assert offered(engine, NOON + 93 * DAY)["done"] == [sent.id, opened.id]


def offered(engine: Engine, now: float) -> dict[str, list[int]]:
    with reading(engine) as session:
        return {
            what: sorted(session.exec(select(Link.id).where(condition)).all())
            for what, condition in archive.offers(now).items()
        }


def test_links_archived_together_come_back_together_and_no_other(engine: Engine) -> None:
    with writing(engine) as session:
        before, *together = [track(session, label) for label in "abc"]
        bens = links.create(session, links.NewLink(BEN, BEN, "his"), now=NOON, daily=9)
    archive_at(engine, before, NOON + 8 * DAY)
    at = int(NOON + 9 * DAY)
    with writing(engine) as session:
        assert archive.archive_all(session, ANNA, archive.offers(at)["unsent"], at) == 2
    assert [is_not_archived(engine, link) for link in (before, *together, bens)] == [
        False,
        False,
        False,
        True,
    ]
    with writing(engine) as session:
        assert archive.bring_back_all(session, BEN, at) == 0
        assert archive.bring_back_all(session, ANNA, at) == 2
    assert [is_not_archived(engine, link) for link in (before, *together)] == [False, True, True]


def test_reports_and_exports_carry_the_archive_and_count_it_as_before(engine: Engine, sent: Link) -> None:
    archive_at(engine, sent, NOON + DAY)
    with reading(engine) as session:
        report = reports.report(session, ANNA, NOON + 2 * DAY, FORTNIGHT)
        (row,) = exports.export(session, ANNA)["links"]
    assert (report.archived, report.statuses) == (1, {LinkStatus.SENT: 1})
    assert row["archived_at"] == moment(NOON + DAY).isoformat(timespec="milliseconds")
    fold(engine, arrival(sent.token, NOON + 3 * DAY, OUTLOOK))
    with reading(engine) as session:
        assert exports.export(session, ANNA)["links"][0]["archived_at"] is None
        assert not archive.has_any(session, ANNA)


def test_another_chat_has_another_archive(engine: Engine, sent: Link) -> None:
    archive_at(engine, sent, NOON + DAY)
    with reading(engine) as session:
        assert archive.has_any(session, ANNA)
        assert not archive.has_any(session, BEN)
        assert links.count(session, BEN, archive.is_archived()) == 0
