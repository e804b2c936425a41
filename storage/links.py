"""Makes, finds and lists links. A chat finds its own links alone."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from storage import chats, outbox
from storage.daily_limit import check_room
from storage.histories import dump, load
from storage.keys import LARGEST_ID
from storage.kinds import MessageKind, card_key
from storage.outbox import Owed
from storage.tables import Chat, FetchRow, Link, Peek, StatementRow
from storage.times import moment, seconds
from tracking import Kind
from tracking.history import History
from tracking.status import ENDED, LinkStatus, status_of

TOKEN_BYTES = 16


class NewLink(NamedTuple):
    """A link that somebody asks for; the columns of `Link` that follow from the request."""

    chat_id: int
    created_by: int
    """The person's Telegram id."""
    label: str
    recipient: str = ""
    thread_id: int | None = None
    asked_in: int | None = None
    tracker: str = ""


def create(session: Session, new: NewLink, *, now: float, daily: int) -> Link:
    """Make a link, and owe the chat its card. `now` is in epoch seconds. Raises DailyLimitError.

    `daily` is the number of links that a chat may make in any 24 hours.
    """
    chat = chats.get_or_create(session, new.chat_id, now)
    check_room(session, chat, now, wanted=1, daily=daily)
    link = _add(session, chat, new, now)
    _owe_card(session, link, MessageKind.CARD, now)
    return link


def create_list(session: Session, new: Sequence[NewLink], *, now: float, daily: int) -> list[Link]:
    """Make several links of one chat, all or none, and owe it one message that lists them.

    Raises DailyLimitError, like `create`.
    """
    chat = chats.get_or_create(session, new[0].chat_id, now)
    check_room(session, chat, now, wanted=len(new), daily=daily)
    made = [_add(session, chat, one, now) for one in new]
    for link in made:
        link.list_id = made[0].id
    session.flush()
    _owe_card(session, made[0], MessageKind.LIST, now)
    return made


def _add(session: Session, chat: Chat, new: NewLink, now: float) -> Link:
    link = Link(
        **new._asdict(),
        number=chat.next_number,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_at=moment(now),
        last_event_at=moment(now),
        peeked_until=_peeked_until(session, new.chat_id),
    )
    chat.next_number += 1
    session.add(link)
    session.flush()
    return link


def _peeked_until(session: Session, chat_id: int) -> float:
    """Return when the last of the chat's peeks ends or has ended: it covers a link made meanwhile too."""
    return session.exec(select(func.max(Peek.until)).where(Peek.chat_id == chat_id)).one() or 0.0


def _owe_card(session: Session, link: Link, kind: MessageKind, now: float) -> None:
    """Owe the message that shows a new link. A list outlives its first link, so it belongs to none."""
    card = Owed(
        card_key(link.id, link.list_id),
        link.chat_id,
        kind,
        now,
        link_id=link.id if kind is MessageKind.CARD else None,
        thread_id=link.thread_id,
        reply_to=link.asked_in,
        payload="" if link.list_id is None else str(link.list_id),
    )
    outbox.owe(session.connection(), [card])


def listed(session: Session, list_id: int) -> Sequence[Link]:
    """Return the links of a list that are not erased, in the order in which they were made."""
    return session.exec(select(Link).where(col(Link.list_id) == list_id).order_by(col(Link.id))).all()


def link_of(session: Session, chat_id: int, link_id: int, *, lock: bool = False) -> Link | None:
    """Return the chat's link with this id, or None. Another chat's link is as unknown as none."""
    if link_id > LARGEST_ID:
        return None
    query = select(Link).where(col(Link.id) == link_id, col(Link.chat_id) == chat_id)
    return session.exec(query.with_for_update(key_share=True) if lock else query).first()


def histories(session: Session, link_ids: Collection[int]) -> dict[int, History]:
    """Return the histories of these links. A link that is gone is left out."""
    query = select(Link.id, Link.history).where(col(Link.id).in_(link_ids))
    return {link_id: load(history) for link_id, history in session.exec(query)}


def numbered(session: Session, chat_id: int, number: int) -> Link | None:
    """Return the chat's link with this number, locked, or None."""
    query = select(Link).where(col(Link.number) == number, col(Link.chat_id) == chat_id)
    return session.exec(query.with_for_update(key_share=True)).first()


def fetch_of(session: Session, chat_id: int, fetch_id: str) -> tuple[FetchRow, Link] | None:
    """Return a fetch of one of the chat's links, and that link, locked; or None."""
    query = (
        select(FetchRow, Link)
        .join(Link, col(Link.id) == FetchRow.link_id)
        .where(col(FetchRow.id) == fetch_id, col(Link.chat_id) == chat_id)
        .with_for_update(of=Link, key_share=True)
    )
    return session.exec(query).first()


def newest(
    session: Session, chat_id: int, offset: int, limit: int, *conditions: ColumnElement[bool]
) -> Sequence[Link]:
    """Return a page of the chat's links that meet the conditions, newest first."""
    query = select(Link).where(col(Link.chat_id) == chat_id, *conditions).order_by(col(Link.number).desc())
    return session.exec(query.offset(offset).limit(limit)).all()


def has_status(statuses: Collection[LinkStatus], now: float, revival: float) -> ColumnElement[bool]:
    """Return a condition for `newest`: the link has one of these statuses now."""
    if (LinkStatus.OPENED in statuses) == (LinkStatus.ASLEEP in statuses):
        return col(Link.status).in_(statuses)  # Sleep makes no difference. The stored status is enough.
    return status_column(now, revival).in_(statuses)


