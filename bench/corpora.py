"""The collected requests and histories on which the judge is measured.

A request stands alone, and is judged as if it came an hour after a mail was sent from Gmail. A history is a
whole link, with the verdict and the alert that each fetch must get. `documents` was collected while the judge
was built, from public documents. `field` came later, from logs and bug reports. `more` was collected last, by
kinds of which the field had only a few. Each row of `more` names its source.
"""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from bench.programs import ROOT
from tracking import (
    Agent,
    Fetch,
    History,
    Network,
    Request,
    Sighting,
    Statement,
    StatementKind,
    Windows,
    machines,
)
from tracking.agents import Signatures, load
from tracking.hops import client_of
from tracking.verdicts import fold

FOLDER = ROOT / "tests" / "corpus"
HOUR = 3600.0
SENT_AT = 60.0


class Corpus(NamedTuple):
    """One collection: its name, and the files of its requests and histories."""

    name: str
    requests: str
    histories: str


CORPORA = (
    Corpus("documents", "requests.jsonl", "timelines.jsonl"),
    Corpus("field", "field-requests.jsonl", "field-histories.jsonl"),
    Corpus("more", "field-more.jsonl", "field-more-histories.jsonl"),
)


class CollectedRequest(NamedTuple):
    """One collected request, and what it should be."""

    request: Request
    reader: bool
    """A person may have opened the mail with it."""
    label: str
    """The program or person that sends such requests."""
    expected: str
    """The verdict it must get; empty if it is only known whether it may be a reader's."""


@cache
def signatures() -> Signatures:
    return load(machines.patterns())


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def requests_of(corpus: Corpus) -> list[CollectedRequest]:
    return list(map(_collected, lines(corpus.requests)))


def _collected(entry: dict[str, Any]) -> CollectedRequest:
    expected = entry.get("want", "")
    reader = expected == "opened" if expected else entry["human_possible"]
    return CollectedRequest(request_of(entry), reader, entry.get("label") or entry["class"], expected)


def request_of(entry: dict[str, Any]) -> Request:
    """Return the request of a collected row, or of a history's fetch."""
    headers = {name.lower(): value for name, value in entry.get("headers", {}).items()}
    if "ua" in entry:
        headers["user-agent"] = entry["ua"]
    address = client_of(entry.get("ip"), headers, signatures().hops).address
    secure = entry["scheme"] == "https" if "scheme" in entry else None
    return Request(entry.get("method", "GET"), headers, address, entry.get("name"), secure)


def user_agents(corpora: Iterable[Corpus] = CORPORA) -> set[str]:
    """Return every user agent of the corpora."""
    rows = [row for corpus in corpora for name in corpus[1:] for row in lines(name)]
    return {request_of(row).headers.get("user-agent", "") for row in rows}


def an_hour_after_sending() -> History:
    """Return the history of a mail that was written in Gmail and sent at SENT_AT."""
    gmail = Fetch("draft", 0.0, Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY))
    drafted = fold(gmail, History(), Windows()).history
    return drafted._replace(statements=drafted.statements.apply(Statement(StatementKind.SENT, SENT_AT)))
