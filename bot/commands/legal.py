"""`/privacy` and `/legal`: what is stored, and what the law says, place by place, with its sources."""

import words
from bot.commands.turn import Answer, Turn
from bot.message import Keyboard, Message, button
from words import sentences


def privacy(turn: Turn) -> Answer:
    settings = turn.context.settings
    days = words.say(sentences.times.SPAN_DAYS, count=settings.retention_days)
    return Message(words.say(sentences.law.PRIVACY, url=settings.public_url, days=days))


def legal(_turn: Turn) -> Answer:
    return Message(words.say(sentences.law.LEGAL), _places())


def press_legal(turn: Turn) -> Answer:
    """Show the card of a place instead of the one before."""
    text = sentences.law.LEGAL_CARDS.get(turn.id)
    if text is None:
        return sentences.toasts.TOAST_GONE
    card = words.say(sentences.law.LEGAL_CARD, place=sentences.law.LEGAL_PLACES[turn.id], text=text)
    return turn.edit(Message(card, _places()))


def _places() -> Keyboard:
    keys = [button(place, "legal", code) for code, place in sentences.law.LEGAL_PLACES.items()]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]
