"""Wording: whatever people type as a name, a sentence stays safe, short enough, and on its lines."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

import words
from tests.fetches import NOON
from words.formatting import shorten
from words.sentence import layout

anything = st.text(st.characters(codec="utf-8"))
emoji = st.sampled_from(["👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "𝄞", "ü", "a", "❤️", " "])


# --- say --------------------------------------------------------------------------------------------


def test_typed_text_is_escaped_and_a_finished_sentence_is_not() -> None:
    said = words.say(layout("<b>{label}</b> {time}"), label="<i>&", time=Markup("<tg-time/>"))
    assert said == "<b>&lt;i&gt;&amp;</b> <tg-time/>"


def test_typed_braces_are_no_placeholders() -> None:
    assert words.say(layout("{label}"), label="{recipient} {0} {label!r}") == "{recipient} {0} {label!r}"


@given(anything)
def test_no_value_makes_a_tag(text: str) -> None:
    assert not re.search(r"[<>]", words.say(layout("{label}"), label=text))


# --- name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("contract", "contract"),
        ("  contract \n\n for\tthe flat ", "contract for the flat"),
        ("<b>R&D</b>", "&lt;b&gt;R&amp;D&lt;/b&gt;"),
        ("safe\u202etxt.exe", "safe txt.exe"),
        ("\u2066a\u2069 b\u200f", "a b"),
        ("a\x00b\x7fc\u2028d", "a b c d"),
        ("zero\u200bwidth\ufeff", "zero width"),
        ("👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧 family"),
        ("حوزه", "\u2068حوزه\u2069"),
        ("חוזה", "\u2068חוזה\u2069"),
        ("\u2069חוזה", "\u2068חוזה\u2069"),
        ("x" * 65, "x" * 63 + "…"),
    ],
)
def test_a_name_is_one_line_without_control_characters(typed: str, shown: str) -> None:
    assert words.name(typed) == shown


@given(anything)
def test_no_name_breaks_its_line_or_reorders_the_text_after_it(text: str) -> None:
    shown = words.name(text)
    assert isinstance(shown, Markup)
    assert not re.search(r"[<>\n\r\t\x00]", shown)
    plain = shown.unescape()
    assert words.utf16(plain) <= words.LONGEST_NAME + 2
    turns = [unicodedata.bidirectional(character) for character in plain]
    if {"R", "AL", "AN"} & {*turns}:
        assert (turns[0], turns[-1]) == ("FSI", "PDI")
        turns = turns[1:-1]
    assert not {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"} & {*turns}


# --- shorten ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("contract", 8, "contract"),
        ("contract", 7, "contra…"),
        ("👍👍", 4, "👍👍"),
        ("👍👍👍", 5, "👍👍…"),
        ("👍👍👍", 4, "👍…"),
        ("a👍", 2, "a…"),
        ("👍", 1, "…"),
        ("one two", 5, "one…"),
        ("👩\u200d👩\u200d👧", 4, "👩…"),
        ("", 4, ""),
    ],
)
def test_a_text_is_shortened_between_characters(text: str, longest: int, short: str) -> None:
    assert shorten(text, longest) == short


@given(st.one_of(anything, st.lists(emoji).map("".join)), st.integers(1, 40))
def test_a_shortened_text_fits_and_is_the_beginning_of_the_whole(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert words.utf16(short) <= longest
    short.encode("utf-8")  # half of a surrogate pair could not be encoded
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(anything)
def test_length_is_counted_as_telegram_counts(text: str) -> None:
    assert words.utf16(text) == sum(2 if ord(character) > 0xFFFF else 1 for character in text)


# --- span -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (40.9, "40 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (8280, "2 h 18 min"),
        (7200, "2 h"),
        (47 * 3600 + 59 * 60, "47 h 59 min"),
        (48 * 3600, "2 days"),
        (23 * 86400 + 3600, "23 days"),
    ],
)
def test_a_duration_is_shown_in_its_largest_units(seconds: float, said: str) -> None:
    assert words.span(seconds) == said


# --- time -------------------------------------------------------------------------------------------


def test_a_moment_of_today_is_a_time_in_the_readers_own_time_zone() -> None:
    assert words.time(NOON + 0.7, NOON + 60) == '<tg-time unix="1700000000" format="t">22:13 UTC</tg-time>'


def test_a_fetch_that_is_newer_than_the_bots_clock_is_a_time_too() -> None:
    """The pixel server's clock may be ahead, and a command counts from its own date, in whole seconds."""
    assert words.time(NOON, NOON - 0.9) == words.time(NOON, NOON + 60)


@pytest.mark.parametrize("now", [NOON + 12 * 3600, NOON + 90 * 86400, NOON - 3600])
def test_a_moment_of_another_day_has_its_date(now: float) -> None:
    assert words.time(NOON, now) == ('<tg-time unix="1700000000" format="dt">14 Nov 2023 22:13 UTC</tg-time>')


CLOCK = '<tg-time unix="1700000000" format="t">22:13 UTC</tg-time>'
DATED = '<tg-time unix="1700000000" format="{}">14 Nov 2023 22:13 UTC</tg-time>'


@pytest.mark.parametrize(
    ("zone", "now", "said"),
    [
        ("", NOON + 3600, f"at {CLOCK}"),
        ("", NOON + 13 * 3600, f"on {DATED.format('wt')}"),
        ("", NOON + 7 * 86400, f"on {DATED.format('dt')}"),
        ("", NOON - 13 * 3600, f"on {DATED.format('wt')}"),
        # In Berlin it was 23:13, so that an hour later is the next day. In New York it was 17:13.
        ("Europe/Berlin", NOON + 60, f"at {CLOCK}"),
        ("Europe/Berlin", NOON + 3600, f"yesterday at {CLOCK}"),
        ("Europe/Berlin", NOON + 2 * 86400, f"on {DATED.format('wt')}"),
        ("Europe/Berlin", NOON - 86400, f"tomorrow at {CLOCK}"),
        ("America/New_York", NOON + 3600, f"at {CLOCK}"),
        ("America/New_York", NOON - 15 * 3600, f"at {CLOCK}"),
    ],
)
def test_a_moment_in_a_sentence_reads_as_people_say_it(zone: str, now: float, said: str) -> None:
    with words.speaking("en", zone):
        assert words.when(NOON, now) == said


@pytest.mark.parametrize("zone", ["", "Europe/Berlin"])
def test_a_card_says_neither_yesterday_nor_a_weekday_because_it_is_read_for_weeks(zone: str) -> None:
    with words.speaking("en", zone):
        assert words.when(NOON, NOON + 3600, stays=True) == f"at {CLOCK}"
        assert words.when(NOON, NOON + 86400, stays=True) == f"on {DATED.format('dt')}"


@pytest.mark.parametrize("typed", ["\u200b", "\u2066\u2069", "\u202e"])
def test_an_invisible_name_is_replaced(typed: str) -> None:
    assert words.name(typed)
