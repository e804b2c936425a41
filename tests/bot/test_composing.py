"""A claimed row becomes its message: in quiet hours, as a digest, or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.context import BotContext
from bot.delivery.composing import compose
from bot.message import Message
from bot.planning import plan_digest
from settings import Settings
from storage import chats, claims, links, muting, outbox, reminders
from storage.claims import Ended, Outcome
from storage.engine import reading, writing
from storage.ingest import record
from storage.keys import Keys
from storage.kinds import opened_key
from storage.statements import record_statements
from storage.tables import Chat, Link, OutboxMessage
from storage.times import seconds
from tests.bot.builders import fits_telegram, plain
from tests.fetches import GMAIL, OUTLOOK, PREFETCH, arrival
from tracking import Sighting, Statement, StatementKind, Windows

ANNA, BEN = 1001, 1002
HOUSE = -500
EVENING = datetime(2026, 11, 23, 21, 0, tzinfo=UTC).timestamp()
NIGHT = EVENING + 3 * 3600
MORNING = EVENING + 10 * 3600


class Evening:
    """Anna's chat, quiet from 22:00 to 07:00 UTC. Telegram takes every message at once."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.context = BotContext(settings, engine, Keys(b"k" * 32))
        self.shown: list[tuple[str, Message, bool]] = []
        with writing(engine) as session:
            chat = chats.get_or_create(session, ANNA, EVENING)
            chat.quiet_from, chat.quiet_until = 22 * 60, 7 * 60

    def sends(self, label: str) -> Link:
        with writing(self.engine) as session:
            link = links.create(session, links.NewLink(ANNA, ANNA, label, "Ben"), now=EVENING, daily=50)
            statement = Statement(StatementKind.SENT, EVENING + 60)
            record_statements(session, link, statement, by=ANNA, now=EVENING + 60, windows=Windows())
        self.delivers(EVENING + 60)
        return link

    def is_fetched(self, link: Link, at: float, sighting: Sighting = GMAIL) -> None:
        with writing(self.engine) as session:
            record(session.connection(), [arrival(link.token, at, sighting)], Windows())

    def delivers(self, at: float) -> list[tuple[str, Message, bool]]:
        """Deliver what is due. Return each new message but cards: its kind, the message, and if it rings."""
        before = len(self.shown)
        while self._step(at):
            pass
        return [one for one in self.shown[before:] if one[0] != "card"]

    def _step(self, at: float) -> bool:
        with writing(self.engine) as session:
            claimed = claims.claim(session, at, 8)
            plans = [(claim, compose(session, claim.message, self.context, at)) for claim in claimed]
        for claim, message in plans:
            if message:
                self.shown.append((claim.message.kind, message, claim.message.loud))
            number = 50 + len(self.shown) if message and claim.message.telegram_id is None else None
            with writing(self.engine) as session:
                claims.settle(session, claim, Outcome(Ended.SENT, telegram_id=number), at)
        return bool(claimed)


@pytest.fixture
def evening(engine: Engine, settings: Settings) -> Iterator[Evening]:
    evening = Evening(engine, settings)
    yield evening
    evening.context.close()


def test_opens_at_night_are_told_in_the_morning_in_one_message(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, NIGHT)
    assert evening.delivers(NIGHT) == []
    for later in (600, 1200):
        evening.is_fetched(contract, NIGHT + later, OUTLOOK)
        assert evening.delivers(NIGHT + later) == []
    ((kind, message, loud),) = evening.delivers(MORNING)
    assert (kind, loud) == ("opened", True)
    assert "contract → Ben was opened" in plain(message)
    assert "During your quiet hours it was opened 3 times" in plain(message)
    assert evening.delivers(MORNING + 60) == []


def test_the_alerts_of_a_night_about_several_mails_make_one_sound(evening: Evening) -> None:
    for label in ("contract", "offer", "invoice"):
        evening.is_fetched(evening.sends(label), NIGHT)
        assert evening.delivers(NIGHT + 1) == []
    told = evening.delivers(MORNING)
    assert [loud for _, _, loud in told] == [True, False, False]
    assert all("was opened" in message.text for _, message, _ in told)


