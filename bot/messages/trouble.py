"""Tells in `/status` what is wrong with this installation: to its operator in full, to others that there is
something."""

from markupsafe import Markup
from sqlmodel import Session

import words
from bot.context import BotContext
from bot.messages import phrases
from bot.problems import Problem
from storage import health
from words import sentences


def trouble(session: Session, context: BotContext, chat_id: int, now: float) -> list[Markup]:
    """Return the lines; none only if all is known to be well.

    That the database takes writes need not be asked: the answer is written to it.
    """
    told = []
    if context.trouble:
        told.append(words.say(sentences.commands.STATUS_TROUBLE))
    if health.trouble_of(session, health.PIXEL_SERVER, now):
        told.append(words.say(sentences.commands.STATUS_PIXEL_SERVER))
    if context.checked is None:
        told.append(words.say(sentences.commands.STATUS_CHECKING))
    problems = _problems(session, context)
    if chat_id == context.settings.admin_chat_id:
        return told + _in_full(problems, context, now)
    return told + ([words.say(sentences.commands.STATUS_OPERATOR)] if problems else [])


def _problems(session: Session, context: BotContext) -> list[Problem]:
    """Return what the last check found, and the hop that the pixel server has noticed since."""
    found = {problem.sentence: problem for problem in (context.checked.problems if context.checked else ())}
    if hop := health.hop_of(session):
        noticed = phrases.hop(hop)
        found[noticed.sentence] = noticed
    return [*found.values()]


def _in_full(problems: list[Problem], context: BotContext, now: float) -> list[Markup]:
    told = [words.say(sentences.commands.STATUS_PROBLEM, problem=problem()) for problem in problems]
    if problems and context.checked:
        time = words.when(context.checked.at, now)
        told.append(words.say(sentences.commands.STATUS_CHECKED, time=time))
    return told
