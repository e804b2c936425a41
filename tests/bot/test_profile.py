"""The bot's profile in Telegram: set where it differs, in every language."""

import logging
from collections.abc import Iterator

import pytest
from telegram import Bot

import words
from bot import profile
from demo import telegram
from tests.pseudo import LEFT_TO_RIGHT, RIGHT_TO_LEFT

pytestmark = pytest.mark.usefixtures("pseudo_languages")


@pytest.fixture
def api() -> Iterator[telegram.Running]:
    with telegram.running() as api:
        yield api


async def registered(api: telegram.Running) -> list[tuple[str, str]]:
    """Register once; return what was set, each with its language."""
    before = len(api.calls)
    async with Bot(api.token, base_url=api.base_url) as bot:
        await profile.register(bot)
    made = list(api.calls)[before:]
    return [
        (call.method, call.values.get("language_code", "")) for call in made if call.method.startswith("set")
    ]


async def test_commands_and_descriptions_are_registered_for_every_language_once(
    api: telegram.Running,
) -> None:
    methods = ("setmycommands", "setmydescription", "setmyshortdescription")
    languages = ("", RIGHT_TO_LEFT, LEFT_TO_RIGHT)
    assert await registered(api) == [(method, code) for code in languages for method in methods]
    assert await registered(api) == []


async def test_only_a_changed_sentence_is_set_again(api: telegram.Running) -> None:
    await registered(api)
    api.profile["description", LEFT_TO_RIGHT] = "what it said last year"
    assert await registered(api) == [("setmydescription", LEFT_TO_RIGHT)]


async def test_a_refusal_by_telegram_is_one_line_in_the_log(
    api: telegram.Running, caplog: pytest.LogCaptureFixture
) -> None:
    api.faults.add("getMyCommands", telegram.refusal(500, "Internal Server Error"))
    with caplog.at_level(logging.WARNING):
        assert await registered(api) == []
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "The bot's commands and descriptions could not be registered"
    ]
    assert words.spoken() == "en"
