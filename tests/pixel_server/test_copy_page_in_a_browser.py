"""The copy page in a real browser, and a mail that the image is pasted into.

These tests are not async: the browser's driver keeps an event loop of its own in this thread.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine
from sqlmodel import select

from settings import Settings
from storage.engine import reading
from storage.keys import open_keys
from storage.links import history_of
from storage.tables import Link, OutboxMessage
from tests.pixel_server.serving import Served, kinds, path_of, sent, serving, stored, track
from words import plain, sentences

CHROMIUM = shutil.which("chromium")
PLAIN_HOST = "mail.example"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # A host whose pages are not a secure context, as one without https.
    f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
]
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
MAIL = b"""<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,"></head>
<body><div id="mail" contenteditable="true" style="min-height: 9em"></div></body></html>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("REQUIRE_BROWSER is set, and there is no chromium on the path")
        pytest.skip("needs chromium on the path")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        yield browser


class MailPage(BaseHTTPRequestHandler):
    """A page on which a mail is written."""

    def do_GET(self) -> None:  # the base class calls it so
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(MAIL)))
        self.end_headers()
        self.wfile.write(MAIL)

    def log_message(self, *_: object) -> None:
        """Not here."""


@pytest.fixture(scope="module")
def mail_address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), MailPage) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@dataclass
class Annas:
    """Anna's browser, her link, and everything the browser asked anyone for."""

    context: BrowserContext
    served: Served
    link: Link
    mail_address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def pixel(self) -> str:
        return f"{self.served.settings.public_url}{path_of(self.link)}"

    def copy_page(self) -> Page:
        key = open_keys(self.served.settings.key_file).owner_key(self.link.id, self.link.token)
        page = self.context.new_page()
        page.goto(f"{self.served.settings.public_url}/copy/{key}", wait_until="load")
        return page

    def mail(self) -> Page:
        """An empty mail, the caret in it."""
        page = self.context.new_page()
        page.goto(self.mail_address)
        page.locator("#mail").click()
        return page

    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.asked if not url.startswith("data:")}


@contextmanager
def annas(
    browser: Browser, served: Served, link: Link, mail: str, *, scripts: bool = True
) -> Iterator[Annas]:
    with browser.new_context(user_agent=CHROME, java_script_enabled=scripts) as context:
        anna = Annas(context, served, link, mail)
        context.on("request", lambda request: anna.asked.append(request.url))
        context.on("console", lambda said: anna.complaints.append(said.text))
        context.on("weberror", lambda said: anna.complaints.append(str(said.error)))
        yield anna


@pytest.fixture
def link(engine: Engine) -> Link:
    return track(engine, "contract <b>&", "landlord")


@pytest.fixture
def anna(browser: Browser, settings: Settings, link: Link, mail_address: str) -> Iterator[Annas]:
    with serving(settings) as served, annas(browser, served, link, mail_address) as anna:
        yield anna


def press(page: Page) -> None:
    page.get_by_role("button", name=plain(sentences.copy_page.PAGE_COPY_BUTTON)).click()


def pasted(anna: Annas) -> Page:
    """The mail, after its image was pasted and loaded."""
    mail = anna.mail()
    with mail.expect_response(anna.pixel) as loaded:
        mail.keyboard.press("Control+V")
    assert loaded.value.status == 200
    images = mail.locator("#mail img")
    expect(images).to_have_count(1)
    expect(images).to_have_attribute("src", anna.pixel)
    mail.wait_for_function("document.images[0].complete")
    assert images.evaluate("image => image.naturalWidth") == 1
    return mail


def test_one_press_and_one_paste_put_the_image_into_the_mail(anna: Annas, engine: Engine, link: Link) -> None:
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = anna.copy_page()
    press(page)
    expect(page.get_by_role("status")).to_have_text(plain(sentences.copy_page.PAGE_COPY_DONE))
    assert stored(engine, link) == []
    mail = pasted(anna)
    assert kinds(engine, link) == ["activated"]
    assert mail.locator("#mail *").count() == 1
    assert mail.locator("#mail").inner_text().strip() == ""
    assert anna.hosts() == {urlsplit(anna.served.url).netloc, urlsplit(anna.mail_address).netloc}
    assert anna.complaints == []


