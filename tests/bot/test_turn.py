"""An update changes its chat: it counts from when it was written, and two presses count as one."""

import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import col, select
from telegram import Bot, Update

from bot.commands import routing
from bot.context import BotContext
from bot.message import unpack
from settings import Settings
from storage import chats, inbox, links
from storage.engine import reading, writing
from storage.inbox import Received
from storage.ingest import Arrival
from storage.keys import open_keys
from storage.kinds import MessageKind
from storage.tables import Chat, FetchRow, Link, Note, OutboxMessage, Peek, StatementRow
from storage.times import now, seconds
from tests.bot.builders import plain
from tests.fetches import OUTLOOK, arrival
from tests.storage.test_ingest import fold, stored
from tests.tracking.stories import SCRIPT
from tracking import StatementKind

ANNA, GROUP = 1001, -100123
HOUR, DAY = 3600.0, 86400.0


class Silent(Bot):
    """A Telegram that takes the answer to every button."""

    @property
    def username(self) -> str:
        return "ReadbackBot"

    async def answer_callback_query(self, *_: Any, **__: Any) -> bool:
        return True


class Talk:
    """Anna's chat with the bot, without a network: updates go in, and rows come out."""

    def __init__(self, context: BotContext, engine: Engine) -> None:
        self.context, self.engine = context, engine
        self.bot = Silent("1000:none")
        self.numbers = count(1)

    async def says(self, text: str, ago: float = 0, chat: int = ANNA) -> None:
        """Anna writes; the bot gets to it so many seconds later."""
        said_at = now() - ago
        kind = "private" if chat > 0 else "supergroup"
        message = {
            "message_id": next(self.numbers) + 500, "date": int(said_at), "text": text,
            "chat": {"id": chat, "type": kind}, "from": {"id": ANNA, "is_bot": False, "first_name": "Anna"},
        }  # fmt: skip
        await self._handle({"message": message}, Received(now()))

    async def presses(
        self,
        data: str,
        ago: float = 0,
        message: int = 50,
        away: float | None = None,
        edited: float = DAY,
    ) -> None:
        """Anna presses a button, so many seconds ago, and the bot stores that at once.

        Or while the bot is away for so many seconds: it comes back now, and knows no time of the press.
        The message with the button was last edited `edited` seconds ago.
        """
        pressed = {
            "message_id": message, "date": 1, "edit_date": int(now() - edited), "text": "card",
            "chat": {"id": ANNA, "type": "private"},
        }  # fmt: skip
        query = {
            "id": "1", "chat_instance": "1", "data": data, "message": pressed,
            "from": {"id": ANNA, "is_bot": False, "first_name": "Anna"},
        }  # fmt: skip
        since = None if away is None else now() - away
        await self._handle({"callback_query": query}, Received(now() - ago, since))

    async def moves(self, old: int, new: int) -> None:
        """A group becomes a supergroup. Telegram says so in both."""
        said = {"message_id": 900, "date": int(now())}
        there = {"id": old, "type": "group"}, {"id": new, "type": "supergroup"}
        for chat, moved in zip(there, ("migrate_to_chat_id", "migrate_from_chat_id"), strict=True):
            other = new if chat["id"] == old else old
            await self._handle({"message": {**said, "chat": chat, moved: other}}, Received(now()))

    async def _handle(self, body: dict[str, Any], received: Received) -> None:
        body["update_id"] = next(self.numbers)
        with writing(self.engine) as session:
            inbox.receive(session, [body], received)
        update = Update.de_json(json.loads(json.dumps(body)), self.bot)
        await routing.handle(update, received, self.context, self.bot)

    def link(self) -> Link:
        with reading(self.engine) as session:
            return session.exec(select(Link)).one()

    def statements(self) -> list[StatementRow]:
        with reading(self.engine) as session:
            return list(session.exec(select(StatementRow).order_by(col(StatementRow.id))))

    def reasons(self) -> list[str]:
        with reading(self.engine) as session:
            return list(session.exec(select(FetchRow.reason).order_by(col(FetchRow.seq))))

    def owed(self, kind: MessageKind) -> list[OutboxMessage]:
        with reading(self.engine) as session:
            query = select(OutboxMessage).where(col(OutboxMessage.kind) == kind)
            return list(session.exec(query.order_by(col(OutboxMessage.id))))

    def answers(self) -> list[str]:
        return [plain(unpack(owed.payload)) for owed in self.owed(MessageKind.REPLY)]


