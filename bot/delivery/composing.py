"""Words the message that an outbox row stands for, when it is sent."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypedDict

from markupsafe import Markup
from sqlmodel import Session

import words
from bot import reach
from bot.context import BotContext
from bot.message import Message, unpack
from bot.messages import alerts, archive, digests, nudges, picture
from bot.messages.cards import card, changes_at
from bot.messages.lists import list_of, listed
from bot.messages.phrases import shown_kind
from bot.outages import Late
from bot.planning import plan_digest, plan_unsent
from bot.times.hours import quiet_end
from storage import links, outbox, reactions
from storage.kinds import MessageKind, card_key, policy_of
from storage.tables import Chat, FetchRow, Link, OutboxMessage
from storage.times import moment, seconds
from tracking import Kind
from words import sentences

EYES, NO_REACTION = Markup("👀"), Markup("")


class Wording(NamedTuple):
    """A claimed row, and what its wording needs. `now` is in epoch seconds."""

    session: Session
    owed: OutboxMessage
    context: BotContext
    now: float

    @property
    def link(self) -> Link:
        return self.session.get_one(Link, self.owed.link_id)

    @property
    def chat(self) -> Chat:
        return self.session.get_one(Chat, self.owed.chat_id)

    @property
    def fetch(self) -> FetchRow:
        return self.session.get_one(FetchRow, self.owed.fetch_id)

    @property
    def is_new(self) -> bool:
        """Return True if the chat does not show the message yet."""
        return self.owed.telegram_id is None


def compose(session: Session, owed: OutboxMessage, context: BotContext, now: float) -> Message | None:
    """Return the message that a claimed row owes; None if there is nothing to show, now or ever.

    Sets columns of the row: when quiet hours let it go, when it will look different, what it replies to.
    """
    wording, policy = Wording(session, owed, context, now), policy_of(owed.kind)
    if policy.is_held and _postpone_if_quiet(wording):
        return None
    if policy.answers_card and owed.link_id is not None:
        card = card_key(owed.link_id, wording.link.list_id)
        owed.reply_to = owed.reply_to or outbox.telegram_id_of(session, card)
    message = WORDED_BY[MessageKind(owed.kind)](wording)
    if message is None or not policy.tells_parked or not wording.is_new:
        return message
    parked = outbox.count_parked(session, owed.chat_id)
    return alerts.with_parked(message, parked) if parked else message


def _postpone_if_quiet(wording: Wording) -> bool:
    """Postpone a new message to the end of the chat's quiet hours. Return True if the chat is in them.

    A message that may have arrived already is sent at once: its first attempt was made by day.
    """
    if not wording.is_new or wording.owed.in_doubt:
        return False
    until = quiet_end(wording.chat, wording.now)
    if until is None:
        return False
    outbox.postpone(wording.owed, until)
    if wording.owed.kind == MessageKind.OPENED:
        wording.owed.payload = Late.HELD.value
    return True


def _card(wording: Wording) -> Message:
    _plan_changes(wording, [wording.link])
    caution = reach.caution(wording.context.settings)
    return card(wording.link, **_shown_on_cards(wording, wording.link), caution=caution)


def _list(wording: Wording) -> Message | None:
    """Return the card of several links; None while another transaction erases the last of them."""
    shown = links.listed(wording.session, int(wording.owed.payload))
    _plan_changes(wording, shown)
    if not shown:
        return None
    made = [listed(link, **_shown_on_cards(wording, link)) for link in shown]
    return list_of(made, wording.now, reach.caution(wording.context.settings))


class _ShownOnCards(TypedDict):
    public_url: str
    copy_page: str
    now: float
    revival: float


def _shown_on_cards(wording: Wording, link: Link) -> _ShownOnCards:
    """Return what a card shows and its link does not know."""
    _, _, context, now = wording
    return {
        "public_url": context.settings.public_url,
        "copy_page": context.copy_page(link),
        "now": now,
        "revival": context.settings.windows.revival,
    }


def _plan_changes(wording: Wording, shown: Sequence[Link]) -> None:
    """Note when the card of these links will look different though nothing happens.

    A draft that was opened also makes the bot ask later whether the mail was sent.
    """
    session, owed, context, now = wording
    for link in shown:
        plan_unsent(session, link, now)
    times = [changes_at(link, now, context.settings.windows.revival) for link in shown]
    soonest = min((at for at in times if at is not None), default=None)
    owed.changes_at = None if soonest is None else moment(soonest)


def _opened(wording: Wording) -> Message | None:
    """Return the alert; None if its open was corrected or muted before the chat heard of it."""
    link, fetch = wording.link, wording.fetch
    if wording.is_new and (link.muted or shown_kind(fetch) != Kind.OPENED):
        return None
    if wording.is_new:
        wording.owed.payload = _delay(wording).value
    message = alerts.opened(link, fetch, _slept_since(wording), wording.now, wording.owed.payload)
    if held_until := wording.owed.not_before:
        message = _with_later_opens(wording, message, seconds(held_until))
    # A mention rings for its person whatever a group's settings: only where the alert itself rings.
    is_told = wording.owed.loud and shown_kind(fetch) == Kind.OPENED
    return alerts.with_mention(message, link) if is_told else message


def _delay(wording: Wording) -> Late:
    """Return what is known of the alert's delay, since its fetch or since the quiet hours that held it."""
    owed = wording.owed
    if owed.payload == Late.HELD and owed.not_before is None:
        return Late.HELD
    return wording.context.outages.delay(seconds(owed.not_before or owed.created_at), wording.now)


