"""The copy page in a real browser on a phone: it speaks of phones, and hands itself over to a computer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from settings import Settings
from storage.keys import open_keys
from storage.tables import Link
from tests.pixel_server.serving import Served, serving, stored, track
from tests.pixel_server.test_copy_page_in_a_browser import CHROME, browser
from tests.pixel_server.test_pages import ANDROID
from tests.pixel_server.test_pages_in_a_browser import SMALLEST_TARGET, serious
from words import plain, sentences
from words.sentence import Sentence

__all__ = ["browser"]

SAYS = sentences.copy_page
ALLOWS_NOTHING = """delete Navigator.prototype.share; delete Navigator.prototype.clipboard;
document.execCommand = () => false;"""
SHARES = "navigator.share = async (given) => { window.shared = given; }"


@pytest.fixture
def link(engine: Engine) -> Link:
    return track(engine, "contract with a rather long name for the flat in the Karl-Marx-Allee", "landlord")


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings) as served:
        yield served


def address(served: Served, link: Link) -> str:
    key = open_keys(served.settings.key_file).owner_key(link.id, link.token)
    return f"{served.settings.public_url}/copy/{key}"


@contextmanager
def opened(browser: Browser, url: str, *, script: str = "", **differs: Any) -> Iterator[Page]:
    """Open the page on Anna's phone. An error in its console fails the test."""
    phone = {
        "user_agent": ANDROID,
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    }
    trouble: list[str] = []
    with browser.new_context(**{**phone, **differs}) as context:
        context.on("weberror", lambda said: trouble.append(str(said.error)))
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(url, wait_until="load")
        yield page
    assert trouble == []


def hand_over(page: Page) -> None:
    page.locator("summary", has_text=plain(SAYS.PAGE_HANDOVER_TITLE)).click()


def button(page: Page, name: Sentence) -> Any:
    return page.get_by_role("button", name=plain(name))


def text(page: Page, sentence: Sentence) -> Any:
    return page.get_by_text(plain(sentence).replace("<b>", "").replace("</b>", ""))


def test_a_phone_is_told_how_phones_paste_and_a_computer_how_computers_do(
    browser: Browser, served: Served, link: Link
) -> None:
    url = address(served, link)
    with opened(browser, url) as phone:
        expect(text(phone, SAYS.PAGE_PASTE_ON_A_PHONE)).to_be_visible()
        expect(text(phone, SAYS.PAGE_PASTE_HOW)).to_be_hidden()
        expect(text(phone, SAYS.PAGE_PHONE_THERE)).to_be_hidden()
    with opened(browser, url, user_agent=CHROME, is_mobile=False, has_touch=False) as computer:
        expect(text(computer, SAYS.PAGE_PASTE_HOW)).to_be_visible()
        expect(text(computer, SAYS.PAGE_PASTE_ON_A_PHONE)).to_be_hidden()
        expect(computer.locator("#handover")).to_be_hidden()
        computer.locator("summary", has_text=plain(SAYS.PAGE_APPS["phone"])).click()
        expect(text(computer, SAYS.PAGE_PHONE_THERE)).to_be_visible()


def test_a_touch_screen_that_calls_itself_a_computer_is_taken_for_a_phone(
    browser: Browser, served: Served, link: Link
) -> None:
    says: dict[str, Any] = {"user_agent": CHROME, "extra_http_headers": {"Sec-CH-UA-Mobile": "?0"}}
    with opened(browser, address(served, link), **says) as tablet:
        expect(tablet.locator("main")).to_have_attribute("data-device", "computer")
        expect(text(tablet, SAYS.PAGE_PASTE_ON_A_PHONE)).to_be_visible()
        expect(text(tablet, SAYS.PAGE_PASTE_HOW)).to_be_hidden()
        expect(tablet.locator("#handover")).to_be_visible()


def test_a_phone_shares_the_pages_address_in_its_own_way(
    browser: Browser, served: Served, engine: Engine, link: Link
) -> None:
    url = address(served, link)
    with opened(browser, url, script=SHARES) as phone:
        hand_over(phone)
        button(phone, SAYS.PAGE_HANDOVER_SHARE).tap()
        assert phone.evaluate("shared") == {"title": plain(SAYS.PAGE_COPY_TITLE), "url": url}
        expect(text(phone, SAYS.PAGE_HANDOVER_SECRET)).to_be_visible()
    assert stored(engine, link) == []


def test_where_a_phone_cannot_share_the_address_is_copied(
    browser: Browser, served: Served, link: Link
) -> None:
    url = address(served, link)
    with opened(browser, url, script="delete Navigator.prototype.share") as phone:
        phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
        hand_over(phone)
        button(phone, SAYS.PAGE_HANDOVER_COPY).tap()
        expect(phone.locator("#handed")).to_have_text(plain(SAYS.PAGE_HANDOVER_COPIED))
        assert phone.evaluate("navigator.clipboard.readText()") == url


def test_where_nothing_is_allowed_the_page_says_where_the_address_is(
    browser: Browser, served: Served, link: Link
) -> None:
    with opened(browser, address(served, link), script=ALLOWS_NOTHING) as phone:
        hand_over(phone)
        button(phone, SAYS.PAGE_HANDOVER_COPY).tap()
        expect(phone.locator("#handed")).to_have_text(plain(SAYS.PAGE_HANDOVER_FAILED))


def test_without_javascript_a_phone_can_still_mail_the_address(
    browser: Browser, served: Served, link: Link
) -> None:
    with opened(browser, address(served, link), java_script_enabled=False) as phone:
        hand_over(phone)
        expect(phone.get_by_role("link", name=plain(SAYS.PAGE_HANDOVER_MAIL))).to_be_visible()
        expect(phone.locator("#hand-over")).to_be_hidden()
        expect(text(phone, SAYS.PAGE_PASTE_ON_A_PHONE)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_barrier_on_a_phone_and_every_button_is_large(
    browser: Browser, served: Served, link: Link, scheme: str
) -> None:
    viewport = {"width": 320, "height": 800}
    with opened(browser, address(served, link), color_scheme=scheme, viewport=viewport) as phone:
        hand_over(phone)
        assert serious(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth") <= 320
        for target in phone.locator("button:visible, a.button:visible, summary:visible").all():
            box = target.bounding_box()
            assert box
            assert min(box["height"], box["width"]) >= SMALLEST_TARGET, target
