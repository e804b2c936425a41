"""Records what people say about a link, and has its fetches judged again with that."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from storage.archive import bring_back
from storage.histories import load
from storage.links import history_of
from storage.rejudging import judge_again
from storage.tables import FetchRow, Link, StatementRow
from storage.times import moment, seconds
from tracking import History, Statement, StatementKind, Windows
from tracking.summary import FetchSummary

BRINGS_BACK = frozenset({StatementKind.SENT, StatementKind.TOLD_SENT, StatementKind.RESUMED})
"""Statements after which the list shows an archived link again: somebody needs it."""


def record_statements(
    session: Session, link: Link, *statements: Statement, by: int | None, now: float, windows: Windows
) -> History:
    """Record statements about a locked link, judge its fetches again, and refresh what the chat shows.

    `by` is the Telegram id of the person, or None on a page. Returns the history after that.
    """
    newest, before = _newest_at(session, link), history_of(link)
    said = before.statements
    for statement in statements:
        heard = _after_stored(newest, statement)
        said = said.apply(heard)
        kind, at, of, until, since = heard
        kept = StatementRow(link_id=link.id, said_at=moment(now), said_by=by, kind=kind, at=at)
        kept.of, kept.until, kept.since = of, until, since
        session.add(kept)
    link.last_event_at = max(link.last_event_at, moment(now))
    if any(statement.kind in BRINGS_BACK for statement in statements):
        bring_back(link)
    about = {statement.of for statement in statements if statement.of}
    ask = _asked_from(link, statements, before.summary) if said != before.statements else None
    return judge_again(session, link, said, windows, about=about, ask=ask)


def _asked_from(link: Link, statements: Sequence[Statement], before: FetchSummary) -> FetchSummary | None:
    """Return the summary by which the first open is owed an alert; None if no alert is owed.

    It is owed if that open came while Sent waited for the bot, and so maybe before Sent. When the fetch came,
    it was a draft's: the chat heard nothing of it. "Still a draft" says the same of the open that the chat
    heard of, so the next one is the first. No other statement asks: the chat would be told again, with a
    sound, of an open that it knows.
    """
    for statement in statements:
        if statement.kind is StatementKind.SENT and statement.since is not None:
            return before
        if statement.kind is StatementKind.DRAFT_THEN:
            return load(link.history_before_purge).summary
    return None


def _newest_at(session: Session, link: Link) -> float | None:
    """Return when the link's last stored fetch came, in epoch seconds, or None."""
    ended_at = func.coalesce(FetchRow.last_at, FetchRow.at)
    query = select(ended_at).where(FetchRow.link_id == link.id).order_by(col(FetchRow.seq).desc())
    at = session.exec(query.limit(1)).first()
    return None if at is None else seconds(at)


def _after_stored(newest: float | None, statement: Statement) -> Statement:
    """Let what ends the recording count from after the last stored fetch, even if it was said before.

    That fetch came while the statement was on its way. It is stored, so it must not be judged `ignored`.
    """
    if statement.kind not in (StatementKind.STOPPED, StatementKind.OBJECTED) or newest is None:
        return statement
    return statement._replace(at=max(statement.at, newest + 0.001))


def mark_sent(
    session: Session,
    link: Link,
    *,
    by: int | None,
    now: float,
    windows: Windows,
    since: float | None = None,
) -> bool:
    """Record that somebody tapped Sent, in the chat or on the copy page.

    `since` is given if it was tapped while the bot was away: between then and `now`. Returns False if the
    link is known as sent already; then nothing is recorded.
    """
    if history_of(link).sent():
        return False
    sent = Statement(StatementKind.SENT, now, since=since)
    record_statements(session, link, sent, by=by, now=now, windows=windows)
    return True
