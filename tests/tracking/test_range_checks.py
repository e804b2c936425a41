"""A downloaded list is used only if it can be right: on any doubt the old one stays."""

import json
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lists import (
    AMAZON,
    APPLE,
    CHALLENGE,
    CLOUDFLARE,
    CLOUDFLARE_V6,
    CRAWLERS,
    FASTLY,
    FETCHERS,
    TELEGRAM,
    google,
    text,
)
from tracking import Agent, Request
from tracking.agents import identify, load
from tracking.data_files import without_comments
from tracking.networks import Networks, parse
from tracking.published_ranges import (
    LISTS,
    NETWORKS,
    PublishedList,
    UnusableListError,
    prefixes_of,
    replaced,
    shipped,
)
from tracking.range_checks import checked

FETCHERS_NOW = [str(prefix) for prefix in prefixes_of(shipped(), FETCHERS)]
CLOUDFLARE_NOW = [str(prefix) for prefix in prefixes_of(shipped(), CLOUDFLARE)]
CRAWLERS_NOW = [str(prefix) for prefix in prefixes_of(shipped(), CRAWLERS)]


def test_the_list_in_force_is_good_again() -> None:
    assert [str(prefix) for prefix in checked(FETCHERS, google(*FETCHERS_NOW), shipped())] == FETCHERS_NOW
    assert len(checked(CLOUDFLARE, text(*CLOUDFLARE_NOW), shipped())) == len(CLOUDFLARE_NOW)


def test_a_new_range_of_google_is_good_and_neighbours_become_one() -> None:
    new = checked(FETCHERS, google(*FETCHERS_NOW, "74.125.176.0/25", "74.125.176.128/25"), shipped())
    assert {*new} - {*map(ip_network, FETCHERS_NOW)} == {ip_network("74.125.176.0/24")}


def test_ranges_that_their_owner_writes_as_one_are_not_gone() -> None:
    data = replaced(shipped(), CRAWLERS, [ip_network(f"66.249.{n}.0/24") for n in range(64, 72)], "x")
    assert checked(CRAWLERS, google("66.249.64.0/21"), data) == [ip_network("66.249.64.0/21")]


@pytest.mark.parametrize("published", LISTS)
@pytest.mark.parametrize(
    "broken",
    [
        "",
        CHALLENGE,
        "{",
        "[]",
        "null",
        "{}",
        '{"prefixes": "66.249.87.0/24"}',
        '{"prefixes": [{"ipv4Prefix": null, "ipv6Prefix": null}]}',
        "[" * 100_000,
        "0.0.0.0/0",
        "\x00",
    ],
)
def test_another_format_is_refused_by_the_lists_address(published: PublishedList, broken: str) -> None:
    with pytest.raises(UnusableListError, match=f"^{published.url} "):
        checked(published, broken, shipped())


@pytest.mark.parametrize(
    "impossible",
    [
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/24",
        "100.64.0.0/16",
        "127.0.0.0/24",
        "192.168.0.0/16",
        "224.0.0.0/16",
        "66.0.0.0/8",
        "2001::/16",
        "fc00::/32",
        "66.249.87.1/24",
    ],
)
@pytest.mark.parametrize("published", [FETCHERS, CRAWLERS])
def test_a_range_that_nobodys_fetchers_have_spoils_the_whole_list(
    published: PublishedList, impossible: str
) -> None:
    now = FETCHERS_NOW if published is FETCHERS else CRAWLERS_NOW
    with pytest.raises(UnusableListError, match=r"which cannot be right|not in the expected format"):
        checked(published, google(*now, impossible), shipped())


def test_a_text_that_was_cut_is_refused() -> None:
    for end in ("104.24.0.0", "104.24.0.0/", "131.0.72.0/2"):
        with pytest.raises(UnusableListError, match="not in the expected format"):
            checked(CLOUDFLARE, text(*CLOUDFLARE_NOW[:-1], end), shipped())
    with pytest.raises(UnusableListError, match="not in the expected format"):
        checked(CLOUDFLARE_V6, "2400:cb00::/32\n2c0f:f248::/3", shipped())
    with pytest.raises(UnusableListError, match="only 1 lines"):
        checked(APPLE, "2a02:26f7:c9c8::/64,DE,,,\n", shipped())


def test_a_list_that_lost_most_of_its_ranges_is_refused() -> None:
    with pytest.raises(UnusableListError, match=r"lost all but 1 of its \d+ IPv4 ranges"):
        checked(FETCHERS, google(FETCHERS_NOW[0]), shipped())
    with pytest.raises(UnusableListError, match="lost all but 0 of its"):
        checked(TELEGRAM, "151.101.0.0/16", replaced(shipped(), FASTLY, [ip_network("23.235.32.0/20")], "x"))


