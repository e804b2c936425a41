"""Sets the chat's clock: `/timezone`, `/quiet`, `/digest`."""

from collections.abc import Sequence
from zoneinfo import available_timezones

from markupsafe import Markup

import words
from bot.commands.turn import Answer, Turn
from bot.message import Keyboard, Message, button
from bot.messages.phrases import lines
from bot.planning import plan_digest
from bot.times import grammar, moments, zones
from bot.times.hours import zone_of
from storage import erasing, outbox
from storage.tables import Chat
from words import sentences
from words.typed import understood

MOST_OFFERED = 10
"""Zones that the bot offers if a name can mean several."""


def timezone(turn: Turn) -> Answer:
    """Set the zone for `/timezone Berlin`. Without an argument, show the zone and ask for one."""
    if turn.argument:
        return answer_timezone(turn, turn.argument)
    turn.chat.asking = "timezone"
    return Message(
        lines(_zone_now(turn), words.say(sentences.clocks.TIMEZONE_ASK)),
        asks=words.plain(sentences.clocks.TIMEZONE_PLACEHOLDER),
        question="timezone",
    )


def answer_timezone(turn: Turn, place: str) -> Message:
    found = zones.find(place)
    if not found:
        turn.chat.asking = "timezone"
        return Message(words.say(sentences.clocks.TIMEZONE_UNKNOWN, place=words.name(place)))
    if len(found) > 1:
        return Message(
            words.say(sentences.clocks.TIMEZONE_SEVERAL, place=words.name(place)),
            _choice(found[:MOST_OFFERED]),
        )
    return _set_zone(turn, found[0])


def _choice(found: Sequence[str]) -> Keyboard:
    keys = [button(zones.city(name), "zone", name) for name in found]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def press_zone(turn: Turn) -> Answer:
    if turn.id not in available_timezones() or turn.pressed_answer() is None:
        return sentences.toasts.TOAST_GONE
    return turn.edit(_set_zone(turn, turn.id))


def located(turn: Turn) -> Answer:
    """Take the chat's zone from a place on the map. Only the zone is stored."""
    location = turn.message.location if turn.message else None
    if location is None or not (turn.is_private or turn.question() == "timezone"):
        # In a group, people tell each other where they are.
        return None
    erasing.mark(turn.session)
    found = zones.at(location.latitude, location.longitude)
    if found is None:
        return Message(words.say(sentences.clocks.TIMEZONE_NOWHERE))
    return Message(lines(_set_zone(turn, found).text, words.say(sentences.clocks.TIMEZONE_NOT_KEPT)))


def _set_zone(turn: Turn, zone: str) -> Message:
    turn.chat.zone, turn.chat.asking = zone, ""
    _plan_again(turn)
    return Message(_zone_now(turn))


def _zone_now(turn: Turn) -> Markup:
    """Return the chat's zone, and the time there."""
    clock = moments.shown(turn.now, zone_of(turn.chat))
    if not turn.chat.zone:
        return words.say(sentences.clocks.TIMEZONE_NONE, clock=clock)
    return words.say(sentences.clocks.TIMEZONE_IS, zone=zones.shown(turn.chat.zone), clock=clock)


def quiet(turn: Turn) -> Answer:
    """Set the quiet hours for `/quiet 22:00-07:00` or `/quiet off`. In any case, show them."""
    text, chat = turn.argument, turn.chat
    if text:
        hours = None if _is_off(text) else grammar.clocks(text)
        if hours is None and not _is_off(text):
            return Message(words.say(sentences.clocks.QUIET_HOW))
        chat.quiet_from, chat.quiet_until = hours or (None, None)
        _plan_again(turn)
    if chat.quiet_from is None or chat.quiet_until is None:
        how = [] if text else [words.say(sentences.clocks.QUIET_HOW)]
        return Message(lines(words.say(sentences.clocks.QUIET_OFF), *how))
    start, end = words.clock(chat.quiet_from), words.clock(chat.quiet_until)
    return Message(lines(words.say(sentences.clocks.QUIET_IS, start=start, end=end), *_in_utc(chat)))


def digest(turn: Turn) -> Answer:
    """Set the daily summary for `/digest 18:00` or `/digest off`. In any case, show its time."""
    text, chat = turn.argument, turn.chat
    if text:
        at = None if _is_off(text) else grammar.daily(text)
        if at is None and not _is_off(text):
            return Message(words.say(sentences.clocks.DIGEST_HOW))
        chat.digest_at = at
        plan_digest(turn.session, chat, turn.now)
    if chat.digest_at is None:
        how = [] if text else [words.say(sentences.clocks.DIGEST_HOW)]
        return Message(lines(words.say(sentences.clocks.DIGEST_OFF), *how))
    clock = words.clock(chat.digest_at)
    return Message(lines(words.say(sentences.clocks.DIGEST_IS, clock=clock), *_in_utc(chat)))


def _is_off(text: str) -> bool:
    return text.lower() in (*understood().off, "0")


def _in_utc(chat: Chat) -> list[Markup]:
    return [] if chat.zone else [words.say(sentences.clocks.CLOCK_IN_UTC)]


def _plan_again(turn: Turn) -> None:
    """Plan the digest anew and send the messages that were held: the zone or the quiet hours changed."""
    plan_digest(turn.session, turn.chat, turn.now)
    outbox.release_held(turn.session, turn.chat.id)
