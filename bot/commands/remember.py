"""Adds notes to a link's story (`/note`), and sets reminders (`/remind`)."""

import words
from bot.commands.about import about_link, about_link_and_text
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.messages import nudges
from bot.messages.phrases import lines, name
from bot.times import moments
from bot.times.hours import is_guessed, zone_of
from storage import notes, reminders
from storage.tables import Link
from tracking.status import ENDED, ONCE_OPENED, WAITING_FOR_AN_OPEN
from words import Sentence, sentences
from words.typed import understood

LONGEST_NOTE = 1000
"""Characters. A longer text is a document, not a note."""


@about_link_and_text
def note(turn: Turn, link: Link) -> Answer:
    """Keep the text of `/note 7 called him, no answer` in the link's story."""
    if not turn.rest:
        return _ask_for_note(turn, link)
    if len(turn.rest) > LONGEST_NOTE:
        return Message(words.say(sentences.commands.NOTE_TOO_LONG, longest=LONGEST_NOTE))
    notes.add(turn.session, link, by=turn.author, text=turn.rest, now=turn.said_at)
    return Message(words.say(sentences.commands.NOTE_KEPT, name=name(link)))


def _ask_for_note(turn: Turn, link: Link) -> Message:
    question = f"note {link.number}"
    turn.chat.asking = question if turn.is_private else turn.chat.asking
    asked = words.say(sentences.commands.NOTE_ASK, name=name(link))
    return Message(asked, asks=words.plain(sentences.commands.NOTE_PLACEHOLDER), question=question)


@about_link_and_text
def remind(turn: Turn, link: Link) -> Answer:
    """Set a reminder for `/remind 7 in 2 days`; drop it for `/remind 7 off`. Without a time, ask for one."""
    if turn.rest.lower() in understood().off:
        dropped = reminders.drop_reminder(turn.session, link)
        return _about(link, sentences.commands.REMIND_OFF if dropped else sentences.commands.REMIND_NONE)
    due = moments.future(turn.rest, turn.said_at, zone_of(turn.chat))
    if due is None:
        return nudges.offer_reminders(link)
    if link.status in ENDED:
        return _about(link, sentences.commands.REMIND_STOPPED)
    if link.status in ONCE_OPENED:
        return _about(link, sentences.commands.REMIND_SEEN)
    reminders.owe_reminder(turn.session, link, due, turn.now)
    parts = [words.say(sentences.commands.REMIND_NOTED, name=name(link), time=words.when(due, turn.now))]
    if is_guessed(turn.chat, lambda zone: moments.future(turn.rest, turn.said_at, zone)):
        parts.append(words.say(sentences.clocks.CLOCK_IN_UTC))
    return Message(lines(*parts))


def _about(link: Link, sentence: Sentence) -> Message:
    return Message(words.say(sentence, name=name(link), number=link.number))


@about_link
def press_remind(_turn: Turn, link: Link) -> Answer:
    return nudges.offer_reminders(link)


def press_remind_in(days: int) -> Handler:
    @about_link
    def press(turn: Turn, link: Link) -> Answer:
        if link.status not in WAITING_FOR_AN_OPEN:
            return sentences.toasts.TOAST_NO_REMINDER
        reminders.owe_reminder(turn.session, link, turn.said_at + days * 86400, turn.now)
        return sentences.toasts.TOAST_REMIND

    return press
