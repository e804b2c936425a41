"""Adds notes to a link's story (`/note`), and sets reminders (`/remind`)."""

import words
from bot.commands.about import about_link, about_link_and_text
from bot.commands.about_clocks import remarks
from bot.commands.choosing import ask_which_link
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.messages import nudges
from bot.messages.phrases import lines, name
from bot.messages.waiting import waiting_list
from bot.times import moments
from bot.times.hours import zone_of
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


def remind(turn: Turn) -> Answer:
    """Set a reminder for `/remind 7 in 2 days`. `/remind` alone shows what waits, and asks for another."""
    waiting = [] if turn.argument else reminders.waiting(turn.session, turn.chat.id)
    if not waiting:
        return _remind(turn)
    shown, another = waiting_list(waiting, turn.now), ask_which_link(turn, takes_text=True)
    text = lines(shown.text, "", another.text)
    return another._replace(text=text, keyboard=[*shown.keyboard, *another.keyboard])


@about_link_and_text
def _remind(turn: Turn, link: Link) -> Answer:
    """Set a reminder for `/remind 7 in 2 days`; drop it for `/remind 7 off`. Without a time, ask for one."""
    if turn.rest.lower() in understood().off:
        dropped = reminders.drop_reminder(turn.session, link)
        return _about(link, sentences.commands.REMIND_OFF if dropped else sentences.commands.REMIND_NONE)
    due = moments.future(turn.rest, turn.said_at, zone_of(turn.chat))
    if due is None:
        return _ask_when(turn, link)
    if refusal := _refusal(link):
        return _about(link, refusal)
    before = reminders.owe_reminder(turn.session, link, due, turn.now)
    parts = [words.say(sentences.commands.REMIND_NOTED, name=name(link), time=words.when(due, turn.now))]
    if before is not None:
        parts.append(words.say(sentences.commands.REMIND_INSTEAD, time=words.when(before, turn.now)))
    return Message(lines(*parts, *remarks(turn, moments.future, due)))


def _refusal(link: Link) -> Sentence | None:
    """Return why no reminder of the link would come; None if one would."""
    if link.status in ENDED:
        return sentences.commands.REMIND_STOPPED
    if link.status in ONCE_OPENED:
        return sentences.commands.REMIND_SEEN
    return sentences.commands.REMIND_MUTED if link.muted else None


def _offer(link: Link) -> Message:
    """Return the question when to remind. A muted link has no times to choose from."""
    return _about(link, sentences.commands.REMIND_MUTED) if link.muted else nudges.offer_reminders(link)


def _ask_when(turn: Turn, link: Link) -> Message:
    """Ask when to remind. A time that was typed is not understood, or has passed: say so first."""
    asked = _offer(link)
    if not turn.rest or link.muted:
        return asked
    unknown = words.say(sentences.commands.REMIND_UNKNOWN, time=words.name(turn.rest))
    return asked._replace(text=lines(unknown, asked.text))


def _about(link: Link, sentence: Sentence) -> Message:
    return Message(words.say(sentence, name=name(link), number=link.number))


@about_link
def press_remind(_turn: Turn, link: Link) -> Answer:
    return _offer(link)


def press_remind_in(days: int) -> Handler:
    @about_link
    def press(turn: Turn, link: Link) -> Answer:
        if link.status not in WAITING_FOR_AN_OPEN:
            return sentences.toasts.TOAST_NO_REMINDER
        if link.muted:
            return sentences.toasts.TOAST_MUTED_REMINDER
        due = turn.said_at + days * 86400
        replaces = reminders.owe_reminder(turn.session, link, due, turn.now) is not None
        return sentences.toasts.TOAST_REMIND_INSTEAD if replaces else sentences.toasts.TOAST_REMIND

    return press


@about_link
def _press_end_reminder(turn: Turn, link: Link) -> Answer:
    ended = reminders.drop_reminder(turn.session, link)
    return sentences.toasts.TOAST_REMINDER_ENDED if ended else sentences.toasts.TOAST_GONE


@about_link
def _press_end_deadline(turn: Turn, link: Link) -> Answer:
    ended = reminders.drop_deadline(turn.session, link)
    return sentences.toasts.TOAST_DEADLINE_ENDED if ended else sentences.toasts.TOAST_GONE


BUTTONS: dict[str, Handler] = {
    "end_reminder": _press_end_reminder,
    "end_deadline": _press_end_deadline,
}
"""The buttons of what waits, in its list and under a link's story."""


def then_waiting_list(handler: Handler) -> Handler:
    """Make the handler of the same button under the list of what waits, which then shows the rest."""

    def press(turn: Turn) -> Answer:
        toast = handler(turn)
        turn.edit(waiting_list(reminders.waiting(turn.session, turn.chat.id), turn.now))
        return toast

    return press
