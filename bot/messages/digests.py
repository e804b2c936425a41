"""The daily summary, which a chat asks for with `/digest`."""

from markupsafe import Markup
from sqlmodel import Session

import words
from bot.message import Message
from bot.messages.marks import mark_of
from bot.messages.phrases import lines, name
from storage import links
from storage.links import history_of
from storage.tables import Chat, Link
from tracking.status import LinkStatus
from words import sentences

A_DAY = 86400
MOST_SHOWN = 15
"""Links. /history has the rest."""


def digest(session: Session, chat: Chat, now: float, revival: float) -> Message | None:
    """Return what has happened to the chat's links in the last day, or None if nothing has."""
    changed = links.changed_since(session, chat.id, since=now - A_DAY)
    if not changed:
        return None
    told = [
        Markup("{} {}").format(mark_of(link, now, revival), _line(link, now)) for link in changed[:MOST_SHOWN]
    ]
    if len(changed) > MOST_SHOWN:
        told.append(words.say(sentences.digests.DIGEST_MORE, count=len(changed) - MOST_SHOWN))
    return Message(lines(words.say(sentences.digests.DIGEST_TITLE), *told))


def _line(link: Link, now: float) -> Markup:
    values = {"number": link.number, "name": name(link)}
    if link.status != LinkStatus.OPENED:
        return words.say(sentences.digests.DIGEST_LINES[link.status], **values)
    summary = history_of(link).summary
    once = summary.opens == 1
    sentence = sentences.digests.DIGEST_OPENED_ONCE if once else sentences.digests.DIGEST_OPENED
    return words.say(sentence, count=summary.opens, last=words.when(summary.last_open or now, now), **values)
