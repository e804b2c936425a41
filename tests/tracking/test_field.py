"""Requests and histories from the field, and what holds for all of them whatever stands in front."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import Agent, Kind, Loudness, machines
from tracking.agents import Signatures, load
from tracking.replay import replay

CORPUS = Path(__file__).parent.parent / "corpus"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
DRAFT = {"ip": "66.249.84.10", "headers": {"User-Agent": GMAIL}}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text("utf-8").splitlines()]


REQUESTS = rows("field-requests.jsonl")
HISTORIES = rows("field-histories.jsonl")
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
    return {"ip": row["ip"], "headers": {**row["headers"], "User-Agent": row["ua"]}}


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


hop_addresses = st.sampled_from(
    [
        "172.71.1.2",
        "10.0.0.2",
        "100.64.7.7",
        "130.176.1.1",
        "151.101.1.9",
        "35.191.8.9",
        "34.117.1.1",
        "fdaa:0:1::3",
    ]
)
hop_headers = st.sampled_from(
    ["CF-Connecting-IP", "Fly-Client-IP", "True-Client-IP", "X-Forwarded-For", "X-Real-IP", "Forwarded"]
)


@given(row=st.sampled_from(READERS), hop=hop_addresses, header=hop_headers, port=st.booleans())
def test_a_hop_in_front_never_makes_noise_of_a_reader(
    signatures: Signatures, row: dict[str, Any], hop: str, header: str, port: bool
) -> None:
    client = row["ip"]
    entry = f"[{client}]:443" if port and ":" in client else f"{client}:443" if port else client
    named = f'for="{entry}"' if header == "Forwarded" else entry
    headers = {**request_of(row)["headers"], header: named}
    (answer,) = judged(signatures, {"ip": hop, "headers": headers})
    assert answer["verdict"] == Kind.OPENED


LOUDER = {Loudness.NONE: 0, Loudness.SILENT: 1, Loudness.LOUD: 2}


@given(
    row=st.sampled_from(REQUESTS),
    kept=st.sets(st.sampled_from(sorted({name for row in REQUESTS for name in row["headers"]}))),
    scheme=st.sampled_from([{}, {"scheme": "https"}]),
)
def test_removing_what_speaks_for_a_reader_never_makes_a_fetch_louder(
    signatures: Signatures, row: dict[str, Any], kept: set[str], scheme: dict[str, str]
) -> None:
    """Not so for a header by which a request says itself that it is no open: without it nobody knows."""
    whole = {**request_of(row), **scheme}
    evidence = {"Accept", "Accept-Language", "Referer", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site"}
    headers = {
        name: value for name, value in whole["headers"].items() if name in kept or name not in evidence
    }
    before, after = judged(signatures, whole, {**whole, "headers": headers})
    if before["verdict"] == Kind.OPENED:
        assert LOUDER[Loudness(after["alert"])] <= LOUDER[Loudness(before["alert"])]


@given(address=st.ip_addresses().filter(lambda address: address.is_global).map(str))
def test_an_address_on_no_list_never_makes_a_gmail_reader_louder_than_weak(
    signatures: Signatures, address: str
) -> None:
    (answer,) = judged(signatures, {"ip": address, "headers": {"User-Agent": GMAIL}})
    assert answer["agent"] == Agent.GMAIL_PROXY or answer["verdict"] == Kind.NOISE
    if answer["reason"] == "unlisted_google":
        assert (answer["verdict"], answer["confidence"]) == (Kind.OPENED, "weak")