def test_a_list_that_lost_all_of_its_ipv6_ranges_is_refused() -> None:
    v4 = [prefix for prefix in FETCHERS_NOW if ":" not in prefix]
    with pytest.raises(UnusableListError, match=r"lost all but 0 of its .* IPv6 ranges"):
        checked(FETCHERS, google(*v4), shipped())


def test_a_list_that_grew_absurdly_is_refused() -> None:
    many = [f"195.{n}.{m}.0/30" for n in range(2) for m in range(200)]
    with pytest.raises(UnusableListError, match=r"grew from \d+ ranges to \d+"):
        checked(FETCHERS, google(*FETCHERS_NOW, *many), shipped())
    with pytest.raises(UnusableListError, match="more than 4 times as many IPv4 addresses"):
        checked(FETCHERS, google(*FETCHERS_NOW, "74.125.0.0/16"), shipped())
    with pytest.raises(UnusableListError, match="more than 4 times as many IPv6 addresses"):
        checked(FETCHERS, google(*FETCHERS_NOW, "2001:4860::/28"), shipped())


def test_a_list_that_is_new_may_have_any_size() -> None:
    without = {**shipped(), NETWORKS: [row for row in shipped()[NETWORKS] if FETCHERS.name not in row]}
    assert len(checked(FETCHERS, google(*FETCHERS_NOW), without)) == len(FETCHERS_NOW)


@pytest.mark.parametrize(
    ("somebody", "source"),
    [
        ("104.16.0.0/20", "Cloudflare ips-v4"),
        ("130.211.0.0/22", "Google Cloud Load Balancing"),
        ("91.108.4.0/22", "core.telegram.org"),
        (CRAWLERS_NOW[0], "Google special-crawlers.json"),
    ],
)
def test_a_list_of_googles_with_somebody_elses_range_is_refused(somebody: str, source: str) -> None:
    with pytest.raises(UnusableListError, match=f"overlaps .* is in {source}"):
        checked(FETCHERS, google(*FETCHERS_NOW, somebody), shipped())


def test_the_lists_of_readers_and_of_machines_never_pass_for_each_other() -> None:
    """As Google's prefetchers, all of Gmail's readers would vanish."""
    with pytest.raises(UnusableListError, match="lost all but"):
        checked(CRAWLERS, google(*FETCHERS_NOW), shipped())


def test_amazons_own_network_may_hold_its_cdn() -> None:
    now = prefixes_of(shipped(), AMAZON)
    listed = {
        "prefixes": [
            {"ip_prefix": str(p), "service": "CLOUDFRONT_ORIGIN_FACING"} for p in now if p.version == 4
        ],
        "ipv6_prefixes": [
            {"ipv6_prefix": str(p), "service": "CLOUDFRONT_ORIGIN_FACING"} for p in now if p.version == 6
        ],
    }
    assert len(checked(AMAZON, json.dumps(listed), shipped())) == len(now)


@given(kept=st.sets(st.sampled_from(FETCHERS_NOW)), added=st.lists(st.ip_addresses(), max_size=20))
def test_whatever_is_accepted_holds_half_of_the_old_list_and_nothing_of_anybody_else(
    kept: set[str], added: list[object]
) -> None:
    listed = google(*kept, *(f"{address}/{128 if ':' in str(address) else 32}" for address in added))
    try:
        new = checked(FETCHERS, listed, shipped())
    except UnusableListError:
        return
    assert 2 * len(kept) >= len(FETCHERS_NOW) - 1
    for published in LISTS:
        if published is not FETCHERS:
            others = prefixes_of(shipped(), published)
            assert not any(
                one.overlaps(other) for one in new for other in others if one.version == other.version
            )


LOADED = load([])
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@settings(max_examples=20)
@given(kept=st.sets(st.sampled_from(FETCHERS_NOW), min_size=len(FETCHERS_NOW) // 2))
def test_no_list_that_is_accepted_makes_a_forger_of_gmails_reader(kept: set[str]) -> None:
    try:
        new = checked(FETCHERS, google(*kept), shipped())
    except UnusableListError:
        return
    data = replaced(shipped(), FETCHERS, new, "2026-11-23")
    known = Networks(map(parse, without_comments(data[NETWORKS])))
    signatures = LOADED.with_networks(known, LOADED.hops)
    for prefix in prefixes_of(shipped(), FETCHERS):
        request = Request("GET", {"user-agent": GMAIL}, str(prefix[1]))
        sighting = identify(request, signatures)
        assert (sighting.agent, sighting.sign) == (Agent.GMAIL_PROXY, None)
