"""The bot refreshes the published lists by itself: over real HTTP, nothing is replaced but by a good list."""

import asyncio
import logging
from collections.abc import Callable, Iterator

import pytest
import respx
from pydantic import SecretStr
from sqlalchemy import Engine

from bot import published_lists
from bot.app import Bot
from bot.context import BotContext
from bot.published_lists import ListRefresher, download
from settings import Settings
from storage import published_lists as stored
from storage.engine import reading
from storage.keys import open_keys
from tests.lists import (
    CHALLENGE,
    CLOUDFLARE,
    CLOUDFLARE_NOW,
    CRAWLERS,
    CRAWLERS_NOW,
    FETCHERS,
    FETCHERS_NOW,
    NEW,
    Owner,
    google,
    text,
)
from tracking.published_ranges import UnusableListError


@pytest.fixture
def context(engine: Engine, settings: Settings) -> Iterator[BotContext]:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    yield context
    context.close()


def kept(engine: Engine) -> dict[str, list[str]]:
    """Return the ranges that the database has, by the lists' names."""
    with reading(engine) as session:
        return {one.name: list(one.prefixes) for one in stored.fetched(session)}


def errors(engine: Engine) -> dict[str, str]:
    with reading(engine) as session:
        return {name: state.error for name, state in stored.states(session).items()}


def empty(owner: Owner) -> None:
    owner.publish("list", "")


def cut(owner: Owner) -> None:
    owner.publish("list", google(*FETCHERS_NOW), content_length="99999")


def cut_within(owner: Owner) -> None:
    owner.publish("list", google(*FETCHERS_NOW)[:-40])


def everything(owner: Owner) -> None:
    owner.publish("list", google(*FETCHERS_NOW, "0.0.0.0/0"))


def private(owner: Owner) -> None:
    owner.publish("list", google(*FETCHERS_NOW, "10.0.0.0/24"))


def one_range(owner: Owner) -> None:
    owner.publish("list", google(NEW))


def huge(owner: Owner) -> None:
    owner.publish("list", b" " * (FETCHERS.most_bytes + 1))


def endless(owner: Owner) -> None:
    owner.publish_endlessly("list")


def html(owner: Owner) -> None:
    owner.publish("list", CHALLENGE)


def refused(owner: Owner) -> None:
    owner.publish("list", CHALLENGE, status=403)


def never_ends(owner: Owner) -> None:
    owner.publish_nothing("list")


def other_bytes(owner: Owner) -> None:
    owner.publish("list", b"\xff\xfe" * 100)


def redirected(owner: Owner) -> None:
    owner.publish("good", google(*FETCHERS_NOW))
    owner.publish("list", "", status=302, location=f"{owner.url}/good")


def missing(_owner: Owner) -> None: ...


