"""The demo's page in a real browser, with a bot of a few lines behind it.

These tests are not async: the browser's driver keeps an event loop of its own in this thread.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

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
from tests.pixel_server.test_pages_in_a_browser import serious

Context = ContextTypes.DEFAULT_TYPE


def request() -> HTTPXRequest:
    return HTTPXRequest(httpx_kwargs={"trust_env": False})


COMMANDS = [("track", "a new link"), ("timezone", "your clock"), ("history", "all your links")]


@dataclass
class Robins:
    """Robin's demo: the page, the people, and the requests to the pixel server."""

    tg: Running
    robin: User
    pixels: str
    fetched: list[str] = field(default_factory=list)
    sent_label: str = "✅ I’ve sent it"

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
            [InlineKeyboardButton(self.sent_label, callback_data="sent:1")],
            [InlineKeyboardButton("Other mail apps", callback_data="apps:1")],
        ]
        day = '<tg-time unix="1772445600" format="D">2 March</tg-time>'
        label, _, recipient = " ".join(context.args).partition(" to ")
        named = f"<b>{label}</b> → {recipient}" if recipient else f"<b>{label}</b>"
        text = f"{named}\n<code>{url}</code>\n{day}"
        await update.message.reply_html(text, reply_markup=InlineKeyboardMarkup(rows))

    async def several(self, update: Update, _context: Context) -> None:
        assert update.message
        named = [("Anna", 1), ("Ben", 2)]
        text = [
            f"<b>offer</b> → {who} · #{n} · Open\n<code>{self.pixels}/i/{n}.gif</code>" for who, n in named
        ]
        rows = [[InlineKeyboardButton(f"✅ Sent: {who}", callback_data=f"sent:{n}")] for who, n in named]
        await update.message.reply_html("\n\n".join(text), reply_markup=InlineKeyboardMarkup(rows))

    async def now(self, update: Update, _context: Context) -> None:
        assert update.message
        await update.message.reply_html('It is <tg-time unix="1772445600" format="t">10:00 UTC</tg-time>.')

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
        app.add_handler(CommandHandler("now", demo.now))
        app.add_handler(CommandHandler("several", demo.several))
        app.add_handler(CallbackQueryHandler(demo.pressed))
        async with app:
            assert app.updater
            await app.bot.set_my_commands(COMMANDS)
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

    page.get_by_role("button", name="The landlord opens it in Gmail").click()
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
    assert page.evaluate("document.documentElement.scrollHeight") <= 740


def say(page: Page, words: str) -> None:
    page.fill("#text", words)
    page.press("#text", "Enter")


@pytest.mark.parametrize(
    ("asked", "whose"),
    [
        ("offer to Ben", "Ben opens it in Gmail"),
        ("notice to landlord", "The landlord opens it in Gmail"),
        ("notice to my landlord", "My landlord opens it in Gmail"),
        ("offer to ben@example.org", "ben@example.org opens it in Gmail"),
        ("offer to Ben and Carla", "Ben and Carla open it in Gmail"),
        ("letter", "The recipient opens it in Gmail"),
    ],
)
def test_the_mail_programs_are_those_of_the_mails_recipient(page: Page, asked: str, whose: str) -> None:
    say(page, f"/track {asked}")
    expect(page.locator("[data-action=gmail]")).to_have_text(whose)
    expect(page.locator("#step-open b")).to_have_text(whose)


def test_the_sent_button_is_called_what_the_chat_calls_it(page: Page, demo: Robins) -> None:
    demo.sent_label = "✅ Mail ist gesendet"
    page.click("#type-it")
    page.click("[data-action=paste]")
    page.click("[data-action=send]")
    expect(page.locator("#mail-hint")).to_contain_text("tap “✅ Mail ist gesendet” in the chat")
    expect(page.locator("#step-paste")).to_contain_text("tap ✅ Mail ist gesendet in the chat")


def test_the_toast_shows_times_as_the_chat_does(phone: Page, demo: Robins) -> None:
    phone.click("#see-mail")
    demo.tg.say(demo.robin, "/track offer to Ben")
    expect(phone.locator("#banner-open")).to_contain_text("offer → Ben")
    phone.get_by_role("button", name="Close").click()
    demo.tg.say(demo.robin, "/now")
    expect(phone.locator("#banner-open")).to_contain_text("It is 19:00.")


def test_each_of_several_links_in_one_message_has_its_own_sent_button(page: Page) -> None:
    say(page, "/several")
    expect(page.locator("#links option")).to_have_text(["offer → Anna · #1", "offer → Ben · #2"])
    for _ in range(2):
        page.click("[data-action=paste]")
        page.click("[data-action=send]")
        page.locator("#links").select_option(label="offer → Ben · #2")
    expect(page.locator(".keys .next")).to_have_text("✅ Sent: Ben")
    page.locator("#links").select_option(label="offer → Anna · #1")
    expect(page.locator("#mail-hint")).to_contain_text("tap “✅ Sent: Anna”")


def test_the_names_follow_the_mail_that_is_chosen(page: Page) -> None:
    say(page, "/track offer to Ben")
    expect(page.locator("[data-action=outlook]")).to_have_text("Ben opens it in Outlook")
    say(page, "/track notice to landlord")
    expect(page.locator("[data-action=outlook]")).to_have_text("The landlord opens it in Outlook")
    page.locator("#links").select_option(label="offer → Ben")
    expect(page.locator("[data-action=outlook]")).to_have_text("Ben opens it in Outlook")
    expect(page.locator("#mail-to")).to_have_text("Ben")