def status_column(now: float, revival: float) -> ColumnElement[str]:
    """Return a link's status now as an expression for queries, like `tracking.status.status_at`."""
    slept = and_(
        col(Link.status) == LinkStatus.OPENED,
        col(Link.last_opened_at) <= moment(now) - timedelta(seconds=revival),
    )
    return case((slept, LinkStatus.ASLEEP.value), else_=col(Link.status))


def named(session: Session, chat_id: int, piece: str, *conditions: ColumnElement[bool]) -> list[int]:
    """Return the ids of the chat's links that `is_named` finds by this piece, newest first."""
    query = select(Link.id, Link.label, Link.recipient).where(col(Link.chat_id) == chat_id, *conditions)
    return [
        link_id
        for link_id, label, recipient in session.exec(query.order_by(col(Link.number).desc()))
        if is_named(piece, label, recipient)
    ]


def is_named(piece: str, label: str, recipient: str) -> bool:
    """Return True if a link has this piece in its label or recipient, in whichever case.

    Python compares, because SQLite folds the case of ASCII alone.
    """
    folded = piece.casefold()
    return folded in label.casefold() or folded in recipient.casefold()


def count(session: Session, chat_id: int, *conditions: ColumnElement[bool]) -> int:
    """Return how many links of the chat meet the conditions."""
    return session.exec(select(func.count()).where(col(Link.chat_id) == chat_id, *conditions)).one()


def counts(session: Session, chat_id: int, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """Return how many links of the chat meet each of the conditions, in one pass over its links."""
    each = [func.count().filter(condition) for condition in conditions]
    found = session.connection().execute(sql_select(*each).where(col(Link.chat_id) == chat_id))
    return list(found.one())


def timeline(session: Session, link_id: int, limit: int, newest: int | None = None) -> Sequence[FetchRow]:
    """Return the newest fetches of a link, newest first. `newest` leaves out all with a greater `seq`."""
    query = select(FetchRow).where(col(FetchRow.link_id) == link_id).order_by(col(FetchRow.seq).desc())
    if newest is not None:
        query = query.where(col(FetchRow.seq) <= newest)
    return session.exec(query.limit(limit)).all()


def said_about(session: Session, link_id: int, limit: int) -> Sequence[StatementRow]:
    """Return the newest statements about a link, newest first."""
    query = select(StatementRow).where(col(StatementRow.link_id) == link_id)
    return session.exec(query.order_by(col(StatementRow.id).desc()).limit(limit)).all()


def opened_before(session: Session, link: Link, fetch: FetchRow) -> float | None:
    """Return when the link was last opened before this fetch, in epoch seconds, or None."""
    if history_of(link).summary.first_open == seconds(fetch.at):
        return None  # Without a query: most alerts are about a first open.
    before = select(FetchRow.at).where(
        FetchRow.link_id == fetch.link_id, FetchRow.kind == Kind.OPENED, col(FetchRow.seq) < fetch.seq
    )
    last = session.exec(before.order_by(col(FetchRow.seq).desc()).limit(1)).first()
    return None if last is None else seconds(last)


def opens_between(session: Session, fetch: FetchRow, until: float) -> tuple[int, float]:
    """Return how often the link was opened from this fetch until then, and when last, in epoch seconds."""
    query = select(func.count(), func.max(FetchRow.seq)).where(
        FetchRow.link_id == fetch.link_id,
        FetchRow.kind == Kind.OPENED,
        col(FetchRow.seq) >= fetch.seq,
        col(FetchRow.at) <= moment(until),
    )
    count, newest = session.exec(query).one()
    last = select(FetchRow.at).where(FetchRow.link_id == fetch.link_id, col(FetchRow.seq) == newest)
    return count, seconds(session.exec(last).one()) if count else 0.0


def view_end(session: Session, fetch: FetchRow, longest: float) -> float:
    """Return when the last of the repeats came that belong to this open, in epoch seconds.

    A view lasts for `longest` seconds at most: no row that begins later is read.
    """
    later = (
        FetchRow.link_id == fetch.link_id,
        FetchRow.agent == fetch.agent,
        col(FetchRow.seq) > fetch.seq,
        col(FetchRow.at) <= moment(seconds(fetch.at) + longest),
    )
    end = session.exec(select(func.min(FetchRow.seq)).where(*later, FetchRow.kind != Kind.REPEAT)).one()
    repeats = later if end is None else (*later, col(FetchRow.seq) < end)
    last = session.exec(select(func.max(func.coalesce(FetchRow.last_at, FetchRow.at))).where(*repeats)).one()
    return seconds(fetch.at) if last is None else seconds(last)


def changed_since(session: Session, chat_id: int, since: float) -> Sequence[Link]:
    """Return the chat's links to which something has happened since, the latest first."""
    query = select(Link).where(col(Link.chat_id) == chat_id, col(Link.last_event_at) > moment(since))
    return session.exec(query.order_by(col(Link.last_event_at).desc())).all()


def history_of(link: Link) -> History:
    return load(link.history)


def keep_history(link: Link, history: History) -> None:
    """Set the history of a locked link, and the columns that say where it stands."""
    status, since = status_of(history)
    last_opened = history.summary.last_open
    link.history, link.status = dump(history), status
    link.status_since = None if since is None else moment(since)
    link.last_opened_at = None if last_opened is None else moment(last_opened)


def has_any(session: Session, chat_id: int) -> bool:
    """Return True if the chat has a link."""
    return session.exec(select(Link.id).where(col(Link.chat_id) == chat_id).limit(1)).first() is not None


def is_any_recording(session: Session, chat_id: int) -> bool:
    """Return True if the chat has a link that is neither stopped nor objected to."""
    query = select(Link.id).where(col(Link.chat_id) == chat_id, col(Link.status).not_in(ENDED))
    return session.exec(query.limit(1)).first() is not None
