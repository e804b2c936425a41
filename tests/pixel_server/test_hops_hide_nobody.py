"""Whatever stands in front: a hop makes no reader a machine, and a header makes no forger more than weak."""

from collections.abc import Callable
from functools import partial
from ipaddress import ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pixel_server.wire.headers import ClientAddress
from tests.lists import HOP_NETWORKS
from tests.pixel_server.serving import GMAIL, GOOGLE, HOME, HOME_V6, THUNDERBIRD
from tracking import (
    Agent,
    Confidence,
    Fetch,
    History,
    Kind,
    Network,
    Reason,
    Request,
    Sighting,
    Statement,
    StatementKind,
    Statements,
    Verdict,
    Windows,
    machines,
)
from tracking.agents import identify, load
from tracking.data_files import data_lines
from tracking.hops import CLIENT_HEADERS, INSIDE, TITLES
from tracking.verdicts import fold

Headers = dict[str, str]

SIGNATURES = load(machines.patterns())
HOPS = SIGNATURES.hops
SENT = History(Statements().apply(Statement(StatementKind.SENT, 0.0)))
HOUR = 3600.0
OUR_PROXY = "127.0.0.1"

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36"
)
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
IMAGE = {"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors", "accept": "image/avif,image/webp,*/*"}

READERS: list[tuple[str, Headers]] = [
    (GOOGLE, {"user-agent": GMAIL}),
    ("209.73.183.20", {"user-agent": YAHOO}),
    (HOME, {"user-agent": THUNDERBIRD}),
    (HOME_V6, {"user-agent": OUTLOOK}),
    (HOME, {"user-agent": CHROME, **IMAGE}),
]

published = st.sampled_from([str(one[7]) for networks in HOP_NETWORKS.values() for one in networks])
inside = st.sampled_from([str(ip_network(block)[-1]) for block in INSIDE])
told_by_its_address = published | inside
unlisted = st.sampled_from(["20.92.0.9", "35.174.145.124", "66.249.87.5"])
hops = told_by_its_address | st.ip_addresses().map(str) | unlisted
"""The unlisted ones are where a scanner, a data centre, and Gmail's prefetch come from."""


def with_port(address: str) -> str:
    return f"[{address}]:4711" if ":" in address else f"{address}:4711"


def forwarded(client: str) -> str:
    return f'for="{with_port(client)}";proto=https' if ":" in client else f"for={client};proto=https"


def named_in(header: str, client: str) -> Headers:
    return {header: client}


SHAPES: list[Callable[[str], Headers]] = [
    lambda client: {"x-forwarded-for": client},
    lambda client: {"x-forwarded-for": with_port(client)},
    lambda client: {"x-forwarded-for": f'"{client}"', "x-forwarded-proto": "https"},
    lambda client: {"x-forwarded-for": f"10.1.2.3, {client}"},
    lambda client: {"forwarded": forwarded(client)},
    lambda client: {"cdn-loop": "some-cdn", "via": "1.1 cdn.example", "x-forwarded-for": client},
    lambda client: {"x-forwarded-for": "unknown"},
    *(partial(named_in, name) for name in sorted({*CLIENT_HEADERS} - {"forwarded"})),
]
shapes = st.sampled_from(SHAPES)


def seen(peer: str, headers: Headers, *trusted: str) -> Sighting:
    """Return what the pixel server makes of a request, with these proxies trusted."""
    address, _hop, vouched, claimed = ClientAddress(trusted, HOPS).client(peer, headers)
    return identify(Request("GET", headers, address, None, True, vouched, claimed), SIGNATURES)


def judged(sighting: Sighting) -> Verdict:
    return fold(Fetch("f", HOUR, sighting), SENT, Windows()).verdict


@pytest.mark.parametrize(("address", "headers"), READERS)
def test_without_a_hop_each_of_them_is_an_open(address: str, headers: Headers) -> None:
    assert judged(seen(address, headers)).kind is Kind.OPENED


