"""Judges a link's stored fetches again, after something was said that may change what they mean.

A link with few fetches is judged again at once, in the transaction of the statement. Judging a hundred
thousand took 7 s there, and nobody else could write meanwhile. So a link with many gets a mark only, and the
bot judges it in steps: it reads and judges without a lock, and writes the changed verdicts of each step in a
short transaction. The last transaction locks the link, judges the few fetches that came meanwhile, and takes
the mark off. What was said counts for the next fetch at once.

The mark outlives a kill, and the bot begins anew. So it does when the mark's stamp has changed: something was
said meanwhile.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from sqlalchemy import bindparam, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, func, select

from storage import outbox, reactions
from storage.histories import dump, load
from storage.kinds import MessageKind, card_key, opened_key, proxied_key, unsent_key
from storage.links import history_of, keep_history
from storage.outbox import Owed
from storage.tables import FetchRow, Link, OutboxMessage, Unjudged
from storage.times import seconds
from tracking import Agent, Fetch, History, Kind, Network, Reason, Sighting, Statements, Verdict, Windows
from tracking.alerting import alert_for, makes_a_sound
from tracking.facts import program_of
from tracking.rules import BURST
from tracking.summary import FetchSummary
from tracking.verdicts import fold_stored

MOST_AT_ONCE = 500
"""Fetches that one transaction judges again, in some 30 ms."""
STEP = 1000
"""Fetches that one step reads and judges without a lock."""
TAIL = 100
"""The newest fetches, which the last transaction judges."""


class Progress(NamedTuple):
    """How far a link is judged again. It is in memory only: what a kill interrupts begins anew."""

    link_id: int
    stamp: int
    history: History
    """After the fetches up to `seq`."""
    seq: int
    until: int
    """The fetches up to here are judged without a lock."""
    heard: int
    """The chat heard of the fetches up to here before any of this was said."""
    asked: FetchSummary | None
    """Not None if the first open that makes a sound, given this summary before it, is owed an alert."""
    first: str = ""
    """The id of that open."""
    later: frozenset[str] = frozenset()
    """The ids of opens after `heard` that make a sound. They were judged by a summary that held no longer."""


class Step(NamedTuple):
    """Fetches that were judged again, and are not written yet."""

    progress: Progress
    """After them."""
    changed: dict[str, Verdict]
    """By the ids of the fetches."""


def judge_again(
    session: Session,
    link: Link,
    said: Statements,
    windows: Windows,
    *,
    about: Iterable[str] = (),
    ask: FetchSummary | None = None,
) -> History:
    """Judge the fetches of a locked link again, with all that was said, and refresh its messages.

    Of a link with many fetches, only what was said is kept, and the verdicts follow. `about` are the fetches
    that something was said about: their alerts are refreshed in any case. `ask` is given if an alert of the
    first open is owed that makes a sound, given this summary before it. Returns the history after that.
    """
    mark = session.get(Unjudged, link.id, with_for_update=True)
    first = _oldest(session, link)
    if mark is None and link.fetches - first < MOST_AT_ONCE:
        return _finish(session, link, _beginning(link, said, first, 0, link.fetches, ask), windows, about)
    _leave_mark(session, link, mark, ask)
    history = History(said, history_of(link).summary)
    keep_history(link, _frozen(history))
    session.flush()
    _refresh(session, link, [opened_key(each) for each in about])
    return history


def _oldest(session: Session, link: Link) -> int:
    """Return the number of the oldest fetch that is stored; if none is, that of the next one."""
    oldest = session.exec(select(func.min(FetchRow.seq)).where(FetchRow.link_id == link.id)).one()
    return link.fetches + 1 if oldest is None else oldest


def _beginning(
    link: Link, said: Statements, first: int, stamp: int, heard: int, asked: FetchSummary | None
) -> Progress:
    start = History(said, load(link.history_before_purge).summary)
    return Progress(link.id, stamp, start, first - 1, first - 1, heard, asked)


def _leave_mark(session: Session, link: Link, mark: Unjudged | None, ask: FetchSummary | None) -> None:
    """Mark a locked link for the bot, or change the stamp of its mark."""
    if mark is None:
        mark = Unjudged(link_id=link.id, stamp=0, heard=link.fetches)
        session.add(mark)
    mark.stamp = _new_stamp()
    if ask is not None and (not mark.asked or ask.opens < load(mark.asked).summary.opens):
        mark.asked = dump(History(summary=ask))


def _new_stamp() -> int:
    """Return a number that no mark had before: a bot that lost its lock may still hold an older one."""
    return secrets.randbits(62)


def outdate(session: Session, link_id: int) -> None:
    """Let the bot begin anew, if it judges this locked link: its stored fetches have changed."""
    changed = update(Unjudged).where(col(Unjudged.link_id) == link_id).values(stamp=_new_stamp())
    session.connection().execute(changed)


def _frozen(history: History) -> History:
    """Return the history without the open that a machine's fetch would expose.

    So only the bot changes the verdicts of the fetches that are stored by now, until it has judged them.
    """
    return history._replace(summary=history.summary._replace(suspect=None))


# What the bot does, step by step


def next_link(session: Session) -> int | None:
    """Return the id of a link that is to be judged again, or None."""
    return session.exec(select(Unjudged.link_id).order_by(col(Unjudged.link_id)).limit(1)).first()


def go_on(session: Session, link_id: int, progress: Progress | None, windows: Windows) -> Progress | None:
    """Judge the newest fetches of a link, and take its mark off. Return None once that is done.

    If there are too many, return how far to judge them in steps before this is called again.
    """
    locked = select(Link).where(col(Link.id) == link_id).with_for_update(key_share=True)
    link, mark = session.exec(locked).first(), session.get(Unjudged, link_id, with_for_update=True)
    if link is None or mark is None:
        return None
    history = history_of(link)
    if (
        progress is None
        or progress.stamp != mark.stamp
        or progress.history.statements != history.statements  # a fetch that a peek covers adds to them
    ):
        asked = load(mark.asked).summary if mark.asked else None
        first = _oldest(session, link)
        progress = _beginning(link, history.statements, first, mark.stamp, mark.heard, asked)
    if link.fetches - progress.seq <= MOST_AT_ONCE:
        _finish(session, link, progress, windows, ())
        session.delete(mark)
        return None
    keep_history(link, _frozen(history))
    return progress._replace(until=link.fetches - TAIL)


def read_step(session: Session, progress: Progress, windows: Windows) -> Step:
    """Read and judge the next fetches. Nothing is locked, and nothing written."""
    table = SQLModel.metadata.tables[str(FetchRow.__tablename__)]
    query = (
        sql_select(*table.columns)
        .where(table.c.link_id == progress.link_id, table.c.seq > progress.seq)
        .where(table.c.seq <= progress.until)
        .order_by(table.c.seq)
        .limit(STEP)
    )
    # Rows of the same columns: objects would take three times as long.
    rows = cast(Sequence[FetchRow], session.connection().execute(query).all())
    step = _judge(progress, rows, windows)
    stored = {row.id: (row.kind, row.reason, row.confidence) for row in rows}
    changed = {fetch: verdict for fetch, verdict in step.changed.items() if stored.get(fetch) != verdict}
    seq = rows[-1].seq if len(rows) == STEP else progress.until
    return Step(step.progress._replace(seq=seq), changed)


def keep_step(session: Session, step: Step) -> bool:
    """Write the changed verdicts of a step. Return False if they are outdated: then nothing is written."""
    stamp = select(Unjudged.stamp).where(Unjudged.link_id == step.progress.link_id).with_for_update()
    if session.exec(stamp).first() != step.progress.stamp:
        return False
    values = [
        {"of": fetch, "new_kind": kind.value, "new_reason": reason.value, "new_confidence": confidence.value}
        for fetch, (kind, reason, confidence) in step.changed.items()
    ]
    session.connection().execute(_CORRECT, values)
    return True


_CORRECT = (
    update(SQLModel.metadata.tables["fetch"])
    .where(SQLModel.metadata.tables["fetch"].c.id == bindparam("of"))
    .values(
        kind=bindparam("new_kind"), reason=bindparam("new_reason"), confidence=bindparam("new_confidence")
    )
)


# Judging


def _judge(progress: Progress, rows: Sequence[FetchRow], windows: Windows) -> Step:
    """Judge the next fetches. `changed` of the result has the verdicts of all of them."""
    history, first, later = progress.history, progress.first, progress.later
    verdicts = dict[str, Verdict]()
    for row in rows:
        fetch, before = fetch_from(row), history.summary
        verdict, history, exposed = fold_stored(fetch, history, windows)
        verdicts[fetch.id] = verdict
        if exposed:
            # Maybe of an earlier step. The open after it, if there is one, takes over what it was owed.
            verdicts[exposed.id] = BURST
            first = exposed.successor if first == exposed.id else first
            if exposed.id in later:
                later = (later | {exposed.successor}) - {exposed.id, ""}
        if verdict.kind is not Kind.OPENED:
            continue
        if row.seq > progress.heard and _rings(fetch, verdict, before, windows):
            later |= {fetch.id}
        if progress.asked and not first and _rings(fetch, verdict, progress.asked, windows):
            first = fetch.id
    return Step(progress._replace(history=history, first=first, later=later), verdicts)


def _rings(fetch: Fetch, verdict: Verdict, before: FetchSummary, windows: Windows) -> bool:
    return makes_a_sound(alert_for(fetch, verdict, before, windows), muted=False)


def _finish(
    session: Session, link: Link, progress: Progress, windows: Windows, about: Iterable[str]
) -> History:
    """Judge the fetches of a locked link that are not judged again yet, and refresh its messages."""
    query = select(FetchRow).where(col(FetchRow.link_id) == link.id, col(FetchRow.seq) > progress.seq)
    rows = session.exec(query.order_by(col(FetchRow.seq))).all()
    after, verdicts = _judge(progress, rows, windows)
    changed = {fetch for fetch, verdict in verdicts.items() if _correct(session, fetch, verdict)}
    was_opened, is_opened = bool(history_of(link).summary.opens), bool(after.history.summary.opens)
    keep_history(link, after.history)
    session.flush()
    if progress.stamp:
        # Which of its alerts an interrupted judging has corrected, nobody knows.
        _refresh(session, link, [*_alerts(session, link), proxied_key(link.id)])
    else:
        corrected = [proxied_key(link.id)] if changed else []
        _refresh(session, link, [*map(opened_key, {*changed, *about}), *corrected])
    if progress.stamp or was_opened != is_opened:
        reactions.refresh(session.connection(), [(link.chat_id, link.asked_in)])
    _owe_alerts(session, link, after)
    return after.history


def _correct(session: Session, fetch_id: str, verdict: Verdict) -> bool:
    """Set the new verdict. Return True if it differs from the old one."""
    row = session.get(FetchRow, fetch_id)
    if row is None or (row.kind, row.reason, row.confidence) == verdict:
        return False
    row.kind, row.reason, row.confidence = verdict
    return True


def _alerts(session: Session, link: Link) -> Sequence[str]:
    """Return the keys of the link's alerts."""
    query = select(OutboxMessage.key).where(
        OutboxMessage.link_id == link.id, OutboxMessage.kind == MessageKind.OPENED
    )
    return session.exec(query).all()


