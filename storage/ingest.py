"""Judges fetches, and stores them and the alerts that they cause in one transaction.

This is the hot path: its SQL is written out (fetch_sql.py).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from storage import outbox, reactions
from storage.database import Row
from storage.engine import database_of
from storage.fetch_sql import LINK, NOTHING_YET, FetchSql, padded, sql_for
from storage.histories import dump, load
from storage.kinds import POLICIES, MessageKind, card_key, opened_key, proxied_key
from tracking import (
    Fetch,
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
from tracking.folding import Folded, fold_new
from tracking.rules import BURST
from tracking.runs import FLOOD, program_key
from tracking.status import status_of
from tracking.summary import SuspectOpen


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


class _LinkInBatch:
    """A link that this batch fetches. It is read once, judged in memory, and written once."""

    def __init__(self, row: Any, windows: Windows) -> None:
        self.id, _, self.list_id, self.chat_id, self.thread_id, self.asked_in, *rest = row
        self.muted, self.seq, self.peeked_until, history = rest
        self.history, self._windows = load(history), windows
        self.last_at: float | None = None
        """The time of the batch's last fetch of it that is not noise."""
        self.changed = self.changes_card = False

    def announce(self, peek: Statement) -> None:
        """Judge this batch with a peek at this link. It becomes a statement about it."""
        self.history = self.history._replace(statements=self.history.statements.apply(peek))

    def fold(self, arrival: Arrival) -> tuple[Folded, Loudness]:
        """Judge a fetch, and add it to the history. Return what becomes of it, and how the chat is told."""
        identifier, _, at, sighting, device, user_agent = arrival
        program = program_of(user_agent) if sighting.is_bare_browser else ""
        fetch, before = Fetch(identifier, at, sighting, device, program), self.history.summary
        folded = fold_new(fetch, program_key(sighting, device, user_agent), self.history, self._windows)
        self.history = folded.history
        loudness = alert_for(fetch, folded.verdict, before, self._windows)
        if folded.exposed or changes_card(loudness, before, folded.history.summary):
            self.changes_card = True
        return folded, loudness

    def row(self, time: Callable[[float], object]) -> Row:
        """Return the values for `FetchSql.update`."""
        last_open, last_at = self.history.summary.last_open, self.last_at and time(self.last_at)
        status, since = status_of(self.history)
        return (
            self.seq,
            last_at,
            last_at,
            dump(self.history),
            status.value,
            None if since is None else time(since),
            None if last_open is None else time(last_open),
            self.id,
        )


class _Batch:
    """The rows that a batch writes, besides its links."""

    def __init__(self) -> None:
        self.fetches: dict[str, list[object]] = {}
        """The new rows, by their ids. Each ends with the columns of `RUN`."""
        self.runs: dict[str, list[object]] = {}
        """The columns of `RUN` for stored rows that go on, by their ids. The count is what is added."""
        self.alerts: list[Row] = []
        self.exposed: list[SuspectOpen] = []
        """Opens, in this batch or before, that were a scanner's."""

    def go_on(self, row_id: str, arrival: Arrival, at: object) -> None:
        """Let a row stand for one more fetch."""
        row = self.fetches.get(row_id) or self.runs.setdefault(row_id, [0, None, None])
        count = row[-3]
        row[-3:] = [count + 1, at, arrival.id]  # type: ignore[operator]  # it is an integer in every row


def record(
    connection: Connection, arrivals: Sequence[Arrival], windows: Windows, *, again: bool = False
) -> bool:
    """Judge and store fetches, in their order, with the alerts that they cause. Return True if any are due.

    Fetches of unknown tokens are dropped. `again` says that an earlier attempt may have been committed: what
    is stored already is then left as it is. Raises the driver's errors, not SQLAlchemy's.
    """
    sql, cursor = sql_for(database_of(connection)), connection.connection.cursor()
    links = _links(cursor, {arrival.token for arrival in arrivals}, windows, sql)
    stored = _already_stored(cursor, arrivals, links, sql) if again else frozenset[str]()
    _announce_peeks(cursor, list(links.values()), arrivals, sql)
    batch = _Batch()
    for arrival in arrivals:
        if (link := links.get(arrival.token)) and arrival.id not in stored:
            _judge_into(link, arrival, sql, batch)
    changed = [link for link in links.values() if link.changed]
    if not changed:
        return False
    sql.insert(cursor, [tuple(row) for row in batch.fetches.values()])
    _update(cursor, sql.go_on, [(*run, row_id) for row_id, run in batch.runs.items()])
    _update(cursor, sql.correct, [(*BURST, suspect.id) for suspect in batch.exposed])
    _update(cursor, sql.update, [link.row(sql.time) for link in changed])
    sql.owe(cursor, batch.alerts)
    refreshed = [card_key(link.id, link.list_id) for link in changed if link.changes_card]
    refreshed.extend(_correct_alert(connection, suspect) for suspect in batch.exposed)
    if refreshed:
        _with_list(cursor, sql.refresh, refreshed, sql)
    if batch.exposed:
        reactions.refresh(connection, [(link.chat_id, link.asked_in) for link in links.values()])
    return bool(batch.alerts or refreshed)


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
    elif rows:
        cursor.executemany(statement, rows)


