"""Messages about a mail that nobody has opened: reminders, deadlines, and the question about a draft.

Each explains what no open can mean, and what to do. Times are epoch seconds.
"""

from markupsafe import Markup
from telegram import CopyTextButton, InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages.phrases import deadline_of, lines, name, numbered, why_no_open
from bot.times import moments
from bot.times.hours import zone_of
from storage import outbox
from storage.links import history_of
from storage.tables import Chat, Link, OutboxMessage
from storage.times import seconds
from tracking.status import UNSENT, WAITING_FOR_AN_OPEN
from words import sentences

POST_DAYS = 2
"""Days that a letter takes. Nearer to the deadline, the bot does not suggest the post."""
OFFERED_DAYS = (1, 3, 7)
"""The reminders that a tap sets."""
DRAFT_REST = 1800
"""Seconds without an open of the draft, after which it may have been sent."""


def reminder(chat: Chat, link: Link, now: float) -> Message | None:
    """Return the reminder that `/remind` asked for; None if nothing is left to wait for, or it is muted."""
    if link.muted or link.status not in WAITING_FOR_AN_OPEN:
        return None
    sent = history_of(link).sent()
    if sent is None:
        return Message(words.say(sentences.nudges.REMIND_UNSENT, name=name(link)), _not_sent(link))
    text = words.say(sentences.nudges.REMIND, name=name(link), span=words.span(now - sent.at))
    return _nudge(chat, link, text, now)


def deadline(chat: Chat, link: Link, now: float) -> Message | None:
    """Return the nudge before a deadline; None if it passed, nothing is left to wait for, or it is muted."""
    if link.deadline is None or now > seconds(link.deadline):
        return None
    if link.muted or link.status not in WAITING_FOR_AN_OPEN:
        return None
    zone, at = zone_of(chat), seconds(link.deadline)
    values = {"name": name(link), "day": deadline_of(at)}
    if history_of(link).sent() is None:
        return Message(words.say(sentences.nudges.DEADLINE_UNSENT, **values), _not_sent(link))
    left = (moments.today(at, zone) - moments.today(now, zone)).days
    sentence = sentences.nudges.DEADLINE_POST if left >= POST_DAYS else sentences.nudges.DEADLINE_NEAR
    return _nudge(chat, link, words.say(sentence, **values), now)


def draft_rests_at(link: Link) -> float | None:
    """Return when an opened draft has rested long enough to ask whether it was sent.

    None if the image was not fetched in a draft, or if there is nothing to ask: the mail is sent, or stopped.
    """
    last = history_of(link).summary.last_draft
    return None if last is None or link.status not in UNSENT else last + DRAFT_REST


def unsent_question(owed: OutboxMessage, link: Link, now: float) -> Message | None:
    """Return the question whether the mail was sent, or once the chat shows it, the answer that was given.

    None if nobody need be asked any more. While somebody still writes, the message is postponed.
    """
    if owed.telegram_id is not None:
        return _answered(link, now) or _question(link)
    rests_at = draft_rests_at(link)
    if rests_at is None or link.muted:
        return None
    if rests_at > now:
        outbox.postpone(owed, rests_at)
        return None
    return _question(link)


def _question(link: Link) -> Message:
    answers = [
        button(sentences.buttons.BUTTON_SENT, "sent", link.id),
        button(sentences.buttons.BUTTON_DRAFT, "draft", link.id),
    ]
    return Message(words.say(sentences.nudges.UNSENT, name=name(link)), [answers])


def _answered(link: Link, now: float) -> Message | None:
    history = history_of(link)
    if sent := history.sent():
        return Message(
            words.say(sentences.commands.SENT_NOTED, name=name(link), time=words.when(sent.at, now))
        )
    if history.statements.draft_until is not None:
        return Message(lines(numbered(link), words.say(sentences.toasts.TOAST_DRAFT)))
    return None


def _nudge(chat: Chat, link: Link, text: Markup, now: float) -> Message:
    follow_up = _follow_up(chat, link)
    copying = InlineKeyboardButton(
        words.plain(sentences.buttons.BUTTON_COPY_FOLLOW_UP), copy_text=CopyTextButton(follow_up)
    )
    shown = Markup("<code>{}</code>").format(follow_up)
    explained = why_no_open(link, now)
    why = ["", explained] if explained else []
    all_lines = lines(text, *why, "", words.say(sentences.nudges.FOLLOW_UP_IS), shown)
    return Message(all_lines, [[copying], [remind_button(link, 3)]])


def _follow_up(chat: Chat, link: Link) -> str:
    """Return the follow-up to copy, as plain text: a button takes 256 characters."""
    sent = history_of(link).sent()
    day = words.day(moments.today(sent.at if sent else seconds(link.created_at), zone_of(chat)))
    return words.plain(sentences.nudges.FOLLOW_UP, label=words.name(link.label), day=day)


def _not_sent(link: Link) -> Keyboard:
    return [[button(sentences.buttons.BUTTON_SENT, "sent", link.id)], [remind_button(link, 1)]]


def remind_button(link: Link, days: int) -> InlineKeyboardButton:
    """Return a button that sets a reminder; `days` is one of OFFERED_DAYS."""
    return button(sentences.buttons.BUTTON_REMIND[days], f"remind{days}", link.id)


def offer_reminders(link: Link) -> Message:
    """Return the question when to remind: with buttons for some days, and what to type for others."""
    text = words.say(sentences.commands.REMIND_WHEN, name=name(link), number=link.number)
    return Message(text, [[remind_button(link, days)] for days in OFFERED_DAYS])
