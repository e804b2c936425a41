"""`/history`: the links of a chat, ten a page, and the story of one."""

from itertools import groupby

from markupsafe import Markup
from sqlmodel import Session
from telegram import InlineKeyboardButton

import words
from bot.message import Message, button
from bot.phrases import lines, name, numbered
from storage import links
from storage.links import history_of
from storage.tables import FetchRow, Link
from storage.times import seconds
from tracking import Kind
from tracking.silence import silence_of
from words import english as en

PAGE = 10
LONGEST_TIMELINE = 30
A_ROW = 5


def history_page(session: Session, chat_id: int, offset: int, now: float) -> Message:
    """Ten links from `offset`, newest first, with arrows where there are more."""
    found = links.newest(session, chat_id, offset, PAGE + 1)
    shown = found[:PAGE]
    if not shown:
        return Message(words.say(en.HISTORY_EMPTY))
    told = [_line(link, now) for link in shown]
    numbers = [button(f"#{link.number}", "link", link.id) for link in shown]
    rows = [numbers[start : start + A_ROW] for start in range(0, len(numbers), A_ROW)]
    arrows: list[InlineKeyboardButton] = []
    if offset:
        arrows.append(button(en.BUTTON_NEWER, "page", max(0, offset - PAGE)))
    if len(found) > PAGE:
        arrows.append(button(en.BUTTON_OLDER, "page", offset + PAGE))
    text = lines(words.say(en.HISTORY_TITLE), *told, "", words.say(en.HISTORY_HINT))
    return Message(text, [*rows, arrows] if arrows else rows)


def _line(link: Link, now: float) -> Markup:
    last = words.time(seconds(link.last_event_at), now)
    return words.say(en.HISTORY_LINE, number=link.number, name=name(link), state=state_of(link), last=last)


def state_of(link: Link) -> Markup:
    """One word, or a few, for where the link stands."""
    history = history_of(link)
    memory = history.memory
    if history.said.closed_at is not None:
        return words.say(en.STATE_STOPPED)
    if memory.opens:
        return words.say(en.STATE_OPENED_ONCE if memory.opens == 1 else en.STATE_OPENED, count=memory.opens)
    if history.sent():
        return words.say(en.STATE_PROXIED if memory.proxied else en.STATE_SENT)
    return words.say(en.STATE_DRAFT if memory.draft_agents else en.STATE_NEW)


def story(session: Session, link: Link, now: float) -> Message:
    """The link's timeline in words, newest first; what repeats is folded."""
    fetches = links.timeline(session, link.id, LONGEST_TIMELINE)
    told = [_entry(list(group), now) for _, group in groupby(fetches, key=_looks_like)]
    if not told:
        told = [words.say(en.TIMELINE_EMPTY)]
    if link.fetches > len(fetches):
        told.append(words.say(en.TIMELINE_MORE, count=link.fetches - len(fetches)))
    if silence := silence_of(history_of(link), now):
        told += [Markup(""), words.say(en.SILENCE, meaning=en.SILENCES[silence])]
    text = lines(numbered(link), state_of(link), "", *told)
    return Message(text, [[button(en.BUTTON_BACK, "page", 0)]])


def _looks_like(fetch: FetchRow) -> tuple[str, str]:
    kind = Kind.OPENED if fetch.kind == Kind.REPEAT else fetch.kind
    return kind, fetch.agent


def _entry(group: list[FetchRow], now: float) -> Markup:
    """One line for fetches that follow each other and mean the same."""
    first = group[-1]
    values = {
        "time": words.time(seconds(first.at), now),
        "kind": en.KINDS[first.kind],
        "agent": en.AGENTS[first.agent],
    }
    if len(group) == 1:
        return words.say(en.TIMELINE_LINE, **values)
    return words.say(en.TIMELINE_FOLDED, count=len(group), **values)
