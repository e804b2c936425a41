"""The storybook's page, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.site import site
from demo.storybook import MESSAGES, Story, stories
from demo.telegram import Running
from demo.telegram.serving import listening, serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    telegram = Running()
    app = site(telegram, telegram.person("Robin"), "http://127.0.0.1:1")
    with serving(app, listening(), telegram.close) as telegram.url:
        yield telegram.url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The page, open on a computer. An error in its console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.goto(f"{url}/stories")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert trouble == []


def bubbles(story: Story) -> int:
    """Return what the people and the bot say in it."""
    told = [step for step in story.steps if not step.briefly]
    said = [
        step for step in told if any(f" {verb}: " in step.act for verb in ("writes", "answers", "message"))
    ]
    return len(said) + sum(seen.how in MESSAGES for step in told for seen in step.seen)


def test_each_story_can_be_chosen_and_is_shown_whole(page: Page) -> None:
    for story in stories():
        page.click(f"#list a[href='#{story.name}']")
        expect(page.locator("#title")).to_have_text(story.title)
        expect(page.locator("#conversation .message")).to_have_count(bubbles(story))
        expect(page.locator("#list a[aria-current]")).to_have_text(story.title)


def test_an_alert_is_drawn_as_a_phone_shows_it(page: Page) -> None:
    page.click("text=A contract that is opened")
    alert = page.locator("#conversation .loud")
    expect(alert.locator(".caption")).to_have_text("🔔 with sound")
    expect(alert.locator(".quote")).to_have_text("the card")
    expect(alert.locator("b")).to_have_text("contract")
    expect(alert).to_contain_text("was opened at 16:20, 2 h 18 min after you sent it.")
    expect(alert.locator(".key")).to_have_text(["Why?", "That was me", "Mute"])
    expect(page.locator(".note-seen.under")).to_have_text("👀 under “/track contract to landlord”")


def test_markup_in_a_name_is_shown_as_text(page: Page) -> None:
    page.click("text=Strange names are only names")
    expect(page.locator("#conversation .loud b")).to_have_text("<b>contract</b> & Co")
    expect(page.locator("#conversation .loud")).to_contain_text("Zoë 🦄 <script>")


def test_the_page_works_without_a_mouse(page: Page) -> None:
    first, second, *_ = stories()
    page.locator("#list a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text(second.title)
    expect(page.locator("#story")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#previous")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text(first.title)
    expect(page.locator("#previous")).to_be_hidden()


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator("#list")).to_be_hidden()
    page.click("text=All stories")
    page.click("#list >> text=The day in one message")
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("#title")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_demo_and_its_stories_lead_to_each_other(page: Page) -> None:
    page.click("text=Try it yourself")
    page.click("text=Stories")
    expect(page.locator("#title")).to_have_text(stories()[0].title)
