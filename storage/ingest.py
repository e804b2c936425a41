"""Judges fetches, and stores them and the alerts that they cause in one transaction.

This is the hot path: its SQL is written out (fetch_sql.py).
"""

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Connection

from storage import outbox, reactions
from storage.database import Row
from storage.engine import database_of
from storage.fetch_sql import LINK, FetchSql, sql_for
from storage.histories import dump, load
from storage.kinds import MessageKind, card_key, opened_key, proxied_key
from storage.outbox import Owed
from tracking import (
    Fetch,
    History,
    Kind,
    Loudness,
    Sighting,
    Statement,
    StatementKind,
    Verdict,
    Windows,
    alert_for,
)
from tracking.alerting import changes_card, makes_a_sound
from tracking.facts import LONGEST_PROGRAM, program_of
from tracking.folding import LinkFold
from tracking.rules import BURST, REPEAT
from tracking.status import status_of
from tracking.summary import SuspectOpen

SAME_VIEW_AGAIN = REPEAT, Loudness.NONE, None


class Arrival(NamedTuple):
    """A fetch as the pixel server received it; `at` is in epoch seconds.

    Its id is made before any transaction. So a transaction whose commit is in doubt can be repeated.
    """

    id: str
    token: str
    at: float
    sighting: Sighting
    device: str | None
    user_agent: str


# Seeded once by the operating system. Asking that for every id would release the interpreter's lock each
# time, and these ids need to differ, not to be secret.
_random = Random().getrandbits  # noqa: S311


def new_id(at: float) -> str:
    """Return 32 hexadecimal digits that begin with the time, like a UUIDv7: so new rows lie together."""
    return f"{first_id(at)}{_random(80):020x}"


def first_id(at: float) -> str:
    """Return the beginning of the ids made at this time. No id made then or later is smaller."""
    return f"{int(at * 1000):012x}"


class _LinkInBatch:
    """A link that this batch fetches. It is read once, judged in memory, and written once."""

    def __init__(self, row: Any, windows: Windows) -> None:
        self.id, _, self.list_id, self.chat_id, self.thread_id, self.asked_in, *rest = row
        self.muted, self.seq, self.peeked_until, history = rest
        self._link_fold, self._windows = LinkFold(load(history), windows), windows
        self.last_at: float | None = None
        """The time of the batch's last fetch of it that is not noise."""
        self.changed = self.changes_card = False

    def announce(self, peek: Statement) -> None:
        """Judge this batch with a peek at this link. It becomes a statement about it."""
        statements, summary = self._link_fold.history
        self._link_fold = LinkFold(History(statements.apply(peek), summary), self._windows)

    def fold(self, arrival: Arrival) -> tuple[Verdict, Loudness, SuspectOpen | None]:
        """Return the verdict, how the chat is told, and the earlier open that this fetch exposes."""
        identifier, _, at, sighting, device, user_agent = arrival
        if self._link_fold.extends_run(at, sighting, device):
            return SAME_VIEW_AGAIN
        program = program_of(user_agent) if sighting.is_bare_browser else ""
        before, fetch = self._link_fold.history.summary, Fetch(identifier, at, sighting, device, program)
        verdict, after, exposed = self._link_fold.fold(fetch)
        loudness = alert_for(fetch, verdict, before, self._windows)
        if exposed or changes_card(loudness, before, after.summary):
            self.changes_card = True
        return verdict, loudness, exposed

    def row(self, sql: FetchSql) -> Row:
        """Return the values for `FetchSql.update`."""
        history, time = self._link_fold.history, sql.time
        opened_at, last_at = history.summary.last_open, self.last_at and time(self.last_at)
        status, since = status_of(history)
        return (
            self.seq,
            last_at,
            last_at,
            dump(history),
            status.value,
            None if since is None else time(since),
            None if opened_at is None else time(opened_at),
            self.id,
        )


class _Batch(NamedTuple):
    """The rows that a batch writes, besides its links."""

    fetches: list[Row]
    alerts: list[Owed]
    exposed: list[SuspectOpen]
    """Opens, in this batch or before, that were a scanner's."""


def record(
    connection: Connection, arrivals: Sequence[Arrival], windows: Windows, *, again: bool = False
) -> bool:
    """Judge and store fetches, in their order, with the alerts that they cause. Return True if any are due.

    Fetches of unknown tokens are dropped. `again` says that an earlier attempt may have been committed: what
    is stored already is then left as it is. Raises the driver's errors, not SQLAlchemy's.
    """
    sql, cursor = sql_for(database_of(connection)), connection.connection.cursor()
    stored = _already_stored(cursor, arrivals, sql) if again else frozenset[str]()
    links = _links(cursor, {arrival.token for arrival in arrivals}, windows, sql)
    _announce_peeks(cursor, list(links.values()), arrivals, sql)
    batch = _Batch([], [], [])
    for arrival in arrivals:
        if (link := links.get(arrival.token)) and arrival.id not in stored:
            _judge_into(link, arrival, sql, batch)
    if not batch.fetches:
        return False
    sql.insert(cursor, batch.fetches)
    if batch.exposed:
        cursor.executemany(sql.correct, [(*BURST, suspect.id) for suspect in batch.exposed])
    _update(cursor, sql.update, [link.row(sql) for link in links.values() if link.changed])
    outbox.owe(connection, batch.alerts)
    changed = [card_key(link.id, link.list_id) for link in links.values() if link.changes_card]
    if batch.exposed:
        changed.extend(_correct_alert(connection, suspect) for suspect in batch.exposed)
    outbox.refresh(connection, changed)
    if batch.exposed:
        reactions.refresh(connection, [(link.chat_id, link.asked_in) for link in links.values()])
    return bool(batch.alerts or changed)


