"""The tables of place names."""

from zoneinfo import available_timezones

import pytest

from bot.times.places import DATA, folded, zones_by_country


def below_its_head(table: str) -> list[str]:
    return [line for line in (DATA / table).read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("table", ["cldr.tsv", "known.tsv"])
def test_each_line_names_a_zone_or_a_country_that_exists(table: str) -> None:
    exist = available_timezones() | zones_by_country().keys()
    for line in below_its_head(table):
        assert line.partition("\t")[0] in exist, line


@pytest.mark.parametrize("table", ["cldr.tsv", "known.tsv"])
def test_no_place_has_a_name_twice(table: str) -> None:
    listed = [
        (place, folded(name))
        for place, _, names in (line.partition("\t") for line in below_its_head(table))
        for name in names.split("; ")
    ]
    assert all(name for _, name in listed)
    assert len(listed) == len(set(listed))
