"""The check in the bot's first minute, and from then on: does PUBLIC_URL lead here, safely, by way of proxies
that are named, and will the disk last?

The bot reports what is wrong to the log, and in one message to ADMIN_CHAT_ID, where `/status` repeats it.
Nothing waits for it.
"""

import asyncio
import logging
import os
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

import httpx

import words
from bot.context import BotContext
from bot.message import Message
from bot.messages import phrases
from bot.messages.phrases import lines
from bot.notices import owe_notice
from bot.problems import Checked, Problem
from bot.reach import is_demo, is_local
from bot.tls import trusted
from settings import Settings
from storage import disks, published_lists
from storage.disks import Lost
from storage.engine import database_for
from storage.health import PROBE, hop_in
from storage.keys import Keys
from storage.kinds import notice_key
from storage.times import now
from words import Sentence, sentences

log = logging.getLogger(__name__)

PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each attempt: the pixel server starts at the same time as the bot."""
LONGEST_ATTEMPT = 10.0

CHECK_AGAIN, CHECK_AGAIN_SOON = 3600.0, 60.0
"""Seconds between two checks: while all is well, and while something is wrong that may be put right."""


async def run(context: BotContext, environ: Mapping[str, str] = os.environ) -> None:
    """Check, and go on checking, until cancelled."""
    reported: set[str] = set()
    while True:
        reported = await check(context, environ, reported)
        await asyncio.sleep(CHECK_AGAIN_SOON if reported else CHECK_AGAIN)


async def check(context: BotContext, environ: Mapping[str, str], reported: Collection[str] = ()) -> set[str]:
    """Check once, keep what is wrong for `/status`, and report what is new; never raises.

    `reported` has the problems that were reported before, each by its English sentence, whose values may have
    changed since. Returns those of now.
    """
    try:
        problems = await find_problems(context.settings, context.keys, environ)
        problems += await _lists(context)
        title = sentences.operator.CHECKUP_LATER if context.checked else sentences.operator.CHECKUP
        context.checked = Checked(now(), tuple(problems))
        if not problems:
            log.info("PUBLIC_URL %s leads to this installation.", context.settings.public_url)
        if new := [problem for problem in problems if problem.sentence.text not in reported]:
            await _report(context, title, new)
        return {problem.sentence.text for problem in problems}
    except Exception:
        log.exception("The check of this installation could not be finished.")
        return set(reported)


async def find_problems(settings: Settings, keys: Keys, environ: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with this installation."""
    # The demo's data are thrown away anyway.
    lost = [] if is_demo(settings) else _disks(settings, environ)
    found = [await _address(settings.public_url, keys), _safety(settings), *lost]
    return [problem for problem in found if problem]


async def _lists(context: BotContext) -> list[Problem]:
    """Return what is wrong with the oldest published list, if it will not be refreshed by itself."""
    if is_local(context.settings.public_url):
        # No listed network reaches it. The demo refreshes no list, so that it stays on its machine.
        return []
    ages = await context.read(lambda session: published_lists.ages(session, now()))
    never = not context.settings.refresh_days
    old = {name: age for name, age in ages.items() if age.is_old and (never or age.error)}
    if not old:
        return []
    name = max(old, key=lambda name: old[name].days)
    sentence = sentences.operator.CHECKUP_LIST_KEPT if never else sentences.operator.CHECKUP_LIST_FAILS

    age = partial(words.say, sentences.times.SPAN_DAYS, count=old[name].days)
    return [Problem(sentence, {"name": name, "age": age, "error": old[name].error})]


async def _report(context: BotContext, title: Sentence, problems: list[Problem]) -> None:
    for problem in problems:
        log.warning("%s", problem().striptags())
    if admin := context.settings.admin_chat_id:
        at = now()
        key, write = notice_key("checkup", at), partial(_message, title, problems)
        await context.write(lambda session: owe_notice(session, admin, key, write, at))
        context.due.set()


def _message(title: Sentence, problems: list[Problem]) -> Message:
    reported = (words.say(sentences.operator.CHECKUP_LINE, problem=problem()) for problem in problems)
    return Message(lines(words.say(title), *reported))


async def _address(url: str, keys: Keys) -> Problem | None:
    """Return what is wrong with the address. A pixel server that has just started is given its time."""
    problem: Problem | None = None
    for pause in PAUSES:
        await asyncio.sleep(pause)
        answering, problem = await _ask(url, keys.probe(now()))
        if answering == keys.installation_id():
            return problem
        if answering:
            return Problem(sentences.operator.CHECKUP_OTHER, {"url": url})
    return problem


async def _ask(url: str, probe: str) -> tuple[str, Problem | None]:
    """Return which installation answers there, and what is wrong with the way to it.

    The former is empty if none answers; then the problem says why.
    """
    try:
        client = httpx.AsyncClient(timeout=LONGEST_ATTEMPT, verify=trusted())
        async with asyncio.timeout(LONGEST_ATTEMPT), client:
            answer = await client.get(f"{url}/healthz", headers={PROBE: probe})
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        return "", Problem(sentences.operator.CHECKUP_SILENT, {"url": url, "error": reason})
    if answer.has_redirect_location:
        return "", Problem(sentences.operator.CHECKUP_MOVED, {"url": url, "to": _target(answer)})
    match _told_in(answer):
        case {"instance": str(instance), "way": {"hop": told}} if hop := hop_in(told):
            return instance, phrases.hop(hop)
        case {"instance": str(instance)}:
            return instance, None
    return "", Problem(sentences.operator.CHECKUP_STRANGER, {"url": url, "status": answer.status_code})


def _told_in(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def _target(answer: httpx.Response) -> str:
    return str(answer.url.join(answer.headers["location"])).removesuffix("/healthz")


def _safety(settings: Settings) -> Problem | None:
    url = settings.public_url
    if not is_local(url):
        return None if url.startswith("https:") else Problem(sentences.operator.CHECKUP_PLAIN, {"url": url})
    # With a local Bot API a local address is meant. With a real bot, somebody forgot to set PUBLIC_URL.
    return None if is_demo(settings) else Problem(sentences.operator.CHECKUP_LOCAL, {"url": url})


def _disks(settings: Settings, environ: Mapping[str, str]) -> list[Problem]:
    mounts, key_file = disks.mounts(), settings.key_file.absolute()
    files = database_for(settings).files
    found = []
    for path in files:
        lost = disks.lost_with(path.resolve(), environ, mounts)
        found.append(_about(sentences.operator.CHECKUP_DATABASE, path, lost, environ))
    lost = disks.lost_with(key_file.resolve(), environ, mounts)
    # A platform hands secrets to a container in memory, again at every start: nothing is lost there.
    if lost is not Lost.MEMORY and key_file.parent not in {path.parent for path in files}:
        found.append(_about(sentences.operator.CHECKUP_KEY_FILE, key_file, lost, environ))
    return [problem for problem in found if problem]


def _about(sentence: Sentence, path: Path, lost: Lost | None, environ: Mapping[str, str]) -> Problem | None:
    if lost is None:
        return None

    why = partial(words.say, sentences.operator.CHECKUP_LOST[lost], platform=disks.platform(environ))
    return Problem(sentence, {"path": path, "why": why})
