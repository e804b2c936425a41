"""Claims: the messages on their way to Telegram, one a chat, each taken under a lease.

`claim` takes the messages that are due, and `settle` records the outcome of each. A claim whose sender died
ends with its lease, and another sender takes the message: at least once, and the repeat says so. A message
leaves the states `pending` and `sending` only as sent, as parked (/status shows it), or erased with its link.
"""

from enum import StrEnum
from math import inf
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col

from storage import chats, queue, reactions
from storage.engine import LOCK
from storage.kinds import MessageState, policy_of
from storage.pacing import GROUP, PRIVATE, Pace
from storage.tables import Chat, FetchRow, Link, OutboxMessage
from storage.times import moment, seconds

LEASE = 60.0
"""Seconds for which nobody else takes a claimed message; the sender gives an attempt up after 20."""
SLOWEST_RETRY = 60.0
"""Seconds a chat waits at most before its next attempt."""
SECOND_TRY, CHAT_RETRY = 60.0, 6 * 3600.0
"""Seconds until the message that was refused first is tried again, in case the chat came back meanwhile; and
seconds until one message is tried in a chat that took none. Most chats are known to be back by an update
from them. But Telegram tells no bot that a group lets its members write again, and keeps updates for a day.
"""


class Ended(StrEnum):
    """The end of an attempt to deliver."""

    SENT = "sent"
    NOT_TRIED = "not_tried"
    """The attempt never began, because the bot was told to end: the claim is given back."""
    WAIT = "wait"
    """Telegram asked the bot to wait (429)."""
    NOT_SENT = "not_sent"
    """The message certainly did not arrive."""
    IN_DOUBT = "in_doubt"
    """The message may have arrived: silence, a 5xx, or bytes that are not Telegram's."""
    REFUSED = "refused"
    """Telegram will never take the message as it is."""
    GONE = "gone"
    """The message to edit was deleted."""
    UNEDITABLE = "uneditable"
    """The message to edit is there, but cannot be edited."""
    SHOWN = "shown"
    """The chat shows exactly this already: an edit has nothing to change."""
    UNREACHABLE = "unreachable"
    """The chat has blocked or removed the bot, or takes no messages."""
    MIGRATED = "migrated"
    """The group became a supergroup and has another id."""
    REVOKED = "revoked"
    """Telegram does not accept the bot's token."""


class Outcome(NamedTuple):
    """The meaning of Telegram's answer, or of its silence, for the message."""

    ended: Ended
    telegram_id: int | None = None
    """The id of the new message; None for an edit, and where nothing was sent."""
    wait: float = 0
    """Seconds to wait, with WAIT."""
    new_chat_id: int | None = None
    """The chat's new id, with MIGRATED."""
    trouble: str = ""
    """The error, in words for the log; empty if there was none."""


class Claim(NamedTuple):
    """One claimed message."""

    message: OutboxMessage
    version: int
    """The version that this attempt delivers: the newest one of the moment at which its rows were read."""
    fence: int
    """The number of claims of this message so far. A settlement with an older number comes too late."""
    about: tuple[Chat | Link | FetchRow | None, ...] = ()
    """Rows that were read with the message. While they are kept here, the session needs no query for them."""


def claim(session: Session, now: float, limit: int, *, wall: float | None = None) -> list[Claim]:
    """Take up to `limit` due messages, at most one a chat: the most urgent, and of those the oldest.

    A chat is passed over while a message of it is in flight, while it is paused or has used up its
    allowance, and if it took none lately. `now` is the clock of leases, pauses and pace, which never
    goes back; `wall`, where it differs, is the clock that people read. Both are epoch seconds. The claims
    are written with the session's next flush.
    """
    today = moment(now if wall is None else wall)
    claims: list[Claim] = []
    times = {
        "now": now,
        "at": moment(now),
        "today": today,
        "most": limit,
        "long_ago": moment(now - CHAT_RETRY),
        "just": moment(now - SECOND_TRY),
    }
    for message, chat, link, fetch, version in session.exec(queue.DUE, params=times):
        # Charged before the attempt: Telegram counts requests, whatever their outcome.
        chat.paced_at = _pace_of(chat).after(chat.paced_at, now)
        claims.append(_take(message, version, now)._replace(about=(chat, link, fetch)))
    return claims


def _take(message: OutboxMessage, version: int, now: float) -> Claim:
    # A message that is still `sending` was left behind by a sender that died: it may have arrived.
    message.in_doubt = message.in_doubt or message.state == MessageState.SENDING
    message.state, message.lease_until = MessageState.SENDING, moment(now + LEASE)
    message.fence, message.attempts = message.fence + 1, message.attempts + 1
    return Claim(message, version, message.fence)


def _pace_of(chat: Chat) -> Pace:
    """Return how fast the chat may get messages. Groups have negative ids."""
    return GROUP if chat.id < 0 else PRIVATE


def expire_leases(session: Session, now: float) -> None:
    """End the leases of a sender that died. Only for the one bot that holds the lock, when it starts.

    The dead sender's clock may have been ahead. Pauses are cut to a minute: Telegram asks again if it meant
    more. An allowance that would be full only later than that was charged by the wrong clock: it is full.
    """
    soon = now + SLOWEST_RETRY
    for late in (
        update(OutboxMessage)
        .where(col(OutboxMessage.state) == MessageState.SENDING)
        .values(lease_until=moment(now - 1)),
        update(Chat).where(col(Chat.paused_until) > moment(soon)).values(paused_until=moment(soon)),
        update(Chat).where(col(Chat.paced_at) > soon).values(paced_at=now),
    ):
        session.connection().execute(late)


