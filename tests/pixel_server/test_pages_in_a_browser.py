"""Every page in a real browser: accessible, on every screen, and without scripts."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from settings import Settings
from storage.keys import open_keys
from storage.tables import Link
from tests.pixel_server.serving import Served, kinds, sent, serving, stopped, track
from tests.pixel_server.test_copy_page_in_a_browser import CHROME, browser
from tests.pixel_server.test_pages import copy_path
from words import plain, sentences

__all__ = ["browser"]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
WIDTHS = (320, 768, 1280)
SMALLEST_TARGET = 44
"""Pixels, as both WCAG 2.5.5 and the makers of phones ask for."""

Open = Callable[[str], Page]


@pytest.fixture
def link(engine: Engine) -> Link:
    return track(engine, "contract with a rather long name for the flat in the Karl-Marx-Allee", "landlord")


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, operator="Anna Berg", contact="anna@example.org") as served:
        yield served


def paths(served: Served, link: Link) -> list[str]:
    test_key = open_keys(served.settings.key_file).test_key(link.id, link.token)
    return [
        "/",
        "/n?image=nothing",
        copy_path(served, link),
        f"/n/{link.token}",
        f"/try/{test_key}",
        "/nothing",
    ]


def serious(page: Page) -> list[Any]:
    """Return the barriers that axe-core calls serious or critical."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"], "axe-core has looked at nothing"
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_no_serious_barrier_on_any_page(
    browser: Browser, served: Served, link: Link, engine: Engine, scheme: Literal["light", "dark"]
) -> None:
    with browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 900}) as context:
        page = context.new_page()
        for path in paths(served, link):
            page.goto(served.url + path)
            for closed in page.locator("summary:visible").all():
                closed.click()
            assert serious(page) == [], path
        for happens in (
            lambda: served.fetch(link),
            lambda: sent(engine, link),
            lambda: stopped(engine, link),
        ):
            happens()
            page.goto(served.url + copy_path(served, link))
            assert serious(page) == [], happens
        page.goto(f"{served.url}/n/{link.token}")
        page.get_by_role("button").click()
        assert serious(page) == []


def test_axe_core_would_find_a_serious_barrier(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<html><body><main><button></button><img src='data:,'></main></body></html>")
        assert {"button-name", "image-alt"} <= {rule for rule, _ in serious(page)}


def test_no_page_scrolls_sideways_and_every_button_is_large(
    browser: Browser, served: Served, link: Link
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        for path in paths(served, link):
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(served.url + path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                for target in page.locator("button:visible, a.button:visible, summary:visible, input").all():
                    box = target.bounding_box()
                    assert box
                    assert min(box["height"], box["width"]) >= SMALLEST_TARGET, (path, target)


def test_a_landlord_without_scripts_finds_the_page_and_stops_recording(
    browser: Browser, served: Served, link: Link, engine: Engine
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(served.url)
        page.get_by_label(plain(sentences.pages.PAGE_FRONT_IMAGE)).fill(
            f'<img src="{served.url}/i/{link.token}.gif">'
        )
        page.get_by_role("button", name=plain(sentences.pages.PAGE_FRONT_GO)).click()
        page.get_by_role("button", name=plain(sentences.pages.PAGE_NOTICE_STOP)).click()
        expect(page.get_by_role("heading")).to_have_text(plain(sentences.pages.PAGE_STOPPED_TITLE))
        page.goto(f"{served.url}/n/{link.token}")
        expect(page.get_by_role("heading")).to_have_text(plain(sentences.pages.PAGE_STOPPED_TITLE))
    served.fetch(link)
    assert kinds(engine, link) == []


def test_opening_the_self_tests_page_is_an_open(
    browser: Browser, served: Served, link: Link, engine: Engine
) -> None:
    sent(engine, link)
    key = open_keys(served.settings.key_file).test_key(link.id, link.token)
    complaints: list[str] = []
    with browser.new_context(user_agent=CHROME) as context:
        context.on("console", lambda said: complaints.append(said.text))
        page = context.new_page()
        with page.expect_response(f"{served.settings.public_url}/i/{link.token}.gif") as loaded:
            page.goto(f"{served.url}/try/{key}")
        assert loaded.value.status == 200
    assert kinds(engine, link) == ["opened"]
    assert complaints == []


def test_a_page_is_shown_before_any_script_has_loaded(browser: Browser, served: Served, link: Link) -> None:
    with browser.new_context() as context:
        context.route("**/copy.js*", lambda route: route.abort())
        page = context.new_page()
        page.goto(served.url + copy_path(served, link))
        expect(page.get_by_role("heading", name=plain(sentences.copy_page.PAGE_COPY_TITLE))).to_be_visible()
        expect(page.get_by_label(plain(sentences.copy_page.PAGE_COPY_ADDRESS))).to_be_visible()
