"""A button that is not there any more has no effect: its message was changed, or nobody knows it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.context import BotContext
from settings import Settings
from storage.engine import reading
from storage.keys import open_keys
from storage.kinds import MessageKind
from storage.tables import Chat, Link
from tests.bot.test_choosing import shown
from tests.bot.test_turn import ANNA, DAY, GROUP, Talk

UNKNOWN = 77
"""A message that the outbox does not know."""
SUPERGROUP = -1001234567890


@pytest.fixture
async def anna(settings: Settings, engine: Engine) -> AsyncIterator[Talk]:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    yield Talk(context, engine)
    context.close()


def links_of(talk: Talk) -> list[Link]:
    with reading(talk.engine) as session:
        return list(session.exec(select(Link)))


async def test_delete_for_good_does_nothing_once_the_question_was_taken_back(anna: Talk) -> None:
    """An app that has not loaded the message again still shows the button."""
    await anna.says("/track contract to landlord")
    await anna.says("/delete 1")
    question = shown(anna)
    await anna.presses("keep:0", message=question)
    await anna.presses("delete:1", message=question)
    assert len(links_of(anna)) == 1


async def test_delete_everything_does_nothing_before_it_has_asked_twice(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/delete everything")
    question = shown(anna)
    await anna.presses("everything:2", message=question)
    assert len(links_of(anna)) == 1
    await anna.presses("everything:1", message=question)
    await anna.presses("everything:2", message=question)
    assert links_of(anna) == []


@pytest.mark.parametrize(
    "pressed", ["delete:1", "everything:2", "zone:Europe/Paris", "language:fr", "archive_all:unsent"]
)
async def test_a_button_of_a_message_that_nobody_knows_changes_nothing(pressed: str, anna: Talk) -> None:
    await anna.says("/track contract to landlord", ago=60 * DAY)
    await anna.presses(pressed, message=UNKNOWN)
    (link,) = links_of(anna)
    with reading(anna.engine) as session:
        chat = session.get_one(Chat, ANNA)
    assert (link.archived_at, chat.zone, chat.language) == (None, "", "")


async def test_taking_the_archiving_back_from_a_message_that_nobody_knows_changes_nothing(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/history 1")
    await anna.presses("story_archive:1", message=shown(anna))
    (archived,) = links_of(anna)
    assert archived.archived_at
    await anna.presses(f"undo_archive:{int(archived.archived_at.timestamp())}", message=UNKNOWN)
    (link,) = links_of(anna)
    assert link.archived_at


# --- a group that moves out of ALLOWED_CHATS --------------------------------------------------------


async def becomes_a_supergroup(settings: Settings, engine: Engine, **given: object) -> Talk:
    """Let Anna track a mail in a group that then moves. Telegram says so twice."""
    context = BotContext(settings.model_copy(update=given), engine, open_keys(settings.key_file))
    talk = Talk(context, engine)
    await talk.says("/track contract to landlord", chat=GROUP)
    await talk.moves(GROUP, SUPERGROUP)
    context.close()
    return talk


async def test_a_group_that_moved_out_of_the_allowed_chats_is_told_once(
    settings: Settings, engine: Engine
) -> None:
    allowed = {"allowed_chats": frozenset({GROUP, ANNA}), "admin_chat_id": ANNA}
    talk = await becomes_a_supergroup(settings, engine, **allowed)
    told = {owed.chat_id: owed.payload for owed in talk.owed(MessageKind.REPLY)}
    assert len(talk.owed(MessageKind.REPLY)) == 2
    assert f"has a new number: {SUPERGROUP}. This bot serves invited chats only." in told[SUPERGROUP]
    assert f"its number {GROUP} in ALLOWED_CHATS is now {SUPERGROUP}" in told[ANNA]


@pytest.mark.parametrize("allowed", [frozenset(), frozenset({GROUP, SUPERGROUP})])
async def test_a_group_that_may_go_on_is_told_nothing(
    allowed: frozenset[int], settings: Settings, engine: Engine
) -> None:
    talk = await becomes_a_supergroup(settings, engine, allowed_chats=allowed)
    assert talk.owed(MessageKind.REPLY) == []
    assert talk.link().chat_id == SUPERGROUP