@given(
    reader=st.sampled_from(READERS), hop=hops, shape=shapes, trusted=st.sets(st.sampled_from(sorted(TITLES)))
)
def test_a_hop_in_front_makes_no_open_anything_else(
    reader: tuple[str, Headers], hop: str, shape: Callable[[str], Headers], trusted: set[str]
) -> None:
    address, headers = reader
    assert judged(seen(hop, {**headers, **shape(address)}, *trusted)).kind is Kind.OPENED


@given(reader=st.sampled_from(READERS), hop=told_by_its_address)
def test_a_hop_that_is_known_by_its_address_needs_no_header(reader: tuple[str, Headers], hop: str) -> None:
    _address, headers = reader
    assert judged(seen(hop, headers)).kind is Kind.OPENED


@given(
    reader=st.sampled_from(READERS),
    hop=hops.filter(lambda hop: hop != OUR_PROXY),
    shape=shapes,
    named=st.booleans(),
    keeps=st.booleans(),
)
def test_a_hop_before_the_operators_own_proxy_makes_no_open_anything_else(
    reader: tuple[str, Headers], hop: str, shape: Callable[[str], Headers], named: bool, keeps: bool
) -> None:
    """The proxy keeps what the hop forwards, as nginx does, or drops it, as Caddy does."""
    address, headers = reader
    added = shape(address)
    # A hop on no list that says who asks in no other header cannot be told from a client, once it is dropped.
    keeps = keeps or added.keys().isdisjoint({*CLIENT_HEADERS} - {"x-forwarded-for"} | {"cdn-loop"})
    added["x-forwarded-for"] = f"{added.get('x-forwarded-for', '')}, {hop}" if keeps else hop
    assert judged(seen(OUR_PROXY, {**headers, **added}, *[OUR_PROXY] * named)).kind is Kind.OPENED


@given(
    reader=st.sampled_from(READERS),
    name=st.sampled_from(sorted(TITLES)),
    number=st.integers(0),
    ours=st.booleans(),
    port=st.booleans(),
)
def test_behind_a_hop_that_is_named_everything_is_as_without_it(
    reader: tuple[str, Headers], name: str, number: int, ours: bool, port: bool
) -> None:
    address, headers = reader
    network = HOP_NETWORKS[name][number % len(HOP_NETWORKS[name])]
    hop, client = (
        str(network[number % min(network.num_addresses, 2**32)]),
        with_port(address) if port else address,
    )
    if ours:
        through = seen(OUR_PROXY, {**headers, "x-forwarded-for": f"{client}, {hop}"}, OUR_PROXY, name)
    else:
        through = seen(hop, {**headers, "x-forwarded-for": client}, name)
    assert through == seen(address, headers)


lies = st.dictionaries(
    st.sampled_from(sorted({*CLIENT_HEADERS, "cdn-loop", "via", "x-forwarded-proto", "referer", *IMAGE})),
    st.sampled_from([GOOGLE, with_port(GOOGLE), HOME, OUR_PROXY, forwarded(GOOGLE), "172.71.1.2", "https"])
    | st.lists(hops, max_size=3).map(", ".join)
    | st.text(max_size=30),
)


@given(
    forger=st.ip_addresses(v=4).map(str) | st.sampled_from([HOME, "185.220.101.7"]),
    lied=lies,
    trusted=st.sampled_from([(), (OUR_PROXY,), (OUR_PROXY, "cloudflare"), ("fastly", "google")]),
    behind=st.booleans(),
)
def test_no_header_makes_a_forged_gmail_more_than_weak(
    forger: str, lied: Headers, trusted: tuple[str, ...], behind: bool
) -> None:
    """The forger comes straight to the pixel server, or by way of the operator's own proxy."""
    assume(judged(seen(forger, {"user-agent": GMAIL})).kind is Kind.NOISE)
    headers = {**lied, "user-agent": GMAIL}
    if behind:
        headers["x-forwarded-for"] = f"{lied.get('x-forwarded-for', '')}, {forger}"
    verdict = judged(seen(OUR_PROXY if behind else forger, headers, *trusted))
    assert verdict.kind is Kind.NOISE or verdict.confidence is Confidence.WEAK


