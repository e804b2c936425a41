"""Erasing for good: from every table, the outbox, and SQLite's write-ahead log.

SQLite overwrites the rows (`secure_delete`), but its log holds their pages until the log is truncated. Only
the pixel server may do that: `mark` makes the committing process notify it.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, delete, or_, update
from sqlmodel import Session, SQLModel, col, select

from storage import outbox, reactions
from storage.daily_limit import note_erased
from storage.kinds import MessageKind, MessageState, kinds_where, list_key
from storage.tables import Chat, FetchRow, Link, Note, OutboxMessage, Peek, StatementRow, Unjudged

_MARK = "erased"
"""The key of that note in `Session.info`."""


def mark(session: Session) -> None:
    """Note that this transaction erases something: after its commit, the log must be truncated."""
    session.info[_MARK] = True


def is_marked(session: Session) -> bool:
    """Return True if the session's transaction erases something."""
    return bool(session.info.get(_MARK))


def erase_link(session: Session, link: Link, *, mentions: Callable[[str], bool]) -> None:
    """Erase a locked link, its fetches, statements and notes, and the chat's answers that mention it.

    A list goes on without it; the last link takes the list along.

    `mentions` takes the payload of an answer (`bot.message.pack`), and returns True if it names the link.
    """
    mark(session)
    answers = select(OutboxMessage).where(
        col(OutboxMessage.chat_id) == link.chat_id,
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_worded_when_owed)),
    )
    for answer in session.exec(answers).all():
        if mentions(answer.payload):
            session.delete(answer)
    session.flush()
    note_erased(session.get_one(Chat, link.chat_id), [link.created_at])
    _erase(session, [link.id])


def erase_chat(session: Session, chat: Chat, *, but: int) -> None:
    """Erase all links and settings of a chat, and its messages except `but`, the one that says so."""
    mark(session)
    connection = session.connection()
    ours = select(Link.id).where(col(Link.chat_id) == chat.id)
    note_erased(chat, session.exec(select(Link.created_at).where(col(Link.chat_id) == chat.id)).all())
    # Locked, so that the pixel server stores no fetch of theirs meanwhile.
    language = chat.language or chat.telegram_language
    _erase(session, session.exec(ours.with_for_update(key_share=True)).all(), language)
    connection.execute(delete(Peek).where(col(Peek.chat_id) == chat.id))
    others = and_(
        col(OutboxMessage.kind) != MessageKind.ERASED, col(OutboxMessage.telegram_id).is_distinct_from(but)
    )
    connection.execute(delete(OutboxMessage).where(col(OutboxMessage.chat_id) == chat.id, others))
    chat.next_number, chat.asking, chat.zone, chat.language, chat.telegram_language = 1, "", "", "", ""
    chat.quiet_from = chat.quiet_until = chat.digest_at = None


def _erase(session: Session, link_ids: Sequence[int], language: str = "") -> None:
    connection = session.connection()
    _blank_messages(connection, col(OutboxMessage.link_id).in_(link_ids), language)
    for table in (Unjudged, FetchRow, StatementRow, Note, Peek):
        _delete_of(connection, table, link_ids)
    listed = select(Link.list_id).where(col(Link.id).in_(link_ids), col(Link.list_id).is_not(None))
    lists = set(session.exec(listed).all())
    asked = session.exec(select(Link.chat_id, Link.asked_in).where(col(Link.id).in_(link_ids))).all()
    connection.execute(delete(Link).where(col(Link.id).in_(link_ids)))
    left = set(session.exec(select(Link.list_id).where(col(Link.list_id).in_(lists))).all())
    _blank_messages(connection, col(OutboxMessage.key).in_(_list_keys(lists - left)), language)
    outbox.refresh(connection, _list_keys(left))
    reactions.refresh(connection, asked)
    session.expire_all()


def _list_keys(lists: Collection[int | None]) -> list[str]:
    return [list_key(list_id) for list_id in lists if list_id is not None]


def _delete_of(connection: Connection, table: type[SQLModel], link_ids: Sequence[int]) -> None:
    column: Any = table.link_id  # type: ignore[attr-defined]  # the caller's tables all have it
    connection.execute(delete(table).where(column.in_(link_ids)))


def _blank_messages(connection: Connection, ours: ColumnElement[bool], language: str) -> None:
    """Let the messages in the chat say only that something was erased, and drop those not sent yet.

    A message in flight cannot be called back: it is edited as soon as it has arrived. A language is given
    if the chat is about to forget its own.
    """
    shown = and_(
        or_(col(OutboxMessage.telegram_id).is_not(None), col(OutboxMessage.state) == MessageState.SENDING),
        col(OutboxMessage.kind).not_in(kinds_where(lambda policy: bool(policy.file) or policy.is_reaction)),
    )
    blank = {
        "kind": MessageKind.ERASED.value,
        "key": f"{MessageKind.ERASED}:" + cast(col(OutboxMessage.id), String),
        "link_id": None,
        "fetch_id": None,
        "payload": language,
        "last_error": "",
        "not_before": None,
        "changes_at": None,
        "version": OutboxMessage.version + 1,
        "state": case(
            (col(OutboxMessage.state) == MessageState.SENDING, MessageState.SENDING),
            else_=MessageState.PENDING,
        ),
    }
    connection.execute(update(OutboxMessage).where(ours, shown).values(blank))
    connection.execute(delete(OutboxMessage).where(ours))


def unknown_tokens(session: Session, tokens: Collection[str]) -> set[str]:
    """Return the tokens that belong to no link, or to none any more."""
    ids = {token: session.exec(select(Link.id).where(Link.token == token)).first() for token in tokens}
    return {token for token, found in ids.items() if found is None}