def _with_later_opens(wording: Wording, message: Message, until: float) -> Message:
    """Add the opens that came while quiet hours held the alert. One alert a morning makes a sound."""
    session, owed, _, now = wording
    if wording.is_new and outbox.another_rang(session, owed):
        owed.loud = False
    opens, last = links.opens_between(session, wording.fetch, until)
    return alerts.with_held(message, opens, last, now) if opens > 1 else message


def _slept_since(wording: Wording) -> float | None:
    """Return when the link was last opened before this fetch, if it had fallen asleep since; else None."""
    last = links.opened_before(wording.session, wording.link, wording.fetch)
    revival = wording.context.settings.windows.revival
    return last if last is not None and seconds(wording.fetch.at) - last >= revival else None


def _proxied(wording: Wording) -> Message | None:
    """Return the line about a provider's fetch; None if an open overtook it, or it is corrected or muted."""
    link, fetch = wording.link, wording.fetch
    is_overtaken = fetch.kind != Kind.PROXIED or links.history_of(link).summary.opens
    if wording.is_new and (is_overtaken or link.muted):
        return None
    return alerts.proxied(link, fetch, wording.now)


def _digest(wording: Wording) -> Message | None:
    """Return the daily summary, and owe the next one."""
    session, _, context, now = wording
    session.flush()  # the row is `sending` from here on: planning drops the digests that wait
    plan_digest(session, wording.chat, now)
    return digests.digest(session, wording.chat, now, context.settings.windows.revival)


def _reaction(wording: Wording) -> Message | None:
    """Return the reaction as a text: empty takes it off. None where its message is not in this chat."""
    session, owed = wording.session, wording.owed
    if owed.telegram_id is None:
        return None
    is_earned = reactions.is_earned(session, owed.chat_id, owed.telegram_id)
    return Message(EYES if is_earned else NO_REACTION)


def _erased(wording: Wording) -> Message | None:
    """Return the notice in the language that the chat spoke: the row keeps it, the chat has forgotten it."""
    if wording.is_new:
        return None
    with words.speaking(words.best(wording.owed.payload, words.spoken())):
        return Message(words.say(sentences.commands.ERASED))


WORDED_BY: Mapping[MessageKind, Callable[[Wording], Message | None]] = {
    MessageKind.CARD: _card,
    MessageKind.LIST: _list,
    MessageKind.OPENED: _opened,
    MessageKind.PROXIED: _proxied,
    MessageKind.OBJECTED: lambda wording: alerts.objected(wording.link),
    MessageKind.UNSENT: lambda wording: nudges.unsent_question(wording.owed, wording.link, wording.now),
    MessageKind.REMIND: lambda wording: nudges.reminder(wording.chat, wording.link, wording.now),
    MessageKind.DEADLINE: lambda wording: nudges.deadline(wording.chat, wording.link, wording.now),
    MessageKind.DIGEST: _digest,
    MessageKind.REPLY: lambda wording: unpack(wording.owed.payload),
    MessageKind.EXPORT: lambda wording: archive.message(wording.session, wording.owed),
    MessageKind.PICTURE: lambda wording: picture.message(
        wording.link,
        wording.now,
        wording.context.settings.windows.revival,
        dark=wording.owed.payload == "dark",
    ),
    MessageKind.REACTION: _reaction,
    MessageKind.ERASED: _erased,
}
"""Each kind's message; None where there is nothing to show, now or ever."""