@pytest.mark.parametrize("muted", [False, True])
def test_a_providers_fetch_has_a_line_unless_the_link_is_muted(evening: Evening, muted: bool) -> None:
    contract = evening.sends("contract")
    with writing(evening.engine) as session:
        muting.mute(session, session.get_one(Link, contract.id), muted=muted)
    evening.is_fetched(contract, EVENING + 600, PREFETCH)
    told = [kind for kind, _, _ in evening.delivers(EVENING + 600)]
    assert told == ([] if muted else ["proxied"])


def test_an_open_by_day_is_told_at_once(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, EVENING + 600)
    ((_, message, loud),) = evening.delivers(EVENING + 600)
    assert loud
    assert "While it was quiet" not in message.text


def test_an_open_that_turned_out_to_be_annas_own_is_not_told_in_the_morning(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, NIGHT)
    evening.delivers(NIGHT)
    with writing(evening.engine) as session:
        (fetch,) = links.timeline(session, contract.id, 5)
        link = session.get_one(Link, contract.id)
        said = Statement(StatementKind.OWN, NIGHT + 60, of=fetch.id)
        record_statements(session, link, said, by=ANNA, now=NIGHT + 60, windows=Windows())
    assert evening.delivers(MORNING) == []


def test_quiet_hours_that_end_early_release_what_they_held(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, NIGHT)
    evening.delivers(NIGHT)
    with writing(evening.engine) as session:
        chat = chats.get_or_create(session, ANNA, NIGHT + 60)
        chat.quiet_from = chat.quiet_until = None
        outbox.release_held(session, ANNA)
    assert [kind for kind, _, _ in evening.delivers(NIGHT + 60)] == ["opened"]


def test_an_alert_that_is_late_says_so_and_its_edits_still_do(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, EVENING + 600)
    ((_, message, _),) = evening.delivers(EVENING + 600 + 1800)
    assert "I’m telling you late.\n" in plain(message)
    with writing(evening.engine) as session:
        (fetch,) = links.timeline(session, contract.id, 5)
        outbox.refresh(session.connection(), [opened_key(fetch.id)])
    ((_, message, _),) = evening.delivers(EVENING + 7200)
    assert "I’m telling you late.\n" in plain(message)


def test_an_alert_that_was_told_in_time_is_not_late_when_it_changes(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, EVENING + 600)
    evening.delivers(EVENING + 601)
    with writing(evening.engine) as session:
        (fetch,) = links.timeline(session, contract.id, 5)
        outbox.refresh(session.connection(), [opened_key(fetch.id)])
    ((_, message, _),) = evening.delivers(EVENING + 7200)
    assert "late" not in plain(message)


@pytest.mark.parametrize("is_released", [False, True])
def test_an_alert_that_quiet_hours_held_is_not_late(evening: Evening, is_released: bool) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, NIGHT)
    evening.delivers(NIGHT)
    if is_released:
        with writing(evening.engine) as session:
            chat = chats.get_or_create(session, ANNA, NIGHT)
            chat.quiet_from = chat.quiet_until = None
            outbox.release_held(session, ANNA)
    ((_, message, _),) = evening.delivers(NIGHT + 3600 if is_released else MORNING)
    assert "late" not in plain(message)


def test_an_alert_that_comes_long_after_quiet_hours_is_late(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, NIGHT)
    evening.delivers(NIGHT)
    ((_, message, _),) = evening.delivers(MORNING + 7200)
    assert "I’m telling you late.\n" in plain(message)


def test_an_alert_that_may_have_arrived_is_not_held(evening: Evening) -> None:
    contract = evening.sends("contract")
    at = EVENING + 3599
    evening.is_fetched(contract, at)
    with writing(evening.engine) as session:
        (claim,) = [claim for claim in claims.claim(session, at, 8) if claim.message.kind == "opened"]
    with writing(evening.engine) as session:
        claims.settle(session, claim, Outcome(Ended.IN_DOUBT), at)
    ((kind, _, _),) = evening.delivers(at + 120)
    assert kind == "opened"


