"""The days and times that people type: each is understood, or asked for again."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words
from bot.times import grammar, moments
from words.typed import understood_in

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


NOW = at("2026-11-23 10:30")


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("14:05", 845),
        ("7", 420),
        ("7.30", 450),
        ("07:05", 425),
        ("2 pm", 840),
        ("12am", 0),
        ("12 PM", 720),
        ("2 p.m.", 840),
        ("2 P.M", 840),
        ("2p.m.", 840),
        ("2 p. m.", 840),
        ("2:30 p.m.", 870),
        ("2.30pm", 870),
        ("12 a.m.", 0),
        ("12 p.m.", 720),
        ("12:30 a.m.", 30),
        ("24:00", 1440),
        ("24.00", 1440),
    ],
)
def test_a_time_of_day_is_in_minutes_since_midnight(typed: str, minutes: int) -> None:
    assert grammar.clock(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    ["", "24", "24:01", "25:00", "24 pm", "0 p.m.", "14:60", "14:5", "13 pm", "0 am", "noon", "1405", "-1"],
)
def test_a_text_that_is_no_time_of_day_is_none(typed: str) -> None:
    assert grammar.clock(typed) is None


@pytest.mark.parametrize("typed", ["22:00-07:00", "22-7", "22:00 – 07:00", "10 pm to 7 am", "22.00 until 7"])
def test_quiet_hours_are_two_times_of_day(typed: str) -> None:
    assert grammar.clocks(typed) == (1320, 420)


@pytest.mark.parametrize("typed", ["", "22:00", "22:00-22:00", "22:00-", "night"])
def test_a_text_without_two_times_of_day_is_none(typed: str) -> None:
    assert grammar.clocks(typed) is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("30 Nov", date(2026, 11, 30)),
        ("30. november", date(2026, 11, 30)),
        ("Nov 30", date(2026, 11, 30)),
        ("November 30, 2027", date(2027, 11, 30)),
        ("30.11.", date(2026, 11, 30)),
        ("30.11.2027", date(2027, 11, 30)),
        ("2026-12-01", date(2026, 12, 1)),
        ("1 Feb", date(2027, 2, 1)),
        ("23 Nov", MONDAY),
        ("5 sept", date(2027, 9, 5)),
        ("today", MONDAY),
        ("tomorrow", date(2026, 11, 24)),
        ("Monday", MONDAY),
        ("on Fri", date(2026, 11, 27)),
    ],
)
def test_a_day_without_a_year_is_the_next_one(typed: str, found: date) -> None:
    assert grammar.day(typed, MONDAY) == found


@pytest.mark.parametrize(
    "typed",
    [
        *("", "Anna", "30", "30 Anna", "31 Nov", "30 Feb", "11/30", "decided", "marching", "soon", "2026"),
        *("31.12.9999", "1 Jan 0001", "2127-01-01", "30 Nov 0000"),
    ],
)
def test_a_text_that_is_not_surely_a_day_is_none(typed: str) -> None:
    assert grammar.day(typed, MONDAY) is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("in 2 days", "2026-11-25 10:30"),
        ("in an hour", "2026-11-23 11:30"),
        ("in half an hour", "2026-11-23 11:00"),
        ("in 45 min", "2026-11-23 11:15"),
        ("in 2 weeks", "2026-12-07 10:30"),
        ("tomorrow", "2026-11-24 09:00"),
        ("tomorrow at 18:00", "2026-11-24 18:00"),
        ("Friday 8 am", "2026-11-27 08:00"),
        ("on 30 Nov at 14:05", "2026-11-30 14:05"),
        ("at 18:00", "2026-11-23 18:00"),
        ("9:00", "2026-11-24 09:00"),
    ],
)
def test_a_text_names_a_moment_in_the_future(typed: str, found: str) -> None:
    assert moments.future(typed, NOW, BERLIN) == at(found)


@pytest.mark.parametrize(
    "typed",
    ["", "in", "in days", "in 0 days", "in 2 parsecs", "today", "23 Nov at 10:00", "2025-01-01", "soon"],
)
def test_a_text_that_names_no_moment_in_the_future_is_none(typed: str) -> None:
    assert moments.future(typed, NOW, BERLIN) is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("at 10:05", "2026-11-23 10:05"),
        ("14:05", "2026-11-22 14:05"),
        ("20 min ago", "2026-11-23 10:10"),
        ("an hour ago", "2026-11-23 09:30"),
        ("half an hour ago", "2026-11-23 10:00"),
        ("yesterday at 9:15", "2026-11-22 09:15"),
        ("Friday 18:00", "2026-11-20 18:00"),
        ("22 Nov 14:05", "2026-11-22 14:05"),
        ("24 Dec 14:05", "2025-12-24 14:05"),
    ],
)
def test_a_text_names_a_moment_in_the_past(typed: str, found: str) -> None:
    assert moments.past(typed, NOW, BERLIN) == at(found)


@pytest.mark.parametrize("typed", ["", "tomorrow", "today 11:00", "soon", "2027-01-01 9:00", "ago"])
def test_a_text_that_names_no_moment_in_the_past_is_none(typed: str) -> None:
    assert moments.past(typed, NOW, BERLIN) is None


@pytest.mark.parametrize(("typed", "to_come"), [("at 10:31", True), ("10:30", False), ("an hour ago", False)])
def test_a_time_of_day_alone_may_be_still_to_come(typed: str, to_come: bool) -> None:
    assert moments.is_to_come(typed, NOW, BERLIN) is to_come


def written_in(language: str) -> st.SearchStrategy[str]:
    """Texts of a language's words for days and times, and of figures like days, spans and clocks."""
    known = understood_in(language)
    own = st.sampled_from([word for part in known for word in part])
    months, units, years = (
        st.sampled_from([*known.months]),
        st.sampled_from([*known.units]),
        st.integers(0, 9999),
    )
    figures = st.one_of(
        years.map(str),
        st.dates().map(str),
        st.builds("{0.day}.{0.month}.{0.year:04}".format, st.dates()),
        st.builds("1 {} {:04}".format, months, years),
        st.builds("{} {}".format, st.integers(0, 999), units),
        st.builds("{}:{:02}".format, st.integers(0, 25), st.integers(0, 61)),
    )
    return st.lists(st.one_of(own, figures, st.text(max_size=3)), max_size=5).map(" ".join)