@pytest.fixture
async def anna(settings: Settings, engine: Engine) -> AsyncIterator[Talk]:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    yield Talk(context, engine)
    context.close()


def seconds_of(owed: OutboxMessage) -> float:
    assert owed.not_before
    return seconds(owed.not_before)


# --- the time of writing ---------------------------------------------------------------------------


async def test_sent_counts_from_when_anna_wrote_it(anna: Talk) -> None:
    """The bot was away for an hour, in which the landlord opened the mail."""
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    fold(anna.engine, arrival(anna.link().token, now() - HOUR / 2, OUTLOOK))
    await anna.says("/sent 1", ago=HOUR)
    (sent,) = anna.statements()
    assert sent.at == pytest.approx(now() - HOUR, abs=10)
    assert links.history_of(anna.link()).summary.opens == 1


@pytest.mark.parametrize(
    ("typed", "kind", "back"),
    [
        ("/stop 1", StatementKind.STOPPED, HOUR),
        ("/sent 1 20 min ago", StatementKind.TOLD_SENT, HOUR + 1200),
    ],
)
async def test_what_anna_says_counts_from_when_she_wrote_it(
    typed: str, kind: StatementKind, back: float, anna: Talk
) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.says(typed, ago=HOUR)
    (said,) = anna.statements()
    assert said.kind == kind
    assert said.at == pytest.approx(now() - back, abs=10)


