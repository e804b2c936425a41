"""Where somebody's clock is."""

import pytest

from bot.times import zones


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("  New   York ", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Germany", "Europe/Berlin"),
        ("Kolkata", "Asia/Kolkata"),
        ("India", "Asia/Kolkata"),
        ("UTC", "UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("-5", "Etc/GMT+5"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("+0545", "Asia/Kathmandu"),
        ("UK", "Europe/London"),
        ("Britain (UK)", "Europe/London"),
        ("de", "Europe/Berlin"),
    ],
)
def test_a_zone_has_many_names(typed: str, zone: str) -> None:
    assert zones.find(typed) == (zone,)


def test_a_country_with_several_clocks_gives_one_zone_for_each() -> None:
    assert zones.find("Spain") == ("Europe/Madrid", "Atlantic/Canary")
    assert len(zones.find("United States")) > 4


@pytest.mark.parametrize(
    "typed", ["", "nowhere", "UTC+99", "UTC+5:17", "+5:99", "../../etc/passwd", "Berlin; DROP TABLE chat"]
)
def test_what_is_no_place_is_not_found(typed: str) -> None:
    assert zones.find(typed) == ()


def test_a_place_on_the_map_lies_in_a_zone() -> None:
    assert zones.at(48.14, 11.58) == "Europe/Berlin"
    assert zones.at(0, -140) is None


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Etc/GMT-2", "UTC+2"), ("Etc/GMT+11", "UTC-11"), ("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")],
)
def test_a_zone_of_whole_hours_is_shown_as_people_count_them(zone: str, shown: str) -> None:
    assert zones.shown(zone) == shown
