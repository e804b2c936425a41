"""Old fetches go; what they meant stays."""

from sqlalchemy import Engine, insert
from sqlmodel import Session, col, select

from storage import links, retention
from storage.engine import reading, writing
from storage.fetch_ids import first_id, new_id
from storage.ingest import Arrival
from storage.kinds import card_key
from storage.statements import record_statements
from storage.tables import FetchRow, Link, OutboxMessage
from storage.times import moment
from tests.fetches import GMAIL, NOON, OUTLOOK, PREFETCH, THUNDERBIRD, arrival
from tests.storage.test_ingest import ANNA, fold, sent, track
from tests.tracking.stories import SCRIPT
from tracking import History, Sighting, Statement, StatementKind, Windows

DAY = 86400.0


def looked_at(session: Session, label: str = "contract") -> Link:
    link = track(session, label)
    sent(session, link, NOON + 60)
    return link


def fetched(link: Link, at: float, sighting: Sighting = GMAIL, device: str | None = None) -> Arrival:
    """A fetch with an id as the pixel server makes it: it begins with the time."""
    return arrival(link.token, at, sighting, device)._replace(id=new_id(at))


def purge(engine: Engine, now: float, days: int = 180) -> int:
    with writing(engine) as session:
        return retention.purge(session, now, days, Windows())


def say(engine: Engine, link: Link, statement: Statement) -> History:
    with writing(engine) as session:
        locked = links.link_of(session, ANNA, link.id, lock=True)
        assert locked
        return record_statements(session, locked, statement, by=ANNA, now=statement.at, windows=Windows())