def _refresh(session: Session, link: Link, keys: Collection[str]) -> None:
    """Refresh the link's card, these messages, and the question whether it was sent."""
    wanted = [card_key(link.id, link.list_id), *keys]
    if outbox.telegram_id_of(session, unsent_key(link.id)):
        wanted.append(unsent_key(link.id))
    outbox.refresh(session.connection(), wanted)


def _owe_alerts(session: Session, link: Link, judged: Progress) -> None:
    """Owe the alerts of opens that make a sound, and that no alert told of when they came."""
    # A link that no longer records owes none of a fetch that its chat has heard of in another way.
    first = {judged.first} if judged.history.statements.closed_at is None else set[str]()
    for fetch_id in sorted((judged.later | first) - {""}):
        row = session.get(FetchRow, fetch_id)
        if row and not link.muted:
            outbox.owe(session.connection(), [_alert_of(link, fetch_from(row))])


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


def fetch_from(row: FetchRow) -> Fetch:
    """Return a stored fetch as the judge takes it."""
    sighting = _sighting(row.agent, row.network, row.sign, row.rendered)
    program = program_of(row.user_agent) if sighting.is_bare_browser else ""
    last = None if row.last_at is None else seconds(row.last_at)
    return Fetch(row.id, seconds(row.at), sighting, row.device, program, last)


@lru_cache(1024)
def _sighting(agent: str, network: str, sign: str, rendered: bool) -> Sighting:
    return Sighting(Agent(agent), Network(network), Reason(sign) if sign else None, rendered)