@pytest.mark.parametrize(
    ("publish", "reason"),
    [
        (empty, "not in the expected format"),
        (cut, "cannot be read"),
        (cut_within, "not in the expected format"),
        (everything, "holds 0.0.0.0/0"),
        (private, "holds 10.0.0.0/24"),
        (one_range, "lost all but 0"),
        (huge, "is longer than"),
        (endless, "is longer than"),
        (html, "not in the expected format"),
        (refused, "answers 403"),
        (never_ends, "cannot be read: TimeoutError"),
        (other_bytes, "cannot be read"),
        (redirected, "which is not https"),
        (missing, "answers 404"),
    ],
)
async def test_a_list_in_doubt_replaces_nothing_and_the_next_one_is_still_refreshed(
    publish: Callable[[Owner], None],
    reason: str,
    owner: Owner,
    context: BotContext,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if publish is never_ends:
        monkeypatch.setattr(published_lists, "DEADLINE_SECONDS", 0.2)
    publish(owner)
    owner.publish("cloudflare", text(*CLOUDFLARE_NOW))
    lists = [owner.at(FETCHERS, "list"), owner.at(CLOUDFLARE, "cloudflare")]
    with caplog.at_level(logging.WARNING):
        await ListRefresher(context, lists).refresh_due()
    assert kept(engine).keys() == {CLOUDFLARE.name}
    assert reason in errors(engine)[FETCHERS.name]
    assert errors(engine)[CLOUDFLARE.name] == ""
    [record] = caplog.records
    assert FETCHERS.name in record.getMessage()
    assert reason in record.getMessage()


async def test_a_fault_of_ours_costs_one_list(
    owner: Owner, context: BotContext, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def divide(_text: str) -> list[str]:
        raise ZeroDivisionError

    owner.publish("list", google(*FETCHERS_NOW))
    owner.publish("cloudflare", text(*CLOUDFLARE_NOW))
    lists = [owner.at(FETCHERS, "list")._replace(read=divide), owner.at(CLOUDFLARE, "cloudflare")]
    await ListRefresher(context, lists).refresh_due()
    assert errors(engine) == {FETCHERS.name: "ZeroDivisionError", CLOUDFLARE.name: ""}
    assert "could not be checked" in caplog.text


async def test_a_good_list_is_kept_and_asked_for_again_only_when_its_time_has_come(
    owner: Owner, context: BotContext, engine: Engine
) -> None:
    owner.publish("list", google(*FETCHERS_NOW, NEW))
    refresher = ListRefresher(context, [owner.at(FETCHERS, "list")])
    await refresher.refresh_due()
    await refresher.refresh_due()
    assert {*kept(engine)[FETCHERS.name]} == {*FETCHERS_NOW, NEW}
    assert owner.asked == ["list"]


async def test_a_list_is_checked_against_the_one_that_was_fetched_last(
    owner: Owner, context: BotContext, engine: Engine
) -> None:
    """A range that moved from one list to the other is refused while the other one still has it."""
    moved = CRAWLERS_NOW[0]
    owner.publish("fetchers", google(*FETCHERS_NOW, moved))
    owner.publish("crawlers", google(*CRAWLERS_NOW[1:]))
    both = [owner.at(FETCHERS, "fetchers"), owner.at(CRAWLERS, "crawlers")]
    await ListRefresher(context, both).refresh_due()
    assert "overlaps" in errors(engine)[FETCHERS.name]
    await ListRefresher(context, [owner.at(FETCHERS, "fetchers")])._refresh(owner.at(FETCHERS, "fetchers"))
    assert moved in kept(engine)[FETCHERS.name]
    assert errors(engine) == {FETCHERS.name: "", CRAWLERS.name: ""}


async def test_a_later_doubt_leaves_the_list_that_was_fetched(
    owner: Owner, context: BotContext, engine: Engine
) -> None:
    published = owner.at(FETCHERS, "list")
    owner.publish("list", google(*FETCHERS_NOW, NEW))
    refresher = ListRefresher(context, [published])
    await refresher.refresh_due()
    html(owner)
    await refresher._refresh(published)
    assert NEW in kept(engine)[FETCHERS.name]
    assert "not in the expected format" in errors(engine)[FETCHERS.name]


async def test_nothing_is_read_beyond_the_cap(owner: Owner) -> None:
    endless(owner)
    small = owner.at(FETCHERS, "list")._replace(most_bytes=1000)
    with pytest.raises(UnusableListError, match="is longer than 1000 bytes"):
        await download(small)


async def test_an_owner_whom_nobody_can_reach_costs_one_attempt(owner: Owner) -> None:
    with pytest.raises(UnusableListError, match="cannot be read"):
        await download(FETCHERS._replace(url="http://127.0.0.1:1/list"))
    with pytest.raises(UnusableListError, match="cannot be read"):
        await download(FETCHERS._replace(url="no address"))


async def test_the_rounds_come_at_random_minutes(
    context: BotContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_lists, "MINUTES_BETWEEN_ROUNDS", (0, 0))
    rounds = asyncio.Semaphore(0)
    refresher = ListRefresher(context, [])

    async def count() -> None:
        rounds.release()

    monkeypatch.setattr(refresher, "refresh_due", count)
    task = asyncio.create_task(refresher.run())
    for _ in range(3):
        await rounds.acquire()
    task.cancel()
    await asyncio.wait([task])


async def test_a_redirect_within_https_is_followed_and_one_that_never_ends_is_not() -> None:
    """Google and Apple move their files now and then; a list over plain http could be anybody's."""
    with respx.mock() as world:
        world.get("https://owner.example/old").respond(302, headers={"location": "/new"})
        world.get("https://owner.example/new").respond(301, headers={"location": "https://cdn.example/list"})
        world.get("https://cdn.example/list").respond(text="192.0.2.0/24")
        world.get("https://owner.example/round").respond(302, headers={"location": "/round"})
        world.get("https://owner.example/plain").respond(
            302, headers={"location": "http://owner.example/new"}
        )
        assert await download(FETCHERS._replace(url="https://owner.example/old")) == "192.0.2.0/24"
        with pytest.raises(UnusableListError, match="redirects too often"):
            await download(FETCHERS._replace(url="https://owner.example/round"))
        with pytest.raises(UnusableListError, match="new, which is not https"):
            await download(FETCHERS._replace(url="https://owner.example/plain"))


@pytest.mark.parametrize("days", [0, 7])
async def test_a_bot_refreshes_the_lists_unless_refresh_days_is_0(
    days: int, settings: Settings, engine: Engine
) -> None:
    token = SecretStr("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    chosen = settings.model_copy(update={"refresh_days": days, "bot_token": token})
    context = BotContext(chosen, engine, open_keys(settings.key_file))
    loops = Bot(chosen, context).loops()
    assert ("refreshing the published lists" in loops) is bool(days)
    context.close()
