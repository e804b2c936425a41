import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from telegram import Bot
from telegram.request import HTTPXRequest

from demo.telegram import LIFTED, Limits, Running, User, running
from tests.web import NO_CERTIFICATES


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Skip if there is no browser, or fail if REQUIRE_BROWSER is set."""
    chromium = shutil.which("chromium")
    if chromium is None and "REQUIRE_BROWSER" not in os.environ:
        pytest.skip("needs chromium on the path")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def limits() -> Limits:
    """No limits. A test that needs some overrides this."""
    return LIFTED


@pytest.fixture
def tg(limits: Limits) -> Iterator[Running]:
    with running(limits=limits) as telegram:
        yield telegram


@pytest.fixture
def anna(tg: Running) -> User:
    """Anna, who has started a chat with the bot."""
    anna = tg.person("Anna", language_code="de")
    tg.say(anna, "/start")
    return anna


@pytest.fixture
async def bot(tg: Running) -> AsyncIterator[Bot]:
    """The real python-telegram-bot, which only gets another address."""
    request, polling = (
        HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": NO_CERTIFICATES}),
        HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": NO_CERTIFICATES}),
    )
    async with Bot(
        tg.token,
        base_url=tg.base_url,
        base_file_url=tg.base_file_url,
        request=request,
        get_updates_request=polling,
    ) as client:
        yield client
