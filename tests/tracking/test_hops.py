"""The hop in front: whose address a request comes from when a CDN or a proxy hides the client."""

from ipaddress import IPv4Address, IPv6Address
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lists import HOP_NETWORKS
from tracking.data_files import data_lines
from tracking.hops import CLIENT_HEADERS, TITLES, Client, Hops, address_in, client_of

READER, GMAIL, CLOUDFLARE = "84.112.31.7", "66.249.84.10", "172.71.1.2"


@pytest.fixture(scope="module")
def hops() -> Hops:
    return Hops(data_lines("hops.tsv"))


def test_every_name_in_the_data_has_a_title() -> None:
    assert HOP_NETWORKS.keys() == TITLES.keys()


def test_a_client_without_a_hop_in_front_keeps_its_address(hops: Hops) -> None:
    assert client_of(READER, {"user-agent": "x"}, hops) == Client(READER)


def test_no_prefix_of_the_data_lies_in_another_one() -> None:
    known = [network for networks in HOP_NETWORKS.values() for network in networks]
    assert [
        one for one, other in permutations(known, 2) if one.version == other.version and one.overlaps(other)
    ] == []


@given(st.ip_addresses())
def test_an_address_is_a_hops_exactly_when_a_prefix_of_its_list_holds_it(
    hops: Hops, address: IPv4Address | IPv6Address
) -> None:
    expected = [name for name, networks in HOP_NETWORKS.items() for network in networks if address in network]
    if getattr(address, "ipv4_mapped", None) is None:
        assert hops.place_of(str(address)).name == "".join(expected)


def test_the_first_and_the_last_address_of_each_prefix_are_the_hops(hops: Hops) -> None:
    for name, networks in HOP_NETWORKS.items():
        for network in networks:
            assert {hops.place_of(str(network[end])).name for end in (0, -1)} == {name}


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.7", "100.64.0.9", "::1", "fd00::7", "junk", ""]
)
def test_an_address_inside_a_private_network_or_a_platform_is_no_clients(hops: Hops, address: str) -> None:
    assert client_of(address, {}, hops) == Client(None)


def test_a_header_that_names_a_proxy_which_was_passed_contradicts_nothing(hops: Hops) -> None:
    headers = {"x-real-ip": CLOUDFLARE}
    passed = [CLOUDFLARE]
    assert client_of(READER, headers, hops) == Client(None, True)
    assert client_of(READER, headers, hops, passed) == Client(READER)


def test_a_cdn_on_no_list_gives_itself_away_by_its_entry_in_cdn_loop(hops: Hops) -> None:
    headers = {"cdn-loop": "BunnyCDN"}
    ours, the_cdns = "127.0.0.1", "203.0.113.9"
    assert client_of("203.0.113.9", headers, hops) == Client(None, True)
    assert client_of("203.0.113.9", headers, hops, [ours])[:2] == (None, True)
    assert client_of(READER, headers, hops, [ours, the_cdns]) == Client(READER)


def test_a_tunnel_that_brings_its_cdns_entry_says_who_asks(hops: Hops) -> None:
    headers = {"cdn-loop": "cloudflare; loops=1", "cf-connecting-ip": READER, "x-forwarded-for": ""}
    assert client_of(READER, headers, hops, ["127.0.0.1"]) == Client(READER)


def test_behind_a_named_proxy_a_private_address_in_a_header_is_of_the_clients_own_network(hops: Hops) -> None:
    headers = {"x-forwarded-for": "10.1.2.3, 192.168.0.7", "x-real-ip": "172.16.0.9"}
    assert client_of(READER, headers, hops, ["127.0.0.1"]) == Client(READER)
    assert client_of(READER, headers, hops).address is None


