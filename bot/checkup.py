"""The check in the bot's first minute: does PUBLIC_URL lead here, safely, and will the disk last?

The bot reports what is wrong to the log, and in one message to ADMIN_CHAT_ID. Nothing waits for it.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from markupsafe import Markup

import words
from bot.context import BotContext
from bot.message import Message
from bot.messages.phrases import lines
from bot.notices import owe_notice
from bot.tls import trusted
from settings import Settings
from storage import disks, published_lists
from storage.disks import Lost
from storage.engine import database_for
from storage.kinds import notice_key
from storage.times import now
from words import Sentence, sentences

log = logging.getLogger(__name__)

PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each attempt: the pixel server starts at the same time as the bot."""
LONGEST_ATTEMPT = 10.0

Problem = Callable[[], Markup]
"""Says what is wrong: to the log in English, and to a chat in its language."""


async def run(context: BotContext, environ: Mapping[str, str] = os.environ) -> None:
    """Check once, and report what is wrong; never raises."""
    try:
        problems = await find_problems(context.settings, context.keys.installation_id(), environ)
        problems += await _lists(context)
        if problems:
            await _report(context, problems)
        else:
            log.info("PUBLIC_URL %s leads to this installation.", context.settings.public_url)
    except Exception:
        log.exception("The check of this installation could not be finished.")


async def find_problems(settings: Settings, instance: str, environ: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with this installation. `instance` is what its own `/healthz` says."""
    found = [await _address(settings.public_url, instance), _safety(settings), *_disks(settings, environ)]
    return [problem for problem in found if problem]


async def _lists(context: BotContext) -> list[Problem]:
    """Return what is wrong with the oldest published list, if it will not be refreshed by itself."""
    ages = await context.read(lambda session: published_lists.ages(session, now()))
    never = not context.settings.refresh_days
    old = {name: age for name, age in ages.items() if age.is_old and (never or age.error)}
    if not old:
        return []
    name = max(old, key=lambda name: old[name].days)
    sentence = sentences.operator.CHECKUP_LIST_KEPT if never else sentences.operator.CHECKUP_LIST_FAILS

    def problem() -> Markup:
        age = words.say(sentences.times.SPAN_DAYS, count=old[name].days)
        return words.say(sentence, name=name, age=age, error=old[name].error)

    return [problem]


async def _report(context: BotContext, problems: list[Problem]) -> None:
    for problem in problems:
        log.warning("%s", problem().striptags())
    if admin := context.settings.admin_chat_id:
        at = now()
        key, write = notice_key("checkup", at), partial(_message, problems)
        await context.write(lambda session: owe_notice(session, admin, key, write, at))
        context.due.set()


def _message(problems: list[Problem]) -> Message:
    reported = (words.say(sentences.operator.CHECKUP_LINE, problem=problem()) for problem in problems)
    return Message(lines(words.say(sentences.operator.CHECKUP), *reported))


async def _address(url: str, instance: str) -> Problem | None:
    """Return what is wrong with the address. A pixel server that has just started is given its time."""
    for pause in PAUSES:
        await asyncio.sleep(pause)
        answering, problem = await _ask(url)
        if answering:
            return (
                None
                if answering == instance
                else partial(words.say, sentences.operator.CHECKUP_OTHER, url=url)
            )
    return problem


async def _ask(url: str) -> tuple[str, Problem]:
    """Return which installation answers there. It is empty when none does; then the problem says why."""
    try:
        client = httpx.AsyncClient(timeout=LONGEST_ATTEMPT, verify=trusted())
        async with asyncio.timeout(LONGEST_ATTEMPT), client:
            answer = await client.get(f"{url}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        return "", partial(words.say, sentences.operator.CHECKUP_SILENT, url=url, error=reason)
    if answer.has_redirect_location:
        return "", partial(words.say, sentences.operator.CHECKUP_MOVED, url=url, to=_target(answer))
    problem = partial(words.say, sentences.operator.CHECKUP_STRANGER, url=url, status=answer.status_code)
    return _instance_in(answer), problem


def _instance_in(answer: httpx.Response) -> str:
    try:
        instance = answer.json()["instance"]
    except (ValueError, KeyError, TypeError):
        return ""
    return instance if isinstance(instance, str) else ""


def _target(answer: httpx.Response) -> str:
    return str(answer.url.join(answer.headers["location"])).removesuffix("/healthz")


def _safety(settings: Settings) -> Problem | None:
    url = settings.public_url
    if not is_local(url):
        return (
            None
            if url.startswith("https:")
            else partial(words.say, sentences.operator.CHECKUP_PLAIN, url=url)
        )
    # With a local Bot API a local address is meant. With a real bot, somebody forgot to set PUBLIC_URL.
    return (
        None
        if is_local(settings.telegram_api_url)
        else partial(words.say, sentences.operator.CHECKUP_LOCAL, url=url)
    )


def is_local(url: str) -> bool:
    """Return True if an address leads to this machine, or no further than its own network."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local"))


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

    def problem() -> Markup:
        why = words.say(sentences.operator.CHECKUP_LOST[lost], platform=disks.platform(environ))
        return words.say(sentence, path=path, why=why)

    return problem
