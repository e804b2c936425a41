"""Statements about a link are stored and believed, and the past is judged again with them."""

from sqlalchemy import Engine
from sqlmodel import col, select

from storage import links
from storage.engine import reading, writing
from storage.statements import record_statements
from storage.tables import FetchRow, Link, OutboxMessage, StatementRow
from storage.times import moment
from tests.fetches import APPLE, CHROME, GMAIL, NOON, OUTLOOK, PREFETCH, THUNDERBIRD, arrival
from tests.storage.test_ingest import ANNA, fold, owed, stored, track
from tracking import (
    Agent,
    Confidence,
    History,
    Kind,
    Reason,
    Statement,
    StatementKind,
    Windows,
)
from tracking.summary import Sent

HOUR = 3600.0


def tracked(engine: Engine, label: str = "contract") -> Link:
    with writing(engine) as session:
        return track(session, label)


def say(
    engine: Engine, link: Link, kind: StatementKind, at: float, of: str = "", until: float = 0
) -> History:
    """Anna says something about her link, at the moment it is about."""
    return say_later(engine, link, Statement(kind, at, of, until), at)


def say_later(engine: Engine, link: Link, statement: Statement, now: float) -> History:
    with writing(engine) as session:
        locked = links.link_of(session, ANNA, link.id, lock=True)
        assert locked
        return record_statements(session, locked, statement, by=ANNA, now=now, windows=Windows())


def kinds(engine: Engine) -> list[str]:
    return [kind for _, kind in stored(engine)]


def verdict(engine: Engine, fetch_id: str) -> tuple[str, str, str]:
    with reading(engine) as session:
        row = session.get_one(FetchRow, fetch_id)
        return row.kind, row.reason, row.confidence


def history(engine: Engine, link: Link) -> History:
    with reading(engine) as session:
        return links.history_of(session.get_one(Link, link.id))


# --- sent -------------------------------------------------------------------------------------------


def test_what_was_fetched_before_sent_stays_the_draft_and_what_comes_after_is_an_open(engine: Engine) -> None:
    contract = tracked(engine)
    fold(engine, arrival(contract.token, NOON + 10))
    say(engine, contract, StatementKind.SENT, NOON + 60)
    fold(engine, arrival(contract.token, NOON + HOUR))
    assert kinds(engine) == ["activated", "opened"]


