"""The words that the bot understands: every language has all of them, and none has two meanings."""

import tomllib
from datetime import date
from typing import Any

import pytest

import words
from bot.times import grammar, moments
from tests.bot.test_moments import BERLIN, MONDAY, NOW, at
from words.language import LOCALE, SOURCE
from words.typed import DAYS, SPANS, UNITS, understood

FOREIGN = [code for code in words.languages() if code != SOURCE]


def vocabulary(language: str) -> dict[str, Any]:
    return tomllib.loads((LOCALE / language / "typed.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", words.languages())
def test_a_language_has_words_for_everything_that_people_type(language: str) -> None:
    mine, english = vocabulary(language), vocabulary(SOURCE)
    assert mine.keys() == english.keys()
    assert len(mine["months"]) == 12
    assert len(mine["weekdays"]) == 7
    tables = {"days": DAYS, "units": UNITS, "spans": SPANS, "states": english["states"]}
    for table, keys in tables.items():
        assert mine[table].keys() == keys.keys()
        assert all(mine[table].values()), table
    for name in ("to", "and", "by", "off", "everything", "in", "at", "until", "one"):
        assert mine[name], name
    assert mine["before"] or mine["ago"]


@pytest.mark.parametrize("language", words.languages())
def test_words_are_in_lower_case_as_the_bot_compares_them(language: str) -> None:
    for name, value in vocabulary(language).items():
        lists = [value] if isinstance(value, list) else value.values()
        for listed in lists:
            for word in listed:
                # Labels and recipients are taken apart as they are typed; all else is tidied before.
                assert word == word.lower().strip(), word
                assert word == grammar.tidy(word) or name in ("to", "and", "by"), word


@pytest.mark.parametrize("language", FOREIGN)
def test_no_word_means_something_else_in_english(language: str) -> None:
    english = understood()
    with words.speaking(language):
        both = understood()
    for name in ("months", "weekdays", "days", "units", "spans", "states"):
        ours, theirs = getattr(english, name), getattr(both, name)
        assert {word: theirs[word] for word in ours} == ours, name


@pytest.mark.parametrize("language", words.languages())
def test_every_month_and_unit_can_be_typed(language: str) -> None:
    with words.speaking(language):
        for name, number in understood().months.items():
            assert grammar.day(f"5 {name} 2027", date(2026, 1, 1)) == date(2027, number, 5)
        for unit, seconds in understood().units.items():
            assert grammar.span(f"2 {unit}") == 2 * seconds


@pytest.mark.parametrize(
    ("language", "typed", "day"),
    [
        ("de", "30. November", date(2026, 11, 30)),
        ("de", "am Freitag", date(2026, 11, 27)),
        ("de", "übermorgen", date(2026, 11, 25)),
        ("es", "el 30 de noviembre de 2027", date(2027, 11, 30)),
        ("es", "30/11", date(2026, 11, 30)),
        ("fr", "le 1er décembre", date(2026, 12, 1)),
        ("fr", "d’ici demain", None),
        ("pt", "30/11/2027", date(2027, 11, 30)),
        ("ru", "в пятницу", date(2026, 11, 27)),
        ("ru", "30 ноября", date(2026, 11, 30)),
        ("de", "30/11", None),
        ("en", "30/11", None),
    ],
)
def test_a_day_is_typed_as_its_people_type_it(language: str, typed: str, day: date | None) -> None:
    with words.speaking(language):
        assert grammar.day(typed, MONDAY) == day


@pytest.mark.parametrize(
    ("language", "typed", "moment"),
    [
        ("de", "in 2 Tagen", "2026-11-25 10:30"),
        ("en", "by Friday", "2026-11-27 09:00"),
        ("de", "bis Freitag um 8 Uhr", "2026-11-27 08:00"),
        ("es", "para el viernes", "2026-11-27 09:00"),
        ("fr", "d’ici vendredi", "2026-11-27 09:00"),
        ("pt", "até sexta", "2026-11-27 09:00"),
        ("ru", "до 30 ноября", "2026-11-30 09:00"),
        ("de", "Freitag um 8 Uhr", "2026-11-27 08:00"),
        ("es", "mañana a las 18:00", "2026-11-24 18:00"),
        ("fr", "vendredi à 14h05", "2026-11-27 14:05"),
        ("fr", "dans 2 h", "2026-11-23 12:30"),
        ("pt", "amanhã às 18h", "2026-11-24 18:00"),
        ("ru", "через час", "2026-11-23 11:30"),
        ("ru", "в пятницу в 8:00", "2026-11-27 08:00"),
    ],
)
def test_a_moment_is_typed_as_its_people_type_it(language: str, typed: str, moment: str) -> None:
    with words.speaking(language):
        assert moments.future(typed, NOW, BERLIN) == at(moment)


@pytest.mark.parametrize(
    ("language", "typed", "moment"),
    [
        ("de", "vor 20 Minuten", "2026-11-23 10:10"),
        ("es", "hace 20 min", "2026-11-23 10:10"),
        ("fr", "il y a une heure", "2026-11-23 09:30"),
        ("pt", "há 20 minutos", "2026-11-23 10:10"),
        ("ru", "20 минут назад", "2026-11-23 10:10"),
    ],
)
def test_a_past_moment_is_typed_as_its_people_type_it(language: str, typed: str, moment: str) -> None:
    with words.speaking(language):
        assert moments.past(typed, NOW, BERLIN) == at(moment)


def test_what_may_be_a_time_or_a_duration_needs_a_word_before_it() -> None:
    with words.speaking("fr"):
        assert moments.future("2h", NOW, BERLIN) is None
        assert moments.future("à 14h", NOW, BERLIN) == at("2026-11-23 14:00")
