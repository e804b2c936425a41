"""Reads the lines of a recording. What cannot be meant is refused, with the reason in words."""

import json
from datetime import datetime
from math import isfinite
from typing import Any, NamedTuple

from tracking.facts import Request
from tracking.history import Statement, StatementKind
from tracking.hops import address_in

UNREADABLE = (ValueError, OverflowError, RecursionError)
"""What reading a line raises. JSON nested a thousand deep raises RecursionError."""

PEEK_MINUTES = 15
SCHEMES = {"http": False, "https": True}

Fields = dict[str, Any]


class RecordedFetch(NamedTuple):
    """A fetch as it was recorded."""

    id: str
    request: Request
    """Its address is the one at the other end of the connection: a hop's or the client's."""


class Event(NamedTuple):
    """One line of a recording."""

    link: str
    at: float
    what: RecordedFetch | Statement | None
    """None for the creation of the link."""


def read(line: str | bytes) -> Event:
    """Read a line. Raises one of UNREADABLE."""
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise ValueError("it is no object")
    at = _time(fields, "at")
    return Event(_text(fields, "link"), at, _what(fields, at))


def _what(fields: Fields, at: float) -> RecordedFetch | Statement | None:
    kind = _text(fields, "event")
    match kind:
        case "created":
            return None
        case "fetch":
            return RecordedFetch(_text(fields, "id"), _request(fields))
        case "sent" | "draft" if fields.get("by") is not None:
            told = StatementKind.TOLD_SENT if kind == "sent" else StatementKind.DRAFT_THEN
            return Statement(told, _time(fields, "by"))
        case "peek":
            return Statement(StatementKind.PEEK, at, until=_end_of_peek(fields, at))
        case "own" | "not_own":
            return Statement(StatementKind(kind), at, of=_text(fields, "of"))
        case "sent":
            return Statement(StatementKind.SENT, at, since=_since(fields, at))
        case "draft" | "objected":
            return Statement(StatementKind(kind), at)
    raise ValueError(f"'event' is unknown: {kind!r:.80}")


def _since(fields: Fields, at: float) -> float | None:
    """Return the earliest time at which Sent can have been tapped; None if that was at the event's own."""
    since = None if fields.get("since") is None else _time(fields, "since")
    if since is not None and since > at:
        raise ValueError("'since' is later than 'at'")
    return since


def _request(fields: Fields) -> Request:
    headers = _headers(fields)
    secure = _secure(fields)
    if headers.keys() <= {"user-agent"}:
        secure = None  # nobody wrote the other headers down
    method = _text(fields, "method") if "method" in fields else "GET"
    return Request(method, headers, _address(fields), _optional(fields, "name"), secure)


def _headers(fields: Fields) -> dict[str, str]:
    headers = fields.get("headers", {})
    if not isinstance(headers, dict):
        raise ValueError("'headers' is no object")
    for name, value in headers.items():
        if not isinstance(value, str):
            raise ValueError(f"the header {name!r} is no text: {value!r:.80}")
    return {name.lower(): value for name, value in headers.items()}


def _secure(fields: Fields) -> bool | None:
    scheme = _optional(fields, "scheme")
    if scheme is not None and scheme not in SCHEMES:
        raise ValueError(f"'scheme' is neither http nor https: {scheme!r:.80}")
    return None if scheme is None else SCHEMES[scheme]


def _address(fields: Fields) -> str | None:
    address = _optional(fields, "ip")
    if address is not None and address_in(address) is None:
        raise ValueError(f"'ip' is no address: {address!r:.80}")
    return address


def _end_of_peek(fields: Fields, at: float) -> float:
    minutes = fields.get("minutes", PEEK_MINUTES)
    if isinstance(minutes, bool) or not isinstance(minutes, (int, float)):
        raise ValueError(f"'minutes' is no number: {minutes!r:.80}")
    until = at + 60 * float(minutes)
    if not isfinite(until) or minutes <= 0:
        raise ValueError(f"'minutes' is no length of time: {minutes!r:.80}")
    return until


def _optional(fields: Fields, name: str) -> str | None:
    return None if fields.get(name) is None else _text(fields, name)


def _text(fields: Fields, name: str) -> str:
    if name not in fields:
        raise ValueError(f"{name!r} is missing")
    value = fields[name]
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is no text: {value!r:.80}")
    return value


def _time(fields: Fields, name: str) -> float:
    text = _text(fields, name)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{name!r} is no time: {text!r:.80}") from error
    if at.tzinfo is None:
        raise ValueError(f"{name!r} has no time zone: {text!r:.80}")
    return round(at.timestamp(), 3)
