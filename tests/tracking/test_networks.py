"""Whose address it is, and that an address which tells nothing is no evidence."""

import ipaddress
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.facts import Network
from tracking.networks import PRECEDENCE, Networks, home, parse

ROWS = [
    row
    for row in files("tracking").joinpath("data", "networks.tsv").read_text("utf-8").splitlines()
    if not row.startswith("#")
]
NETWORKS = Networks(map(parse, ROWS))
PREFIXES = [(ipaddress.ip_network(row.split("\t")[1]), Network(row.split("\t")[0])) for row in ROWS]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("66.249.84.1", Network.GOOGLE_PROXY),
        ("66.249.93.84", Network.GOOGLE_PROXY),
        ("66.102.7.162", Network.GOOGLE_PROXY),
        ("66.249.89.107", Network.GOOGLE_PREFETCH),
        ("108.177.2.32", Network.GOOGLE_PREFETCH),
        ("108.177.2.71", Network.GOOGLE_PREFETCH),
        ("2001:4860:4801:4004::1", Network.GOOGLE_PROXY),
        ("2001:4860:4801:2008::9", Network.GOOGLE_PREFETCH),
        ("91.108.4.1", Network.TELEGRAM),
        ("149.154.167.99", Network.TELEGRAM),
        ("148.163.139.74", Network.MAIL_SECURITY),
        ("40.94.89.21", Network.MICROSOFT),
        ("40.107.218.12", Network.MICROSOFT),
        ("2a02:26f7:c9c8:4000:6::1", Network.APPLE_RELAY),
        ("3.5.6.7", Network.DATACENTRE),
        ("2.216.80.1", Network.OTHER),
        ("2001:9e8:1::1", Network.OTHER),
    ],
)
def test_a_known_address_has_its_class(address: str, network: Network) -> None:
    assert NETWORKS.of(address) is network


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("84.112.207.7", "::ffff:84.112.207.7"),
        ("2003:c0:0:0::1", "2003:00C0::1"),
        ("2003:c0::1", "2003:c0::8e2f:1:2:3"),
    ],
)
def test_a_device_is_at_home_however_its_address_is_spelt(one: str, other: str) -> None:
    assert home(one) == home(other)
    assert home(one) != home("84.112.207.8")
    assert home(one) != home("2003:c0:0:1::1")


def test_an_ipv4_peer_of_a_dual_stack_socket_is_the_same_peer() -> None:
    assert NETWORKS.of("::ffff:66.249.84.1") is NETWORKS.of("66.249.84.1")


@pytest.mark.parametrize(
    "address",
    [
        None, "", " ", "localhost", "not an address", "127.0.0.1", "10.1.2.3", "172.16.0.1",
        "172.31.255.255", "192.168.1.7", "169.254.1.1", "100.64.0.1", "100.127.255.255", "0.0.0.1",
        "255.255.255.255", "224.0.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fd00::1",
        "::ffff:10.0.0.1", "1.2.3", "1.2.3.4:80", "[2001:db8::1]", "256.1.1.1", "1.1.1.1\0", "\ud800:",
        "٣.1.1.1", "1" * 10_000,
    ],
)  # fmt: skip
def test_an_address_that_tells_nothing_is_no_evidence(address: str | None) -> None:
    assert NETWORKS.of(address) is Network.UNKNOWN


@pytest.mark.parametrize(
    "address", ["9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.1"]
)
def test_the_neighbours_of_private_addresses_are_public(address: str) -> None:
    assert NETWORKS.of(address) is not Network.UNKNOWN


@pytest.mark.parametrize("prefix", ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0", "x/8"])
def test_a_prefix_that_is_none_stops_the_start(prefix: str) -> None:
    with pytest.raises((ValueError, OSError)):
        parse(f"unknown\t{prefix}\tsource\t2026-01-01")


def test_where_classes_overlap_the_more_telling_one_wins() -> None:
    lines = [
        "datacentre\t9.0.0.0/8",
        "telegram\t9.1.0.0/16",
        "datacentre\t9.1.2.0/24",
        "mail_security\t9.1.3.0/24",
    ]
    nested = Networks(parse(f"{line}\tsource\t2026-01-01") for line in lines)
    found = {
        address: nested.of(address) for address in ("9.0.0.1", "9.1.0.1", "9.1.2.1", "9.1.3.1", "9.2.0.0")
    }
    assert found == {
        "9.0.0.1": Network.DATACENTRE,
        "9.1.0.1": Network.TELEGRAM,
        "9.1.2.1": Network.TELEGRAM,
        "9.1.3.1": Network.TELEGRAM,
        "9.2.0.0": Network.DATACENTRE,
    }


def test_without_any_data_every_public_address_is_other() -> None:
    assert Networks(()).of("66.249.84.1") is Network.OTHER


def test_every_line_has_a_source_and_a_date() -> None:
    for row in ROWS:
        _network, prefix, source, date = row.split("\t")
        assert ipaddress.ip_network(prefix)
        assert source
        assert date.startswith("2026-")


def test_every_class_but_other_has_prefixes() -> None:
    assert set(Counter(row.split("\t")[0] for row in ROWS)) == {*PRECEDENCE} - {Network.OTHER}


@given(st.sampled_from(PREFIXES), st.integers(-1, 1))
def test_the_look_up_says_what_a_search_of_every_prefix_says(
    drawn: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, Network], step: int
) -> None:
    prefix, _ = drawn
    value = int(prefix.network_address if step < 1 else prefix.broadcast_address) + step
    if not 0 <= value < 2**prefix.max_prefixlen:
        return
    address = ipaddress.ip_address(value) if prefix.version == 4 else ipaddress.IPv6Address(value)
    classes = {network for other, network in PREFIXES if other.version == prefix.version and address in other}
    assert NETWORKS.of(str(address)) is next(n for n in PRECEDENCE if n in classes or n is Network.OTHER)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    assert NETWORKS.of(text) in PRECEDENCE
