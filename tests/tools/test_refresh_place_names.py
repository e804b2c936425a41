"""The names that Unicode's CLDR gives places."""

from tests.bot.test_places import below_its_head
from tools import refresh_place_names


def test_the_names_that_the_bot_knows_are_those_that_cldr_gives() -> None:
    known = below_its_head("cldr.tsv")
    assert known == [*refresh_place_names.lines()], "run python -m tools.refresh_place_names"
