"""Records what people say about a link, and judges its fetches again with that."""

from collections.abc import Sequence, Set

from sqlmodel import Session, col, select

from storage import outbox, reactions
from storage.archive import bring_back
from storage.histories import load
from storage.kinds import MessageKind, card_key, opened_key, proxied_key, unsent_key
from storage.links import history_of, keep_history
from storage.outbox import Owed
from storage.tables import FetchRow, Link, StatementRow
from storage.times import moment, seconds
from tracking import (
    Agent,
    Confidence,
    Fetch,
    History,
    Kind,
    Network,
    Reason,
    Sighting,
    Statement,
    StatementKind,
    Statements,
    Verdict,
    Windows,
    rejudge,
)
from tracking.alerting import first_with_a_sound
from tracking.facts import program_of
from tracking.summary import FetchSummary

BRINGS_BACK = frozenset({StatementKind.SENT, StatementKind.TOLD_SENT, StatementKind.RESUMED})
"""Statements after which the list shows an archived link again: somebody needs it."""


def record_statements(
    session: Session, link: Link, *statements: Statement, by: int | None, now: float, windows: Windows
) -> History:
    """Record statements about a locked link, judge its fetches again, and refresh what the chat shows.

    `by` is the Telegram id of the person, or None on a page. Returns the history after that.
    """
    rows, before = _stored(session, link), history_of(link)
    said = before.statements
    for statement in statements:
        heard = _after_stored(rows, statement)
        said = said.apply(heard)
        kind, at, of, until, since = heard
        kept = StatementRow(link_id=link.id, said_at=moment(now), said_by=by, kind=kind, at=at)
        kept.of, kept.until, kept.since = of, until, since
        session.add(kept)
    link.last_event_at = max(link.last_event_at, moment(now))
    if any(statement.kind in BRINGS_BACK for statement in statements):
        bring_back(link)
    about = {statement.of for statement in statements if statement.of}
    history = _judge_again(session, link, rows, said, windows, about)
    if said != before.statements:
        _ask_about_doubtful_open(session, link, statements, before.summary, windows)
    return history


def judge_again(session: Session, link: Link, said: Statements, windows: Windows) -> History:
    """Judge the fetches of a locked link again, with all that was said, and refresh its messages."""
    return _judge_again(session, link, _stored(session, link), said, windows, frozenset())


def _judge_again(
    session: Session,
    link: Link,
    rows: Sequence[FetchRow],
    said: Statements,
    windows: Windows,
    about: Set[str],
) -> History:
    start = load(link.history_before_purge).summary
    verdicts, history = rejudge([fetch_from(row) for row in rows], said, windows, start)
    changed = {row.id for row, verdict in zip(rows, verdicts, strict=True) if _correct(row, verdict)}
    was_opened = bool(history_of(link).summary.opens)
    keep_history(link, history)
    session.flush()
    keys = [card_key(link.id, link.list_id), *map(opened_key, changed | about)]
    if changed:
        keys.append(proxied_key(link.id))
    if outbox.telegram_id_of(session, unsent_key(link.id)):
        keys.append(unsent_key(link.id))
    outbox.refresh(session.connection(), keys)
    if was_opened != bool(history.summary.opens):
        reactions.refresh(session.connection(), [(link.chat_id, link.asked_in)])
    return history


def _ask_about_doubtful_open(
    session: Session, link: Link, statements: Sequence[Statement], before: FetchSummary, windows: Windows
) -> None:
    """Owe the alert of the first open if it came while Sent waited for the bot, and so maybe before Sent.

    When that fetch came, it was a draft's: the chat heard nothing of it. "Still a draft" says the same of the
    open that the chat heard of, so the next one is the first. No other statement asks: the chat would be told
    again, with a sound, of an open that it knows.
    """
    for statement in statements:
        if statement.kind is StatementKind.SENT and statement.since is not None:
            owe_first_alert(session, link, before, windows)
        elif statement.kind is StatementKind.DRAFT_THEN:
            owe_first_alert(session, link, load(link.history_before_purge).summary, windows)


def owe_first_alert(session: Session, link: Link, before: FetchSummary, windows: Windows) -> None:
    """Owe the alert of a link's first open that makes a sound, given the summary `before` judging it again.

    An open that was known already makes none by that summary. A link that no longer records owes none.
    """
    if history_of(link).statements.closed_at is not None:
        return
    query = select(FetchRow).where(FetchRow.link_id == link.id, FetchRow.kind == Kind.OPENED)
    rows = session.exec(query.order_by(col(FetchRow.seq)))
    opens = ((fetch_from(row), _verdict(row)) for row in rows)
    if fetch := first_with_a_sound(opens, before, windows, muted=link.muted):
        outbox.owe(session.connection(), [_alert_of(link, fetch)])


def _verdict(row: FetchRow) -> Verdict:
    return Verdict(Kind(row.kind), Reason(row.reason), Confidence(row.confidence))


def _alert_of(link: Link, fetch: Fetch) -> Owed:
    return Owed(
        opened_key(fetch.id),
        link.chat_id,
        MessageKind.OPENED,
        fetch.at,
        link_id=link.id,
        fetch_id=fetch.id,
        thread_id=link.thread_id,
    )


def _stored(session: Session, link: Link) -> Sequence[FetchRow]:
    """Return the link's fetches, in the order in which they came."""
    query = select(FetchRow).where(col(FetchRow.link_id) == link.id).order_by(col(FetchRow.seq))
    return session.exec(query).all()


def _after_stored(rows: Sequence[FetchRow], statement: Statement) -> Statement:
    """Let what ends the recording count from after the last stored fetch, even if it was said before.

    That fetch came while the statement was on its way. It is stored, so it must not be judged `ignored`.
    """
    if statement.kind not in (StatementKind.STOPPED, StatementKind.OBJECTED) or not rows:
        return statement
    return statement._replace(at=max(statement.at, seconds(rows[-1].at) + 0.001))


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


def fetch_from(row: FetchRow) -> Fetch:
    """Return a stored fetch as the judge takes it."""
    sighting = Sighting(
        Agent(row.agent), Network(row.network), Reason(row.sign) if row.sign else None, row.rendered
    )
    program = program_of(row.user_agent) if sighting.is_bare_browser else ""
    return Fetch(row.id, seconds(row.at), sighting, row.device, program)


def _correct(row: FetchRow, verdict: Verdict) -> bool:
    """Set the new verdict. Return True if it differs from the old one."""
    if (row.kind, row.reason, row.confidence) == verdict:
        return False
    row.kind, row.reason, row.confidence = verdict
    return True
