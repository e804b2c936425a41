"""The first minute: does PUBLIC_URL lead here, safely, and will the disk last?

What is wrong is told in one message, to the log and to ADMIN_CHAT_ID. Nothing waits for it.
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
from sqlmodel import Session

import words
from bot.context import BotContext
from bot.languages import language_of
from bot.message import Message
from bot.messages.phrases import lines
from bot.replies import owe_message
from bot.tls import trusted
from settings import Settings
from storage import chats, disks
from storage.disks import Lost
from storage.engine import database_for
from storage.kinds import notice_key
from storage.times import now
from words import Sentence, sentences

log = logging.getLogger(__name__)

PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each look: the pixel server starts at the same time as the bot."""
LONGEST_LOOK = 10.0

Problem = Callable[[], Markup]
"""Says what is wrong: to the log in English, and to a chat in its language."""


async def run(context: BotContext, environ: Mapping[str, str] = os.environ) -> None:
    """Look once, and tell what is wrong; never raises."""
    try:
        problems = await look(context.settings, context.keys.instance(), environ)
        if problems:
            await _tell(context, problems)
        else:
            log.info("PUBLIC_URL %s leads to this installation.", context.settings.public_url)
    except Exception:
        log.exception("The check of this installation could not be finished.")


async def look(settings: Settings, instance: str, environ: Mapping[str, str]) -> list[Problem]:
    """What is wrong with this installation."""
    found = [await _address(settings.public_url, instance), _safety(settings), *_disks(settings, environ)]
    return [problem for problem in found if problem]


async def _tell(context: BotContext, problems: list[Problem]) -> None:
    for problem in problems:
        log.warning("%s", problem().striptags())
    if admin := context.settings.admin_chat_id:
        await context.write(partial(_owe, admin=admin, problems=problems, at=now()))
        context.due.set()


def _owe(session: Session, admin: int, problems: list[Problem], at: float) -> None:
    with words.speaking(language_of(chats.get_or_create(session, admin, at))):
        told = (words.say(sentences.operator.CHECKUP_LINE, problem=problem()) for problem in problems)
        message = Message(lines(words.say(sentences.operator.CHECKUP), *told))
    owe_message(session, admin, notice_key("checkup", at), message, at)


async def _address(url: str, instance: str) -> Problem | None:
    """What is wrong with the address; a pixel server that has just started is given its time."""
    for pause in PAUSES:
        await asyncio.sleep(pause)
        told, problem = await _ask(url)
        if told:
            return None if told == instance else partial(words.say, sentences.operator.CHECKUP_OTHER, url=url)
    return problem


async def _ask(url: str) -> tuple[str, Problem]:
    """Which installation answers there; empty, and what is wrong, when none does."""
    try:
        client = httpx.AsyncClient(timeout=LONGEST_LOOK, verify=trusted())
        async with asyncio.timeout(LONGEST_LOOK), client:
            answer = await client.get(f"{url}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        told = str(error) or type(error).__name__
        return "", partial(words.say, sentences.operator.CHECKUP_SILENT, url=url, error=told)
    if answer.has_redirect_location:
        return "", partial(words.say, sentences.operator.CHECKUP_MOVED, url=url, to=_target(answer))
    problem = partial(words.say, sentences.operator.CHECKUP_STRANGER, url=url, status=answer.status_code)
    return _instance_in(answer), problem


def _instance_in(answer: httpx.Response) -> str:
    try:
        told = answer.json()["instance"]
    except (ValueError, KeyError, TypeError):
        return ""
    return told if isinstance(told, str) else ""


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
    # Who plays with a local Bot API wants a local address; who has a real bot forgot to set one.
    return (
        None
        if is_local(settings.telegram_api_url)
        else partial(words.say, sentences.operator.CHECKUP_LOCAL, url=url)
    )


def is_local(url: str) -> bool:
    """Whether an address leads to this machine, or no further than the network it stands in."""
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
    # Secrets are handed to containers in memory, again at every start: that is no loss.
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
