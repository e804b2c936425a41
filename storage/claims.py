"""Messages on their way: taken under a lease, one a chat, and settled once Telegram has answered.

`claim` takes due messages; `settle` records what came of one; a claim whose sender died ends with its lease.
An alert leaves the active states only as sent, parked (shown in /status) or dropped with its link.
"""

from enum import StrEnum
from math import inf
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, case, func, or_, update
from sqlmodel import Session, col, select

from storage.chats import migrate
from storage.engine import LOCK
from storage.pacing import GROUP, PRIVATE
from storage.tables import Chat, FetchRow, Link, OutboxMessage
from storage.times import moment, seconds

LEASE = 60.0
"""Seconds a claimed message is ours; an attempt is given up well before, after 20."""
SLOWEST_RETRY = 60.0


class Ended(StrEnum):
    """How an attempt to deliver ended."""

    SENT = "sent"
    WAIT = "wait"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    MIGRATED = "migrated"
    REVOKED = "revoked"


class Outcome(NamedTuple):
    """What Telegram's answer means for the message.

    sent: done. wait: told to (429). not_sent: certainly did not arrive. in_doubt: it may have arrived
    (silence, 5xx, bytes that are not Telegram's). refused: will never be accepted as it is. gone: the
    message to edit, or the topic, is no more. unreachable: the chat is closed to us. migrated: the
    chat has a new id. revoked: nothing can be sent with this token.
    """

    ended: Ended
    telegram_id: int | None = None
    wait: float = 0
    new_chat_id: int | None = None
    trouble: str = ""


class Claim(NamedTuple):
    """One claimed message, the version of it that was wanted then, and the fence it was taken with."""

    alert: OutboxMessage
    version: int
    fence: int
    about: tuple[Chat | Link | FetchRow | None, ...] = ()
    """Read along with it: held here, so that who words the message finds them in the session."""


def claim(session: Session, now: float, limit: int, *, wall: float | None = None) -> list[Claim]:
    """Take due messages, at most one a chat: the oldest new message, or else the oldest edit.

    A chat with a message in flight, a pause, no allowance, or that cannot be reached, is passed over.
    `now` is the clock of leases, pauses and pace; `wall`, where it differs, the one that people read.
    What is taken is written with the session's next flush.
    """
    today = moment(now if wall is None else wall)
    claims: list[Claim] = []
    times = {"now": now, "at": moment(now), "today": today, "most": limit}
    for alert, chat, link, fetch in session.exec(_DUE, params=times):
        # Charged when it is tried: what Telegram counts is what it was asked.
        chat.paced_at = (GROUP if chat.id < 0 else PRIVATE).after(chat.paced_at, now)
        claims.append(_take(alert, now)._replace(about=(chat, link, fetch)))
    return claims


def _due() -> Any:
    """What may be claimed. Built once: to put it together costs a sixth of a claim."""
    at: BindParameter[Any] = bindparam("at")
    today: BindParameter[Any] = bindparam("today")
    now: BindParameter[Any] = bindparam("now")
    owed_by_now = or_(col(OutboxMessage.not_before).is_(None), col(OutboxMessage.not_before) <= today)
    place = func.row_number().over(
        partition_by=col(OutboxMessage.chat_id),
        order_by=(
            # One that is being sent comes first and is not due: so it keeps its chat's others waiting.
            case((col(OutboxMessage.state) == "sending", 0), else_=1),
            case((col(OutboxMessage.telegram_id).is_(None), 0), else_=1),
            col(OutboxMessage.id),
        ),
    )
    heads = (
        select(col(OutboxMessage.id).label("id"), place.label("place"))
        .where(col(OutboxMessage.state).in_(("pending", "sending")), owed_by_now)
        .subquery()
    )
    return (
        select(OutboxMessage, Chat, Link, FetchRow)
        .join(heads, heads.c.id == OutboxMessage.id)
        .join(Chat, col(Chat.id) == OutboxMessage.chat_id)
        .outerjoin(Link, col(Link.id) == OutboxMessage.link_id)
        .outerjoin(FetchRow, col(FetchRow.id) == OutboxMessage.fetch_id)
        .where(
            heads.c.place == 1,
            or_(col(OutboxMessage.state) == "pending", col(OutboxMessage.lease_until) < at),
            col(Chat.unreachable_since).is_(None),
            or_(col(Chat.paused_until).is_(None), col(Chat.paused_until) <= at),
            col(Chat.paced_at) <= now + case((col(Chat.id) < 0, GROUP.reserve), else_=PRIVATE.reserve),
        )
        .order_by(col(OutboxMessage.telegram_id).is_not(None), col(OutboxMessage.id))
        .limit(bindparam("most"))
        .with_for_update(of=[OutboxMessage, Chat], skip_locked=True, key_share=True)
    )


_DUE = _due()


def _take(alert: OutboxMessage, now: float) -> Claim:
    # A message that is still `sending` was left behind by a process that died: it may have arrived.
    alert.in_doubt = alert.in_doubt or alert.state == "sending"
    alert.state, alert.fence, alert.attempts = "sending", alert.fence + 1, alert.attempts + 1
    alert.lease_until = moment(now + LEASE)
    return Claim(alert, alert.version, alert.fence)