def test_the_page_follows_the_mail_from_the_draft_to_sent(anna: Annas, engine: Engine, link: Link) -> None:
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = anna.copy_page()
    stage = page.locator("#stage")
    expect(stage).to_have_text(plain(sentences.copy_page.PAGE_STAGES["waiting"]))
    press(page)
    pasted(anna)
    expect(stage).to_have_text(plain(sentences.copy_page.PAGE_STAGES["draft"]))
    expect(page).to_have_title(plain(sentences.copy_page.PAGE_STAGES["draft"]))
    button = page.get_by_role("button", name=plain(sentences.copy_page.PAGE_SENT_BUTTON))
    button.click()
    expect(stage).to_have_text(plain(sentences.copy_page.PAGE_STAGES["sent"]))
    expect(stage).to_be_focused()
    expect(button).to_be_hidden()
    expect(page.get_by_text(plain(sentences.copy_page.PAGE_SENT_DONE))).to_be_visible()
    with reading(engine) as session:
        assert history_of(session.get_one(Link, link.id)).sent()
        card = session.exec(select(OutboxMessage)).one()
    assert (card.state, card.version) == ("pending", 3)
    assert anna.hosts() == {urlsplit(anna.served.url).netloc, urlsplit(anna.mail_address).netloc}
    assert anna.complaints == []


def test_sent_in_the_chat_is_seen_on_the_page(anna: Annas, engine: Engine, link: Link) -> None:
    page = anna.copy_page()
    sent(engine, link)
    expect(page.locator("#stage")).to_have_text(plain(sentences.copy_page.PAGE_STAGES["sent"]))
    expect(page.get_by_role("button", name=plain(sentences.copy_page.PAGE_SENT_BUTTON))).to_be_hidden()


def test_where_the_script_cannot_say_sent_the_form_does(anna: Annas, engine: Engine, link: Link) -> None:
    anna.context.add_init_script("delete window.fetch; delete window.EventSource")
    page = anna.copy_page()
    page.get_by_role("button", name=plain(sentences.copy_page.PAGE_SENT_BUTTON)).click()
    expect(page.locator("#stage")).to_have_text(plain(sentences.copy_page.PAGE_STAGES["sent"]))


def test_every_mail_programs_steps_open_from_the_keyboard_one_at_a_time(anna: Annas) -> None:
    page = anna.copy_page()
    for app, title in sentences.copy_page.PAGE_APPS.items():
        summary = page.locator("summary", has_text=plain(title))
        summary.press("Enter")
        first = (
            plain(sentences.copy_page.PAGE_APPS_STEPS[app])
            .splitlines()[0]
            .replace("<b>", "")
            .replace("</b>", "")
        )
        expect(page.get_by_text(first)).to_be_visible()
        assert page.locator("details[open]").count() == 1


def test_pasting_as_plain_text_gives_the_address(anna: Annas, engine: Engine, link: Link) -> None:
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(anna.copy_page())
    mail = anna.mail()
    mail.keyboard.press("Control+Shift+V")
    expect(mail.locator("#mail")).to_have_text(anna.pixel)
    assert stored(engine, link) == []


def test_the_copy_page_loads_its_own_two_files_and_nothing_else(
    anna: Annas, engine: Engine, link: Link
) -> None:
    page = anna.copy_page()
    path = urlsplit(page.url).path
    asked = {urlsplit(url).path for url in anna.asked}
    assert asked <= {path, "/static/copy.js", "/static/page.css", f"{path}/live"}
    assert page.locator("img").count() == 0
    expect(page.get_by_text("contract <b>&")).to_be_visible()
    for box in page.get_by_role("textbox").all():
        box.focus()
    assert anna.hosts() == {urlsplit(anna.served.url).netloc}
    assert anna.complaints == []
    assert stored(engine, link) == []


