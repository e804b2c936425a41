"""The storybook, played over real HTTP: what `demo/stories` says is what people see.

After a change of wording `--record` writes anew what is seen; a person then reads what has changed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands.routing import BUTTONS, COMMANDS
from demo.storybook import Seen, StoryError, read, stories, written
from tests import pseudo
from tests.canaries import keys_in, leaks
from tests.storybook.player import play
from tests.storybook.seeing import shape
from tests.storybook.stage import Stage, stage
from words import sentences

STORIES = {story.name: story for story in stories()}
ON_POSTGRES = (
    "the-way-of-a-mail/storm",
    "the-way-of-a-mail/objection",
    "when-it-was-sent/never-tapped",
    "while-nothing-is-seen/quiet",
    "what-happened/search",
    "yours-to-take-and-to-erase/delete-everything",
    "groups/becomes-a-supergroup",
    "when-things-go-wrong/answer-lost",
)
"""Those that ask most of the database."""
IN_BRACKETS = (
    "the-way-of-a-mail/first-start",
    "the-way-of-a-mail/pasting",
    "the-way-of-a-mail/objection",
    "the-way-of-a-mail/woke-up",
    "when-it-was-sent/never-tapped",
    "whose-look-was-it/that-was-me",
    "while-nothing-is-seen/deadline",
    "while-nothing-is-seen/quiet",
    "what-happened/status",
    "yours-to-take-and-to-erase/law",
    "yours-to-take-and-to-erase/delete-everything",
    "groups/who-may-delete",
    "when-things-go-wrong/unknown",
    "when-things-go-wrong/mistyped",
)
"""Those that say most, to somebody whose language puts every sentence in brackets."""


class Theatre:
    """Plays each story once, however many tests look at it."""

    def __init__(self, where: Stage) -> None:
        self.stage = where
        self._told: dict[str, str] = {}

    def told(self, name: str) -> str:
        """The file of the story, with what was seen when it was played."""
        if name not in self._told:
            story = STORIES[name]
            self._told[name] = written(story, list(play(self.stage, story)))
        return self._told[name]

    def all_played(self) -> Stage:
        for name in STORIES:
            self.told(name)
        return self.stage


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield Theatre(made)


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, own_postgres: str) -> Iterator[Theatre]:
    with stage(tmp_path_factory.mktemp("stage"), DATABASE_URL=own_postgres) as made:
        yield Theatre(made)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_true(name: str, theatre: Theatre, pytestconfig: pytest.Config) -> None:
    path, told = STORIES[name].path, theatre.told(name)
    if pytestconfig.getoption("--record"):
        path.write_text(told, "utf-8")
    assert told == path.read_text("utf-8")


@pytest.mark.parametrize("name", ON_POSTGRES)
def test_a_story_is_true_on_postgres_too(name: str, on_postgres: Theatre) -> None:
    assert on_postgres.told(name) == STORIES[name].path.read_text("utf-8")


@pytest.fixture(scope="module")
def in_brackets(tmp_path_factory: pytest.TempPathFactory, pseudo_locale: Path) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage"), locale=str(pseudo_locale)) as made:
        yield made


@pytest.mark.parametrize("name", IN_BRACKETS)
def test_no_sentence_of_a_story_escapes_translation(name: str, in_brackets: Stage) -> None:
    story = STORIES[name]
    shown = list(play(in_brackets, story, language=pseudo.LEFT_TO_RIGHT))
    assert [[shape(one) for one in seen] for seen in shown] == [
        [shape(one) for one in step.seen] for step in story.steps
    ]
    assert {word for seen in shown for one in seen for word in escaped(one)} == set()


def escaped(seen: Seen) -> set[str]:
    """What stands outside all brackets; the months are the phone's."""
    parts = [seen.text, *(label for row in seen.rows for label in row)]
    return set().union(*(pseudo.untranslated(re.sub(r"[*_`]", "", part), "Mar") for part in parts))


def test_who_speaks_a_language_that_the_bot_does_not_know_sees_the_same(theatre: Theatre) -> None:
    story = STORIES["the-way-of-a-mail/opened"]
    assert written(story, list(play(theatre.stage, story, language="tlh"))) == theatre.told(story.name)


def test_what_nobody_knows_how_to_do_is_told_with_its_line(theatre: Theatre, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("A dance\n\nAnna dances.\n\nAnna writes: /status\nAnna dances.\n", "utf-8")
    with pytest.raises(StoryError, match=r"story\.txt, line 6: nobody knows how to do this: Anna dances"):
        list(play(theatre.stage, read(path)))


def test_the_shape_of_what_is_seen_knows_no_words() -> None:
    told = Seen("To Anna", "with sound", "“a”", "opened", (("asks", "Berlin"),), (("Mute", "Stop"),))
    told_in_german = Seen(
        "To Anna", "with sound", "“b”", "geöffnet", (("asks", "Wien"),), (("Stumm", "Halt"),)
    )
    assert shape(told) == shape(told_in_german)
    assert shape(told) != shape(replace(told, rows=(("Mute",), ("Stop",))))


def test_every_command_is_typed_in_some_story() -> None:
    typed = {found[1] for act in acts() if (found := re.search(r"writes: /(\w+)", act))}
    assert COMMANDS.keys() - typed == set()


def test_every_button_of_the_catalogue_is_under_some_message() -> None:
    shown = {label.removesuffix(" ⧉").removesuffix(" ↗") for row in rows() for label in row}
    labels = list(catalogue())
    assert len(labels) > len(BUTTONS) / 2, "the catalogue keeps its buttons somewhere else"
    missing = [label for label in labels if not any(re.fullmatch(label, text) for text in shown)]
    assert missing == []


def test_every_button_does_in_some_story_what_it_does(theatre: Theatre) -> None:
    queries = theatre.all_played().api.queries.values()
    assert BUTTONS.keys() - {query.data.partition(":")[0] for query in queries} == set()


def test_no_story_leaves_a_traceback_or_a_secret_in_the_log(theatre: Theatre) -> None:
    running = theatre.all_played().running
    log = running.text_of_log()
    assert "Ready as @" in log
    assert "Traceback" not in log
    assert leaks(log, keys_in(running.log.parent)) == []


def test_telegram_refuses_nothing_but_what_is_gone_has_moved_or_stands_there_already(
    theatre: Theatre,
) -> None:
    calls = theatre.all_played().api.calls
    refused = {call.description for call in calls if call.status == 400}
    expected = ("is not modified", "message to edit not found", "upgraded to a supergroup")
    assert [why for why in refused if not any(told in why for told in expected)] == []


def test_no_message_of_any_story_asks_telegram_for_a_preview(theatre: Theatre) -> None:
    api = theatre.all_played().api
    assert [
        message.text for chat in api.chats.values() for message in api.said(chat) if message.preview
    ] == []


def acts() -> Iterator[str]:
    for story in stories():
        yield from (step.act for step in story.steps)


def rows() -> Iterator[tuple[str, ...]]:
    for story in stories():
        yield from (row for step in story.steps for seen in step.seen for row in seen.rows)


def catalogue() -> Iterator[str]:
    """What stands on buttons, as patterns: some have a place for a time."""
    labelled = {**vars(sentences.buttons), **vars(sentences.languages)}
    for name, sentence in labelled.items():
        if name.startswith("BUTTON_"):
            for label in sentence.values() if isinstance(sentence, dict) else [sentence]:
                yield re.sub(r"\\{\w+\\}", ".+", re.escape(label.text))
