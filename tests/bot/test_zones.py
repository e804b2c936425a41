"""Time zones by name, city, country, offset and place."""

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
def test_a_zone_is_found_by_many_names(typed: str, zone: str) -> None:
    assert zones.find(typed) == (zone,)


def test_a_country_with_several_clocks_has_one_zone_for_each() -> None:
    assert zones.find("Spain") == ("Europe/Madrid", "Atlantic/Canary")
    assert len(zones.find("United States")) > 4


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Москва", "Europe/Moscow"),
        ("МОСКВА", "Europe/Moscow"),
        ("санкт петербург", "Europe/Moscow"),
        ("Орел", "Europe/Moscow"),
        ("Казань", "Europe/Moscow"),
        ("Киев", "Europe/Kyiv"),
        ("München", "Europe/Berlin"),
        ("munchen", "Europe/Berlin"),
        ("Muenchen", "Europe/Berlin"),
        ("Genf", "Europe/Zurich"),
        ("Lisboa", "Europe/Lisbon"),
        ("Moscovo", "Europe/Moscow"),
        ("Río de Janeiro", "America/Sao_Paulo"),
        ("Varsovie", "Europe/Warsaw"),
        ("Marseille", "Europe/Paris"),
        ("Sevilla", "Europe/Madrid"),
        ("Kalkutta", "Asia/Kolkata"),
        ("St. Petersburg", "Europe/Moscow"),
        ("san francisco", "America/Los_Angeles"),
        ("Munich", "Europe/Berlin"),
        ("Alemania", "Europe/Berlin"),
        ("Großbritannien", "Europe/London"),
        ("Беларусь", "Europe/Minsk"),
        ("Birmanie", "Asia/Yangon"),
        ("South Korea", "Asia/Seoul"),
    ],
)
def test_a_place_is_found_by_its_name_in_each_language(typed: str, zone: str) -> None:
    assert zones.find(typed) == (zone,)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Valencia", ("Europe/Madrid", "America/Caracas")),
        ("Córdoba", ("America/Argentina/Cordoba", "Europe/Madrid")),
        ("Сан-Хосе", ("America/Costa_Rica", "America/Los_Angeles")),
        ("Espagne", ("Europe/Madrid", "Atlantic/Canary")),
        ("США", zones.find("United States")),
        ("Россия", zones.find("Russia")),
    ],
)
def test_a_name_of_several_places_finds_them_all(typed: str, found: tuple[str, ...]) -> None:
    assert zones.find(typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nowhere",
        "Bouvet Island",
        "UTC+99",
        "UTC+5:17",
        "+5:99",
        "../../etc/passwd",
        "Berlin; DROP TABLE chat",
    ],
)
def test_a_text_that_is_no_place_finds_nothing(typed: str) -> None:
    assert zones.find(typed) == ()


def test_a_location_is_in_a_zone() -> None:
    assert zones.at(48.14, 11.58) == "Europe/Berlin"
    assert zones.at(0, -140) is None


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Etc/GMT-2", "UTC+2"),
        ("Etc/GMT+11", "UTC-11"),
        ("Europe/Berlin", "Berlin (Europe/Berlin)"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_shown_by_its_city_or_as_people_count_its_hours(zone: str, shown: str) -> None:
    assert zones.shown(zone) == shown
