"""Long nonsense in the chat: a command reads so many characters and no more, and its work is bounded."""

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.bounds import LONGEST_ARGUMENT
from bot.commands.routing import COMMANDS
from bot.context import BotContext
from settings import Settings
from storage.engine import connect, writing
from storage.keys import open_keys
from storage.kinds import MessageKind
from storage.tables import OutboxMessage
from tests.bot.test_turn import Talk
from tests.conftest import settings_of

LONGEST_MESSAGE = 4096
MOST_CALLS = 40_000
"""Calls of functions that the answer to a text may take, in both threads. `/help` takes 4,700. Before texts
were bounded, each `/remind` with 4,096 characters took a million."""
NONSENSE = ("by ", "at to by 3 ", "é̀")


@pytest.fixture
def settings(migrated_file: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_file, tmp_path / "readback.db")
    return settings_of(tmp_path, DAILY_LINKS="1000")


@pytest.fixture
async def anna(settings: Settings) -> AsyncIterator[Talk]:
    engine = connect(settings)
    context = BotContext(settings, engine, open_keys(settings.key_file))
    yield Talk(context, engine)
    context.close()


class Calls:
    """Counts the calls of functions in a thread: a measure of work that no other process changes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _frame: object, event: str, _argument: object) -> None:
        self.count += event in ("call", "c_call")


async def work_of(anna: Talk, text: str) -> int:
    """Return how many functions are called until a text is answered."""
    calls = Calls()
    await anna.context.read(lambda _session: sys.setprofile(calls))
    sys.setprofile(calls)
    try:
        await anna.says(text)
    finally:
        sys.setprofile(None)
        await anna.context.read(lambda _session: sys.setprofile(None))
    return calls.count


async def test_no_command_works_long_for_nonsense(anna: Talk) -> None:
    """The text is as long as a command may have it. The first of each command loads what stays in memory."""
    await anna.says("/track contract to landlord")
    for command in COMMANDS:
        await anna.says(f"/{command} 1 Friday at 8:00 to nobody")
        for part in NONSENSE:
            text = f"/{command} {part * LONGEST_ARGUMENT}"[:LONGEST_ARGUMENT]
            assert await work_of(anna, text) < MOST_CALLS, text


async def test_no_text_without_a_command_works_long(anna: Talk) -> None:
    for part in NONSENSE:
        assert await work_of(anna, (part * LONGEST_MESSAGE)[:LONGEST_MESSAGE]) < MOST_CALLS, part


@pytest.mark.parametrize("command", ["track", "remind", "history", "timezone"])
async def test_a_longer_text_is_refused_with_a_sentence_that_says_so(command: str, anna: Talk) -> None:
    await anna.says(f"/{command} {'x' * (LONGEST_ARGUMENT + 1)}")
    (told,) = anna.answers()
    assert told.startswith(f"That is 1025 characters after /{command}, and I read 1024 at most.")
    assert not anna.owed(MessageKind.CARD)


async def test_a_label_of_the_greatest_length_is_kept_whole(anna: Talk) -> None:
    await anna.says(f"/track {'x' * LONGEST_ARGUMENT}")
    assert anna.link().label == "x" * LONGEST_ARGUMENT


async def test_a_question_stays_open_when_its_answer_is_too_long(anna: Talk) -> None:
    await anna.says("/track")
    await anna.says("contract " * 200)
    await anna.says("contract to landlord")
    assert (anna.link().label, anna.link().recipient) == ("contract", "landlord")
    assert [told[:27] for told in anna.answers()][1:] == ["That is 1800 characters aft"]


async def test_a_misspelt_command_with_a_longer_text_is_refused_when_it_is_carried_out(anna: Talk) -> None:
    await anna.says(f"/trak {'x' * 2000}")
    (asked,) = anna.owed(MessageKind.REPLY)
    with writing(anna.engine) as session:
        session.get_one(OutboxMessage, asked.id).telegram_id = 50
    await anna.presses("run:track", message=50)
    assert [told[:28] for told in anna.answers()] == ["That is 2000 characters afte"]
    assert not anna.owed(MessageKind.CARD)
