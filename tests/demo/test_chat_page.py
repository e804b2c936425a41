"""The demo's page in a real browser, with a bot of a few lines behind it.

These tests are not async: the browser's driver keeps an event loop of its own in this thread.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from telegram import (
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes
from telegram.request import HTTPXRequest

from demo.site import site
from demo.telegram import Running, User
from demo.telegram.serving import listening, serving

Context = ContextTypes.DEFAULT_TYPE


def request() -> HTTPXRequest:
    return HTTPXRequest(httpx_kwargs={"trust_env": False})


@dataclass
class Robins:
    """Robin's demo: the page, the people, and the requests to the pixel server."""

    tg: Running
    robin: User
    pixels: str
    fetched: list[str] = field(default_factory=list)

    async def track(self, update: Update, context: Context) -> None:
        assert update.message
        if not context.args:
            await update.message.reply_text(
                "To whom?", reply_markup=ForceReply(input_field_placeholder="contract to landlord")
            )
            return
        url = f"{self.pixels}/i/{update.message.message_id}.gif"
        rows = [
            [InlineKeyboardButton("Copy link", copy_text=CopyTextButton(url))],
            [InlineKeyboardButton("✅ I’ve sent it", callback_data="sent:1")],
            [InlineKeyboardButton("Other mail apps", callback_data="apps:1")],
        ]
        day = '<tg-time unix="1772445600" format="D">2 March</tg-time>'
        text = f"<b>contract</b> → landlord\n<code>{url}</code>\n{day}"
        await update.message.reply_html(text, reply_markup=InlineKeyboardMarkup(rows))

    async def pressed(self, update: Update, _context: Context) -> None:
        query = update.callback_query
        assert query
        if query.data == "apps:1":
            await query.answer("Outlook: Insert, Pictures.", show_alert=True)
            return
        await query.answer("Good. Watching.")
        assert update.effective_message
        await query.edit_message_text("📨 Sent. Watching.")
        await update.effective_message.set_reaction("👀")
        lost = ReplyParameters(update.effective_message.message_id, allow_sending_without_reply=True)
        assert update.effective_chat
        await update.effective_chat.send_message("Reached.", disable_notification=True, reply_parameters=lost)

    async def pixel(self, asked: object) -> Response:
        self.fetched.append(str(asked))
        return Response(bytes(43), media_type="image/gif")


@contextmanager
def bot_of(demo: Robins) -> Iterator[None]:
    """The bot, on an event loop in its own thread."""

    async def talk() -> None:
        builder = ApplicationBuilder().token(demo.tg.token).base_url(demo.tg.base_url)
        app = builder.request(request()).get_updates_request(request()).build()
        app.add_handler(CommandHandler("track", demo.track))
        app.add_handler(CallbackQueryHandler(demo.pressed))
        async with app:
            assert app.updater
            await app.updater.start_polling()
            await app.start()
            await demo.tg.monitor.until(lambda: ended.is_set() or None, 600)
            await app.updater.stop()
            await app.stop()

    ended = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(talk(),))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        demo.tg.monitor.notify()
        thread.join()


@pytest.fixture
def demo() -> Iterator[Robins]:
    tg = Running()
    robin = tg.person("Robin")
    made = Robins(tg, robin, "")
    pixel = Starlette(routes=[Route("/i/{token}", made.pixel, methods=["GET", "HEAD"])])
    with (
        serving(pixel, listening(), lambda: None) as made.pixels,
        serving(site(tg, robin, made.pixels), listening(), tg.close) as tg.url,
        bot_of(made),
    ):
        yield made


@pytest.fixture
def page(browser: Browser, demo: Robins) -> Iterator[Page]:
    """The open page. An error in its console or a request to another host fails the test."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, timezone_id="Asia/Tokyo", locale="en-GB"
    )
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda sent: None if sent.url.startswith((demo.tg.url, "data:")) else trouble.append(sent.url),
    )
    page.goto(demo.tg.url)
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert trouble == []


def test_a_newcomers_first_minute(page: Page, demo: Robins) -> None:
    page.click("#type-it")
    expect(page.locator(".message.mine")).to_contain_text("/track contract to landlord")
    card = page.locator(".message:not(.mine)").first
    expect(card.locator("b")).to_have_text("contract")
    expect(card.locator("time")).to_have_text("2 March 2026")
    expect(page.locator("#mail-to")).to_have_text("landlord")
    expect(page.locator("#mail-subject")).to_have_text("contract")

    page.click("[data-action=paste]")
    expect(page.locator("#pixel")).to_be_visible()
    expect(page.locator(".mail .wire")).to_contain_text("GET from 66.249.84.57 → 200, 43 bytes · Mozilla/5.0")
    page.click("[data-action=send]")
    expect(page.locator("#mail-hint")).to_contain_text("tap “✅ I’ve sent it” in the chat")

    card.get_by_role("button", name="✅ I’ve sent it").click()
    expect(page.locator("#toast")).to_have_text("Good. Watching.")
    expect(card).to_contain_text("📨 Sent. Watching.")
    expect(card.locator(".reactions")).to_have_text("👀")
    silent = page.locator(".message", has_text="Reached.")
    expect(silent.locator(".mark-silent")).to_have_count(1)
    expect(silent.locator(".quote")).to_contain_text("📨 Sent. Watching.")

    page.click("[data-action=gmail]")
    expect(page.locator("#step-open")).to_have_class("done")
    expect(page.locator("#mail-hint")).to_have_text("Opened. The chat says what the bot can tell, and why.")
    assert len(demo.fetched) == 2


def test_a_forced_reply_opens_the_reply_field(page: Page, demo: Robins) -> None:
    page.fill("#text", "/track")
    page.press("#text", "Enter")
    expect(page.locator("#text")).to_have_attribute("placeholder", "contract to landlord")
    page.fill("#text", "invoice to Ben")
    page.press("#text", "Enter")
    reply = demo.tg.wait_for(
        lambda: next((m for m in demo.tg.in_chat(demo.robin) if m.text == "invoice to Ben"), None)
    )
    assert reply.reply_to
    assert reply.reply_to.text == "To whom?"


def test_a_button_copies_and_another_shows_a_notice(page: Page, demo: Robins) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#type-it")
    page.click("text=Copy link")
    expect(page.locator("#toast")).to_have_text("Copied to clipboard.")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{demo.pixels}/i/")
    page.click("text=Other mail apps")
    expect(page.locator("dialog p")).to_have_text("Outlook: Insert, Pictures.")


def test_a_toast_stays_inside_the_chat_and_covers_no_field(page: Page) -> None:
    page.click("#type-it")
    page.click("text=Copy link")
    expect(page.locator("#toast.shown")).to_be_visible()
    toast, chat, composer = (box(page, name) for name in ("#toast", ".chat", "#composer"))
    assert chat["x"] <= toast["x"]
    assert toast["x"] + toast["width"] <= chat["x"] + chat["width"]
    assert toast["y"] + toast["height"] <= composer["y"]


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found
    return found


def test_what_people_write_is_never_markup(page: Page, demo: Robins) -> None:
    demo.tg.say(demo.robin, '<img src=x onerror="document.title=1"> & <b>')
    expect(page.locator(".message.mine")).to_contain_text('<img src=x onerror="document.title=1"> & <b>')
    assert page.title() == "Try Readback"


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