def test_the_published_prefixes_hold_the_addresses_that_these_tests_take_from_them() -> None:
    for line in data_lines("hops.tsv"):
        name, prefix, *_ = line.split("\t")
        first = prefix.partition("/")[0]
        assert HOPS.place_of(first).name == name


# --- what a header reaches where TRUSTED_PROXIES names the proxy ------------------------------------

DATA_CENTRE, MAIL_SECURITY = "35.174.145.124", "66.159.228.1"
PREFETCHER = "66.249.87.5"
BARE = {"user-agent": "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:60.0) Gecko/20100101 Firefox/60.0"}


def by_the_proxy(client: str, headers: Headers, claimed: str) -> Sighting:
    """Return what is made of a request that the operator's named proxy saw coming from this client."""
    return seen(OUR_PROXY, {**headers, "x-forwarded-for": f"{claimed}, {client}"}, OUR_PROXY)


@pytest.mark.parametrize("claimed", ["", "1.1.1.1", "10.0.0.1", "1.1.1.1, 10.0.0.1, 8.8.4.4"])
def test_a_forged_gmail_stays_a_forgery_whomever_but_google_its_header_names(claimed: str) -> None:
    verdict = judged(by_the_proxy(HOME, {"user-agent": GMAIL}, claimed))
    assert (verdict.kind, verdict.reason) == (Kind.NOISE, Reason.FORGED_PROXY)


@pytest.mark.parametrize("claimed", [GOOGLE, "unknown", f"1.1.1.1, {GOOGLE}"])
def test_a_header_that_a_hop_before_gmail_would_write_makes_it_a_weak_open(claimed: str) -> None:
    verdict = judged(by_the_proxy(HOME, {"user-agent": GMAIL}, claimed))
    assert (verdict.kind, verdict.confidence) == (Kind.OPENED, Confidence.WEAK)


@pytest.mark.parametrize("claimed", ["", "1.1.1.1", GOOGLE, "unknown", "10.0.0.1"])
def test_a_mail_scanner_stays_a_scanner_whatever_its_header_names(claimed: str) -> None:
    assert SIGNATURES.networks.of(MAIL_SECURITY) is Network.MAIL_SECURITY
    for headers in (BARE, {"user-agent": OUTLOOK}):
        assert judged(by_the_proxy(MAIL_SECURITY, headers, claimed)).kind is Kind.SCANNED


@pytest.mark.parametrize("claimed", ["", "10.0.0.1", "35.174.145.9"])
def test_a_bare_browser_in_a_data_centre_stays_a_scanner_unless_a_header_names_a_reader(claimed: str) -> None:
    assert SIGNATURES.networks.of(DATA_CENTRE) is Network.DATACENTRE
    assert judged(by_the_proxy(DATA_CENTRE, BARE, claimed)).kind is Kind.SCANNED
    reader = judged(by_the_proxy(DATA_CENTRE, BARE, HOME))
    assert (reader.kind, reader.confidence) == (Kind.OPENED, Confidence.WEAK)


PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)


@pytest.mark.parametrize("claimed", ["", "1.1.1.1", GOOGLE, "unknown"])
def test_a_prefetch_of_gmails_is_no_evidence_of_sending_where_its_address_is_uncertain(claimed: str) -> None:
    sighting = by_the_proxy(HOME, {"user-agent": PREFETCH}, claimed)
    assert sighting.agent is Agent.GMAIL_PREFETCH
    assert not fold(Fetch("f", HOUR, sighting), History(), Windows()).history.summary.inferred_sent
    genuine = by_the_proxy(PREFETCHER, {"user-agent": PREFETCH}, "")
    assert fold(Fetch("f", HOUR, genuine), History(), Windows()).history.summary.inferred_sent
