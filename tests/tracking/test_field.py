"""Requests and histories from the field, and what holds for all of them whatever stands in front."""

import json
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracking import Agent, Kind, Loudness, Network, Reason, Request, machines, networks
from tracking.agents import Signatures, identify, load
from tracking.data_files import data_lines
from tracking.hops import CLIENT_HEADERS, INSIDE, VIA
from tracking.ranges import Prefix
from tracking.replay import replay

CORPUS = Path(__file__).parent.parent / "corpus"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Safari/537.36"
)
HTTPS = {"scheme": "https"}
DRAFT = {"ip": "66.249.84.10", "headers": {"User-Agent": GMAIL}}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text("utf-8").splitlines()]


REQUESTS = rows("field-requests.jsonl") + rows("field-more.jsonl")
HISTORIES = rows("field-histories.jsonl") + rows("field-more-histories.jsonl")
READERS = [row for row in REQUESTS if row["want"] == "opened"]


@pytest.fixture(scope="module")
def signatures() -> Signatures:
    return load(machines.patterns())


def judged(signatures: Signatures, *requests: dict[str, Any]) -> list[dict[str, str]]:
    """What each request is, an hour after a mail was written in Gmail and sent."""
    events: list[dict[str, Any]] = []
    for number, request in enumerate(requests):
        link = {"link": f"l{number}"}
        events += [
            {**link, "event": "fetch", "at": "2026-06-01T09:00:20Z", "id": "draft", **DRAFT},
            {**link, "event": "sent", "at": "2026-06-01T09:01:00Z"},
            {**link, "event": "fetch", "at": "2026-06-01T10:01:00Z", "id": "asked", **request},
        ]
    answers = replay(map(json.dumps, events), signatures)
    return [answer for answer in answers if answer["id"] == "asked"]


def request_of(row: dict[str, Any]) -> dict[str, Any]:
    known: dict[str, Any] = {name: row[name] for name in ("method", "scheme", "name") if name in row}
    return {"ip": row["ip"], "headers": {**row["headers"], "User-Agent": row["ua"]}, **known}


@pytest.mark.parametrize("row", REQUESTS, ids=lambda row: row["class"])
def test_a_request_from_the_field_is_what_it_was(signatures: Signatures, row: dict[str, Any]) -> None:
    (answer,) = judged(signatures, request_of(row))
    assert answer["verdict"] == row["want"]


@pytest.mark.parametrize("link", dict.fromkeys(row["link"] for row in HISTORIES))
def test_a_history_from_the_field_is_judged_to_the_letter(signatures: Signatures, link: str) -> None:
    story = [row for row in HISTORIES if row["link"] == link]
    expected = [row["expect"] for row in story if row["event"] == "fetch"]
    answers = replay(map(json.dumps, story), signatures)
    assert [{"verdict": answer["verdict"], "alert": answer["alert"]} for answer in answers] == expected


HOPS = [line.split("\t")[1] for line in data_lines("hops.tsv")] + [*INSIDE]
hop_addresses = (
    st.sampled_from(HOPS).map(ip_network).flatmap(lambda net: st.ip_addresses(network=net)).map(str)
)
hop_headers = st.one_of(
    st.none(),
    st.sampled_from([*CLIENT_HEADERS]),
    st.sampled_from(["via", "cdn-loop"]),
    st.just("x-unheard-of"),
)


def said_by_a_hop(header: str | None, client: str, *, port: bool) -> dict[str, str]:
    """What a hop adds that names the client in this header; nothing if it adds none."""
    entry = f"[{client}]:443" if port and ":" in client else f"{client}:443" if port else client
    values = {
        "forwarded": f'for="{entry}"',
        "via": f"1.1 {next(iter(VIA))}",
        "cdn-loop": "cdn.example; loops=1",
    }
    return {header: values.get(header, entry)} if header else {}


@given(row=st.sampled_from(READERS), hop=hop_addresses, header=hop_headers, port=st.booleans())
def test_a_hop_in_front_never_makes_noise_of_a_reader(
    signatures: Signatures, row: dict[str, Any], hop: str, header: str | None, port: bool
) -> None:
    """Whichever hop it is, and whatever it says of the client: nothing, its address, or another name."""
    asked = request_of(row)
    headers = {**asked["headers"], **said_by_a_hop(header, row["ip"], port=port)}
    (answer,) = judged(signatures, {**asked, "ip": hop, "headers": headers})
    assert (answer["verdict"], answer["alert"]) == (Kind.OPENED, Loudness.LOUD)