def left(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return list(session.exec(select(FetchRow.seq).order_by(col(FetchRow.link_id), col(FetchRow.seq))))


def history(engine: Engine, link: Link) -> History:
    with reading(engine) as session:
        return links.history_of(session.get_one(Link, link.id))


def test_fetches_past_their_days_go_and_younger_ones_stay(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, *(fetched(contract, NOON + day * DAY, GMAIL) for day in (1, 2, 3)))
    assert purge(engine, NOON + 182.5 * DAY) == 2
    assert left(engine) == [3]
    assert purge(engine, NOON + 182.5 * DAY) == 0


def test_nothing_goes_before_its_time(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, fetched(contract, NOON + DAY))
    assert purge(engine, NOON + 181 * DAY) == 0
    assert left(engine) == [1]


def test_the_card_asks_about_a_quiet_fetch_no_longer_than_it_is_kept(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, fetched(contract, NOON + DAY, SCRIPT))
    assert history(engine, contract).summary.quiet
    purge(engine, NOON + 365 * DAY)
    said = say(engine, contract, Statement(StatementKind.TOLD_SENT, NOON + 90))
    assert said.summary.quiet is None


def card_version(engine: Engine, link: Link) -> int:
    with reading(engine) as session:
        versions = select(OutboxMessage.version).where(OutboxMessage.key == card_key(link.id, link.list_id))
        return session.exec(versions).one()


def test_the_card_stops_asking_as_soon_as_the_quiet_fetch_is_purged(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, fetched(contract, NOON + DAY, SCRIPT))
    before, shown = history(engine, contract), card_version(engine, contract)
    purge(engine, NOON + 365 * DAY)
    assert history(engine, contract) == before._replace(summary=before.summary._replace(quiet=None))
    assert card_version(engine, contract) == shown + 1


def test_the_card_still_asks_about_a_quiet_fetch_that_the_purge_leaves(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, *(fetched(contract, NOON + day * DAY, SCRIPT) for day in (1, 100)))
    before, shown = history(engine, contract), card_version(engine, contract)
    purge(engine, NOON + 200 * DAY)
    assert left(engine) == [2]
    assert (history(engine, contract), card_version(engine, contract)) == (before, shown)


def test_the_counts_stay_when_the_fetches_go(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    arrivals = (PREFETCH, GMAIL, OUTLOOK)
    fold(engine, *(fetched(contract, NOON + (i + 1) * DAY, what) for i, what in enumerate(arrivals)))
    before = history(engine, contract)
    purge(engine, NOON + 365 * DAY)
    assert left(engine) == []
    assert history(engine, contract) == before
    assert before.summary.opens == 2


def test_what_is_said_later_keeps_the_counts_of_what_is_gone(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, *(fetched(contract, NOON + day * DAY) for day in (1, 2)))
    last = fetched(contract, NOON + 200 * DAY)
    fold(engine, last)
    purge(engine, NOON + 190 * DAY)
    assert left(engine) == [3]
    said = say(engine, contract, Statement(StatementKind.OWN, NOON + 201 * DAY, of=last.id))
    assert said.summary.opens == 2
    assert said.summary.first_open == NOON + DAY
    back = say(engine, contract, Statement(StatementKind.NOT_OWN, NOON + 202 * DAY, of=last.id))
    assert back.summary.opens == 3


def test_a_correction_before_the_purge_stays_corrected_after_it(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    mine, theirs = fetched(contract, NOON + DAY), fetched(contract, NOON + 2 * DAY)
    fold(engine, mine, theirs)
    say(engine, contract, Statement(StatementKind.OWN, NOON + 2 * DAY, of=mine.id))
    purge(engine, NOON + 365 * DAY)
    again = say(engine, contract, Statement(StatementKind.SENT, NOON + 60))
    assert (again.summary.opens, again.summary.first_open) == (1, theirs.at)


def test_purging_bit_by_bit_counts_nothing_twice(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, *(fetched(contract, NOON + day * DAY) for day in range(1, 11)))
    for day in range(181, 192):
        purge(engine, NOON + (day + 0.5) * DAY)
    assert left(engine) == []
    assert say(engine, contract, Statement(StatementKind.SENT, NOON + 60)).summary.opens == 10


def test_the_senders_device_is_known_even_when_the_draft_is_forgotten(engine: Engine) -> None:
    with writing(engine) as session:
        contract = track(session)
    fold(engine, fetched(contract, NOON + 10, THUNDERBIRD, device="annas-laptop"))
    with writing(engine) as session:
        sent(session, session.get_one(Link, contract.id), NOON + 60)
    purge(engine, NOON + 365 * DAY)
    fold(engine, fetched(contract, NOON + 366 * DAY, THUNDERBIRD, device="annas-laptop"))
    say(engine, contract, Statement(StatementKind.PEEK, NOON + 367 * DAY, until=NOON + 367 * DAY + 900))
    with reading(engine) as session:
        assert session.exec(select(FetchRow.kind)).all() == ["own"]


def test_new_fetches_are_numbered_on_where_the_purged_ones_ended(engine: Engine) -> None:
    with writing(engine) as session:
        contract = looked_at(session)
    fold(engine, fetched(contract, NOON + DAY), fetched(contract, NOON + 2 * DAY))
    purge(engine, NOON + 365 * DAY)
    fold(engine, fetched(contract, NOON + 366 * DAY))
    assert left(engine) == [3]


def test_a_purge_takes_a_hundred_links_at_most_and_goes_on_until_all_are_done(engine: Engine) -> None:
    with writing(engine) as session:
        made = [
            links.create(session, links.NewLink(ANNA, ANNA, f"{n}"), now=NOON, daily=500) for n in range(130)
        ]
    fold(engine, *(fetched(link, NOON + DAY) for link in made))
    assert [purge(engine, NOON + 365 * DAY) for _ in range(3)] == [100, 30, 0]
    assert left(engine) == []


def test_a_link_that_was_flooded_is_purged_a_thousand_fetches_at_a_time(engine: Engine) -> None:
    with writing(engine) as session:
        link = looked_at(session)
    row = {
        "link_id": link.id,
        "at": moment(NOON + 3600),
        "agent": "gmail_proxy",
        "network": "google_proxy",
        "user_agent": "",
        "kind": "repeat",
        "reason": "same_view",
        "confidence": "strong",
    }
    flood = [{**row, "id": f"{first_id(NOON + 3600)}{seq:020x}", "seq": seq} for seq in range(1, 2_501)]
    with writing(engine) as session:
        session.connection().execute(insert(FetchRow), flood)
    assert [purge(engine, NOON + 365 * DAY) for _ in range(4)] == [1000, 1000, 500, 0]
