"""Fetches come in: judged and stored together with the alerts they cause, in one transaction."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from storage import outbox
from storage.links import card_key
from storage.tables import FetchRow, Link
from storage.times import moment
from tracking import Fetch, Kind, Loudness, Sighting, Verdict, Windows, alert_for, take_in
from tracking.history import dump, load

USER_AGENT_LENGTH = 200


class Arrival(NamedTuple):
    """A fetch as the pixel server took it in: its id is made before any transaction, so that an
    attempt whose commit is in doubt can be repeated."""

    id: str
    token: str
    at: float
    sighting: Sighting
    device: str | None
    user_agent: str


def new_id() -> str:
    return uuid.uuid4().hex


class _Open:
    """A link in this batch: read once, judged in memory, written back once."""

    def __init__(self, row: Any) -> None:
        self.link_id, self.chat_id, self.thread_id, self.muted = row.id, row.chat_id, row.thread_id, row.muted
        self.seq, self.last_event_at = row.fetches, row.last_event_at
        self.history = load(row.history)
        self.changed = self.changes_card = False

    def take_in(self, arrival: Arrival, windows: Windows) -> tuple[Verdict, Loudness]:
        fetch = Fetch(arrival.id, arrival.at, arrival.sighting, arrival.device)
        before = self.history.memory
        verdict, self.history = take_in(fetch, self.history, windows)
        loudness = alert_for(fetch, verdict, before, windows)
        newly_armed = self.history.memory.armed is not before.armed
        self.changes_card = self.changes_card or newly_armed or loudness is not Loudness.NONE
        return verdict, loudness


_LINK = Link.__table__  # type: ignore[attr-defined]  # SQLModel does not declare the table it makes
_FETCH = FetchRow.__table__  # type: ignore[attr-defined]


def record(
    connection: Connection, arrivals: Sequence[Arrival], windows: Windows, *, again: bool = False
) -> bool:
    """Judge and store fetches, in order, with the alerts they cause; whether any alert is owed.

    Unknown tokens are passed over. `again` says that an earlier attempt may have been committed:
    what is there already is then left as it is.
    """
    known = _known(connection, arrivals) if again else frozenset[str]()
    links = _links(connection, {arrival.token for arrival in arrivals})
    fetches: list[dict[str, object]] = []
    alerts: list[dict[str, object]] = []
    for arrival in arrivals:
        if (link := links.get(arrival.token)) and arrival.id not in known:
            _take_in(link, arrival, windows, fetches, alerts)
    if not fetches:
        return False
    connection.execute(insert(_FETCH), fetches)
    _write_back(connection, links)
    outbox.owe(connection, alerts)
    renewed = [card_key(link.link_id) for link in links.values() if link.changes_card]
    outbox.renew(connection, renewed)
    return bool(alerts or renewed)


def _known(connection: Connection, arrivals: Sequence[Arrival]) -> frozenset[str]:
    ids = [arrival.id for arrival in arrivals]
    return frozenset(connection.execute(select(_FETCH.c.id).where(_FETCH.c.id.in_(ids))).scalars())


def _links(connection: Connection, tokens: Iterable[str]) -> dict[str, _Open]:
    """The links of these tokens, locked in one order, so that two writers never wait for each other."""
    columns = (_LINK.c.id, _LINK.c.token, _LINK.c.chat_id, _LINK.c.thread_id, _LINK.c.muted)
    more = (_LINK.c.fetches, _LINK.c.last_event_at, _LINK.c.history)
    query = select(*columns, *more).where(_LINK.c.token.in_(list(tokens))).order_by(_LINK.c.id)
    return {row.token: _Open(row) for row in connection.execute(query.with_for_update(key_share=True))}


def _take_in(
    link: _Open,
    arrival: Arrival,
    windows: Windows,
    fetches: list[dict[str, object]],
    alerts: list[dict[str, object]],
) -> None:
    verdict, loudness = link.take_in(arrival, windows)
    if verdict.kind is Kind.IGNORED:
        return
    link.seq, link.changed = link.seq + 1, True
    at = moment(arrival.at)
    if verdict.kind is not Kind.NOISE:
        link.last_event_at = max(link.last_event_at, at)
    fetches.append(_fetch_row(link, arrival, verdict, at))
    if loudness is Loudness.LOUD and not link.muted:
        alerts.append(_alert_row(link, arrival, at, f"opened:{arrival.id}", "opened", loud=True))
    elif loudness is Loudness.SILENT and verdict.kind is Kind.PROXIED:
        alerts.append(_alert_row(link, arrival, at, f"proxied:{link.link_id}", "proxied", loud=False))


def _fetch_row(link: _Open, arrival: Arrival, verdict: Verdict, at: datetime) -> dict[str, object]:
    agent, network, sign, rendered = arrival.sighting
    return {
        "id": arrival.id,
        "link_id": link.link_id,
        "seq": link.seq,
        "at": at,
        "agent": agent,
        "network": network,
        "sign": sign or "",
        "rendered": rendered,
        "device": arrival.device,
        "user_agent": arrival.user_agent[:USER_AGENT_LENGTH],
        "kind": verdict.kind,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
    }


def _alert_row(
    link: _Open, arrival: Arrival, at: datetime, key: str, kind: str, *, loud: bool
) -> dict[str, object]:
    return {
        "key": key,
        "chat_id": link.chat_id,
        "link_id": link.link_id,
        "fetch_id": arrival.id,
        "kind": kind,
        "loud": loud,
        "thread_id": link.thread_id,
        "created_at": at,
    }


def _write_back(connection: Connection, links: dict[str, _Open]) -> None:
    rows = [
        {
            "key": link.link_id,
            "fetches": link.seq,
            "last_event_at": link.last_event_at,
            "history": dump(link.history),
        }
        for link in links.values()
        if link.changed
    ]
    connection.execute(update(_LINK).where(_LINK.c.id == bindparam("key")), rows)