def test_what_a_named_proxy_saw_is_kept_beside_what_the_headers_claim(hops: Hops) -> None:
    headers = {"x-forwarded-for": "1.1.1.1, unknown, 1.1.1.1", "x-real-ip": GMAIL}
    client = client_of(READER, headers, hops, ["127.0.0.1"])
    assert (client.address, client.vouched, set(client.claimed)) == (None, READER, {"1.1.1.1", GMAIL})
    assert client_of(READER, headers, hops)[2:] == (None, ())
    assert client_of(CLOUDFLARE, headers, hops, ["127.0.0.1"])[2:] == (None, ())
    many = {"x-forwarded-for": ", ".join(f"1.1.1.{number}" for number in range(256))}
    assert len(client_of(READER, many, hops, ["127.0.0.1"]).claimed) == 16


def test_an_empty_entry_contradicts_nothing(hops: Hops) -> None:
    assert client_of(READER, {"x-forwarded-for": f", {READER},"}, hops) == Client(READER)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (CLOUDFLARE, "cloudflare"),
        ("162.158.202.20", "cloudflare"),
        ("2a06:98c0:3600::103", "cloudflare"),
        ("::ffff:172.71.1.2", "cloudflare"),
        ("130.176.1.1", "cloudfront"),
        ("151.101.1.9", "fastly"),
        ("35.191.8.9", "google"),
    ],
)
def test_an_address_on_a_hops_published_list_is_nobodys(hops: Hops, address: str, name: str) -> None:
    assert hops.place_of(address).name == name
    assert client_of(address, {}, hops) == Client(None, True)


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("34.117.1.1", {"x-forwarded-for": GMAIL, "cf-connecting-ip": GMAIL}),
        ("66.241.124.10", {"x-forwarded-for": GMAIL}),
        ("66.241.124.10", {"fly-client-ip": GMAIL}),
        ("10.0.0.2", {"x-forwarded-for": f"{GMAIL}:4711"}),
        ("203.0.113.9", {"forwarded": f'for="{GMAIL}:80";proto=https'}),
        ("203.0.113.9", {"x-real-ip": "unknown"}),
        (CLOUDFLARE, {"cf-connecting-ip": GMAIL}),
    ],
)
def test_an_address_that_a_header_contradicts_is_a_hops(
    hops: Hops, address: str, headers: dict[str, str]
) -> None:
    assert client_of(address, headers, hops) == Client(None, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-real-ip": READER},
        {"x-forwarded-for": f"{READER}:4711"},
        {"cf-connecting-ip": READER, "x-forwarded-for": READER},
        {"forwarded": f"for={READER};by=203.0.113.43"},
    ],
)
def test_a_header_that_names_the_same_client_contradicts_nothing(hops: Hops, headers: dict[str, str]) -> None:
    assert client_of(READER, headers, hops) == Client(READER)


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::0001", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_entry_is_read_with_its_port_brackets_and_quotes(entry: str, address: str) -> None:
    assert address_in(entry) == address


@pytest.mark.parametrize("entry", ["", "unknown", "_hidden", "999.1.1.1", "[::1", "1.2.3", "x" * 5000])
def test_what_is_no_address_is_none(entry: str) -> None:
    assert address_in(entry) in (None, address_in("::1"))


@given(
    address=st.none() | st.text(max_size=60) | st.ip_addresses().map(str),
    headers=st.dictionaries(st.sampled_from(sorted(CLIENT_HEADERS)), st.text(max_size=200)),
)
def test_whatever_strangers_send_is_read_without_an_error(
    hops: Hops, address: str | None, headers: dict[str, str]
) -> None:
    found = client_of(address, headers, hops).address
    assert found is None or address_in(found) == address_in(address or "")


@pytest.mark.parametrize(
    "via", ["1.1 0a1b.cloudfront.net (CloudFront)", "1.1 google", "2 fly.io", "1.1 vegur"]
)
def test_a_via_of_a_cdn_hides_the_client_unless_a_trusted_proxy_was_passed(hops: Hops, via: str) -> None:
    assert client_of(READER, {"via": via}, hops) == Client(None, True)
    assert client_of(READER, {"via": via}, hops, ["10.0.0.2"]) == Client(READER)


def test_a_readers_own_proxy_in_via_hides_nobody(hops: Hops) -> None:
    assert client_of(READER, {"via": "1.1 squid.office.example"}, hops) == Client(READER)
