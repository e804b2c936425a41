"""Headers tell the client's address, and the host that was asked for."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pixel_server.pages.guard import HostCheck
from pixel_server.wire.headers import ClientAddress, Found, header, is_loopback
from tracking.data_files import data_lines
from tracking.hops import Client, Hops, address_in, entries_of

PROXIES = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")
OURS = ("127.0.0.1", "10.0.0.1", "10.255.255.255", "fd00::1", "FD00:0::0002", "::ffff:10.0.0.3")
THEIRS = ("66.249.84.1", "84.150.10.20", "2003:e1::1", "::ffff:84.150.10.20", "192.168.0.1", "11.0.0.1")
JUNK = (
    "",
    "unknown",
    "_hidden",
    "junk:80",
    "[::",
    "10.0.0.0/8",
    "010.0.0.1",
    "10.0.0",
    "１０.0.0.1",
)

ours, theirs, junk = map(st.sampled_from, (OURS, THEIRS, JUNK))
anything = ours | theirs | junk | st.text(max_size=20)


def listed(entries: list[str]) -> str:
    return ", ".join(entries)


# --- the client's address --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hops() -> Hops:
    return Hops(data_lines("hops.tsv"))


@given(
    peer=st.none() | anything,
    forwarded=st.text(max_size=80) | st.lists(anything, max_size=8).map(listed),
    trusted=st.sampled_from([(), PROXIES, ("cloudflare", *PROXIES)]),
)
@example("127.0.0.1", "," * 500, PROXIES)
@example("127.0.0.1", "fe80::1%eth0", PROXIES)
@example("::ffff:127.0.0.1", "84.150.10.20", PROXIES)
@example("127.0.0.1", "127.0.0.1," * 500, PROXIES)
def test_any_forwarded_header_gives_an_address_or_none(
    hops: Hops, peer: str | None, forwarded: str, trusted: tuple[str, ...]
) -> None:
    clients = ClientAddress(trusted, hops)
    found = clients.find(peer, forwarded)
    assert found.address is None or found.address == peer or address_in(found.address)
    headers = {"x-forwarded-for": forwarded, "x-real-ip": forwarded, "cf-connecting-ip": forwarded}
    client = clients.client(peer, headers)
    assert client.address is None or address_in(client.address)


@given(
    st.lists(anything.filter(lambda entry: "," not in entry), max_size=5),
    theirs | st.sampled_from(JUNK[1:3]),
    st.lists(ours, max_size=4),
)
def test_entries_left_of_the_first_untrusted_address_are_never_believed(
    hops: Hops, spoofed: list[str], stranger: str, proxies: list[str]
) -> None:
    found = ClientAddress(PROXIES, hops).find("127.0.0.1", listed([*spoofed, stranger, *proxies]))
    assert address_in(found.address or "") == address_in(stranger)
    assert found.beyond == ",".join(entries_of(listed(spoofed)))
    assert found.passed == [address_in(one) for one in ("127.0.0.1", *reversed(proxies))]


@given(theirs | junk, st.lists(anything, max_size=5).map(listed))
def test_an_untrusted_peer_is_where_the_way_ends_whatever_it_forwards(
    hops: Hops, peer: str, forwarded: str
) -> None:
    assume(not ClientAddress(PROXIES, hops).trusts(peer))
    assert ClientAddress(PROXIES, hops).find(peer, forwarded) == Found(peer, [], forwarded)


@given(anything, st.lists(anything, max_size=5).map(listed))
def test_without_trusted_proxies_no_forwarded_header_counts(hops: Hops, peer: str, forwarded: str) -> None:
    assert ClientAddress((), hops).find(peer, forwarded) == Found(peer, [], forwarded)


@given(ours, st.lists(ours, max_size=4).map(listed))
def test_when_all_addresses_are_trusted_proxies_the_client_is_unknown(
    hops: Hops, peer: str, forwarded: str
) -> None:
    clients = ClientAddress(PROXIES, hops)
    assert clients.find(peer, forwarded).address is None
    assert clients.client(peer, {"x-forwarded-for": forwarded}) == Client(None)


@given(st.ip_addresses())
def test_an_address_is_trusted_exactly_when_a_network_holds_it(hops: Hops, address: object) -> None:
    expected = any(ip_address(str(address)) in ip_network(network) for network in PROXIES)
    clients = ClientAddress(PROXIES, hops)
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is None:
        # Asked twice, because the second answer comes from the cache.
        assert [clients.trusts(str(address)), clients.trusts(str(address))] == [expected] * 2


def test_trusted_hops_are_skipped_up_to_the_first_untrusted_one(hops: Hops) -> None:
    def find(peer: str | None, forwarded: str) -> str | None:
        return ClientAddress(PROXIES, hops).find(peer, forwarded).address

    assert find("127.0.0.1", "66.249.84.1") == "66.249.84.1"
    assert find("127.0.0.1", "1.1.1.1, 66.249.84.1, 10.0.0.1, fd00::9") == "66.249.84.1"
    assert find("127.0.0.1", "66.249.84.1:4711, 10.0.0.1:80, [fd00::9]:443") == "66.249.84.1"
    assert find("127.0.0.1", '"[2003:e1::1]:4711"') == "2003:e1::1"
    assert find("::ffff:127.0.0.1", "66.249.84.1,10.0.0.1") == "66.249.84.1"
    assert find("127.0.0.1", ", 66.249.84.1") == "66.249.84.1"
    assert find("127.0.0.1", "") is None
    assert find(None, "66.249.84.1") is None


CLOUDFLARE, READER = "172.71.1.2", "84.112.31.7"


@pytest.mark.parametrize(
    ("trusted", "peer", "headers"),
    [
        (("cloudflare",), CLOUDFLARE, {"x-forwarded-for": READER, "cf-connecting-ip": READER}),
        (("127.0.0.1", "cloudflare"), "127.0.0.1", {"x-forwarded-for": f"{READER}, {CLOUDFLARE}"}),
        # Caddy drops what came before, and nginx names whom it saw.
        (
            ("127.0.0.1", "cloudflare"),
            "127.0.0.1",
            {"x-forwarded-for": CLOUDFLARE, "cf-connecting-ip": READER, "x-real-ip": CLOUDFLARE},
        ),
        (("fastly",), "151.101.1.9", {"x-forwarded-for": READER, "fastly-client-ip": READER}),
        (("cloudfront",), "130.176.1.1", {"x-forwarded-for": READER, "via": "1.1 x.cloudfront.net"}),
        (("google", "34.117.1.1"), "35.191.8.9", {"x-forwarded-for": f"{READER},34.117.1.1"}),
        # A tunnel on this machine, a proxy in another container, and a platform's router.
        (
            ("127.0.0.1",),
            "127.0.0.1",
            {"x-forwarded-for": READER, "cf-connecting-ip": READER, "cdn-loop": "cloudflare; loops=1"},
        ),
        (("172.16.0.0/12",), "172.18.0.3", {"x-forwarded-for": READER, "x-real-ip": READER}),
        (("100.64.0.0/10",), "100.64.0.3", {"x-forwarded-for": f"{READER}:4711", "x-real-ip": READER}),
        (("10.0.0.0/8",), "10.1.2.3", {"x-forwarded-for": READER, "via": "1.1 vegur"}),
    ],
)
def test_behind_a_hop_that_is_named_the_client_is_known(
    hops: Hops, trusted: tuple[str, ...], peer: str, headers: dict[str, str]
) -> None:
    assert ClientAddress(trusted, hops).client(peer, headers) == Client(READER)


@pytest.mark.parametrize(
    ("trusted", "peer", "headers"),
    [
        ((), CLOUDFLARE, {}),
        ((), "127.0.0.1", {"x-forwarded-for": f"{READER}, {CLOUDFLARE}"}),
        (("127.0.0.1",), "127.0.0.1", {"x-forwarded-for": f"{READER}, {CLOUDFLARE}"}),
        (("127.0.0.1",), "127.0.0.1", {"x-forwarded-for": CLOUDFLARE, "cf-connecting-ip": READER}),
        (("google",), "35.191.8.9", {"x-forwarded-for": f"{READER},34.117.1.1"}),
        # Only Cloudflare itself is believed what stands there.
        (("127.0.0.1", "cloudflare"), "127.0.0.1", {"cf-connecting-ip": READER}),
        (("127.0.0.1",), "127.0.0.1", {}),
        ((), "100.64.0.3", {}),
        ((), "66.241.124.10", {"fly-client-ip": READER}),
    ],
)
def test_behind_a_hop_that_is_not_named_nobody_is_taken_for_the_client(
    hops: Hops, trusted: tuple[str, ...], peer: str, headers: dict[str, str]
) -> None:
    assert ClientAddress(trusted, hops).client(peer, headers).address is None


def test_a_loopback_address_is_recognised() -> None:
    addresses = ("127.0.0.1", "127.8.9.1", "::1", "10.0.0.1", "fd00::1", "84.150.10.20", "", None)
    assert [is_loopback(address) for address in addresses] == [True] * 3 + [False] * 5


def host_check(public_url: str, host: str) -> HostCheck:
    """Return the check alone. No test here reaches the pages behind it."""

    async def pages(*_: object) -> None:
        raise AssertionError

    return HostCheck(pages, public_url, host)


# --- the Host header -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ("mail.example", True),
        ("mail.example:8443", True),
        ("MAIL.Example:443", True),
        ("localhost", True),
        ("localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]", True),
        ("[::1]:8000", True),
        ("192.168.0.7:8000", True),
        ("evil.example", False),
        ("evil.example:8000", False),
        ("mail.example.evil.example", False),
        ("evil-mail.example", False),
        ("evil.example:mail.example", False),
        ("mail.example@evil.example", False),
        ("evil.example/mail.example", False),
        ("mail.example, evil.example", False),
        ("mail.example:80:80", False),
        ("<script>", False),
        (":8000", False),
        ("", False),
        (None, False),
    ],
)
def test_pages_answer_to_the_names_of_this_host_only(given: str | None, allowed: bool) -> None:
    check = host_check("https://mail.example/below", "192.168.0.7")
    headers = [(b"accept", b"*/*")] + ([(b"host", given.encode())] if given is not None else [])
    assert check.allows(headers) is allowed


@given(st.lists(st.tuples(st.sampled_from([b"host", b"x"]), st.binary(max_size=30)), max_size=4))
def test_any_headers_can_be_checked(headers: list[tuple[bytes, bytes]]) -> None:
    names = {b"localhost", b"127.0.0.1", b"[::1]", b"mail.example", b"0.0.0.0"}
    if host_check("https://mail.example", "0.0.0.0").allows(headers):  # noqa: S104  # nothing listens here
        last = [value for name, value in headers if name == b"host"][-1]
        assert any(last.lower().startswith(name) for name in names)


def test_a_repeated_header_is_joined_to_one_list() -> None:
    headers = [(b"host", b"mail.example"), (b"x", b"y"), (b"host", b"evil.example")]
    assert header(headers, b"host") == "mail.example,evil.example"
    assert header(headers, b"referer") is None
    assert not host_check("https://mail.example", "127.0.0.1").allows(headers)


def test_the_host_may_be_an_ipv6_address() -> None:
    check = host_check("http://[2001:db8::1]:8000", "127.0.0.1")
    assert check.allows([(b"host", b"[2001:db8::1]:8000")])


def test_the_name_of_this_host_may_be_written_with_capitals() -> None:
    assert host_check("https://mail.example", "MyBox").allows([(b"host", b"MyBox:8000")])
