"""The requests of a busy pixel server: many links in random order, from a mix of mail programs and machines.

The mix is that of the histories in tests/corpus. Of their 143 GETs after Sent, 52 are a link's first open
and alert; so a third of all requests here are. The others share the rest as they do there: 12 repeats, 18
opens again, 13 prefetches, 14 scanners, 23 other machines. What happens only beside a statement (the sender's
own opens, a stopped link) is left out, 11 fetches. Headers and networks are those of the corpus, too.

A link is opened for the first time only once. So each slice begins on a fresh database, and follows a plan
that ends when all links are opened, after three requests for each. A third of any part of it are first opens.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bench.corpora import CORPORA, HOUR, SENT_AT, an_hour_after_sending, lines, request_of, signatures
from bench.programs import ROOT
from tracking import Fetch, Kind, Windows
from tracking.agents import identify
from tracking.verdicts import fold

SCRIPT = str(ROOT / "bench" / "traffic.lua")
FIRST_OPENS = 1 / 3
OTHERS = {Kind.REPEAT: 12, Kind.OPENED: 18, Kind.PROXIED: 13, Kind.SCANNED: 14, Kind.NOISE: 23}
"""How often the verdict of another fetch is chosen: tests/bench/test_traffic.py counts them again."""
LONGEST = 150_000
"""Requests of a plan: no server answers as many in a slice."""
NOT_THEIRS = frozenset({"host", "connection", "x-forwarded-for"})
"""Headers that are written here."""


class Sender(NamedTuple):
    """A mail program or a machine that asked for a pixel in the corpus."""

    headers: tuple[str, ...]
    network: str
    """The first three numbers of its address."""


class Planned(NamedTuple):
    """One request: who asks, and for which link."""

    sender: Sender
    link: int

    @property
    def address(self) -> str:
        """The client's address. Another link's reader has another."""
        return f"{self.sender.network}.{self.link % 254 + 1}"


def plan(links: int) -> Iterator[Planned]:
    """Yield requests for the links 0, 1, … until each is opened. It is the same plan in every run."""
    chance, senders = Random(1), by_verdict()
    unopened = chance.sample(range(links), min(links, round(LONGEST * FIRST_OPENS)))
    opened: list[Planned] = []
    kinds, weights = list(OTHERS), list(OTHERS.values())
    while unopened:
        if chance.random() < FIRST_OPENS or not opened:
            opened.append(Planned(chance.choice(senders[Kind.OPENED]), unopened.pop()))
            yield opened[-1]
            continue
        (kind,) = chance.choices(kinds, weights)
        if kind is Kind.REPEAT:
            yield chance.choice(opened)
        elif kind is Kind.OPENED:
            yield Planned(chance.choice(senders[kind]), chance.choice(opened).link)
        else:
            yield Planned(chance.choice(senders[kind]), chance.randrange(links))


@cache
def by_verdict() -> dict[Kind, list[Sender]]:
    """Return a sender for each fetch after Sent in the corpus that is judged so without its history."""
    senders: dict[Kind, list[Sender]] = {kind: [] for kind in OTHERS}
    for fetch in after_sent():
        kind, headers = Kind(fetch["expect"]["verdict"]), request_of(fetch).headers
        first = kind is not Kind.OPENED or fetch["expect"]["alert"] == "loud"
        if first and kind is _verdict(fetch) and "x-forwarded-for" not in headers and "." in fetch["ip"]:
            kept = tuple(f"{name}: {value}" for name, value in headers.items() if name not in NOT_THEIRS)
            senders[kind].append(Sender(kept, fetch["ip"].rpartition(".")[0]))
    return senders


def after_sent() -> Iterator[dict[str, Any]]:
    """Yield the fetches of the corpus that came after Sent."""
    for corpus in CORPORA:
        sent = set[str]()
        for event in lines(corpus.histories):
            if event["event"] == "sent":
                sent.add(event["link"])
            elif event["event"] == "fetch" and event["link"] in sent and event.get("method", "GET") == "GET":
                yield event


def _verdict(fetch: dict[str, Any]) -> Kind:
    sighting = identify(request_of(fetch), signatures())
    return fold(Fetch("f", SENT_AT + HOUR, sighting), an_hour_after_sending(), Windows()).verdict.kind


def write(path: Path, planned: Sequence[Planned], path_of: Callable[[int], str]) -> None:
    """Write the plan for traffic.lua: each sender's headers in a line, `requests`, and each request."""
    senders = list(dict.fromkeys(request.sender for request in planned))
    numbers = {sender: number for number, sender in enumerate(senders, 1)}
    headers = ["".join(f"{header}\t" for header in sender.headers) for sender in senders]
    requests = [f"{numbers[one.sender]} {one.address} {path_of(one.link)}" for one in planned]
    path.write_text("\n".join([*headers, "requests", *requests, ""]), "utf-8")


def request(planned: Planned, url: str, path_of: Callable[[int], str]) -> str:
    """Return one request as its sender writes it to the server at this URL."""
    host = url.removeprefix("http://")
    lines = [
        f"GET {path_of(planned.link)} HTTP/1.1",
        f"Host: {host}",
        *planned.sender.headers,
        f"X-Forwarded-For: {planned.address}",
    ]
    return "\r\n".join([*lines, "", ""])