def _correct_alert(connection: Connection, suspect: SuspectOpen) -> str:
    """Return the key of the alert to correct, which had told of a scanner's open.

    It now tells of the first open after that one, which had made no sound because of it. Without such an
    open, it says that it was a scanner.
    """
    if not suspect.successor:
        return opened_key(suspect.id)
    outbox.reassign(connection, opened_key(suspect.id), opened_key(suspect.successor), suspect.successor)
    return opened_key(suspect.successor)


def _update(cursor: Any, statement: str, rows: list[Row]) -> None:
    if len(rows) == 1:
        # For several, PostgreSQL's driver opens a pipeline, which costs 70 us more than a single one needs.
        cursor.execute(statement, rows[0])
    else:
        cursor.executemany(statement, rows)


def _already_stored(cursor: Any, arrivals: Sequence[Arrival], sql: FetchSql) -> frozenset[str]:
    marks = ", ".join([sql.mark] * len(arrivals))
    query = f'SELECT id FROM "fetch" WHERE id IN ({marks})'  # noqa: S608  # marks only
    cursor.execute(query, [arrival.id for arrival in arrivals])
    return frozenset(row[0] for row in cursor.fetchall())


def _links(cursor: Any, tokens: set[str], windows: Windows, sql: FetchSql) -> dict[str, _LinkInBatch]:
    """Return the links of these tokens. They are locked in one order, so that two writers cannot deadlock."""
    marks = ", ".join([sql.mark] * len(tokens))
    query = f"{LINK} WHERE token IN ({marks}) ORDER BY id{sql.lock}"  # marks only
    cursor.execute(query, list(tokens))
    return {row[1]: _LinkInBatch(row, windows) for row in cursor.fetchall()}


def _announce_peeks(
    cursor: Any, links: list[_LinkInBatch], arrivals: Sequence[Arrival], sql: FetchSql
) -> None:
    """Add the peeks of the chats that may cover these fetches. While none runs, there is no query.

    The query comes after the links are locked: `storage.peeks.begin` relies on that.
    """
    if not any(link.peeked_until for link in links):
        return
    first, last = min(arrival.at for arrival in arrivals), max(arrival.at for arrival in arrivals)
    peeked = [link for link in links if link.peeked_until >= first]
    if not peeked:
        return
    marks = ", ".join([sql.mark] * len(peeked))
    query = (
        f"SELECT chat_id, link_id, at, until FROM peek WHERE at <= {sql.mark} AND until >= {sql.mark} "  # noqa: S608
        f"AND chat_id IN ({marks}) ORDER BY id"  # marks only
    )
    cursor.execute(query, [last, first, *(link.chat_id for link in peeked)])
    for chat_id, link_id, at, until in cursor.fetchall():
        for link in peeked:
            if link.chat_id == chat_id and link_id in (None, link.id):
                link.announce(Statement(StatementKind.PEEK, at, until=until))


def _judge_into(link: _LinkInBatch, arrival: Arrival, sql: FetchSql, batch: _Batch) -> None:
    verdict, loudness, exposed = link.fold(arrival)
    kind = verdict.kind
    if kind is Kind.IGNORED:
        return
    identifier, _, at, sighting, device, user_agent = arrival
    link.seq, link.changed = link.seq + 1, True
    if kind is not Kind.NOISE:
        link.last_at = at
    if exposed:
        batch.exposed.append(exposed)
    seen = (*_plain(sighting), device, user_agent[:LONGEST_PROGRAM])
    batch.fetches.append((identifier, link.id, link.seq, sql.time(at), *seen, *_plain(verdict)))
    if makes_a_sound(loudness, muted=link.muted):
        batch.alerts.append(_owed(link, arrival, opened_key(identifier), MessageKind.OPENED))
    elif loudness is Loudness.SILENT and kind is Kind.PROXIED:
        batch.alerts.append(_owed(link, arrival, proxied_key(link.id), MessageKind.PROXIED))


@lru_cache(1024)
def _plain(words: Sighting | Verdict) -> tuple[str | bool, ...]:
    """Return the words as plain strings: a driver takes three times as long for an enumeration's."""
    return tuple(word if isinstance(word, bool) else str(word or "") for word in words)


def _owed(link: _LinkInBatch, arrival: Arrival, key: str, kind: MessageKind) -> Owed:
    return Owed(
        key,
        link.chat_id,
        kind,
        arrival.at,
        link_id=link.id,
        fetch_id=arrival.id,
        thread_id=link.thread_id,
    )