typed_somewhere = st.sampled_from(sorted(words.languages())).flatmap(
    lambda language: st.tuples(st.just(language), st.one_of(written_in(language), st.text()))
)
zones_of_the_world = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
from_1970_to_2100 = st.floats(0, at("2100-12-31", ZoneInfo("UTC")))


@given(typed_somewhere, from_1970_to_2100, zones_of_the_world)
def test_no_text_breaks_the_grammar_at_any_time_in_any_zone(
    typed: tuple[str, str], now: float, zone: ZoneInfo
) -> None:
    """Every moment that is understood can be stored, and shown in every time zone."""
    language, text = typed
    with words.speaking(language):
        grammar.clocks(text)
        moments.is_to_come(text, now, zone)
        found = [moments.future(text, now, zone), moments.past(text, now, zone)]
        if day := grammar.day(text, moments.today(now, zone)):
            found.append(moments.end_of(day, zone))
    for moment in found:
        if moment is not None:
            datetime.fromtimestamp(moment, ZoneInfo("Pacific/Kiritimati"))
            datetime.fromtimestamp(moment, ZoneInfo("Pacific/Pago_Pago"))


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Pacific/Kiritimati"])
@pytest.mark.parametrize("typed", ["31.12.9999 at 23:59", "9999-12-31", "1 Jan 0001 at 0:00", "0001-01-01"])
def test_a_day_at_either_end_of_the_calendar_is_refused(typed: str, zone: str) -> None:
    """In New York, the evening of 31.12.9999 is in the year 10000 of UTC, which no datetime can hold."""
    assert moments.future(typed, NOW, ZoneInfo(zone)) is None
    assert moments.past(typed, NOW, ZoneInfo(zone)) is None


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:59", False), ("22:00", True), ("23:30", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_may_lie_around_midnight(clock: str, quiet: bool) -> None:
    assert moments.within(1320, 420, at(f"2026-11-23 {clock}"), BERLIN) is quiet
    assert moments.within(420, 1320, at(f"2026-11-23 {clock}"), BERLIN) is not quiet


def test_the_next_seven_o_clock_is_right_when_the_clocks_change_in_between() -> None:
    evening_before = at("2026-03-28 20:00")
    assert moments.next_time(7 * 60, evening_before, BERLIN) == evening_before + 10 * 3600


