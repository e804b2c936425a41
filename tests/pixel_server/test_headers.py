"""What headers say: the client's address, and the host that was asked for."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pixel_server.pages.guard import HostCheck
from pixel_server.wire.headers import ClientAddress, header, is_local, is_loopback

PROXIES = tuple(map(ip_network, ("127.0.0.1", "10.0.0.0/8", "fd00::/8")))
OURS = ("127.0.0.1", "10.0.0.1", "10.255.255.255", "fd00::1", "FD00:0::0002", "::ffff:10.0.0.3")
THEIRS = ("66.249.84.1", "84.150.10.20", "2003:e1::1", "::ffff:84.150.10.20", "192.168.0.1", "11.0.0.1")
JUNK = (
    "",
    "unknown",
    "_hidden",
    "10.0.0.1:80",
    "[fd00::1]",
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


@given(st.none() | anything, st.none() | st.text(max_size=80) | st.lists(anything, max_size=8).map(listed))
@example("127.0.0.1", "," * 500)
@example("127.0.0.1", "fe80::1%eth0")
@example("::ffff:127.0.0.1", "84.150.10.20")
def test_any_forwarded_header_gives_an_address_or_none(peer: str | None, forwarded: str | None) -> None:
    clients = ClientAddress(PROXIES)
    found = clients.find(peer, forwarded)
    assert found is None or found == peer or found in (forwarded or "")
    assert clients.hides_clients(peer, forwarded) in (True, False)


@given(
    st.lists(anything.filter(lambda entry: "," not in entry), max_size=5),
    theirs | junk,
    st.lists(ours, max_size=4),
)
def test_entries_left_of_the_first_untrusted_address_are_never_believed(
    spoofed: list[str], stranger: str, hops: list[str]
) -> None:
    forwarded = listed([*spoofed, stranger, *hops])
    assume(forwarded)
    found = ClientAddress(PROXIES).find("127.0.0.1", forwarded)
    assert found == stranger


@given(theirs | junk, st.lists(anything, max_size=5).map(listed))
def test_an_untrusted_peer_is_the_client_whatever_it_forwards(peer: str, forwarded: str) -> None:
    assert ClientAddress(PROXIES).find(peer, forwarded) == peer


@given(anything, st.lists(anything, max_size=5).map(listed))
def test_without_trusted_proxies_no_forwarded_header_counts(peer: str, forwarded: str) -> None:
    assert ClientAddress(()).find(peer, forwarded) == peer


@given(ours, st.lists(ours, min_size=1, max_size=4).map(listed))
def test_when_all_addresses_are_trusted_proxies_the_client_is_unknown(peer: str, forwarded: str) -> None:
    assert ClientAddress(PROXIES).find(peer, forwarded) is None


@given(st.ip_addresses())
def test_an_address_is_trusted_exactly_when_a_network_holds_it(address: object) -> None:
    expected = any(ip_address(str(address)) in network for network in PROXIES)
    clients = ClientAddress(PROXIES)
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is None:
        # Asked twice, because the second answer comes from the cache.
        assert [clients.trusts(str(address)), clients.trusts(str(address))] == [expected] * 2


def test_trusted_hops_are_skipped_up_to_the_first_untrusted_one() -> None:
    find = ClientAddress(PROXIES).find
    assert find("127.0.0.1", "66.249.84.1") == "66.249.84.1"
    assert find("127.0.0.1", "1.1.1.1, 66.249.84.1, 10.0.0.1, fd00::9") == "66.249.84.1"
    assert find("::ffff:127.0.0.1", "66.249.84.1,10.0.0.1") == "66.249.84.1"
    assert find("127.0.0.1", None) == "127.0.0.1"
    assert find(None, "66.249.84.1") is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "hides"),
    [
        ("127.0.0.1", "66.249.84.1", False),
        ("192.168.0.1", "66.249.84.1", True),
        ("172.17.0.1", "66.249.84.1", True),
        ("fe80::1", "66.249.84.1", True),
        ("192.168.0.1", None, False),
        ("192.168.0.1", "", False),
        ("84.150.10.20", "66.249.84.1", False),
        ("junk", "66.249.84.1", False),
        (None, "66.249.84.1", False),
    ],
)
def test_a_peer_that_forwards_from_a_private_address_is_an_unnamed_proxy(
    peer: str | None, forwarded: str | None, hides: bool
) -> None:
    assert ClientAddress(PROXIES).hides_clients(peer, forwarded) is hides


@given(st.none() | st.text(max_size=40) | anything)
def test_any_text_can_be_checked_for_a_local_address(address: str | None) -> None:
    assert is_local(address) or not is_loopback(address)


def test_loopback_and_private_addresses_are_told_apart() -> None:
    addresses = ("127.0.0.1", "127.8.9.1", "::1", "10.0.0.1", "fd00::1", "84.150.10.20", "", None)
    assert [is_loopback(address) for address in addresses] == [True] * 3 + [False] * 5
    assert [is_local(address) for address in addresses] == [True] * 5 + [False] * 3


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