def settle(session: Session, claimed: Claim, outcome: Outcome, now: float) -> None:
    """Record the outcome of a claim. Does nothing if somebody else has claimed the message since."""
    message = session.get(OutboxMessage, claimed.message.id, with_for_update=LOCK, populate_existing=True)
    if message is None or message.fence != claimed.fence:
        return
    chat = session.get_one(Chat, message.chat_id, with_for_update=LOCK)
    message.state, message.lease_until, message.last_error = MessageState.PENDING, None, outcome.trouble
    outcome = _as_of_now(message, claimed, outcome)
    match outcome.ended:
        case Ended.SENT:
            _sent(message, claimed.version, outcome.telegram_id)
            _arrived(session, message, outcome, now)
        case Ended.NOT_TRIED:
            message.attempts -= 1
        case Ended.WAIT:
            chat.paused_until = moment(now + outcome.wait)
        case Ended.NOT_SENT | Ended.IN_DOUBT:
            _try_again(message, chat, outcome.ended, now)
        case Ended.REFUSED:
            message.state = MessageState.PARKED
        case Ended.SHOWN | Ended.GONE | Ended.UNEDITABLE:
            _not_edited(message, claimed.version, outcome.ended)
        case Ended.UNREACHABLE:
            chats.mark_unreachable(chat, now)
        case Ended.MIGRATED if outcome.new_chat_id:
            session.flush()
            chats.move(session, chat.id, outcome.new_chat_id)
        # A move without the new id, and a refused token, leave the message as it was.


def _as_of_now(message: OutboxMessage, claimed: Claim, outcome: Outcome) -> Outcome:
    """Return what the attempt means for the message now: its group may have become a supergroup meanwhile.

    What the group has shown is not sent again. Its ids, and its refusals, mean nothing in the supergroup.
    """
    match outcome.ended:
        case _ if message.chat_id == claimed.message.chat_id:
            return outcome
        case Ended.SENT:
            message.in_doubt = False
            return outcome._replace(telegram_id=None)
        case Ended.IN_DOUBT | Ended.NOT_SENT | Ended.NOT_TRIED:
            return outcome
        case _:
            return Outcome(Ended.MIGRATED, trouble=outcome.trouble)


def _arrived(session: Session, message: OutboxMessage, outcome: Outcome, now: float) -> None:
    """Note that a new message shows that the bot can reach the chat. Owe 👀 if the message earns it."""
    if outcome.telegram_id is None:
        return
    chats.mark_reachable(session.get_one(Chat, message.chat_id))
    if policy_of(message.kind).earns_reaction and message.link_id is not None:
        link = session.get_one(Link, message.link_id)
        session.flush()
        reactions.owe(session, link, now)


def _sent(message: OutboxMessage, version: int, telegram_id: int | None) -> None:
    message.telegram_id = telegram_id or message.telegram_id
    message.delivered_version, message.attempts, message.last_error = version, 0, ""
    # An earlier attempt stays in doubt if there was nothing to show this time: a later one says so.
    message.in_doubt = message.in_doubt and message.telegram_id is None
    if message.version <= version:
        message.state = MessageState.SENT


def _try_again(message: OutboxMessage, chat: Chat, ended: Ended, now: float) -> None:
    """Let the whole chat wait, longer after each attempt, so that its messages stay in order.

    An edit can be repeated without end, because it shows the same. A new message that may have arrived is
    repeated once. Then it is parked, and /status shows it.
    """
    new = message.telegram_id is None
    if new and ended is Ended.IN_DOUBT and message.in_doubt:
        message.state = MessageState.PARKED
        return
    message.in_doubt = message.in_doubt or (new and ended is not Ended.NOT_SENT)
    chat.paused_until = moment(now + min(SLOWEST_RETRY, 2.0 ** min(message.attempts, 6)))


def _not_edited(message: OutboxMessage, version: int, ended: Ended) -> None:
    """Settle an edit that Telegram did not make. A new message is parked: Telegram never said it was sent.

    A card is sent anew, and so is an answer that can no longer be edited, because somebody has just pressed
    its button. Anything else that was deleted is given up.
    """
    policy = policy_of(message.kind)
    if message.telegram_id is None:
        message.state = MessageState.PARKED
    elif ended is Ended.SHOWN:
        _sent(message, version, None)
    elif policy.is_restored or (ended is Ended.UNEDITABLE and policy.is_worded_when_owed):
        message.telegram_id, message.in_doubt, message.attempts = None, False, 0
    elif ended is Ended.UNEDITABLE:
        message.state = MessageState.PARKED
    else:
        message.state, message.delivered_version = MessageState.SENT, message.version


def next_due(session: Session, now: float, *, wall: float | None = None) -> float:
    """Return the seconds until a message that cannot be claimed now could be; infinity when none waits."""
    today = now if wall is None else wall
    times = {"today": moment(today)}
    waits = [
        max([at, *(seconds(hold) for hold in holds if hold)]) - now
        for at, *holds in session.exec(queue.HEADS, params=times)
    ]
    if later := session.exec(queue.NEXT_LATER, params=times).one():
        waits.append(seconds(later) - today)
    return min(waits, default=inf)