LOUDER = {Loudness.NONE: 0, Loudness.SILENT: 1, Loudness.LOUD: 2}
EVIDENCE = {"Accept", "Accept-Language", "Referer", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site"}
SAYS_SO_ITSELF = {Reason.ADDRESS_BAR, Reason.PREFETCH_HEADER, Reason.AI_AGENT, Reason.METHOD}


@given(
    row=st.sampled_from(REQUESTS),
    kept=st.sets(st.sampled_from(sorted(EVIDENCE))),
    scheme=st.sampled_from([{}, {"scheme": "http"}, {"scheme": "https"}]),
)
def test_removing_what_speaks_for_a_reader_never_makes_a_fetch_louder(
    signatures: Signatures, row: dict[str, Any], kept: set[str], scheme: dict[str, str]
) -> None:
    """Not so for a header by which a request says itself that it is no open: without it nobody knows.

    `Accept: */*` is one of those: it asks for something else than an image.

    Every request that arrives has a Host. Recorded ones may have lost all but the user agent.
    """
    whole = {**request_of(row), **scheme}
    whole["headers"] = {"Host": "mail.example.com", **whole["headers"]}
    headers = {
        name: value
        for name, value in whole["headers"].items()
        if name in kept or name not in EVIDENCE or value == "*/*"
    }
    before, after = judged(signatures, whole, {**whole, "headers": headers})
    if before["reason"] not in SAYS_SO_ITSELF:
        assert LOUDER[Loudness(after["alert"])] <= LOUDER[Loudness(before["alert"])]


NEUTRAL = {
    "Host": "mail.example.com",
    "Connection": "keep-alive",
    "Accept-Encoding": "gzip, deflate, br",
    "Cache-Control": "no-cache",
    "Cookie": "a=b",
    "DNT": "1",
    "X-Unheard-Of": "anything",
}


@given(
    row=st.sampled_from(REQUESTS),
    added=st.sets(st.sampled_from(sorted(NEUTRAL)), min_size=1),
    scheme=st.sampled_from([{}, {"scheme": "http"}, {"scheme": "https"}]),
)
@example(row={"ua": CHROME, "ip": "84.1.1.1", "headers": {}}, added={"Host"}, scheme={})
@example(row={"ua": CHROME, "ip": "84.1.1.1", "headers": {"Accept": "*/*"}}, added={"Host"}, scheme=HTTPS)
def test_a_header_that_says_nothing_changes_no_verdict(
    signatures: Signatures, row: dict[str, Any], added: set[str], scheme: dict[str, str]
) -> None:
    """One that says what the request is for may well change it: `Sec-Purpose: prefetch` is no reader's.

    Of a record with the user agent alone, nobody knows the other headers. With a Host it is another record.
    """
    asked = {**request_of(row), **(scheme if row["headers"] else {})}
    more = {**asked, "headers": {**{name: NEUTRAL[name] for name in added}, **asked["headers"]}}
    before, after = judged(signatures, asked, more)
    assert after == before


@pytest.mark.parametrize("secure", [True, False, None])
@pytest.mark.parametrize("name", NEUTRAL)
def test_a_request_that_arrives_without_such_a_header_is_judged_alike(
    signatures: Signatures, name: str, secure: bool | None
) -> None:
    alone = Request("GET", {"user-agent": CHROME}, "84.1.1.1", secure=secure)
    more = alone._replace(headers={name.lower(): NEUTRAL[name], **alone.headers})
    assert identify(alone, signatures) == identify(more, signatures)


PREFIXES = [networks.parse(line) for line in data_lines("networks.tsv")]
LISTS = {Network.GOOGLE_PROXY, Network.GOOGLE_PREFETCH}
LISTED = [prefix for prefix in PREFIXES if prefix.label in LISTS]
OTHERS = [prefix for prefix in PREFIXES if prefix.label not in LISTS]
GMAILS_ADDRESSES = [prefix for prefix in LISTED if prefix.label is Network.GOOGLE_PROXY]


@pytest.fixture(scope="module")
def forgetful() -> Signatures:
    return load([])


def written(value: int, version: int) -> str:
    return str(IPv4Address(value) if version == 4 else IPv6Address(value))


@settings(max_examples=20)
@given(kept=st.sets(st.sampled_from(LISTED)), prefix=st.sampled_from(GMAILS_ADDRESSES), data=st.data())
def test_a_list_that_lost_lines_never_hides_gmails_readers(
    forgetful: Signatures, kept: set[Prefix[Network]], prefix: Prefix[Network], data: st.DataObject
) -> None:
    address = written(data.draw(st.integers(prefix.first, prefix.last)), prefix.version)
    forgetful.networks = networks.Networks([*OTHERS, *kept])
    forgetful.placed.cache_clear()
    seen = identify(Request("GET", {"user-agent": GMAIL}, address), forgetful)
    assert (seen.agent, seen.sign) == (Agent.GMAIL_PROXY, None)
    assert seen.network in {Network.GOOGLE, Network.GOOGLE_PROXY}


@given(address=st.ip_addresses().filter(lambda address: address.is_global).map(str))
def test_an_address_on_no_list_never_makes_a_gmail_reader_louder_than_weak(
    signatures: Signatures, address: str
) -> None:
    (answer,) = judged(signatures, {"ip": address, "headers": {"User-Agent": GMAIL}})
    assert answer["agent"] == Agent.GMAIL_PROXY or answer["verdict"] == Kind.NOISE
    if answer["reason"] == "unlisted_google":
        assert (answer["verdict"], answer["confidence"]) == (Kind.OPENED, "weak")
