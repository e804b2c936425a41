"""The order in which the messages of each chat go to Telegram, and how soon: the queries behind a claim.

In every chat one message is next, its head: the most urgent one (`Urgency` in kinds.py), and of those the
oldest. A message in flight is its chat's head until it is settled, so that each chat has one in flight.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
)
from sqlmodel import col, select

from storage.kinds import MOST_AWAITED, POLICIES, URGENT, MessageState, Policy, Urgency, kinds_where
from storage.pacing import GROUP, PRIVATE
from storage.tables import WAITS, Chat, FetchRow, Link, OutboxMessage

IN_FLIGHT = 0
"""The turn of a message in flight: before every urgency."""
MOST_HEADS = 200
"""Heads among which `HEADS` looks for the next one: those whose allowance is there first."""

_NOW: BindParameter[Any] = bindparam("now")
"""Epoch seconds by the clock of leases, pauses and pace."""
_AT: BindParameter[Any] = bindparam("at")
"""The same as a moment."""
_TODAY: BindParameter[Any] = bindparam("today")
"""A moment by the clock that people read."""
_JUST: BindParameter[Any] = bindparam("just")
_LONG_AGO: BindParameter[Any] = bindparam("long_ago")
"""Moments: a chat that refused a message for the first time before `just` is tried again, and any chat that
refused one before `long_ago`."""

_ROW = OutboxMessage


def _said(constant: str | float) -> ColumnElement[Any]:
    """Return a constant of this program as a part of the statement, and not as a parameter.

    psycopg keeps what it found in a statement only up to 4,096 characters and 50 parameters, and reads a
    longer one anew each time: .5 ms a claim.
    """
    return literal_column(f"'{constant}'" if isinstance(constant, str) else f"{constant}")


def _is_of(applies: Callable[[Policy], bool]) -> ColumnElement[bool]:
    return col(_ROW.kind).in_([_said(kind) for kind in kinds_where(applies)])


def _by_kind(urgency_of: Callable[[Policy], Urgency]) -> ColumnElement[int]:
    kinds: dict[Urgency, list[ColumnElement[Any]]] = {}
    for kind, policy in POLICIES.items():
        kinds.setdefault(urgency_of(policy), []).append(_said(kind))
    return case(*((col(_ROW.kind).in_(kinds[urgency]), _said(urgency.value)) for urgency in sorted(kinds)))


def _waiting() -> Subquery:
    """Return the messages that are owed by now, each with its urgency and the size of its chat's batch."""
    sent_anew = and_(_is_of(lambda policy: policy.is_restored), col(_ROW.delivered_version) > _said(0))
    is_edit = or_(col(_ROW.telegram_id).is_not(None), sent_anew)
    edit, new = _by_kind(lambda policy: policy.edit_urgency), _by_kind(lambda policy: policy.urgency)
    in_batch = case(
        (and_(_is_of(lambda policy: policy.comes_in_batches), not_(is_edit)), _said(1)), else_=_said(0)
    )
    columns: list[Any] = [
        col(_ROW.id),
        col(_ROW.chat_id),
        col(_ROW.state),
        col(_ROW.version),
        case((is_edit, edit), else_=new).label("urgency"),
        in_batch.label("in_batch"),
        func.sum(in_batch).over(partition_by=col(_ROW.chat_id)).label("batch"),
    ]
    owed_by_now = or_(col(_ROW.not_before).is_(None), col(_ROW.not_before) <= _TODAY)
    waiting: Select[Any] = select(*columns)
    return waiting.where(WAITS, owed_by_now).subquery()


def _heads() -> Subquery:
    """Return the messages that are owed by now, each with its turn and its place in its chat: 1 is next."""
    owed = _waiting().c
    is_batch = and_(owed.in_batch == _said(1), owed.batch > _said(MOST_AWAITED))
    turn = case(
        (owed.state == _said(MessageState.SENDING), _said(IN_FLIGHT)),
        (is_batch, _said(Urgency.NEWS.value)),
        else_=owed.urgency,
    ).label("turn")
    place = func.row_number().over(partition_by=owed.chat_id, order_by=(turn, owed.id)).label("place")
    return select(owed.id, owed.version, turn, place).subquery()


def _ready_at(turn: ColumnElement[int]) -> ColumnElement[float]:
    """Return when the chat's allowance lets its head go, in epoch seconds."""
    group = case((turn <= _said(max(URGENT).value), _said(GROUP.reserve)), else_=_said(GROUP.calm_reserve))
    return col(Chat.paced_at) - case((col(Chat.id) < _said(0), group), else_=_said(PRIVATE.reserve))


def _takes_messages() -> ColumnElement[bool]:
    """Return whether the chat may be tried: it took the last message, or refused one long enough ago."""
    since = col(Chat.unreachable_since)
    refused_once = and_(col(_ROW.attempts) == _said(1), since <= _JUST)
    return or_(since.is_(None), since <= _LONG_AGO, refused_once)


def _due() -> Any:
    """Return the query for what may be claimed: `most` messages, each with the rows that wording needs.

    Its last column is the message's version, of the same moment as those rows. PostgreSQL reads what it locks
    anew: a fetch that was committed meanwhile gave the message a version that the link's row does not show.
    """
    heads = _heads()
    return (
        select(OutboxMessage, Chat, Link, FetchRow)
        .add_columns(heads.c.version)
        .join(heads, heads.c.id == col(_ROW.id))
        .join(Chat, col(Chat.id) == col(_ROW.chat_id))
        .outerjoin(Link, col(Link.id) == col(_ROW.link_id))
        .outerjoin(FetchRow, col(FetchRow.id) == col(_ROW.fetch_id))
        .where(
            heads.c.place == _said(1),
            or_(col(_ROW.state) == _said(MessageState.PENDING), col(_ROW.lease_until) < _AT),
            _takes_messages(),
            or_(col(Chat.paused_until).is_(None), col(Chat.paused_until) <= _AT),
            _ready_at(heads.c.turn) <= _NOW,
        )
        .order_by(heads.c.turn, col(_ROW.id))
        .limit(bindparam("most"))
        .with_for_update(of=[OutboxMessage, Chat], skip_locked=True, key_share=True)
    )


def _heads_of_chats() -> Any:
    """Return the query for when the next heads may go: by their allowance, their pause, and their lease."""
    heads = _heads()
    ready_at = _ready_at(heads.c.turn)
    return (
        select(ready_at, Chat.paused_until, OutboxMessage.lease_until)
        .join_from(OutboxMessage, heads, heads.c.id == col(_ROW.id))
        .join(Chat, col(Chat.id) == col(_ROW.chat_id))
        .where(heads.c.place == _said(1), col(Chat.unreachable_since).is_(None))
        .order_by(ready_at)
        .limit(MOST_HEADS)
    )


def _next_later() -> Any:
    """Return the query for the earliest moment at which a message for later is owed."""
    return (
        select(func.min(_ROW.not_before))
        .join(Chat, col(Chat.id) == col(_ROW.chat_id))
        .where(
            WAITS,
            col(_ROW.not_before) > _TODAY,
            col(Chat.unreachable_since).is_(None),
        )
    )


# Built once: building one costs a sixth of a claim.
DUE, HEADS, NEXT_LATER = _due(), _heads_of_chats(), _next_later()