def test_even_an_image_that_got_onto_the_page_would_not_be_loaded(
    anna: Annas, engine: Engine, link: Link
) -> None:
    page = anna.copy_page()
    refused = page.evaluate(
        """url => new Promise(told => {
            const image = new Image();
            image.onload = () => told("loaded");
            image.onerror = () => told("refused");
            image.src = url;
            document.body.append(image);
        })""",
        anna.pixel,
    )
    assert refused == "refused"
    assert stored(engine, link) == []


def test_where_the_clipboard_is_not_allowed_the_copy_command_does_it(
    anna: Annas, engine: Engine, link: Link
) -> None:
    anna.context.add_init_script("delete Navigator.prototype.clipboard")
    page = anna.copy_page()
    assert page.evaluate("navigator.clipboard === undefined")
    press(page)
    expect(page.get_by_role("status")).to_have_text(plain(sentences.copy_page.PAGE_COPY_DONE))
    pasted(anna)
    assert kinds(engine, link) == ["activated"]


def test_a_host_without_https_has_no_clipboard_and_the_copy_command_does_it(
    browser: Browser, settings: Settings, engine: Engine, link: Link, mail_address: str
) -> None:
    with (
        serving(settings, public_host=PLAIN_HOST) as served,
        annas(browser, served, link, mail_address) as anna,
    ):
        page = anna.copy_page()
        assert page.evaluate("[isSecureContext, navigator.clipboard === undefined]") == [False, True]
        press(page)
        expect(page.get_by_role("status")).to_have_text(plain(sentences.copy_page.PAGE_COPY_DONE))
        pasted(anna)
    assert kinds(engine, link) == ["activated"]


def test_where_nothing_is_allowed_the_line_to_copy_is_selected(
    anna: Annas, engine: Engine, link: Link
) -> None:
    anna.context.add_init_script("delete Navigator.prototype.clipboard; document.execCommand = () => false")
    page = anna.copy_page()
    press(page)
    expect(page.get_by_role("status")).to_have_text(plain(sentences.copy_page.PAGE_COPY_FAILED))
    selected = page.evaluate("document.getSelection().toString() || document.activeElement.value")
    assert selected == f'<img src="{anna.pixel}" width="1" height="1" alt="">'
    assert stored(engine, link) == []


def test_without_javascript_the_lines_to_copy_are_there(
    browser: Browser, settings: Settings, engine: Engine, link: Link, mail_address: str
) -> None:
    with serving(settings) as served, annas(browser, served, link, mail_address, scripts=False) as anna:
        page = anna.copy_page()
        # Only a browser that runs no scripts takes what stands in it for elements.
        expect(page.locator("noscript p")).to_have_text(plain(sentences.copy_page.PAGE_NO_SCRIPT))
        expect(page.locator("#copy")).to_be_hidden()
        expect(page.get_by_label(plain(sentences.copy_page.PAGE_COPY_ADDRESS))).to_have_value(anna.pixel)
        line = f'<img src="{anna.pixel}" width="1" height="1" alt="">'
        expect(page.get_by_label(plain(sentences.copy_page.PAGE_COPY_HTML))).to_have_value(line)
        page.get_by_role("button", name=plain(sentences.copy_page.PAGE_SENT_BUTTON)).click()
        expect(page.locator("#stage")).to_have_text(plain(sentences.copy_page.PAGE_STAGES["sent"]))
        expect(page.get_by_role("button")).to_have_count(0)
    assert stored(engine, link) == []


def test_the_button_can_be_pressed_from_the_keyboard(anna: Annas) -> None:
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = anna.copy_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "copy"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(plain(sentences.copy_page.PAGE_COPY_DONE))