def test_every_statement_asks_for_a_new_card(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    assert owed(engine)["card"] == (False, 2)
    say(engine, contract, StatementKind.PEEK, NOON + 90, until=NOON + 990)
    assert owed(engine)["card"] == (False, 3)


def test_a_time_told_afterwards_makes_an_open_of_what_came_since(engine: Engine) -> None:
    contract = tracked(engine)
    opened = arrival(contract.token, NOON + 900, THUNDERBIRD)
    fold(engine, arrival(contract.token, NOON + 10, CHROME), opened)
    say(engine, contract, StatementKind.SENT, NOON + HOUR)
    assert kinds(engine) == ["activated", "inserted"]
    say_later(engine, contract, Statement(StatementKind.TOLD_SENT, NOON + 600), NOON + HOUR + 20)
    assert verdict(engine, opened.id) == (Kind.OPENED, Reason.MAIL_CLIENT, Confidence.PROBABLE)
    assert history(engine, contract).sent() == Sent(NOON + 600, exact=False)


def test_an_open_found_in_the_past_is_told_on_the_card_alone(engine: Engine) -> None:
    contract = tracked(engine)
    fold(engine, arrival(contract.token, NOON + 10), arrival(contract.token, NOON + 900))
    say(engine, contract, StatementKind.TOLD_SENT, NOON + 600)
    assert kinds(engine) == ["activated", "opened"]
    assert set(owed(engine)) == {"card"}


def test_a_time_told_afterwards_takes_the_first_seconds_for_what_they_are(engine: Engine) -> None:
    """The first seconds count from the button; they say nothing about a time that was told."""
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    fold(engine, arrival(contract.token, NOON + 62))
    assert kinds(engine) == ["proxied"]
    say_later(engine, contract, Statement(StatementKind.TOLD_SENT, NOON - 240), NOON + 90)
    assert kinds(engine) == ["opened"]


def test_gmail_says_that_it_was_sent_before_anna_does(engine: Engine) -> None:
    contract = tracked(engine)
    fold(engine, arrival(contract.token, NOON + 10), arrival(contract.token, NOON + 40, PREFETCH))
    say(engine, contract, StatementKind.SENT, NOON + 300)
    assert history(engine, contract).sent() == Sent(NOON + 40, exact=False, by=Agent.GMAIL_PREFETCH)
    assert kinds(engine) == ["activated", "proxied"]


# --- draft ------------------------------------------------------------------------------------------


def test_still_a_draft_takes_back_an_open_that_was_only_a_guess(engine: Engine) -> None:
    contract = tracked(engine)
    guess = arrival(contract.token, NOON + 2 * HOUR)
    fold(engine, arrival(contract.token, NOON + 10), guess)
    assert verdict(engine, guess.id) == (Kind.OPENED, Reason.MAYBE_DRAFT, Confidence.WEAK)
    say(engine, contract, StatementKind.DRAFT, NOON + 2 * HOUR + 60)
    assert kinds(engine) == ["activated", "inserted"]
    assert owed(engine)["opened"] == (True, 2)
    assert history(engine, contract).summary.opens == 0


def test_yes_makes_an_open_of_the_guess(engine: Engine) -> None:
    contract = tracked(engine)
    guess = arrival(contract.token, NOON + 2 * HOUR)
    fold(engine, arrival(contract.token, NOON + 10), guess)
    say_later(engine, contract, Statement(StatementKind.TOLD_SENT, guess.at), NOON + 3 * HOUR)
    assert verdict(engine, guess.id) == (Kind.OPENED, Reason.GMAIL_PROXY, Confidence.PROBABLE)
    assert owed(engine)["opened"] == (True, 2)


def test_still_a_draft_takes_back_that_it_was_sent(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    fold(engine, arrival(contract.token, NOON + 900))
    assert kinds(engine) == ["opened"]
    say(engine, contract, StatementKind.DRAFT, NOON + HOUR)
    assert kinds(engine) == ["activated"]
    assert history(engine, contract).sent() is None


# --- own --------------------------------------------------------------------------------------------


def test_that_was_me_and_that_was_not_me(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    opened = arrival(contract.token, NOON + HOUR)
    fold(engine, opened)
    say(engine, contract, StatementKind.OWN, NOON + HOUR + 30, of=opened.id)
    assert verdict(engine, opened.id) == (Kind.OWN, Reason.THAT_WAS_ME, Confidence.STRONG)
    assert history(engine, contract).summary.opens == 0
    assert owed(engine)["opened"] == (True, 2)
    say(engine, contract, StatementKind.NOT_OWN, NOON + HOUR + 60, of=opened.id)
    assert verdict(engine, opened.id) == (Kind.OPENED, Reason.GMAIL_PROXY, Confidence.PROBABLE)
    assert history(engine, contract).summary.opens == 1
    assert owed(engine)["opened"] == (True, 3)


def test_that_was_me_is_about_one_view_and_its_repetitions(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    mine, again, theirs = (arrival(contract.token, NOON + HOUR + later) for later in (0, 5, 600))
    fold(engine, mine, again, theirs)
    say(engine, contract, StatementKind.OWN, NOON + 2 * HOUR, of=mine.id)
    assert kinds(engine) == ["own", "repeat", "opened"]


def test_that_was_me_renews_its_alert_even_when_the_verdict_stays(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    opened = arrival(contract.token, NOON + HOUR)
    fold(engine, opened)
    say(engine, contract, StatementKind.OWN, NOON + HOUR + 30, of=opened.id)
    say(engine, contract, StatementKind.OWN, NOON + HOUR + 31, of=opened.id)
    assert owed(engine)["opened"] == (True, 3)


# --- peek -------------------------------------------------------------------------------------------


def test_what_is_opened_while_peeking_is_annas(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    say(engine, contract, StatementKind.PEEK, NOON + 600, until=NOON + 1500)
    fold(engine, arrival(contract.token, NOON + 700), arrival(contract.token, NOON + 1600))
    assert kinds(engine) == ["own", "opened"]
    assert owed(engine)["opened"] == (True, 1)


def test_an_open_while_peeking_can_be_given_to_the_recipient(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    say(engine, contract, StatementKind.PEEK, NOON + 600, until=NOON + 1500)
    opened = arrival(contract.token, NOON + 700)
    fold(engine, opened)
    say(engine, contract, StatementKind.NOT_OWN, NOON + 800, of=opened.id)
    assert kinds(engine) == ["opened"]


# --- stop, resume, objected -------------------------------------------------------------------------


def test_a_stopped_link_watches_again_when_anna_says_so(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    say(engine, contract, StatementKind.STOPPED, NOON + 120)
    fold(engine, arrival(contract.token, NOON + HOUR))
    say(engine, contract, StatementKind.RESUMED, NOON + 2 * HOUR)
    fold(engine, arrival(contract.token, NOON + 3 * HOUR, OUTLOOK))
    assert stored(engine) == [(1, "opened")]


def test_what_was_seen_before_the_stop_stays(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    fold(engine, arrival(contract.token, NOON + HOUR))
    say(engine, contract, StatementKind.STOPPED, NOON + 2 * HOUR)
    assert kinds(engine) == ["opened"]
    assert history(engine, contract).summary.opens == 1


def test_a_recipients_objection_is_not_annas_to_undo(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    with writing(engine) as session:
        locked = session.get_one(Link, contract.id)
        objection = Statement(StatementKind.OBJECTED, NOON + 120)
        record_statements(session, locked, objection, by=None, now=NOON + 120, windows=Windows())
    for kind in (StatementKind.RESUMED, StatementKind.STOPPED, StatementKind.RESUMED):
        assert say(engine, contract, kind, NOON + 600).statements.objected
    fold(engine, arrival(contract.token, NOON + HOUR))
    assert stored(engine) == []


# --- storage ----------------------------------------------------------------------------------------


def test_what_was_said_is_kept_with_who_said_it_and_never_erased_by_what_is_said_later(
    engine: Engine,
) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    say_later(engine, contract, Statement(StatementKind.TOLD_SENT, NOON - 300), NOON + 90)
    say(engine, contract, StatementKind.DRAFT, NOON + 120)
    with reading(engine) as session:
        rows = session.exec(select(StatementRow).order_by(col(StatementRow.id))).all()
    assert [(row.kind, row.at, row.said_by) for row in rows] == [
        ("sent", NOON + 60, ANNA),
        ("told_sent", NOON - 300, ANNA),
        ("draft", NOON + 120, ANNA),
    ]
    assert rows[1].said_at == moment(NOON + 90)


def test_what_is_said_of_one_link_changes_no_other(engine: Engine) -> None:
    contract, invoice = tracked(engine), tracked(engine, "invoice")
    fold(engine, arrival(contract.token, NOON + 10), arrival(invoice.token, NOON + 11))
    fold(engine, arrival(contract.token, NOON + 900), arrival(invoice.token, NOON + 901))
    say(engine, contract, StatementKind.TOLD_SENT, NOON + 600)
    assert kinds(engine) == ["activated", "opened", "activated", "inserted"]
    assert history(engine, invoice).sent() is None


def test_judging_again_says_what_judging_at_once_would_have_said(engine: Engine) -> None:
    """However the fetches came in, in batches or one by one, the past is the same after a statement."""
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    sightings = (PREFETCH, GMAIL, GMAIL, APPLE, OUTLOOK, CHROME)
    arrivals = [arrival(contract.token, NOON + 70 + 20 * i, what) for i, what in enumerate(sightings)]
    fold(engine, *arrivals[:2])
    for one in arrivals[2:]:
        fold(engine, one)
    before, told = kinds(engine), history(engine, contract).summary
    again = say(engine, contract, StatementKind.SENT, NOON + 60)
    assert kinds(engine) == before
    assert again.summary == told
    with reading(engine) as session:
        versions = {message.kind: message.version for message in session.exec(select(OutboxMessage))}
    assert versions["opened"] == 1
