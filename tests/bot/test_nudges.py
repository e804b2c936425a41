"""The bot nudges the sender of a mail that nobody opens, at the right times."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from sqlalchemy import Engine
from sqlmodel import col, select

from bot import planning
from bot.message import Message
from bot.messages import nudges
from storage import chats, links
from storage.engine import reading, writing
from storage.tables import Chat, Link, OutboxMessage
from storage.times import moment, seconds
from tests.bot.builders import SENT, fits_telegram, keys, labels, link, plain, said, verbs
from tests.fetches import GMAIL, NOON
from tracking import StatementKind
from words import sentences

ANNA = 1001
CHAT = Chat(id=ANNA, created_at=moment(NOON), zone="Europe/Berlin")
LATER = NOON + 3 * 86400


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("now", "mornings"),
    [
        ("2026-11-01 12:00", ["2026-11-27 08:00", "2026-11-29 08:00"]),
        ("2026-11-27 09:00", ["2026-11-28 08:00", "2026-11-29 08:00"]),
        ("2026-11-28 09:00", ["2026-11-29 08:00"]),
        ("2026-11-29 09:00", ["2026-11-30 08:00"]),
        ("2026-11-30 09:00", []),
    ],
)
def test_a_deadline_is_spoken_of_on_mornings_before_it(engine: Engine, now: str, mornings: list[str]) -> None:
    with writing(engine) as session:
        chat = chats.get_or_create(session, ANNA, at(now))
        chat.zone = "Europe/Berlin"
        notice = links.create(session, links.NewLink(ANNA, ANNA, "notice", "landlord"), now=at(now), daily=50)
        planning.set_deadline(session, chat, notice, datetime(2026, 11, 30, tzinfo=UTC).date(), at(now))
    with reading(engine) as session:
        owed = session.exec(
            select(OutboxMessage)
            .where(OutboxMessage.kind == "deadline")
            .order_by(col(OutboxMessage.not_before))
        )
        assert [message.not_before for message in owed] == [moment(at(morning)) for morning in mornings]
        kept = session.get_one(Link, notice.id).deadline
        assert kept == moment(at("2026-11-30 22:59:59"))


def notice(*events: object, days_left: float = 3) -> Link:
    made = link(*events, label="notice")  # type: ignore[arg-type]  # events, as the tests around it
    made.deadline = moment(LATER + days_left * 86400)
    return made


def test_days_before_a_deadline_there_is_still_time_for_the_post() -> None:
    message = nudges.deadline(CHAT, notice(SENT), LATER)
    assert message
    assert "There is still time to send it by registered post." in message.text
    assert "“No open” doesn’t mean “not read”." in message.text
    assert fits_telegram(message)


def test_the_day_before_it_is_too_late_for_the_post() -> None:
    message = nudges.deadline(CHAT, notice(SENT, days_left=1), LATER)
    assert message
    assert "post" not in message.text
    assert "with a witness" in message.text


def test_only_an_alert_says_opened_so_no_explanation_in_a_reminder_does() -> None:
    assert not [each for each in sentences.history.SILENCES.values() if "opened" in each.text]


def test_a_mail_that_was_not_sent_is_asked_for() -> None:
    for message in (nudges.deadline(CHAT, notice(), LATER), nudges.reminder(CHAT, notice(), LATER)):
        assert message
        assert "you haven’t told me that you sent it" in message.text
        assert verbs(message) == ["sent", "remind1"]


@pytest.mark.parametrize("events", [(SENT, GMAIL), (SENT, said(StatementKind.STOPPED))])
def test_what_was_seen_or_stopped_is_not_reminded_of(events: tuple[object, ...]) -> None:
    assert nudges.deadline(CHAT, notice(*events), LATER) is None
    assert nudges.reminder(CHAT, notice(*events), LATER) is None


def test_a_muted_link_is_not_reminded_of() -> None:
    muted = notice(SENT)
    muted.muted = True
    assert nudges.deadline(CHAT, muted, LATER) is None
    assert nudges.reminder(CHAT, muted, LATER) is None


def test_after_the_deadline_nothing_is_said_of_it() -> None:
    assert nudges.deadline(CHAT, notice(SENT, days_left=-1), LATER) is None


def follow_up(message: Message | None) -> str:
    assert message
    (text,) = [key.copy_text.text for key in keys(message) if key.copy_text]
    return text


def test_a_reminder_brings_a_follow_up_to_copy() -> None:
    message = nudges.reminder(CHAT, link(SENT), LATER)
    assert follow_up(message).startswith("Hello, on 14 Nov I sent you an e-mail about “contract”.")
    assert message
    assert follow_up(message) in plain(message)


@given(labels)
def test_every_follow_up_fits_its_button(label: str) -> None:
    message = nudges.reminder(CHAT, link(SENT, label=label), LATER)
    assert message
    assert fits_telegram(message)
    assert 1 <= len(follow_up(message)) <= 256


def test_the_seconds_of_a_link_are_those_of_its_deadline() -> None:
    kept = notice().deadline
    assert kept
    assert seconds(kept) == LATER + 3 * 86400