def test_a_digest_comes_every_day_with_what_happened(evening: Evening) -> None:
    contract = evening.sends("contract")
    with writing(evening.engine) as session:
        chat = chats.get_or_create(session, ANNA, EVENING)
        chat.digest_at = 22 * 60 + 30
        plan_digest(session, chat, EVENING + 60)
    evening.is_fetched(contract, EVENING + 600)
    evening.delivers(EVENING + 600)
    first = EVENING + 90 * 60
    assert evening.delivers(first - 1) == []
    ((kind, message, loud),) = evening.delivers(first)
    assert (kind, loud) == ("digest", False)
    assert "#1 contract → Ben: one open, " in plain(message)
    assert "opened" not in plain(message)
    assert evening.delivers(first + timedelta(days=1).total_seconds() - 1) == []
    assert evening.delivers(first + timedelta(days=1).total_seconds()) == []
    with reading(evening.engine) as session:
        (waiting,) = session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "digest", OutboxMessage.state == "pending")
        ).all()
        assert waiting.not_before
        assert seconds(waiting.not_before) == first + timedelta(days=2).total_seconds()


def test_a_message_for_later_keeps_no_other_waiting_and_wakes_the_loop_in_time(evening: Evening) -> None:
    evening.sends("contract")
    with writing(evening.engine) as session:
        chat = session.get_one(Chat, ANNA)
        chat.digest_at = 23 * 60
        plan_digest(session, chat, EVENING + 60)
    with reading(evening.engine) as session:
        assert claims.next_due(session, EVENING + 60) == 2 * 3600 - 60
    evening.sends("offer")
    with reading(evening.engine) as session:
        assert claims.next_due(session, EVENING + 60) == 2 * 3600 - 60


def drafts(evening: Evening) -> Link:
    """Return a link whose image was fetched in a draft, at nine in the evening."""
    with writing(evening.engine) as session:
        session.get_one(Chat, ANNA).quiet_from = None
        link = links.create(session, links.NewLink(ANNA, ANNA, "contract", "Ben"), now=EVENING, daily=50)
    evening.is_fetched(link, EVENING)
    evening.delivers(EVENING)
    return link


def test_a_draft_that_rests_is_asked_about_once_and_without_sound(evening: Evening) -> None:
    drafts(evening)
    assert evening.delivers(EVENING + 1799) == []
    ((kind, message, loud),) = evening.delivers(EVENING + 1800)
    assert (kind, loud) == ("unsent", False)
    assert "I saw the image in your draft" in message.text
    assert evening.delivers(EVENING + 7200) == []


def test_a_draft_that_is_still_written_is_not_asked_about_yet(evening: Evening) -> None:
    link = drafts(evening)
    evening.is_fetched(link, EVENING + 1500)
    assert evening.delivers(EVENING + 1800) == []
    assert [kind for kind, _, _ in evening.delivers(EVENING + 3300)] == ["unsent"]


def test_a_mail_that_is_noted_as_sent_is_not_asked_about(evening: Evening) -> None:
    link = drafts(evening)
    with writing(evening.engine) as session:
        statement = Statement(StatementKind.SENT, EVENING + 60)
        record_statements(
            session, session.get_one(Link, link.id), statement, by=ANNA, now=EVENING + 60, windows=Windows()
        )
    assert evening.delivers(EVENING + 1800) == []


def card_of(evening: Evening, at: float) -> str:
    """Return the text of Anna's only card, once everything due is delivered."""
    evening.delivers(at)
    return plain([message for kind, message, _ in evening.shown if kind == "card"][-1])


def passes(evening: Evening, until: float) -> int:
    """Let time pass and the bot do its housekeeping. Return how many messages that made."""
    before = len(evening.shown)
    with writing(evening.engine) as session:
        outbox.refresh_due(session, until)
    evening.delivers(until)
    return len(evening.shown) - before


def test_a_card_falls_asleep_and_wakes_up_without_a_message(evening: Evening) -> None:
    contract = evening.sends("contract")
    at = EVENING + 600
    evening.is_fetched(contract, at)
    assert "Asleep" not in card_of(evening, at)
    last = at + evening.context.settings.windows.revival
    assert passes(evening, EVENING + 60 + 12 * 3600) == 1
    assert passes(evening, at + 12 * 3600) == 1
    assert passes(evening, last - 1) == 0
    assert passes(evening, last) == 1
    assert "💤 Asleep: no open since then." in card_of(evening, last)
    assert passes(evening, last + 90 * 86400) == 0
    evening.is_fetched(contract, last + 9 * 86400)
    ((kind, message, loud),) = evening.delivers(last + 9 * 86400)
    assert (kind, loud) == ("opened", True)
    assert "woke up: opened again" in plain(message)
    woken = card_of(evening, last + 9 * 86400)
    assert "🔔 Woke up" in woken
    assert "after 23 days" in woken
    assert "Asleep" not in woken