def take_over(session: Session, now: float) -> None:
    """End the leases of a sender that is gone: for who holds the only sender's lock, at its start.

    Its clock may have been ahead: pauses are cut to a minute (Telegram says again if it meant more), and
    an allowance that is full only after that was never charged so.
    """
    soon = now + SLOWEST_RETRY
    for late in (
        update(OutboxMessage)
        .where(col(OutboxMessage.state) == "sending")
        .values(lease_until=moment(now - 1)),
        update(Chat).where(col(Chat.paused_until) > moment(soon)).values(paused_until=moment(soon)),
        update(Chat).where(col(Chat.paced_at) > soon).values(paced_at=now),
    ):
        session.connection().execute(late)


def settle(session: Session, claimed: Claim, outcome: Outcome, now: float) -> None:
    """Record what came of an attempt; does nothing when somebody else has taken the message since."""
    alert = session.get(OutboxMessage, claimed.alert.id, with_for_update=LOCK, populate_existing=True)
    if alert is None or alert.fence != claimed.fence:
        return
    chat = session.get_one(Chat, alert.chat_id, with_for_update=LOCK)
    alert.state, alert.lease_until, alert.last_error = "pending", None, outcome.trouble
    match outcome.ended:
        case Ended.SENT:
            _sent(alert, claimed.version, outcome.telegram_id)
        case Ended.WAIT:
            chat.paused_until = moment(now + outcome.wait)
        case Ended.NOT_SENT | Ended.IN_DOUBT:
            _try_again(alert, chat, outcome.ended, now)
        case Ended.REFUSED:
            alert.state = "parked"
        case Ended.GONE:
            _gone(alert)
        case Ended.UNREACHABLE:
            chat.unreachable_since = moment(now)
        case Ended.MIGRATED if outcome.new_chat_id:
            session.flush()
            migrate(session, chat, outcome.new_chat_id)
        case Ended.MIGRATED | Ended.REVOKED:
            pass


def _sent(alert: OutboxMessage, version: int, telegram_id: int | None) -> None:
    alert.telegram_id = telegram_id or alert.telegram_id
    alert.delivered_version, alert.attempts, alert.in_doubt, alert.last_error = version, 0, False, ""
    if alert.version <= version:
        alert.state = "sent"


def _try_again(alert: OutboxMessage, chat: Chat, ended: Ended, now: float) -> None:
    """The whole chat waits, longer each time, so that messages stay in order.

    An edit can be repeated for ever: it shows the same. A new message that may have arrived is
    repeated once, and then parked where its owner can see it.
    """
    new = alert.telegram_id is None
    if new and ended is Ended.IN_DOUBT and alert.in_doubt:
        alert.state = "parked"
        return
    alert.in_doubt = alert.in_doubt or (new and ended is not Ended.NOT_SENT)
    chat.paused_until = moment(now + min(SLOWEST_RETRY, 2.0 ** min(alert.attempts, 6)))


def _gone(alert: OutboxMessage) -> None:
    """A topic that is gone is answered in the chat; a card that is gone is shown again below."""
    if alert.telegram_id is None and alert.thread_id is not None:
        alert.thread_id = None
    elif alert.kind == "card" and alert.telegram_id is not None:
        alert.telegram_id, alert.in_doubt, alert.attempts = None, False, 0
    else:
        alert.state, alert.delivered_version = "sent", alert.version


def next_due(session: Session, now: float, *, wall: float | None = None) -> float:
    """Seconds until a message that cannot be claimed now could be; infinite when none waits."""
    today = now if wall is None else wall
    waiting = (
        select(OutboxMessage, Chat)
        .join(Chat, col(Chat.id) == OutboxMessage.chat_id)
        .where(col(OutboxMessage.state).in_(("pending", "sending")), col(Chat.unreachable_since).is_(None))
        .order_by(col(OutboxMessage.not_before).is_not(None), col(OutboxMessage.not_before))
        .limit(200)
    )
    owed: dict[int, float] = {}
    ready: dict[int, float] = {}
    for alert, chat in session.exec(waiting):
        due = seconds(alert.not_before) - today if alert.not_before else -inf
        owed[chat.id] = min(owed.get(chat.id, inf), due)
        ready[chat.id] = max(ready.get(chat.id, -inf), _ready_at(alert, chat) - now)
    return min((max(ready[chat_id], owed[chat_id]) for chat_id in ready), default=inf)


def _ready_at(alert: OutboxMessage, chat: Chat) -> float:
    """When the chat may be spoken to, as far as this message tells."""
    pace = GROUP if chat.id < 0 else PRIVATE
    times = [pace.ready_at(chat.paced_at)]
    if chat.paused_until:
        times.append(seconds(chat.paused_until))
    if alert.state == "sending" and alert.lease_until:
        times.append(seconds(alert.lease_until))
    return max(times)
