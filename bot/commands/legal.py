"""`/privacy` and `/legal`: what is kept, and what the law says, by place, with its sources."""

from sqlmodel import Session
from telegram import Update

import words
from bot.commands.presses import Answer, Press
from bot.desk import Desk
from bot.message import Keyboard, Message, button
from bot.replies import rewrite
from words import english as en


def privacy(_session: Session, _update: Update, desk: Desk) -> Message:
    url, days = desk.settings.public_url, desk.settings.retention_days
    return Message(words.say(en.PRIVACY, url=url, days=words.say(en.SPAN_DAYS, count=days)))


def legal(_session: Session, _update: Update, _desk: Desk) -> Message:
    return Message(words.say(en.LEGAL), _places())


def pressed_legal(press: Press) -> Answer:
    """The card of a place, in the place of the one before."""
    text = en.LEGAL_CARDS.get(press.about)
    if text is None:
        return en.TOAST_GONE
    card = words.say(en.LEGAL_CARD, place=en.LEGAL_PLACES[press.about], text=text)
    return rewrite(press.session, press.update, Message(card, _places()))


def _places() -> Keyboard:
    keys = [button(place, "legal", code) for code, place in en.LEGAL_PLACES.items()]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]
