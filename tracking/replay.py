"""Judges recorded histories of links: `python -m tracking replay`.

It reads JSON lines, in time order within each link, and returns one answer for each fetch, in input order.
The verdict is the one after everything has been read; `alert` is what the chat was told when the fetch came.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tracking.agents import Signatures, identify
from tracking.alerting import Loudness, alert_for
from tracking.facts import Fetch, Network, Request, Verdict, Windows, program_of
from tracking.history import History, Statement, StatementKind
from tracking.hops import client_of
from tracking.networks import home
from tracking.verdicts import correct_exposed, fold, rejudge

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class UnreadableLineError(Exception):
    """A line is no event. The message says which line, and why."""


class ReplayedLink:
    """One link of the recording: its fetches are judged as they come, and again after every statement."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._history = History()
        self._fetches: list[Fetch] = []
        self._verdicts: list[Verdict] = []
        self._loudness: list[Loudness] = []

    def fetch(self, fetch: Fetch) -> int:
        """Judge a fetch. Return its index among the link's fetches."""
        before = self._history.summary
        verdict, self._history, exposed = fold(fetch, self._history, self._windows)
        self._fetches.append(fetch)
        self._verdicts.append(verdict)
        if exposed:
            correct_exposed(self._verdicts, self._fetches, exposed.id)
        self._loudness.append(alert_for(fetch, verdict, before, self._windows))
        return len(self._fetches) - 1

    def apply(self, statement: Statement) -> None:
        statements = self._history.statements.apply(statement)
        self._verdicts, self._history = rejudge(self._fetches, statements, self._windows)

    def line(self, place: int) -> dict[str, str]:
        fetch, verdict = self._fetches[place], self._verdicts[place]
        return {
            "id": fetch.id,
            "agent": fetch.sighting.agent,
            "verdict": verdict.kind,
            "confidence": verdict.confidence,
            "reason": verdict.reason,
            "alert": self._loudness[place],
        }


def replay(
    lines: Iterable[str | bytes], signatures: Signatures, windows: Windows = Windows()
) -> Iterator[dict[str, str]]:
    """Return one answer for each fetch, in input order. Raises UnreadableLineError."""
    links: dict[str, ReplayedLink] = {}
    asked: list[tuple[ReplayedLink, int]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
            link = links.setdefault(_text(event, "link"), ReplayedLink(windows))
            if event["event"] == "fetch":
                asked.append((link, link.fetch(_fetch(event, signatures))))
            elif event["event"] != "created":
                link.apply(_statement(event))
        except UNREADABLE as error:
            raise UnreadableLineError(f"line {number}: {_why(error)}") from None
    return (link.line(place) for link, place in asked)


def _why(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _fetch(event: dict[str, Any], signatures: Signatures) -> Fetch:
    headers = {str(name).lower(): str(value) for name, value in event.get("headers", {}).items()}
    address = _text(event, "ip") if event.get("ip") is not None else None
    method = _text(event, "method") if "method" in event else "GET"
    name = _text(event, "name") if event.get("name") is not None else None
    secure = event["scheme"] == "https" if "scheme" in event else None
    if headers.keys() <= {"user-agent"}:
        secure = None  # nobody wrote the other headers down
    address = client_of(address, headers, signatures.hops).address
    sighting = identify(Request(method, headers, address, name, secure), signatures)
    user_agent, device = headers.get("user-agent", ""), None
    if address is not None and sighting.network is not Network.UNKNOWN:
        device = f"{home(address)} {user_agent}"
    return Fetch(_text(event, "id"), _time(event["at"]), sighting, device, program_of(user_agent))


def _statement(event: dict[str, Any]) -> Statement:
    at, kind = _time(event["at"]), event["event"]
    match kind:
        case "sent" if event.get("by") is not None:
            return Statement(StatementKind.TOLD_SENT, _time(event["by"]))
        case "peek":
            return Statement(StatementKind.PEEK, at, until=at + 60 * float(event.get("minutes", 15)))
        case "own" | "not_own":
            return Statement(StatementKind(kind), at, of=_text(event, "of"))
        case "sent" | "draft" | "objected":
            return Statement(StatementKind(kind), at)
    raise ValueError(f"unknown event {kind!r}")


def _text(event: dict[str, Any], name: str) -> str:
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(f"{name!r} is not a text")
    return value


def _time(text: str) -> float:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return round(at.timestamp(), 3)
