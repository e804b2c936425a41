"""What is said into silence: reminders and deadlines, each with what silence can mean and what to do."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session
from telegram import CopyTextButton, InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages.phrases import deadline_of, lines, name, numbered, silence
from bot.times import moments
from bot.times.hours import zone_of
from storage import outbox, reminders
from storage.links import history_of
from storage.tables import Chat, Link, OutboxMessage
from storage.times import moment, seconds
from tracking.status import UNSENT, WAITING_FOR_AN_OPEN
from words import sentences

POST_TAKES = 2
"""Days that a letter needs: nearer to the deadline nothing is said of the post."""
OFFERED_DAYS = (1, 3, 7)
DRAFT_RESTS = 1800
"""Seconds without a look at the draft, after which it may have been sent."""


def set_deadline(session: Session, chat: Chat, link: Link, day: date, now: float) -> None:
    """Until the end of that day; nudges in the mornings before: while the post still helps, and at last."""
    zone = zone_of(chat)
    link.deadline = moment(moments.end_of(day, zone))
    for before in _worth_it(day, zone, now):
        reminders.owe_deadline(session, link, _morning(day, before, zone), now)


def _worth_it(day: date, zone: ZoneInfo, now: float) -> set[int]:
    """How many days before: the first morning of the last three that is to come, and the last but one."""
    to_come = [before for before in (3, 2, 1, 0) if _morning(day, before, zone) > now]
    return {*to_come[:1], *({1} & {*to_come})}


def _morning(day: date, before: int, zone: ZoneInfo) -> float:
    return moments.moment(day - timedelta(days=before), moments.MORNING, zone)


def reminder(chat: Chat, link: Link, now: float) -> Message | None:
    """The nudge that `/remind` asked for; None when something was seen, or nothing is recorded."""
    if link.status not in WAITING_FOR_AN_OPEN:
        return None
    sent = history_of(link).sent()
    if sent is None:
        return Message(words.say(sentences.nudges.REMIND_UNSENT, name=name(link)), _not_sent(link))
    said = words.say(sentences.nudges.REMIND, name=name(link), span=words.span(now - sent.at))
    return _nudge(chat, link, said, now)


def deadline(chat: Chat, link: Link, now: float) -> Message | None:
    """The nudge before a deadline; None when something was seen, or the day is over."""
    if link.deadline is None or now > seconds(link.deadline) or link.status not in WAITING_FOR_AN_OPEN:
        return None
    zone, at = zone_of(chat), seconds(link.deadline)
    values = {"name": name(link), "day": deadline_of(at)}
    if history_of(link).sent() is None:
        return Message(words.say(sentences.nudges.DEADLINE_UNSENT, **values), _not_sent(link))
    left = (moments.today(at, zone) - moments.today(now, zone)).days
    sentence = sentences.nudges.DEADLINE_POST if left >= POST_TAKES else sentences.nudges.DEADLINE_NEAR
    return _nudge(chat, link, words.say(sentence, **values), now)


def plan_unsent(session: Session, link: Link, now: float) -> None:
    """A draft was seen: ask once, when it has rested for a while, whether it was sent."""
    last = history_of(link).summary.last_draft
    if last is not None and link.status in UNSENT:
        reminders.owe_unsent(session, link, last + DRAFT_RESTS, now)


def unsent(owed: OutboxMessage, link: Link, now: float) -> Message | None:
    """The nudge for Sent; None when it was said, or somebody still writes. Once shown, what was answered."""
    if owed.telegram_id is not None:
        return _answered(link, now) or _question(link)
    last = history_of(link).summary.last_draft
    if last is None or link.status not in UNSENT or link.muted:
        return None
    if last + DRAFT_RESTS > now:
        outbox.postpone(owed, last + DRAFT_RESTS)
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
            words.say(sentences.commands.SENT_NOTED, name=name(link), time=words.time(sent.at, now))
        )
    if history.statements.draft_until is not None:
        return Message(lines(numbered(link), words.say(sentences.toasts.TOAST_DRAFT)))
    return None


def _nudge(chat: Chat, link: Link, said: Markup, now: float) -> Message:
    follow_up = _follow_up(chat, link)
    copying = InlineKeyboardButton(
        words.plain(sentences.buttons.BUTTON_COPY_FOLLOW_UP), copy_text=CopyTextButton(follow_up)
    )
    shown = Markup("<code>{}</code>").format(follow_up)
    explained = silence(link, now)
    text = lines(
        said, *(["", explained] if explained else []), "", words.say(sentences.nudges.FOLLOW_UP_IS), shown
    )
    return Message(text, [[copying], [again(link, 3)]])


def _follow_up(chat: Chat, link: Link) -> str:
    """The wording to copy, as plain text: a button takes 256 characters."""
    sent = history_of(link).sent()
    day = words.day(moments.today(sent.at if sent else seconds(link.created_at), zone_of(chat)))
    return words.plain(sentences.nudges.FOLLOW_UP, label=words.name(link.label), day=day)


def _not_sent(link: Link) -> Keyboard:
    return [[button(sentences.buttons.BUTTON_SENT, "sent", link.id)], [again(link, 1)]]


def again(link: Link, days: int) -> InlineKeyboardButton:
    return button(sentences.buttons.BUTTON_REMIND[days], f"remind{days}", link.id)


def offer(link: Link) -> Message:
    """Asked when: the days that a tap can say, and how to say others."""
    text = words.say(sentences.commands.REMIND_WHEN, name=name(link), number=link.number)
    return Message(text, [[again(link, days)] for days in OFFERED_DAYS])