def test_until_the_mail_is_sent_no_scanner_and_no_reader_can_load_it(page: Page, demo: Robins) -> None:
    page.click("#type-it")
    page.click("[data-action=paste]")
    expect(page.locator("[data-action=send]")).to_be_enabled()
    others = [key for key in page.locator(".row .act").all() if key.is_enabled()]
    assert others == []
    expect(page.locator("#unsent")).to_contain_text("press Send first")
    page.click("[data-action=send]")
    expect(page.locator("#unsent")).to_be_hidden()
    page.click("[data-action=scanner]")
    expect(page.locator("#toast")).to_contain_text("does not know yet that you sent it")
    assert len(demo.fetched) == 4


def test_typing_filters_the_menu_of_commands_and_enter_chooses(page: Page) -> None:
    options = page.get_by_role("option")
    page.locator("#text").press_sequentially("/t")
    expect(options).to_have_text(["/tracka new link", "/timezoneyour clock"])
    page.press("#text", "ArrowDown")
    page.press("#text", "ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_text("/timezoneyour clock")
    assert page.locator("#text").get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.press("#text", "Enter")
    expect(page.locator("#text")).to_have_value("/timezone ")
    expect(options).to_have_count(0)
    expect(page.locator(".message")).to_have_count(0)


def test_the_menu_of_commands_finds_a_word_of_what_they_do(page: Page) -> None:
    page.locator("#text").press_sequentially("/clock")
    expect(page.get_by_role("option")).to_have_text("/timezoneyour clock")


def test_escape_closes_the_menu_of_commands_and_leaves_what_was_typed(page: Page) -> None:
    page.click("#menu")
    expect(page.get_by_role("option")).to_have_count(len(COMMANDS))
    expect(page.locator("#menu")).to_have_attribute("aria-expanded", "true")
    page.press("#text", "Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.locator("#menu")).to_have_attribute("aria-expanded", "false")
    page.locator("#text").press_sequentially("/hi")
    page.press("#text", "Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("/hi")
    page.locator("#text").press_sequentially("s")
    expect(page.get_by_role("option")).to_have_count(1)


def test_a_command_that_is_typed_in_full_is_sent_by_enter(page: Page) -> None:
    page.locator("#text").press_sequentially("/track")
    expect(page.get_by_role("option")).to_have_count(1)
    page.press("#text", "Enter")
    expect(page.locator(".message.mine")).to_contain_text("/track")


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_on_a_phone_the_chat_and_the_mail_programs_are_two_views(phone: Page) -> None:
    chat, mail = phone.locator(".chat"), phone.locator(".world")
    expect(chat).to_be_visible()
    expect(mail).to_be_hidden()
    phone.get_by_role("button", name="Mail programs").click()
    expect(mail).to_be_visible()
    expect(chat).to_be_hidden()
    phone.set_viewport_size({"width": 1280, "height": 900})
    expect(chat).to_be_visible()
    expect(mail).to_be_visible()


def test_on_a_phone_the_view_in_which_to_go_on_is_marked(phone: Page) -> None:
    phone.click("#type-it")
    expect(phone.locator("#see-mail")).to_have_class("next")
    phone.click("#see-mail")
    phone.click("[data-action=paste]")
    phone.click("[data-action=send]")
    expect(phone.locator("#see-chat")).to_have_class("next")
    phone.click("#see-chat")
    expect(phone.locator("#see-chat")).not_to_have_class("next")


def test_a_toast_over_the_mail_programs_leads_to_the_message_that_came(phone: Page, demo: Robins) -> None:
    phone.click("#type-it")
    expect(phone.get_by_role("button", name="✅ I’ve sent it")).to_be_visible()
    expect(phone.locator("#banner")).to_be_hidden()
    phone.click("#see-mail")
    card = next(one for one in demo.tg.in_chat(demo.robin) if one.buttons())
    demo.tg.press(demo.robin, card, "sent:1")
    expect(phone.locator("#banner")).to_be_visible()
    banner, tabs = box(phone, "#banner"), box(phone, ".views")
    assert banner["y"] >= tabs["y"] + tabs["height"], "the toast covers the views"
    phone.get_by_role("button", name="Readback Reached.").click()
    message = phone.locator(".message", has_text="Reached.")
    expect(message).to_be_focused()
    expect(message).to_be_in_viewport()
    expect(phone.locator("#banner")).to_be_hidden()


def test_the_toast_can_be_closed_and_the_chat_keeps_its_dot(phone: Page, demo: Robins) -> None:
    phone.click("#see-mail")
    demo.tg.say(demo.robin, "/track offer to Ben")
    phone.get_by_role("button", name="Close").click()
    expect(phone.locator("#banner")).to_be_hidden()
    expect(phone.locator("#see-chat")).to_have_class("news")
    phone.click("#see-chat")
    expect(phone.locator("#see-chat")).not_to_have_class("news")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_no_serious_barrier_in_either_view(
    phone: Page, scheme: Literal["light", "dark"]
) -> None:
    phone.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    phone.click("#type-it")
    expect(phone.get_by_role("button", name="✅ I’ve sent it")).to_be_visible()
    phone.click("#menu")
    expect(phone.get_by_role("option")).to_have_count(len(COMMANDS))
    assert serious(phone) == []
    phone.click("#see-mail")
    phone.click("[data-action=paste]")
    expect(phone.locator(".mail .wire")).to_be_visible()
    assert serious(phone) == []
