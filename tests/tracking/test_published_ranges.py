"""The published address ranges: a new range is merged in its place, a broken list is refused."""

import json

import pytest

from tracking import Network
from tracking.networks import Networks, parse
from tracking.published_ranges import DATA, LISTS, UnusableListError, updated

BEFORE = """# Which address belongs to whom.
unknown	10.0.0.0/8	RFC 1918	2026-01-01
google_prefetch	66.249.87.0/24	Google special-crawlers.json	2026-01-01
google_prefetch	66.249.89.0/24	Google special-crawlers.json	2026-01-01
microsoft	40.94.0.0/16	AS8075	2026-01-01
""".splitlines()
_FETCHERS, CRAWLERS, TELEGRAM, APPLE = LISTS


def ranges(*prefixes: str) -> str:
    """These prefixes, as Google publishes them."""
    return json.dumps(
        {"prefixes": [{"ipv6Prefix" if ":" in text else "ipv4Prefix": text} for text in prefixes]}
    )


def test_a_range_that_google_added_is_shown_and_written_in_its_place() -> None:
    text = ranges("66.249.87.0/25", "66.249.87.128/25", "66.249.90.0/23", "2001:4860:4801:2000::/64")
    rows, differences = updated(BEFORE, {CRAWLERS: text}, "2026-11-23")
    assert differences == [
        "Google special-crawlers.json: 3 ranges, 2 new, 1 gone",
        "  + 2001:4860:4801:2000::/64",
        "  + 66.249.90.0/23",
        "  - 66.249.89.0/24",
    ]
    assert [row.split("\t")[1] for row in rows[1:]] == [
        "10.0.0.0/8", "66.249.87.0/24", "66.249.90.0/23", "2001:4860:4801:2000::/64", "40.94.0.0/16",
    ]  # fmt: skip
    assert rows[2].endswith("\t2026-11-23")
    assert Networks(map(parse, rows[1:])).of("66.249.91.7") is Network.GOOGLE_PREFETCH


def test_telegrams_and_apples_lists_are_read_in_their_own_formats() -> None:
    texts = {
        TELEGRAM: "91.108.4.0/22\n2001:67c:4e8::/48\n",
        APPLE: "172.224.224.0/27,GB,GB-EN,London,\n2a02:26f7:c9c8::/64,DE,,,\n",
    }
    differences = updated(BEFORE, texts, "2026-11-23").differences
    assert [line for line in differences if line.startswith("  ")] == [
        "  + 2001:67c:4e8::/48",
        "  + 91.108.4.0/22",
        "  + 2a02:26f7::/32",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "<html>Sorry</html>",
        '{"prefixes": [',
        '{"prefixes": []}',
        '{"prefixes": [{"ipv7Prefix": "66.249.87.0/24"}]}',
        '{"prefixes": "66.249.87.0/24"}',
        "[]",
        "null",
        ranges("66.249.87.1/24"),
        ranges("10.0.0.0/24"),
        ranges("0.0.0.0/0"),
        ranges("66.0.0.0/8"),
        ranges("2001::/16"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused_by_its_address(broken: str) -> None:
    with pytest.raises(UnusableListError, match=f"^{CRAWLERS.url} "):
        updated(BEFORE, {CRAWLERS: broken}, "2026-11-23")


def test_a_list_that_lost_most_of_its_ranges_is_left_to_a_person() -> None:
    many = [f"google_prefetch\t66.249.{n}.0/24\tGoogle special-crawlers.json\t2026-01-01" for n in (1, 3, 5)]
    with pytest.raises(UnusableListError, match="shrank from 5 ranges to 2"):
        updated(BEFORE + many, {CRAWLERS: ranges("66.249.87.0/24", "66.249.90.0/23")}, "2026-11-23")


def test_the_data_file_holds_ranges_of_each_list_that_can_be_refreshed() -> None:
    shipped = DATA.read_text("utf-8")
    for published in LISTS:
        assert published.url.startswith("https://")
        assert f"\n{published.network}\t" in shipped
        assert f"\t{published.name}\t" in shipped
