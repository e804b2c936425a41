"""Fetches the published lists of address ranges by itself, every REFRESH_DAYS days.

Each list is fetched, checked and kept by itself. On any doubt the old one stays, and the list is tried again
the next day. The pixel server finds what is kept in the database.
"""

import asyncio
import logging
import random
from collections.abc import Sequence

import httpx

from bot.context import BotContext
from bot.tls import trusted
from settings import VERSION
from storage import published_lists
from storage.times import now
from tracking.list_ages import is_due
from tracking.published_ranges import (
    LISTS,
    Fetched,
    PublishedList,
    UnusableListError,
    in_force,
)
from tracking.range_checks import checked

log = logging.getLogger(__name__)

MINUTES_BETWEEN_ROUNDS = (5, 65)
"""Until the first round, and between any two: at random, so that not all bots ask at the same minute. A bot
that is started for a trial asks nobody."""
DEADLINE_SECONDS = 120.0
"""For one list, redirects included."""
SILENCE_SECONDS = 15.0
"""Without a byte, after which the attempt is over."""
MOST_REDIRECTS = 3


class ListRefresher:
    """Runs while the bot holds its lock: one bot refreshes the lists of a database."""

    def __init__(self, context: BotContext, lists: Sequence[PublishedList] = LISTS) -> None:
        self._context, self._lists = context, lists

    async def run(self) -> None:
        while True:
            await asyncio.sleep(60 * random.randint(*MINUTES_BETWEEN_ROUNDS))  # noqa: S311  # not a secret
            await self.refresh_due()

    async def refresh_due(self) -> None:
        """Refresh the lists whose time has come."""
        states = await self._context.read(published_lists.states)
        for published in self._lists:
            if is_due(states.get(published.name), now(), self._context.settings.refresh_days):
                await self._refresh(published)

    async def _refresh(self, published: PublishedList) -> None:
        name = published.name
        try:
            prefixes = await self._fetch(published)
        except UnusableListError as error:
            await self._leave(name, str(error))
        except Exception as error:
            # Unforeseen. It must not keep the other lists from being refreshed.
            log.exception("The published list %s could not be checked.", name)
            await self._leave(name, type(error).__name__)
        else:
            await self._context.write(lambda session: published_lists.keep(session, name, prefixes, now()))
            log.info("The published list %s is up to date: %d ranges.", name, len(prefixes))

    async def _leave(self, name: str, reason: str) -> None:
        log.warning("The published list %s stays as it is, and is tried again tomorrow: %s", name, reason)
        await self._context.write(lambda session: published_lists.note_error(session, name, reason, now()))

    async def _fetch(self, published: PublishedList) -> list[str]:
        """Return a list's new ranges. Raises UnusableListError."""
        text = await download(published)
        fetched = await self._context.read(published_lists.fetched)
        # Apple's list has 280,000 lines.
        return await asyncio.to_thread(_checked, published, text, fetched)


def _checked(published: PublishedList, text: str, fetched: Sequence[Fetched]) -> list[str]:
    return [str(prefix) for prefix in checked(published, text, in_force(fetched))]


async def download(published: PublishedList) -> str:
    """Return the whole text of a list. Raises UnusableListError if it does not come, or not completely."""
    try:
        async with (
            asyncio.timeout(DEADLINE_SECONDS),
            httpx.AsyncClient(verify=trusted(), timeout=SILENCE_SECONDS) as client,
        ):
            return (await _read(client, published)).decode("utf-8")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
        # A time-out, which is an OSError, has no text.
        reason = str(error) or type(error).__name__
        raise UnusableListError(f"{published.url} cannot be read: {reason}") from error


async def _read(client: httpx.AsyncClient, published: PublishedList) -> bytearray:
    url = httpx.URL(published.url)
    # Unpacked, so that the length that is announced is the length that comes.
    headers = {"user-agent": f"Readback/{VERSION}", "accept-encoding": "identity"}
    for _ in range(MOST_REDIRECTS + 1):
        async with client.stream("GET", url, headers=headers) as answer:
            if not answer.has_redirect_location:
                return await _body(answer, published)
            url = answer.url.join(answer.headers["location"])
            if url.scheme != "https":
                raise UnusableListError(f"{published.url} redirects to {url}, which is not https")
    raise UnusableListError(f"{published.url} redirects too often")


async def _body(answer: httpx.Response, published: PublishedList) -> bytearray:
    if answer.status_code != httpx.codes.OK:
        raise UnusableListError(f"{published.url} answers {answer.status_code}")
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > published.most_bytes:
            raise UnusableListError(f"{published.url} is longer than {published.most_bytes} bytes")
    return body
