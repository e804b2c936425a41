"""The picture of a link's timeline: its rows, and the message that it comes with."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import BytesIO
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlmodel import Session

import words
from bot.message import File, Message, Reader, button, speaking_to
from bot.messages.drawing import Row, draw, drawable
from bot.messages.marks import state_of
from bot.messages.phrases import numbered
from bot.messages.timeline import Entry, Told, told
from bot.times import zones
from bot.times.hours import zone_of
from storage.tables import Chat, Link
from words import Sentence, sentences

SILENCE = 12 * 3600
"""Seconds without an event. A row of its own says so, however long it was."""

GREEN, BLUE, AMBER, VIOLET, RED, GREY = "#2fa84f", "#2f83d8", "#e0940d", "#8f7be0", "#d9534f", "#8796a3"
COLOURS = {
    "opened": GREEN,
    "sent": BLUE,
    "told_sent": BLUE,
    "activated": AMBER,
    "inserted": AMBER,
    "draft": AMBER,
    "pasted": AMBER,
    "proxied": VIOLET,
    "scanned": RED,
    "stopped": RED,
    "objected": RED,
    "own": GREY,
    "noise": GREY,
    "peek": GREY,
    "resumed": GREY,
    "note": GREY,
}
"""By the kind of a timeline's entry."""


def message(link: Link, now: float, revival: float, *, dark: bool) -> Message:
    """Return the message with the picture, and a button for the other ground. It is drawn when it is sent."""
    other = (
        button(sentences.buttons.BUTTON_LIGHT, "light", link.id)
        if dark
        else button(sentences.buttons.BUTTON_DARK, "dark", link.id)
    )
    attach = partial(drawn, link_id=link.id, now=now, revival=revival, dark=dark)
    return Message(numbered(link), [[other]], attach=attach)


def drawn(read: Reader, link_id: int, now: float, revival: float, *, dark: bool) -> File:
    """Read all that the picture needs, and draw it."""
    draw_it = read(partial(_gathered, link_id=link_id, now=now, revival=revival, dark=dark))
    return draw_it()


def _gathered(
    session: Session, link_id: int, now: float, revival: float, *, dark: bool
) -> Callable[[], File]:
    """Read all that the picture needs. Return a function that draws it, without the database."""
    link = session.get_one(Link, link_id)
    chat = session.get_one(Chat, link.chat_id)
    zone = zone_of(chat)
    with speaking_to(chat):
        state = state_of(link, now, revival)
        title = words.plain(sentences.picture.PICTURE_TITLE, number=link.number, state=state)
        footer = words.plain(sentences.picture.PICTURE_ZONE, zone=zones.shown(zone.key))
        shown = rows(told(session, link), zone)
    return lambda: File(f"link-{link.number}.png", BytesIO(draw(title, shown, footer, dark=dark)))


def rows(story: Told, zone: ZoneInfo) -> list[Row]:
    """Return the rows of a story, oldest first. A long silence is a row of its own."""
    if not story.newest:
        made = [Row(words.plain(sentences.picture.PICTURE_NOTHING))]
    else:
        left_out = [_counted(sentences.history.TIMELINE_LEFT_OUT, story.left_out)] if story.left_out else []
        made = [
            *_with_silences(story.oldest[::-1], zone),
            *left_out,
            *_with_silences(story.newest[::-1], zone),
        ]
    return [_counted(sentences.history.TIMELINE_OLDER, story.older), *made] if story.older else made


def _counted(sentence: Sentence, count: int) -> Row:
    return Row(words.plain(sentence, count=count))


def _with_silences(entries: list[Entry], zone: ZoneInfo) -> list[Row]:
    made = [_row(entry, None, zone) for entry in entries[:1]]
    for before, entry in pairwise(entries):
        if entry.at - before.at >= SILENCE:
            made.append(
                Row(words.plain(sentences.picture.PICTURE_SILENCE, span=words.span(entry.at - before.at)))
            )
        made.append(_row(entry, before, zone))
    return made


def _row(entry: Entry, before: Entry | None, zone: ZoneInfo) -> Row:
    at = datetime.fromtimestamp(entry.at, zone)
    known = before is not None and datetime.fromtimestamp(before.at, zone).date() == at.date()
    day, clock = "" if known else words.day(at), f"{at:%H:%M}"
    colour, strong = COLOURS[entry.kind], entry.kind in ("opened", "sent", "told_sent")
    if entry.kind == "note":
        return Row(words.plain(sentences.picture.PICTURE_NOTE), drawable(entry.text), day, clock, colour)
    if entry.kind in sentences.history.TIMELINE_SAID:
        return Row(words.plain(sentences.history.TIMELINE_SAID[entry.kind]), "", day, clock, colour, strong)
    counted = sentences.picture.PICTURE_COUNTED if entry.fetches > 1 else sentences.picture.PICTURE_ONCE
    title = words.plain(counted, kind=sentences.reasons.KINDS[entry.kind], count=entry.fetches)
    return Row(title, words.plain(sentences.reasons.AGENTS[entry.agent]), day, clock, colour, strong)
