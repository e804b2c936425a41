"""Words remarks on a time that somebody typed: its zone, and a change of the clocks over it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from markupsafe import Markup

import words
from bot.commands.turn import Turn
from bot.times import moments
from bot.times.hours import is_guessed, zone_of
from bot.times.moments import Oddity
from words import sentences

Reading = Callable[[str, float, ZoneInfo], float | None]
"""`moments.past` or `moments.future`."""

SENTENCES = {
    Oddity.FIRST: sentences.clocks.CLOCK_FIRST,
    Oddity.SECOND: sentences.clocks.CLOCK_SECOND,
    Oddity.MISSING: sentences.clocks.CLOCK_MISSING,
}


def remarks(turn: Turn, read: Reading, at: float) -> list[Markup]:
    """Return what to add to the answer: the typed time means `at`."""
    zone = zone_of(turn.chat)
    said = []
    if odd := moments.oddity(turn.rest, at, zone):
        kind, minutes = odd
        taken = moments.shown(at, zone)
        said.append(words.say(SENTENCES[kind], clock=words.clock(minutes), taken=taken))
    if is_guessed(turn.chat, lambda zone: read(turn.rest, turn.said_at, zone)):
        said.append(words.say(sentences.clocks.CLOCK_IN_UTC))
    return said
