"""The daily summary that somebody asked for: what stirred in the last day, and nothing when nothing did."""

from markupsafe import Markup
from sqlmodel import Session

import words
from bot.message import Message
from bot.messages.phrases import lines, name
from storage import links
from storage.links import history_of
from storage.tables import Chat, Link
from words import english as en

A_DAY = 86400
MOST_SHOWN = 15


def digest(session: Session, chat: Chat, now: float) -> Message | None:
    stirred = links.stirred(session, chat.id, since=now - A_DAY)
    if not stirred:
        return None
    told = [_line(link, now) for link in stirred[:MOST_SHOWN]]
    if len(stirred) > MOST_SHOWN:
        told.append(words.say(en.DIGEST_MORE, count=len(stirred) - MOST_SHOWN))
    return Message(lines(words.say(en.DIGEST_TITLE), *told))


def _line(link: Link, now: float) -> Markup:
    history = history_of(link)
    memory, values = history.memory, {"number": link.number, "name": name(link)}
    if history.said.closed_at is not None:
        return words.say(en.DIGEST_STOPPED, **values)
    if memory.opens and memory.last_open:
        sentence = en.DIGEST_LOOKED_ONCE if memory.opens == 1 else en.DIGEST_LOOKED
        return words.say(sentence, count=memory.opens, last=words.time(memory.last_open, now), **values)
    if history.sent():
        return words.say(en.DIGEST_SENT, **values)
    return words.say(en.DIGEST_DRAFT if memory.draft_agents else en.DIGEST_NEW, **values)
