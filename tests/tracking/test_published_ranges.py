"""The published address ranges: how each list is read, and how a new one is put into the data files."""

from ipaddress import ip_network

import pytest

from tests.lists import AMAZON, APPLE, CLOUDFLARE, CLOUDFLARE_V6, CRAWLERS, FASTLY, FETCHERS, TELEGRAM, google
from tracking import Network
from tracking.data_files import without_comments
from tracking.hops import TITLES, Hops
from tracking.networks import Networks, parse
from tracking.published_ranges import (
    APPLE_FEWEST,
    HOPS,
    LISTS,
    NETWORKS,
    DataFiles,
    Fetched,
    PublishedList,
    differences,
    in_force,
    prefixes_of,
    replaced,
    shipped,
    shipped_day,
)

RELAYS = "\n".join(f"172.{16 + n // 256}.{n % 256}.0/27,GB,GB-EN,London," for n in range(APPLE_FEWEST))


def networks_of(data: DataFiles) -> Networks:
    return Networks(map(parse, without_comments(data[NETWORKS])))


@pytest.mark.parametrize(
    ("published", "text", "prefixes"),
    [
        (FETCHERS, google("66.249.84.0/24", "2001:4860::/64"), ["66.249.84.0/24", "2001:4860::/64"]),
        (TELEGRAM, "91.108.4.0/22\n2001:67c:4e8::/48\n", ["91.108.4.0/22", "2001:67c:4e8::/48"]),
        (CLOUDFLARE, "173.245.48.0/20\r\n\r\n103.21.244.0/22", ["173.245.48.0/20", "103.21.244.0/22"]),
        (APPLE, f"{RELAYS}\n2a02:26f7:c9c8::/64,DE,,,\n2a09:bac2::/64,DE,,,", ["2a02:26f7::/32"]),
        (
            AMAZON,
            '{"prefixes": [{"ip_prefix": "3.172.0.0/17", "service": "CLOUDFRONT_ORIGIN_FACING"},'
            '{"ip_prefix": "3.5.140.0/22", "service": "AMAZON"}],'
            '"ipv6_prefixes": [{"ipv6_prefix": "2600:9000:3000::/36",'
            '"service": "CLOUDFRONT_ORIGIN_FACING"}]}',
            ["3.172.0.0/17", "2600:9000:3000::/36"],
        ),
        (
            FASTLY,
            '{"addresses": ["23.235.32.0/20"], "ipv6_addresses": ["2a04:4e40::/32"]}',
            ["23.235.32.0/20", "2a04:4e40::/32"],
        ),
    ],
)
def test_each_list_is_read_in_the_format_of_its_owner(
    published: PublishedList, text: str, prefixes: list[str]
) -> None:
    assert list(published.read(text)) == prefixes


def test_each_list_that_can_be_refreshed_is_in_its_data_file() -> None:
    for published in LISTS:
        assert published.url.startswith("https://")
        assert prefixes_of(shipped(), published)
        rows = [row for row in shipped()[published.file] if f"\t{published.name}\t" in row]
        assert {row.split("\t")[0] for row in rows} == {published.label}
        assert {row.split("\t")[3] for row in rows} == {shipped_day(published.name)}
    assert len({published.name for published in LISTS}) == len(LISTS)
    assert {published.label for published in LISTS if published.file == HOPS} <= TITLES.keys()


def test_a_new_range_is_written_in_the_place_of_the_old_ones() -> None:
    before = {
        NETWORKS: [
            "# Which address belongs to whom.",
            "unknown\t10.0.0.0/8\tRFC 1918\t2026-01-01",
            f"google_prefetch\t66.249.87.0/24\t{CRAWLERS.name}\t2026-01-01",
            f"google_prefetch\t66.249.89.0/24\t{CRAWLERS.name}\t2026-01-01",
            "microsoft\t40.94.0.0/16\tAS8075\t2026-01-01",
        ],
        HOPS: [],
    }
    old = prefixes_of(before, CRAWLERS)
    new = old[:1]
    after = replaced(before, CRAWLERS, new, "2026-11-23")
    assert [row.split("\t")[1:2] for row in after[NETWORKS]] == [
        [], ["10.0.0.0/8"], ["66.249.87.0/24"], ["40.94.0.0/16"],
    ]  # fmt: skip
    assert after[NETWORKS][2].endswith("\t2026-11-23")
    assert list(differences(CRAWLERS, old, new)) == [
        f"{CRAWLERS.name}: 1 ranges, 0 new, 1 gone",
        "  - 66.249.89.0/24",
    ]


def test_a_list_that_was_fetched_later_is_in_force_and_the_others_stay_as_shipped() -> None:
    data = in_force([Fetched(FETCHERS.name, "2999-01-01", ["66.249.85.0/24"])])
    known = networks_of(data)
    assert known.of("66.249.85.224") is Network.GOOGLE_PROXY
    assert known.of("66.249.84.1") is not Network.GOOGLE_PROXY
    assert data[HOPS] == shipped()[HOPS]
    assert prefixes_of(data, CRAWLERS) == prefixes_of(shipped(), CRAWLERS)


def test_a_hops_list_replaces_only_its_own_half() -> None:
    data = in_force([Fetched(CLOUDFLARE.name, "2999-01-01", ["104.16.0.0/13"])])
    hops = Hops(without_comments(data[HOPS]))
    assert hops.place_of("104.16.1.1").name == "cloudflare"
    assert hops.place_of("173.245.48.1").name == ""
    assert prefixes_of(data, CLOUDFLARE_V6) == prefixes_of(shipped(), CLOUDFLARE_V6)


@pytest.mark.parametrize(
    "fetched",
    [
        Fetched(FETCHERS.name, "2020-01-01", ["66.249.85.0/24"]),
        Fetched(FETCHERS.name, "2999-01-01", []),
        Fetched(FETCHERS.name, "2999-01-01", ["not an address"]),
        Fetched(FETCHERS.name, "2999-01-01", ["66.249.85.1/24"]),
        Fetched("a list of a later version", "2999-01-01", ["66.249.85.0/24"]),
    ],
)
def test_a_list_that_is_older_than_the_shipped_one_or_cannot_be_loaded_changes_nothing(
    fetched: Fetched,
) -> None:
    assert in_force([fetched]) == shipped()


def test_the_lines_of_a_list_that_is_new_come_last() -> None:
    without = {**shipped(), HOPS: [row for row in shipped()[HOPS] if FASTLY.name not in row]}
    data = replaced(without, FASTLY, [ip_network("23.235.32.0/20")], "2026-11-23")
    assert data[HOPS] == [*without[HOPS], f"fastly\t23.235.32.0/20\t{FASTLY.name}\t2026-11-23"]
