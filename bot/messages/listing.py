"""The answers to `/history`: the links of a chat or those that a search finds, and the story of one."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import ColumnElement
from sqlmodel import Session, col
from telegram import InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages.phrases import lines, name, numbered, why_no_open
from bot.messages.timeline import Entry, timeline
from bot.times.hours import zone_of
from storage import links
from storage.links import history_of
from storage.tables import Chat, Link
from storage.times import seconds
from tracking import Kind, Reason
from tracking.status import ENDED, ONCE_OPENED, UNOPENED, LinkStatus
from words import Sentence, sentences
from words.typed import understood

PAGE_SIZE = 10
NUMBERS_IN_A_ROW = 5
LONGEST_QUERY = 40
"""Bytes of a query. An arrow's data holds it, and Telegram takes 64 bytes."""
LONGEST_TIMELINE = 30
"""Fetches that a story reads."""
MOST_NOT_OWN_BUTTONS = 3
LONGEST_NOTE = 200
"""UTF-16 units of a note that a story shows. /export has all of it."""
LONGEST_STORY = 3200
"""UTF-16 units of a story's lines, with their tags. Telegram takes 4096 of a message, without them."""

SEARCHABLE = {
    "draft": (LinkStatus.DRAFT,),
    "sent": UNOPENED,
    "unopened": UNOPENED,
    "opened": ONCE_OPENED,
    "asleep": (LinkStatus.ASLEEP,),
    "stopped": ENDED,
}
"""The links that `/history` lists for a word: those that it shows with a word of this meaning."""


def history_page(
    session: Session, chat_id: int, offset: int, now: float, query: str = "", *, revival: float
) -> Message:
    """Return a page of links, newest first, with a button for each, and arrows to the pages beside it."""
    query = query.encode()[:LONGEST_QUERY].decode(errors="ignore").strip()
    found = _found(session, chat_id, offset, query.casefold(), now, revival)
    shown = found[:PAGE_SIZE]
    if not shown:
        sentence = sentences.history.HISTORY_NOT_FOUND if query else sentences.history.HISTORY_EMPTY
        return Message(words.say(sentence, query=words.name(query)))
    told = [_line(link, now) for link in shown]
    numbers = [button(f"#{link.number}", "link", link.id) for link in shown]
    rows = [numbers[start : start + NUMBERS_IN_A_ROW] for start in range(0, len(numbers), NUMBERS_IN_A_ROW)]
    arrows: list[InlineKeyboardButton] = []
    if offset:
        arrows.append(_arrow(sentences.buttons.BUTTON_NEWER, max(0, offset - PAGE_SIZE), query))
    if len(found) > PAGE_SIZE:
        arrows.append(_arrow(sentences.buttons.BUTTON_OLDER, offset + PAGE_SIZE, query))
    title = (
        words.say(sentences.history.HISTORY_FOUND, query=words.name(query))
        if query
        else words.say(sentences.history.HISTORY_TITLE)
    )
    text = lines(title, *told, "", words.say(sentences.history.HISTORY_HINT))
    return Message(text, [*rows, arrows] if arrows else rows)


def _arrow(label: Sentence, offset: int, query: str) -> InlineKeyboardButton:
    return button(label, "page", f"{offset} {query}" if query else offset)


def _found(
    session: Session, chat_id: int, offset: int, query: str, now: float, revival: float
) -> Sequence[Link]:
    """Return a page of links, and the first of the next page.

    The query is a word for a state, or a piece of a label or a recipient. Without one, all links are found.
    """
    state, limit = understood().states.get(query), PAGE_SIZE + 1
    if query and state is None:
        return links.named(session, chat_id, offset, limit, query)
    conditions: list[ColumnElement[bool]] = []
    if state == "muted":
        conditions.append(col(Link.muted).is_(True))
    elif state:
        conditions.append(links.has_status(SEARCHABLE[state], now, revival))
    return links.newest(session, chat_id, offset, limit, *conditions)


def _line(link: Link, now: float) -> Markup:
    last = words.time(seconds(link.last_event_at), now)
    return words.say(
        sentences.history.HISTORY_LINE, number=link.number, name=name(link), state=state_of(link), last=last
    )


def state_of(link: Link) -> Markup:
    """Return one word, or a few, for where the link stands."""
    if link.status != LinkStatus.OPENED:
        return words.say(sentences.history.STATES[link.status])
    opens = history_of(link).summary.opens
    return words.say(
        sentences.history.STATE_OPENED_ONCE if opens == 1 else sentences.history.STATE_OPENED, count=opens
    )


def story(session: Session, link: Link, now: float) -> Message:
    """Return the link's timeline in words, newest first, with buttons for all that can be done with it."""
    entries, older = timeline(session, link, LONGEST_TIMELINE)
    told = _fitting([_entry(entry, now) for entry in entries])
    if not link.fetches:
        told.append(words.say(sentences.history.TIMELINE_EMPTY))
    if older:
        told.append(words.say(sentences.history.TIMELINE_MORE, count=older))
    if explained := why_no_open(link, now):
        told += [Markup(""), explained]
    tracked_by = [words.say(sentences.cards.TRACKED_BY, who=words.name(link.tracker))] if link.tracker else []
    text = lines(numbered(link), *tracked_by, state_of(link), "", *told)
    chat = session.get_one(Chat, link.chat_id)
    return Message(text, _keyboard(chat, link, entries))


def _fitting(told: list[Markup]) -> list[Markup]:
    """Return as many of the lines, from the first on, as the message has room for."""
    kept, room = [], LONGEST_STORY
    for line in told:
        room -= words.utf16(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def _keyboard(chat: Chat, link: Link, entries: list[Entry]) -> Keyboard:
    rows = [[_not_own_button(chat, entry)] for entry in entries if entry.kind == Kind.OWN][
        :MOST_NOT_OWN_BUTTONS
    ]
    quiet = history_of(link).summary.quiet
    if quiet and quiet.reason is not Reason.SENDER_DEVICE and link.status not in ENDED:
        rows.append([_about(chat, quiet.at, sentences.buttons.BUTTON_PERSON_AT, "story_person", quiet.id)])
    if link.status == LinkStatus.STOPPED:
        rows.append([button(sentences.buttons.BUTTON_RESUME, "story_resume", link.id)])
    elif link.status != LinkStatus.OBJECTED:
        mute = (
            ("story_unmute", sentences.buttons.BUTTON_UNMUTE)
            if link.muted
            else ("story_mute", sentences.buttons.BUTTON_MUTE)
        )
        rows.append(
            [button(mute[1], mute[0], link.id), button(sentences.buttons.BUTTON_STOP, "story_stop", link.id)]
        )
        if link.status != LinkStatus.OPENED:
            rows.append([button(sentences.buttons.BUTTON_REMIND_ME, "remind", link.id)])
    rows.append([button(sentences.buttons.BUTTON_PICTURE, "light", link.id)])
    return [
        *rows,
        [button(sentences.buttons.BUTTON_DELETE, "ask_delete", link.id)],
        [button(sentences.buttons.BUTTON_BACK, "page", 0)],
    ]


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
