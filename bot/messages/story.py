"""The story of one link: its timeline in words, with buttons for all that can be done with it."""

from datetime import datetime

from markupsafe import Markup
from sqlmodel import Session
from telegram import InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages import marks
from bot.messages.cards import sent_corrections
from bot.messages.phrases import (
    deadline_of,
    lines,
    numbered,
    tracked_by,
    unseen_buttons,
    why_no_open,
)
from bot.messages.place import Place
from bot.messages.timeline import Entry, Told, told
from bot.messages.waiting import end_deadline_button, end_reminder_button
from bot.times.hours import zone_of
from storage import reminders
from storage.archive import archived_at
from storage.kinds import MessageKind
from storage.links import history_of
from storage.tables import Chat, Link
from storage.times import seconds
from tracking import Kind, Reason
from tracking.no_open import is_unseen
from tracking.status import ENDED, UNSENT, WAITING_FOR_AN_OPEN, LinkStatus
from words import Sentence, sentences

MOST_NOT_OWN_BUTTONS = 3
LONGEST_NOTE = 200
"""UTF-16 units of a note that a story shows. /export has all of it."""


def story(session: Session, link: Link, now: float, revival: float, place: Place) -> Message:
    """Return the link's story, newest first. Its button leads back to this place of the list."""
    shown, remind_at = told(session, link), _reminder_of(session, link)
    head = _head(link, remind_at, now, revival)
    text = lines(*head, "", *_timeline(shown, now), *_explained(link, now))
    chat = session.get_one(Chat, link.chat_id)
    return Message(text, _keyboard(chat, link, shown, remind_at, place, now), place=place.packed())


def _reminder_of(session: Session, link: Link) -> float | None:
    """Return when the link's reminder is due, in epoch seconds; None if it has none."""
    waiting = reminders.waiting(session, link.chat_id, link_id=link.id)
    return next((each.due for each in waiting if each.kind == MessageKind.REMIND), None)


def _deadline_of(link: Link) -> float | None:
    """Return the end of the deadline that the link waits for, in epoch seconds, or None."""
    return seconds(link.deadline) if link.deadline and link.status in WAITING_FOR_AN_OPEN else None


def _head(link: Link, remind_at: float | None, now: float, revival: float) -> list[Markup]:
    mark, state = marks.mark_of(link, now, revival), marks.state_of(link, now, revival)
    parts = [numbered(link), *tracked_by(link), Markup("{} {}").format(mark, state)]
    if archived_at(link) is not None:
        parts.append(words.say(sentences.history.STORY_ARCHIVED))
    if remind_at is not None:
        parts.append(words.say(sentences.history.STORY_REMINDER, time=words.time(remind_at, now)))
    if (deadline := _deadline_of(link)) is not None:
        parts.append(words.say(sentences.history.STORY_DEADLINE, day=deadline_of(deadline)))
    return parts


def _timeline(shown: Told, now: float) -> list[Markup]:
    parts = [_entry(entry, now) for entry in shown.newest]
    if shown.left_out:
        parts.append(words.say(sentences.history.TIMELINE_LEFT_OUT, count=shown.left_out))
    parts += [_entry(entry, now) for entry in shown.oldest]
    if shown.older:
        parts.append(words.say(sentences.history.TIMELINE_OLDER, count=shown.older))
    return parts


def _explained(link: Link, now: float) -> list[Markup]:
    """Return what it means that there was no fetch, or no open, and the question whether it can mean that."""
    told = [] if link.fetches else [words.say(sentences.history.TIMELINE_EMPTY)]
    why = why_no_open(link, now)
    told += [Markup(""), why] if why else []
    if is_unseen(history_of(link)):
        told.append(words.say(sentences.cards.UNSEEN_ASK if why else sentences.cards.CARD_UNSEEN))
    return told


def _keyboard(
    chat: Chat, link: Link, shown: Told, remind_at: float | None, place: Place, now: float
) -> Keyboard:
    archived = archived_at(link) is not None
    archiving = (
        button(sentences.buttons.BUTTON_UNARCHIVE, "story_unarchive", link.id)
        if archived
        else button(sentences.buttons.BUTTON_ARCHIVE, "story_archive", link.id)
    )
    return [
        *_corrections(chat, link, [*shown.newest, *shown.oldest]),
        *_recording(link, now),
        *_ending(link, remind_at),
        [button(sentences.buttons.BUTTON_PICTURE, "light", link.id), archiving],
        [button(sentences.buttons.BUTTON_DELETE, "ask_delete", link.id)],
        [button(sentences.buttons.BUTTON_BACK, "page", place.data)],
    ]


