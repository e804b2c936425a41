"""The storybook, played over real HTTP: people see exactly what `demo/stories` says.

After a change of wording, `--record` rewrites the stories with what people see now. Then read the diff.
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
"""The stories that use the most of the database."""
IN_BRACKETS = (
    "the-way-of-a-mail/first-start",
    "the-way-of-a-mail/pasting",
    "the-way-of-a-mail/objection",
    "the-way-of-a-mail/woke-up",
    "when-it-was-sent/never-tapped",
    "whose-look-was-it/that-was-me",
    "whose-look-was-it/it-was-a-person",
    "whose-look-was-it/a-script",
    "whose-look-was-it/your-own-device",
    "while-nothing-is-seen/deadline",
    "while-nothing-is-seen/quiet",
    "what-happened/status",
    "yours-to-take-and-to-erase/law",
    "yours-to-take-and-to-erase/delete-everything",
    "groups/who-may-delete",
    "when-things-go-wrong/unknown",
    "when-things-go-wrong/mistyped",
)
"""The stories that show most sentences, played in a language that puts every sentence in brackets."""


class PlayedStories:
    """Play each story once, however many tests need it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._texts: dict[str, str] = {}

    def text_of(self, name: str) -> str:
        """Return the text of a story file with what people saw when the story was played."""
        if name not in self._texts:
            story = STORIES[name]
            self._texts[name] = written(story, list(play(self.stage, story)))
        return self._texts[name]

    def play_all(self) -> Stage:
        """Return the stage on which every story has been played."""
        for name in STORIES:
            self.text_of(name)
        return self.stage


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedStories]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield PlayedStories(made)


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, own_postgres: str) -> Iterator[PlayedStories]:
    with stage(tmp_path_factory.mktemp("stage"), DATABASE_URL=own_postgres) as made:
        yield PlayedStories(made)


@pytest.mark.parametrize("name", STORIES)
def test_people_see_what_a_story_says(name: str, played: PlayedStories, pytestconfig: pytest.Config) -> None:
    path, text = STORIES[name].path, played.text_of(name)
    if pytestconfig.getoption("--record"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", ON_POSTGRES)
def test_people_see_what_a_story_says_on_postgres_too(name: str, on_postgres: PlayedStories) -> None:
    assert on_postgres.text_of(name) == STORIES[name].path.read_text("utf-8")


@pytest.fixture(scope="module")
def in_brackets(tmp_path_factory: pytest.TempPathFactory, pseudo_locale: Path) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage"), locale=str(pseudo_locale)) as made:
        yield made


@pytest.mark.parametrize("name", IN_BRACKETS)
def test_every_sentence_of_a_story_can_be_translated(name: str, in_brackets: Stage) -> None:
    story = STORIES[name]
    shown = list(play(in_brackets, story, language=pseudo.LEFT_TO_RIGHT))
    assert [[shape(one) for one in seen] for seen in shown] == [
        [shape(one) for one in step.seen] for step in story.steps
    ]
    assert {word for seen in shown for one in seen for word in untranslated(one)} == set()


def untranslated(seen: Seen) -> set[str]:
    """Return the words outside all brackets, except a month, which the phone writes, and what was typed."""
    parts = [seen.text, *(label for row in seen.rows for label in row)]
    return set().union(
        *(pseudo.untranslated(re.sub(r"[*_`]", "", part), "Mar", "unopened") for part in parts)
    )


def test_a_person_whose_language_the_bot_does_not_know_sees_english(played: PlayedStories) -> None:
    story = STORIES["the-way-of-a-mail/opened"]
    assert written(story, list(play(played.stage, story, language="tlh"))) == played.text_of(story.name)


def test_an_error_names_the_line_of_an_act_that_is_not_known(played: PlayedStories, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("A dance\n\nAnna dances.\n\nAnna writes: /status\nAnna dances.\n", "utf-8")
    with pytest.raises(StoryError, match=r"story\.txt, line 6: no act has this sentence: Anna dances"):
        list(play(played.stage, read(path)))


def test_the_shape_of_a_message_ignores_its_words() -> None:
    english = Seen("To Anna", "with sound", "“a”", "opened", (("asks", "Berlin"),), (("Mute", "Stop"),))
    german = Seen("To Anna", "with sound", "“b”", "geöffnet", (("asks", "Wien"),), (("Stumm", "Halt"),))
    assert shape(english) == shape(german)
    assert shape(english) != shape(replace(english, rows=(("Mute",), ("Stop",))))


def test_people_type_every_command_in_some_story() -> None:
    typed = {found[1] for act in acts() if (found := re.search(r"writes: /(\w+)", act))}
    assert COMMANDS.keys() - typed == set()


def test_every_button_of_the_catalogue_is_shown_in_some_story() -> None:
    shown = {label.removesuffix(" ⧉").removesuffix(" ↗") for row in rows() for label in row}
    labels = list(catalogue())
    assert len(labels) > len(BUTTONS) / 2, "the buttons have moved to another catalogue"
    missing = [label for label in labels if not any(re.fullmatch(label, text) for text in shown)]
    assert missing == []


def test_people_press_every_kind_of_button_in_some_story(played: PlayedStories) -> None:
    queries = played.play_all().api.queries.values()
    assert BUTTONS.keys() - {query.data.partition(":")[0] for query in queries} == set()


def test_no_story_logs_a_traceback_or_a_secret(played: PlayedStories) -> None:
    running = played.play_all().running
    log = running.text_of_log()
    assert "Ready as @" in log
    assert "Traceback" not in log
    assert leaks(log, keys_in(running.log.parent)) == []


def test_telegram_refuses_only_what_is_gone_unchanged_moved_or_was_pressed_long_ago(
    played: PlayedStories,
) -> None:
    calls = list(played.play_all().api.calls)
    refused = {call.description for call in calls if call.status == 400}
    expected = (
        "is not modified",
        "message to edit not found",
        "upgraded to a supergroup",
        "query is too old",
    )
    assert [why for why in refused if not any(reason in why for reason in expected)] == []


def test_no_message_of_any_story_asks_telegram_for_a_link_preview(played: PlayedStories) -> None:
    api = played.play_all().api
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
    """Yield the label of every button as a pattern, because some labels have a placeholder for a time."""
    labelled = {**vars(sentences.buttons), **vars(sentences.languages)}
    for name, sentence in labelled.items():
        if name.startswith("BUTTON_"):
            for label in sentence.values() if isinstance(sentence, dict) else [sentence]:
                yield re.sub(r"\\{\w+\\}", ".+", re.escape(label.text))