def test_a_card_that_could_not_be_edited_falls_asleep_all_the_same(evening: Evening) -> None:
    contract = evening.sends("contract")
    evening.is_fetched(contract, EVENING + 600)
    evening.delivers(EVENING + 600)
    last = EVENING + 600 + evening.context.settings.windows.revival
    with writing(evening.engine) as session:
        outbox.refresh_due(session, last)
        (claim,) = claims.claim(session, last, 8)
        compose(session, claim.message, evening.context, last)
    with writing(evening.engine) as session:
        claims.settle(session, claim, Outcome(Ended.NOT_SENT), last)
    assert "Asleep" in card_of(evening, last + 3600)


def test_an_hour_after_sent_the_card_stops_asking_whether_it_was_earlier(evening: Evening) -> None:
    evening.sends("contract")
    assert "Sent it earlier?" in card_of(evening, EVENING + 60)
    assert passes(evening, EVENING + 3660) == 1
    assert "Sent it earlier?" not in card_of(evening, EVENING + 3660)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (StatementKind.SENT, "contract → Ben: noted as sent"),
        (StatementKind.DRAFT, "Noted: still a draft."),
        (StatementKind.PEEK, "Have you sent the mail since?"),
    ],
)
def test_a_question_about_a_draft_that_was_answered_says_so_in_its_place(
    evening: Evening, kind: StatementKind, answer: str
) -> None:
    link = drafts(evening)
    evening.delivers(EVENING + 1800)
    with writing(evening.engine) as session:
        statement, kept = Statement(kind, EVENING + 1860), session.get_one(Link, link.id)
        record_statements(session, kept, statement, by=ANNA, now=EVENING + 1860, windows=Windows())
    ((owed, message, _),) = evening.delivers(EVENING + 1860)
    assert owed == "unsent"
    assert answer in plain(message)
    assert bool(message.keyboard) == (kind is StatementKind.PEEK)


def remind(evening: Evening, link: Link, due: float, now: float) -> None:
    with writing(evening.engine) as session:
        reminders.owe_reminder(session, session.get_one(Link, link.id), due, now)


def ends_quiet_hours(evening: Evening, at: float) -> None:
    with writing(evening.engine) as session:
        chat = chats.get_or_create(session, ANNA, at)
        chat.quiet_from = chat.quiet_until = None
        outbox.release_held(session, ANNA)


def test_a_nudge_that_quiet_hours_held_comes_when_they_end_early_and_no_other(evening: Evening) -> None:
    remind(evening, evening.sends("contract"), NIGHT, EVENING)
    remind(evening, evening.sends("offer"), MORNING + 86400, EVENING)
    assert evening.delivers(NIGHT) == []
    ends_quiet_hours(evening, NIGHT + 60)
    ((kind, message, _),) = evening.delivers(NIGHT + 60)
    assert (kind, "contract" in message.text) == ("remind", True)


def test_a_question_that_quiet_hours_held_comes_when_they_end_early(evening: Evening) -> None:
    drafts(evening)
    with writing(evening.engine) as session:
        session.get_one(Chat, ANNA).quiet_from = 22 * 60
    assert evening.delivers(NIGHT) == []
    ends_quiet_hours(evening, NIGHT + 60)
    assert [kind for kind, _, _ in evening.delivers(NIGHT + 60)] == ["unsent"]


def test_a_question_that_may_have_arrived_says_so_though_the_draft_was_touched_meanwhile(
    evening: Evening,
) -> None:
    link = drafts(evening)
    with writing(evening.engine) as session:
        (claim,) = claims.claim(session, EVENING + 1800, 8)
        claims.settle(session, claim, Outcome(Ended.IN_DOUBT), EVENING + 1800)
    evening.is_fetched(link, EVENING + 1801)
    assert evening.delivers(EVENING + 1900) == []
    with writing(evening.engine) as session:
        (claim,) = claims.claim(session, EVENING + 3700, 8)
    assert (claim.message.kind, claim.message.in_doubt) == ("unsent", True)