CHANGES = [
    # zone, the day on which the clocks go back, a time that comes twice, and the seconds in between
    ("Europe/Berlin", "2026-10-25", "2:30", 3600),
    ("America/New_York", "2026-11-01", "1:30", 3600),
    ("Australia/Sydney", "2026-04-05", "2:30", 3600),
    ("Pacific/Auckland", "2026-04-05", "2:30", 3600),
    ("America/Santiago", "2026-04-04", "23:30", 3600),
    ("Australia/Lord_Howe", "2026-04-05", "1:45", 1800),
]
both_hemispheres = pytest.mark.parametrize(("name", "day", "typed", "apart"), CHANGES)


@both_hemispheres
def test_the_hour_that_comes_twice_is_the_next_one_of_both_and_it_is_said_which(
    name: str, day: str, typed: str, apart: int
) -> None:
    zone, minutes = ZoneInfo(name), grammar.clock(typed)
    first = at(f"{day} {typed:0>5}", zone)
    for now, found, which in (
        (first - 5 * 3600, first, moments.Oddity.FIRST),
        (first + 60, first + apart, moments.Oddity.SECOND),
    ):
        assert moments.future(f"at {typed}", now, zone) == found
        assert moments.oddity(f"at {typed}", found, zone) == (which, minutes)
    assert moments.past(typed, first + 6 * 3600, zone) == first
    assert moments.oddity(typed, first, zone) == (moments.Oddity.FIRST, minutes)


@both_hemispheres
def test_what_comes_once_a_day_comes_once_in_the_night_that_has_its_hour_twice(
    name: str, day: str, typed: str, apart: int
) -> None:
    """Quiet hours end at the second time, if the first is over: else they held everything for a day."""
    zone, minutes = ZoneInfo(name), grammar.daily(typed)
    assert minutes is not None
    first = at(f"{day} {typed:0>5}", zone)
    assert moments.next_time(minutes, first, zone) - first > 20 * 3600
    assert moments.next_time(minutes, first, zone, twice=True) == first + apart


@pytest.mark.parametrize(
    ("name", "day", "typed", "taken"),
    [
        ("Europe/Berlin", "2027-03-28", "2:30", "03:30"),
        ("America/New_York", "2027-03-14", "2:30", "03:30"),
        ("Australia/Sydney", "2026-10-04", "2:30", "03:30"),
        ("Pacific/Auckland", "2026-09-27", "2:30", "03:30"),
        ("America/Santiago", "2026-09-06", "0:30", "01:30"),
        ("Australia/Lord_Howe", "2026-10-04", "2:15", "02:45"),
    ],
)
def test_the_hour_that_is_missing_is_as_much_later_and_it_is_said(
    name: str, day: str, typed: str, taken: str
) -> None:
    zone = ZoneInfo(name)
    now = at(f"{day} 12:00", zone) - 86400
    for text in (f"at {typed}", f"{day} {typed}", f"tomorrow at {typed}"):
        found = moments.future(text, now, zone)
        assert found is not None
        assert moments.shown(found, zone) == taken
        assert moments.oddity(text, found, zone) == (moments.Oddity.MISSING, grammar.clock(typed))


def test_on_all_other_days_nothing_is_odd() -> None:
    for text in (
        "at 2:30",
        "tomorrow at 24:00",
        "in 2 days",
        "Friday",
        "2 p.m.",
        "Dec 5",
        "Dec 5, 8:00",
        "12 May 9:00",
    ):
        found = moments.future(text, NOW, BERLIN)
        assert found is not None
        assert moments.oddity(text, found, BERLIN) is None


@pytest.mark.parametrize(
    ("now", "past", "found"),
    [
        ("2026-11-23 10:30", False, date(2028, 2, 29)),
        ("2026-11-23 10:30", True, date(2024, 2, 29)),
        ("2028-02-29 10:30", False, date(2028, 2, 29)),
        ("2096-03-01 10:30", False, date(2104, 2, 29)),
    ],
)
def test_29_february_without_a_year_is_the_next_one_there_is(now: str, past: bool, found: date) -> None:
    today = moments.today(at(now), BERLIN)
    for typed in ("29 February", "29.02.", "Feb 29"):
        assert grammar.day(typed, today, past=past) == found
    assert grammar.day("30 February", today, past=past) is None


def test_24_o_clock_is_the_end_of_the_day_and_midnight_every_day() -> None:
    assert moments.future("tomorrow at 24:00", NOW, BERLIN) == at("2026-11-25 00:00")
    assert moments.future("at 24:00", NOW, BERLIN) == at("2026-11-24 00:00")
    assert moments.past("24:00", NOW, BERLIN) == at("2026-11-23 00:00")
    assert grammar.clocks("22:00-24:00") == (1320, 0)
    assert grammar.clocks("0:00-24:00") is None
