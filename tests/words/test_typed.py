"""The words that people type: every language has all of them, and none means two things."""

import tomllib
from datetime import date
from typing import Any

import pytest

import words
from bot.times import grammar
from words.language import LOCALE, SOURCE
from words.typed import DAYS, UNITS, understood

FOREIGN = [code for code in words.languages() if code != SOURCE]


def vocabulary(language: str) -> dict[str, Any]:
    return tomllib.loads((LOCALE / language / "typed.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", words.languages())
def test_a_language_has_words_for_everything(language: str) -> None:
    mine, english = vocabulary(language), vocabulary(SOURCE)
    assert mine.keys() == english.keys()
    assert len(mine["months"]) == 12
    assert len(mine["weekdays"]) == 7
    for table, keys in (("days", DAYS.keys()), ("units", UNITS.keys()), ("states", english["states"].keys())):
        assert mine[table].keys() == keys
        assert all(mine[table].values()), table
    for name in ("to", "and", "by", "off", "everything", "in", "at", "until", "one"):
        assert mine[name], name
    assert mine["before"] or mine["ago"]


@pytest.mark.parametrize("language", words.languages())
def test_words_are_written_as_what_is_typed_is_compared(language: str) -> None:
    for name, value in vocabulary(language).items():
        lists = [value] if isinstance(value, list) else value.values()
        for listed in lists:
            for word in listed:
                # Labels and recipients are taken apart as they are typed; all else is tidied before.
                assert word == word.lower().strip(), word
                assert word == grammar.tidy(word) or name in ("to", "and", "by"), word


@pytest.mark.parametrize("language", FOREIGN)
def test_no_word_means_one_thing_in_english_and_another_here(language: str) -> None:
    english = understood()
    with words.speaking(language):
        both = understood()
    for name in ("months", "weekdays", "days", "units", "states"):
        ours, theirs = getattr(english, name), getattr(both, name)
        assert {word: theirs[word] for word in ours} == ours, name


@pytest.mark.parametrize("language", words.languages())
def test_every_month_and_unit_can_be_said(language: str) -> None:
    with words.speaking(language):
        for name, number in understood().months.items():
            assert grammar.day(f"5 {name} 2027", date(2026, 1, 1)) == date(2027, number, 5)
        for unit, seconds in understood().units.items():
            assert grammar.span(f"2 {unit}") == 2 * seconds
