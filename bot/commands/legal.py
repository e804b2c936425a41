"""`/privacy` and `/legal`: what is kept, and what the law says, by place, with its sources."""

from sqlmodel import Session
from telegram import Update

import words
from bot.commands.presses import Answer, Press
from bot.context import BotContext
from bot.message import Keyboard, Message, button
from bot.replies import rewrite
from words import sentences


def privacy(_session: Session, _update: Update, context: BotContext) -> Message:
    url, days = context.settings.public_url, context.settings.retention_days
    return Message(
        words.say(sentences.law.PRIVACY, url=url, days=words.say(sentences.times.SPAN_DAYS, count=days))
    )


def legal(_session: Session, _update: Update, _context: BotContext) -> Message:
    return Message(words.say(sentences.law.LEGAL), _places())


def pressed_legal(press: Press) -> Answer:
    """The card of a place, in the place of the one before."""
    text = sentences.law.LEGAL_CARDS.get(press.about)
    if text is None:
        return sentences.toasts.TOAST_GONE
    card = words.say(sentences.law.LEGAL_CARD, place=sentences.law.LEGAL_PLACES[press.about], text=text)
    return rewrite(press.session, press.update, Message(card, _places()))


def _places() -> Keyboard:
    keys = [button(place, "legal", code) for code, place in sentences.law.LEGAL_PLACES.items()]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]
