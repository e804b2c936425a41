"""The bot understands every example that its sentences give, in each language."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

import pytest

import words
from bot import parsing
from bot.commands.track import deadline_in
from bot.times import grammar, moments, zones
from tests.bot.test_moments import MONDAY, NOW
from tools.catalogues import all_sentences
from words import sentences
from words.typed import understood

UTC = ZoneInfo("UTC")


def examples() -> Iterator[tuple[str, str, str]]:
    """Yield in the current language: the sentence's name, the command, and the text after it."""
    for name, sentence in all_sentences().items():
        if not sentence.many and "<code>/" in sentence.text:
            said = sentence.filled(
                {**dict.fromkeys(re.findall(r"{(\w+)}", sentence.text), "stop"), "number": 7}
            )
            yield from ((name, *found) for found in re.findall(r"<code>/(\w+) ([^<]*)</code>", said))
    for name, sentence in sentences.welcome.COMMANDS.items():
        # A comma ends an example, if another one follows it.
        parts = re.split(r"(?<!\w)/", words.plain(sentence))[1:]
        for part in [*(part.rpartition(",")[0] for part in parts[:-1]), *parts[-1:]]:
            command, _, argument = part.partition(" ")
            if argument:
                yield f"COMMANDS {name}", command, argument
    yield "TRACK_PLACEHOLDER", "track", words.plain(sentences.track.TRACK_PLACEHOLDER)
    asked = re.search("<i>(.*)</i>", words.say(sentences.track.TRACK_ASK))
    assert asked
    yield "TRACK_ASK", "track", asked[1]


def _track(text: str) -> object:
    text, day = deadline_in(text, MONDAY)
    request = parsing.track(text)
    return request and request.recipient and (len(parsing.recipients(request.recipient)), day)


def _timed(read: Callable[[str, float, ZoneInfo], float | None], text: str) -> object:
    """Parse a link's number, alone or with a time after it."""
    number, rest = parsing.number_and_rest(text)
    return number if not rest else number and (at := read(rest, NOW, UTC)) and (number, at)


def _or_off(read: Callable[[str], object], text: str) -> object:
    return "off" if text in understood().off else read(text)


def _number_or_everything(text: str) -> object:
    return text in understood().everything or parsing.number(text)


MEANINGS: dict[str, Callable[[str], object]] = {
    "track": _track,
    "history": lambda text: understood().states.get(text, "a piece of a name"),
    "sent": partial(_timed, moments.past),
    "remind": partial(_timed, moments.future),
    "note": lambda text: all(parsing.number_and_rest(text)),
    "delete": _number_or_everything,
    "timezone": zones.find,
    "quiet": partial(_or_off, grammar.clocks),
    "digest": partial(_or_off, grammar.clock),
    "language": lambda text: words.closest(text) == words.spoken(),
    "mute": _number_or_everything,
    "unmute": _number_or_everything,
    "peek": parsing.number,
    "stop": parsing.number,
}
"""By command: parses the text after it, and returns what it asks for; false if it is not understood."""


def meant() -> dict[str, list[str]]:
    """Return what the examples of each sentence ask for, in any order."""
    found: dict[str, list[str]] = {}
    for name, command, argument in examples():
        meaning = MEANINGS[command](argument)
        assert meaning, f"{name}: /{command} {argument} is not understood"
        found.setdefault(name, []).append(f"{command} {'a zone' if command == 'timezone' else meaning}")
    return {name: sorted(asked) for name, asked in found.items()}


@pytest.mark.parametrize("language", words.languages())
def test_every_example_asks_for_what_the_english_one_does(language: str) -> None:
    english = meant()
    assert len(english) > 20
    with words.speaking(language):
        assert meant() == english


@pytest.mark.parametrize("language", words.languages())
def test_english_is_understood_in_every_language(language: str) -> None:
    english = [(command, argument) for _, command, argument in examples() if command != "language"]
    expected = [MEANINGS[command](argument) for command, argument in english]
    with words.speaking(language):
        assert [MEANINGS[command](argument) for command, argument in english] == expected