def _corrections(chat: Chat, link: Link, entries: list[Entry]) -> list[list[InlineKeyboardButton]]:
    """Return a button for each verdict that the owner may know better about."""
    summary, is_recording = history_of(link).summary, link.status not in ENDED
    own = [entry for entry in entries if entry.kind == Kind.OWN][:MOST_NOT_OWN_BUTTONS]
    rows = [[_not_own_button(chat, entry)] for entry in own]
    newest_open = next((entry.fetch_id for entry in entries if entry.kind == Kind.OPENED), None)
    if newest_open and summary.last_open is not None and is_recording:
        # Only a first open has an alert. Without a button here, people would correct that one instead.
        label = sentences.buttons.BUTTON_OWN_AT
        rows.append([_about(chat, summary.last_open, label, "story_own", newest_open)])
    quiet = summary.quiet
    if quiet and quiet.reason is not Reason.SENDER_DEVICE and is_recording:
        rows.append([_about(chat, quiet.at, sentences.buttons.BUTTON_PERSON_AT, "story_person", quiet.id)])
    return rows


def _recording(link: Link, now: float) -> Keyboard:
    """Return the buttons about what is recorded, and told, from now on."""
    if link.status == LinkStatus.OBJECTED:
        return []
    if link.status == LinkStatus.STOPPED:
        return [[button(sentences.buttons.BUTTON_RESUME, "story_resume", link.id)]]
    rows = list[list[InlineKeyboardButton]]()
    if link.status not in UNSENT:
        # A card corrects when the mail was sent. A list leaves that to the stories of its links.
        asked = unseen_buttons(link, "story_")
        rows += map(list, asked if link.list_id is None else sent_corrections(link, now, "story_"))
    mute = (
        button(sentences.buttons.BUTTON_UNMUTE, "story_unmute", link.id)
        if link.muted
        else button(sentences.buttons.BUTTON_MUTE, "story_mute", link.id)
    )
    rows.append([mute, button(sentences.buttons.BUTTON_STOP, "story_stop", link.id)])
    if link.status != LinkStatus.OPENED:
        rows.append([button(sentences.buttons.BUTTON_REMIND_ME, "remind", link.id)])
    return rows


def _ending(link: Link, remind_at: float | None) -> Keyboard:
    """Return the buttons that end what waits for its time."""
    reminder = [] if remind_at is None else [end_reminder_button(link, "story_end_reminder")]
    deadline = [] if _deadline_of(link) is None else [end_deadline_button(link, "story_end_deadline")]
    return [row for row in (reminder, deadline) if row]


def _not_own_button(chat: Chat, entry: Entry) -> InlineKeyboardButton:
    return _about(chat, entry.at, sentences.buttons.BUTTON_FLIP, "flip", entry.fetch_id)


def _about(chat: Chat, at: float, label: Sentence, verb: str, fetch_id: str) -> InlineKeyboardButton:
    """Return a button about one fetch: its label says when that was, in the chat's time zone."""
    local = datetime.fromtimestamp(at, zone_of(chat))
    return button(words.plain(label, day=words.day(local), clock=f"{local:%H:%M}"), verb, fetch_id)


def _entry(entry: Entry, now: float) -> Markup:
    time = words.time(entry.at, now)
    if entry.kind == "note":
        return words.say(
            sentences.history.TIMELINE_NOTE, time=time, text=words.name(entry.text, LONGEST_NOTE)
        )
    if entry.kind in sentences.history.TIMELINE_SAID:
        return words.say(
            sentences.history.TIMELINE_EVENT, time=time, event=sentences.history.TIMELINE_SAID[entry.kind]
        )
    values = {
        "time": time,
        "kind": sentences.reasons.KINDS[entry.kind],
        "agent": sentences.reasons.AGENTS[entry.agent],
    }
    if entry.fetches == 1:
        return words.say(sentences.history.TIMELINE_LINE, **values)
    return words.say(sentences.history.TIMELINE_FOLDED, count=entry.fetches, **values)