def _with_list(cursor: Any, statement: str, values: Sequence[object], sql: FetchSql, end: str = "") -> None:
    """Execute a statement that ends with `IN`, and then a list of values."""
    values = padded(values)
    cursor.execute(f"{statement}({', '.join([sql.mark] * len(values))}){end}", values)


def _already_stored(
    cursor: Any, arrivals: Sequence[Arrival], links: dict[str, _LinkInBatch], sql: FetchSql
) -> frozenset[str]:
    """Return the ids of the fetches that an earlier attempt has stored: in rows of their own, or in a run.

    A pixel server's ids grow. So what it stored in a run lies between the ids of the run's ends.
    """
    marks = ", ".join([sql.mark] * len(links))
    query = (
        f'SELECT link_id, id, coalesce(last_id, id) FROM "fetch" WHERE link_id IN ({marks}) '  # noqa: S608
        f"AND (last_id >= {sql.mark} OR id >= {sql.mark})"  # marks only
    )
    first = min(arrival.id for arrival in arrivals)
    cursor.execute(query, [*(link.id for link in links.values()), first, first])
    rows = cursor.fetchall()
    return frozenset(
        arrival.id
        for arrival in arrivals
        for link_id, begins, ends in rows
        if (link := links.get(arrival.token))
        and link.id == link_id
        and begins <= arrival.id <= ends
        and begins[16:] == arrival.id[16:]
    )


def _links(cursor: Any, tokens: set[str], windows: Windows, sql: FetchSql) -> dict[str, _LinkInBatch]:
    """Return the links of these tokens. They are locked in one order, so that two writers cannot deadlock."""
    _with_list(cursor, f"{LINK} WHERE token IN ", list(tokens), sql, f" ORDER BY id{sql.lock}")
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
    folded, loudness = link.fold(arrival)
    verdict, at = folded.verdict, sql.time(arrival.at)
    if verdict.kind is Kind.IGNORED:
        return
    link.changed = True
    if verdict.kind is not Kind.NOISE:
        link.last_at = arrival.at
    if folded.continues:
        batch.go_on(folded.continues, arrival, at)
        return
    link.seq += 1
    batch.fetches[arrival.id] = [arrival.id, link.id, link.seq, at, *_seen(arrival, folded), *_ONE_FETCH]
    if folded.exposed:
        batch.exposed.append(folded.exposed)
    if makes_a_sound(loudness, muted=link.muted):
        batch.alerts.append(_alert(link, arrival, opened_key(arrival.id), MessageKind.OPENED, at))
    elif loudness is Loudness.SILENT and verdict.kind is Kind.PROXIED:
        batch.alerts.append(_alert(link, arrival, proxied_key(link.id), MessageKind.PROXIED, at))


_ONE_FETCH = (1, None, None)
"""The columns of `RUN` for a row that stands for one fetch."""


def _seen(arrival: Arrival, folded: Folded) -> tuple[object, ...]:
    """Return the columns from `agent` to `confidence`. Of a fetch that is only counted, nothing is kept."""
    if folded.is_counted:
        return (*_plain(FLOOD), None, "", *_plain(folded.verdict))
    seen = (*_plain(arrival.sighting), arrival.device, arrival.user_agent[:LONGEST_PROGRAM])
    return (*seen, *_plain(folded.verdict))


@lru_cache(1024)
def _plain(words: Sighting | Verdict) -> tuple[str | bool, ...]:
    """Return the words as plain strings: a driver takes three times as long for an enumeration's."""
    return tuple(word if isinstance(word, bool) else str(word or "") for word in words)


def _alert(link: _LinkInBatch, arrival: Arrival, key: str, kind: MessageKind, at: object) -> Row:
    """Return the row of an alert that is owed."""
    kept = (key, link.chat_id, link.id, arrival.id, link.thread_id, at)
    return (*kept, *_OF_KIND[kind], *NOTHING_YET.values())


_OF_KIND = {kind: (kind.value, POLICIES[kind].is_loud) for kind in (MessageKind.OPENED, MessageKind.PROXIED)}
