"""The front page leads to the bot, whose name the bot has left in the database."""

import html
from pathlib import Path

from sqlalchemy import Engine

from pixel_server.database.bot_name import SECONDS, BotName
from settings import Settings
from storage.engine import writing
from storage.health import leave_username
from storage.times import now
from tests.conftest import settings_of
from tests.pixel_server.serving import serving
from words import plain, sentences

BUTTON = '<a class="button" href="https://t.me/{}" rel="noreferrer">'


def name_it(engine: Engine, name: str) -> None:
    with writing(engine) as session:
        leave_username(session, name, now())


def test_the_front_page_has_a_button_that_leads_to_the_bot(settings: Settings, engine: Engine) -> None:
    name_it(engine, "annas_readback_bot")
    with serving(settings) as served:
        pages = [served.get("/").text, served.get("/n?image=nothing").text]
    assert [BUTTON.format("annas_readback_bot") in page for page in pages] == [True, True]


def test_a_front_page_that_does_not_know_the_bot_has_the_sentence_alone(settings: Settings) -> None:
    with serving(settings) as served:
        page = html.unescape(served.get("/").text)
    assert plain(sentences.pages.PAGE_FRONT_BOT_WHAT) in page
    assert "t.me" not in page


def test_a_bot_that_answers_only_some_chats_is_not_offered_to_strangers(
    settings: Settings, engine: Engine
) -> None:
    name_it(engine, "annas_readback_bot")
    with serving(settings, allowed_chats=frozenset({1})) as served:
        assert "t.me" not in served.get("/").text


def test_the_front_page_is_there_while_the_database_fails(tmp_path: Path) -> None:
    """A database without tables stands for any failure."""
    with serving(settings_of(tmp_path)) as served:
        answer = served.get("/")
    assert answer.status == 200
    assert "t.me" not in answer.text


def test_the_name_is_kept_for_a_while_and_then_read_again(engine: Engine) -> None:
    clock = [0.0]
    bot = BotName(engine, lambda: clock[0])
    name_it(engine, "annas_bot")
    assert bot.get() == "annas_bot"
    name_it(engine, "bens_bot")
    assert bot.get() == "annas_bot"
    clock[0] = SECONDS
    assert bot.get() == "bens_bot"


def test_the_name_that_was_known_stays_while_the_database_fails(engine: Engine) -> None:
    clock = [0.0]
    bot = BotName(engine, lambda: clock[0])
    name_it(engine, "annas_bot")
    bot.get()
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE pulse")
    clock[0] = SECONDS
    assert bot.get() == "annas_bot"