@pytest.mark.parametrize("typed", ["/peek", "/peek 1"])
async def test_a_peek_begins_when_anna_writes_it_and_ends_when_she_writes_off(typed: str, anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.says(typed, ago=HOUR)
    await anna.says("/peek OFF", ago=HOUR - 300)
    with reading(anna.engine) as session:
        (row,) = session.exec(select(Peek)).all()
    assert row.at == pytest.approx(now() - HOUR, abs=10)
    assert row.until == pytest.approx(now() - HOUR + 300, abs=10)
    assert anna.statements() == []
    await anna.says("/peek off")
    assert "counting every open" in anna.answers()[-1]


@pytest.mark.parametrize(("language", "off"), [("de", "aus"), ("ru", "нет"), ("de", "off"), ("en", "none")])
async def test_a_peek_ends_with_the_words_that_end_anything(language: str, off: str, anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says(f"/language {language}")
    await anna.says("/peek")
    await anna.says(f"/peek {off}")
    with reading(anna.engine) as session:
        assert session.exec(select(Peek)).one().until <= now()


async def test_the_peek_at_one_link_can_be_ended_alone(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/track offer to Ben")
    await anna.says("/peek 1")
    await anna.says("/peek 2")
    await anna.says("/peek 1 off")
    assert "I count every open of offer → Ben" in anna.answers()[-1]
    with reading(anna.engine) as session:
        first, second = session.exec(select(Peek).order_by(col(Peek.id))).all()
    assert first.until <= now() < second.until
    await anna.says("/peek 2 off")
    assert "every open counts again" in anna.answers()[-1]
    await anna.says("/peek 2 off")
    assert "counting every open" in anna.answers()[-1]


async def test_a_peek_at_all_links_is_said_to_go_on_when_one_link_is_named(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/peek")
    await anna.says("/peek 1 off")
    assert "I count every open as yours" in anna.answers()[-1]
    with reading(anna.engine) as session:
        assert session.exec(select(Peek)).one().until > now()


async def test_a_peek_that_is_pressed_twice_is_one(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.presses(f"peek:{anna.link().id}")
    await anna.presses(f"peek:{anna.link().id}")
    with reading(anna.engine) as session:
        assert len(session.exec(select(Peek)).all()) == 1


async def test_a_reminder_in_two_days_is_two_days_after_the_message(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/remind 1 in 2 days", ago=DAY)
    (reminder,) = anna.owed(MessageKind.REMIND)
    assert seconds_of(reminder) == pytest.approx(now() + DAY, abs=10)


async def test_a_note_counts_from_when_anna_wrote_it(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.says("/note 1 called him", ago=HOUR)
    with reading(anna.engine) as session:
        assert seconds(session.exec(select(Note)).one().at) == pytest.approx(now() - HOUR, abs=10)


async def test_a_deadline_by_tomorrow_is_the_day_after_the_message(anna: Talk) -> None:
    await anna.says("/track contract by tomorrow", ago=DAY)
    deadline = anna.link().deadline
    assert deadline
    assert 0 < seconds(deadline) - now() <= DAY


async def test_an_open_in_the_second_of_sent_came_before_it(anna: Talk) -> None:
    """Telegram's dates are whole seconds: Anna saw the bot find her draft, and then said Sent."""
    await anna.says("/track contract to landlord", ago=60)
    fold(anna.engine, arrival(anna.link().token, float(int(now())), OUTLOOK))
    await anna.says("/sent 1")
    assert links.history_of(anna.link()).summary.opens == 0


async def test_nothing_is_said_later_than_it_arrives(anna: Talk) -> None:
    """Telegram's clock may be ahead of ours."""
    await anna.says("/track contract to landlord")
    await anna.says("/sent 1", ago=-HOUR)
    assert anna.statements()[0].at <= now()


# --- pressed while the bot was away ---------------------------------------------------------------


async def sent_while_away(anna: Talk) -> list[Arrival]:
    """Anna tapped Sent in the last hour. The mail was fetched twice meanwhile, and once before."""
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    ages = (2 * HOUR, HOUR / 2, HOUR / 4)
    fetched = [arrival(anna.link().token, now() - ago) for ago in ages]
    fold(anna.engine, *fetched)
    await anna.presses(f"sent:{anna.link().id}", away=HOUR)
    return fetched


async def test_what_came_while_sent_waited_may_be_an_open_and_anna_is_asked(anna: Talk) -> None:
    """A press has no date. It counted from when the bot came back, and the landlord's open was lost."""
    fetched = await sent_while_away(anna)
    assert anna.reasons() == ["before_sent", "maybe_unsent", "maybe_unsent"]
    (alert,) = anna.owed(MessageKind.OPENED)
    assert (alert.fetch_id, alert.loud) == (fetched[1].id, True)
    (sent,) = anna.statements()
    assert sent.since == pytest.approx(now() - HOUR, abs=10)
    assert sent.at == pytest.approx(now(), abs=10)


async def test_what_the_card_told_of_before_sent_was_pressed_stays_a_draft(anna: Talk) -> None:
    """The press is later than the last change of the message with the button."""
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    ages = (HOUR / 2, HOUR / 4)
    fold(anna.engine, *(arrival(anna.link().token, now() - ago) for ago in ages))
    await anna.presses(f"sent:{anna.link().id}", away=HOUR, edited=HOUR / 3)
    assert anna.reasons() == ["before_sent", "maybe_unsent"]


async def test_yes_makes_it_an_open_from_then_on(anna: Talk) -> None:
    fetched = await sent_while_away(anna)
    await anna.presses(f"yes:{fetched[1].id}")
    assert anna.reasons() == ["before_sent", "gmail_proxy", "gmail_proxy"]
    assert len(anna.owed(MessageKind.OPENED)) == 1


async def test_still_a_draft_takes_it_back_and_asks_about_the_next_one(anna: Talk) -> None:
    fetched = await sent_while_away(anna)
    await anna.presses(f"draft_then:{fetched[1].id}")
    assert [kind for _, kind in stored(anna.engine)] == ["activated", "inserted", "opened"]
    assert [alert.fetch_id for alert in anna.owed(MessageKind.OPENED)] == [each.id for each in fetched[1:]]
    await anna.presses(f"draft_then:{fetched[2].id}")
    assert [kind for _, kind in stored(anna.engine)] == ["activated", "inserted", "inserted"]
    assert anna.link().status == "sent"


async def test_still_a_draft_takes_back_the_whole_view(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    draft = [arrival(anna.link().token, now() - HOUR / 2 + second) for second in (0, 5, 20)]
    fold(anna.engine, *draft)
    await anna.presses(f"sent:{anna.link().id}", away=HOUR)
    assert [kind for _, kind in stored(anna.engine)] == ["opened", "repeat", "repeat"]
    await anna.presses(f"draft_then:{draft[0].id}")
    assert [kind for _, kind in stored(anna.engine)] == ["activated", "inserted", "inserted"]


async def test_that_was_me_tells_of_the_next_open_on_the_card_alone(anna: Talk) -> None:
    """Each "That was me" about an open that had waited with Sent rang once more."""
    fetched = await sent_while_away(anna)
    await anna.presses(f"own:{fetched[1].id}")
    assert [alert.fetch_id for alert in anna.owed(MessageKind.OPENED)] == [fetched[1].id]
    assert links.history_of(anna.link()).summary.opens == 1


async def test_no_later_press_tells_a_new_supergroup_of_an_old_open(anna: Talk) -> None:
    """Its alert was delivered, and stayed in the old group. Sent owed it again, with a sound."""
    fetched = await sent_while_away(anna)
    await anna.presses(f"draft_then:{fetched[1].id}")
    with writing(anna.engine) as session:
        session.connection().execute(
            delete(OutboxMessage).where(col(OutboxMessage.kind) == MessageKind.OPENED)
        )
    await anna.presses(f"draft_then:{fetched[1].id}", message=51)
    await anna.presses(f"peek:{anna.link().id}")
    await anna.presses(f"own:{fetched[0].id}")
    await anna.presses(f"stop:{anna.link().id}")
    assert anna.owed(MessageKind.OPENED) == []


async def test_an_open_while_muted_is_no_news_once_the_sound_is_back(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.says("/mute 1")
    fold(anna.engine, arrival(anna.link().token, now() - HOUR / 2))
    await anna.presses(f"sent:{anna.link().id}", away=HOUR)
    await anna.says("/unmute 1")
    assert not anna.link().muted
    await anna.presses(f"stop:{anna.link().id}")
    assert anna.owed(MessageKind.OPENED) == []


async def test_a_link_that_was_stopped_asks_nothing(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    fold(anna.engine, arrival(anna.link().token, now() - HOUR / 2))
    await anna.presses(f"stop:{anna.link().id}")
    await anna.presses(f"sent:{anna.link().id}", away=HOUR)
    assert anna.owed(MessageKind.OPENED) == []
    assert links.history_of(anna.link()).summary.opens == 1


async def test_a_muted_link_asks_nothing(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.says("/mute 1")
    fold(anna.engine, arrival(anna.link().token, now() - HOUR / 2))
    await anna.presses(f"sent:{anna.link().id}", away=HOUR)
    assert anna.owed(MessageKind.OPENED) == []
    assert links.history_of(anna.link()).summary.opens == 1


@pytest.mark.parametrize("verb", ["draft", "not_pasted"])
async def test_still_a_draft_pressed_while_the_bot_was_away_says_nothing_of_what_came_later(
    verb: str, anna: Talk
) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.presses(f"{verb}:{anna.link().id}", away=HOUR)
    assert anna.statements()[0].at == pytest.approx(now() - HOUR, abs=10)


async def test_a_peek_pressed_while_the_bot_was_away_hides_no_reader(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.presses(f"peek:{anna.link().id}", away=HOUR)
    assert "Nothing was ignored" in anna.answers()[-1]
    await anna.presses(f"peek:{anna.link().id}", away=300, message=51)
    with reading(anna.engine) as session:
        (row,) = session.exec(select(Peek)).all()
    assert row.at == pytest.approx(now(), abs=10)
    assert row.until == pytest.approx(now() + 600, abs=10)
    await anna.presses("peek_off:0", away=60)
    with reading(anna.engine) as session:
        assert session.exec(select(Peek)).one().until == row.until


async def test_a_stop_pressed_while_the_bot_was_away_keeps_what_came_before_it_was_heard(
    anna: Talk,
) -> None:
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.presses(f"sent:{anna.link().id}", ago=2 * HOUR)
    fold(anna.engine, arrival(anna.link().token, now() - HOUR / 2))
    await anna.presses(f"stop:{anna.link().id}", away=HOUR)
    assert [kind for _, kind in stored(anna.engine)] == ["opened"]


# --- pressed twice --------------------------------------------------------------------------------


async def sent_and_opened(anna: Talk) -> dict[str, str]:
    """A link that was sent and opened, and two people's ids for what buttons are about."""
    await anna.says("/track contract to landlord", ago=3 * HOUR)
    await anna.presses(f"sent:{anna.link().id}", ago=2 * HOUR)
    fold(anna.engine, arrival(anna.link().token, now() - HOUR, OUTLOOK))
    with reading(anna.engine) as session:
        return {"link": str(anna.link().id), "fetch": session.exec(select(FetchRow.id)).one()}


OF_FETCH = ("yes", "draft_then", "own", "story_own", "not_own", "person", "story_person", "why", "flip")
OF_ELSE = {"zone": "Europe/Berlin", "language": "de", "legal": "de", "page": "0", "everything": "1"}
PRESSED = [verb for verb in routing.BUTTONS if verb not in ("delete",)]


def effect(engine: Engine) -> dict[str, list[Any]]:
    """All that a person can see or will be told, but for the moment at which a reminder is due."""
    with reading(engine) as session:
        chat, outbox = session.exec(select(Chat)).one(), session.exec(select(OutboxMessage)).all()
        return {
            "links": [(link.id, link.history, link.muted) for link in session.exec(select(Link))],
            "statements": [(row.kind, row.of) for row in session.exec(select(StatementRow))],
            "outbox": sorted((owed.kind, owed.link_id or 0, owed.payload) for owed in outbox),
            "chat": [chat.zone, chat.language, chat.asking, chat.next_number],
        }


@pytest.mark.parametrize("verb", PRESSED)
async def test_a_double_tap_has_the_effect_of_one(verb: str, anna: Talk) -> None:
    ids = await sent_and_opened(anna)
    about = ids["fetch"] if verb in OF_FETCH else OF_ELSE.get(verb, ids["link"])
    await anna.presses(f"{verb}:{about}", ago=1.5)
    once = effect(anna.engine)
    await anna.presses(f"{verb}:{about}")
    assert effect(anna.engine) == once


async def test_it_was_a_person_makes_one_open_of_the_view_and_leaves_what_came_before_it(anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=5 * HOUR)
    await anna.presses(f"sent:{anna.link().id}", ago=4 * HOUR)
    ages = (3 * HOUR, HOUR, HOUR - 20)
    scans = [arrival(anna.link().token, now() - ago, SCRIPT) for ago in ages]
    fold(anna.engine, *scans)
    await anna.presses(f"person:{scans[-1].id}")
    assert [kind for _, kind in stored(anna.engine)] == ["scanned", "opened", "repeat"]
    summary = links.history_of(anna.link()).summary
    assert (summary.opens, summary.quiet) == (1, None)
    assert anna.owed(MessageKind.OPENED) == []


async def test_one_hour_ago_counts_from_when_sent_was_tapped(anna: Talk) -> None:
    ids = await sent_and_opened(anna)
    tapped = anna.statements()[0].at
    for _ in range(2):
        await anna.presses(f"ago60:{ids['link']}")
    sent = links.history_of(anna.link()).sent()
    assert sent
    assert sent.at == tapped - HOUR
    await anna.presses(f"ago5:{ids['link']}")
    assert anna.statements()[-1].at == tapped - 300


async def test_a_button_pressed_again_later_answers_again(anna: Talk) -> None:
    ids = await sent_and_opened(anna)
    before = len(anna.answers())
    for ago in (60.0, 59.0, 0.0):
        await anna.presses(f"why:{ids['fetch']}", ago=ago)
    assert len(anna.answers()) == before + 2


async def test_the_same_button_under_two_messages_answers_under_both(anna: Talk) -> None:
    ids = await sent_and_opened(anna)
    before = len(anna.answers())
    for message in (50, 51):
        await anna.presses(f"why:{ids['fetch']}", message=message)
    assert len(anna.answers()) == before + 2


# --- handlers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["/help", "/HELP", "/help@ReadbackBot", "/help@readbackbot now", "/help, please", "/help\n"]
)
async def test_a_command_is_known_by_its_text(typed: str, anna: Talk) -> None:
    """People paste commands, and Telegram marks only typed ones."""
    await anna.says(typed)
    assert "/track" in anna.answers()[0]
    assert "/timezone" in anna.answers()[0]


async def test_a_command_that_names_another_bot_is_for_this_one_in_private(anna: Talk) -> None:
    await anna.says("/help@OtherBot", chat=GROUP)
    assert anna.answers() == []
    await anna.says("/help@OtherBot")
    assert "/timezone" in anna.answers()[0]


@pytest.mark.parametrize("typed", ["/helpme", "/usr/bin/python", "/help/me", "/"])
async def test_a_command_of_nobody_is_hinted_at_in_private_and_passed_over_in_a_group(
    typed: str, anna: Talk
) -> None:
    await anna.says(typed, chat=GROUP)
    assert anna.answers() == []
    await anna.says(typed)
    assert len(anna.answers()) == 1
    assert "/timezone" not in anna.answers()[0]


async def test_any_update_of_a_chat_shows_that_it_can_be_reached(anna: Talk) -> None:
    await anna.says("/help")
    with writing(anna.engine) as session:
        chats.mark_unreachable(session.get_one(Chat, ANNA), now())
    await anna.presses("gone:1")
    with reading(anna.engine) as session:
        assert session.get_one(Chat, ANNA).unreachable_since is None