def test_a_second_reminder_of_a_link_replaces_the_first(evening: Evening) -> None:
    contract, offer = evening.sends("contract"), evening.sends("offer")
    remind(evening, offer, MORNING, EVENING)
    remind(evening, contract, MORNING, EVENING)
    remind(evening, contract, MORNING + 0.4, EVENING + 0.4)
    assert [kind for kind, _, _ in evening.delivers(MORNING + 1)] == ["remind", "remind"]
    remind(evening, contract, MORNING + 86400, MORNING + 2)
    remind(evening, contract, MORNING + 3600, MORNING + 3)
    assert [kind for kind, _, _ in evening.delivers(MORNING + 3600)] == ["remind"]
    assert evening.delivers(MORNING + 90000) == []


def test_a_list_asks_of_each_of_its_drafts_and_its_alerts_answer_it(evening: Evening) -> None:
    with writing(evening.engine) as session:
        new = [links.NewLink(ANNA, ANNA, "offer", name) for name in ("Ben", "Carla")]
        ben, carla = links.create_list(session, new, now=EVENING, daily=50)
    evening.delivers(EVENING)
    for link in (ben, carla):
        evening.is_fetched(link, EVENING + 10)
    evening.delivers(EVENING + 20)
    with reading(evening.engine) as session:
        owed = {row.kind: row for row in session.exec(select(OutboxMessage)).all()}
        asked = session.exec(select(OutboxMessage.link_id).where(OutboxMessage.kind == "unsent")).all()
    assert sorted(filter(None, asked)) == [ben.id, carla.id]
    with writing(evening.engine) as session:
        statement = Statement(StatementKind.SENT, EVENING + 60)
        link = session.get_one(Link, carla.id)
        record_statements(session, link, statement, by=ANNA, now=EVENING + 60, windows=Windows())
    evening.is_fetched(carla, EVENING + 600)
    told = evening.delivers(EVENING + 600)
    with reading(evening.engine) as session:
        alert = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "opened")).one()
        shown = session.get_one(OutboxMessage, owed["list"].id)
    assert [kind for kind, _, _ in told if kind != "list"] == ["opened"]
    assert alert.reply_to == owed["list"].telegram_id
    assert shown.changes_at is not None


def in_house(evening: Evening, label: str, *, by: int = BEN, tracker: str = "Ben") -> Link:
    """Return a link that somebody in a group made and sent."""
    with writing(evening.engine) as session:
        new = links.NewLink(HOUSE, by, label, "landlord", tracker=tracker)
        link = links.create(session, new, now=EVENING, daily=50)
        statement = Statement(StatementKind.SENT, EVENING + 60)
        record_statements(session, link, statement, by=by, now=EVENING + 60, windows=Windows())
    evening.delivers(EVENING + 60)
    return link


def test_in_a_group_an_alert_mentions_the_person_who_tracked(evening: Evening) -> None:
    evening.is_fetched(in_house(evening, "notice"), EVENING + 600)
    ((_, message, loud),) = evening.delivers(EVENING + 600)
    assert loud
    assert f'Tracked by <a href="tg://user?id={BEN}">Ben</a>.' in message.text
    assert fits_telegram(message)


def test_an_alert_mentions_nobody_in_a_private_chat_or_for_an_anonymous_administrator(
    evening: Evening,
) -> None:
    for link in (evening.sends("contract"), in_house(evening, "notice", by=1087968824, tracker="")):
        evening.is_fetched(link, EVENING + 600)
    told = evening.delivers(EVENING + 600)
    assert len(told) == 2
    assert not any("tg://user" in message.text for _, message, _ in told)


def test_of_the_alerts_of_a_night_only_the_one_that_rings_mentions_somebody(evening: Evening) -> None:
    with writing(evening.engine) as session:
        house = chats.get_or_create(session, HOUSE, EVENING)
        house.quiet_from, house.quiet_until = 22 * 60, 7 * 60
    for label in ("notice", "lease"):
        evening.is_fetched(in_house(evening, label), NIGHT)
        evening.delivers(NIGHT)
    told = evening.delivers(MORNING) + evening.delivers(MORNING + 60)
    assert [(loud, "tg://user" in message.text) for _, message, loud in told] == [
        (True, True),
        (False, False),
    ]
