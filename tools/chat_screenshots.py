"""`python -m tools.chat_screenshots`: the chat as a phone shows it, on contact sheets in `docs/chat`.

It plays the storybook's conversations with the real programs and photographs the demo's chat page in
Chromium. `tools/chat_shots.py` says which messages. It needs a font with emoji: on Debian,
fonts-noto-color-emoji. `make screenshots` runs this.
"""

import re
import shutil
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Locator, Page, Route, ViewportSize, sync_playwright

from demo.site import site
from demo.telegram.serving import listening, serving
from tests.storybook.player import play
from tests.storybook.stage import Stage, stage
from tools.chat_shots import SHEETS, Shot
from tools.page_screenshots import save

FOLDER = Path(__file__).parent.parent / "docs" / "chat"
PHONE = ViewportSize(width=414, height=7000)
"""The chat is 390 pixels wide in it. It is so high that nothing has to be scrolled."""
STABLE = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "https://mail.example.com"),
    (re.compile(r"(?<=/i/)[\w-]{22}"), "q7Zk3v0bT1yWc9mLx2RfNA"),
)
"""Texts that differ at each run, each with the text that the pictures show instead."""
_FONT_FILE = files("fontpkg_noto_sans").joinpath("files/NotoSans[wdth,wght].ttf").read_bytes()
_FONT_URL = f"data:font/ttf;base64,{b64encode(_FONT_FILE).decode()}"
FONT = f"""
@font-face {{ font-family: Letters; src: url({_FONT_URL}); font-weight: 100 900; }}
body {{ font-family: Letters, "Noto Color Emoji"; }}"""
"""The same letters on every machine, as wide as a phone's."""
NO_LONG_POLL = """const ask = fetch, never = new Promise(() => {});
fetch = (url, ...more) => (url.startsWith("/client/changes") ? never : ask(url, ...more));"""
COLOURS = 256
"""With fewer, the tick of ✅ turns grey."""
MARGIN = 5
"""Pixels around the messages. 7 lie between two messages, and their shadows need the rest."""


def main() -> None:
    wanted = [shot for shots in SHEETS.values() for shot in shots]
    with (
        TemporaryDirectory() as folder,
        stage(Path(folder)) as where,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium")) as browser,
    ):
        taken = dict(shot for same in by_story(wanted) for shot in photographs(browser, where, same))
        for name, shots in SHEETS.items():
            save(contact_sheet(browser, shots, taken), FOLDER / f"{name}.png", colours=COLOURS)


def by_story(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Group the shots by their story, so that each story is played once."""
    played: dict[Path, list[Shot]] = {}
    for shot in shots:
        played.setdefault(shot.story.path, []).append(shot)
    return list(played.values())


def photographs(browser: Browser, where: Stage, shots: Sequence[Shot]) -> Iterator[tuple[Shot, bytes]]:
    """Play the story and photograph each shot after its act, each time the act comes."""
    story = shots[0].story
    for step, _ in zip(story.steps, play(where, story, shots[0].language), strict=True):
        for shot in shots:
            if shot.after == step.act:
                yield shot, photograph(browser, where, shot)


def photograph(browser: Browser, where: Stage, shot: Shot) -> bytes:
    """Photograph the chat of the story's newest person, as the demo's page shows it."""
    *_, visitor = where.api.users.values()
    with (
        serving(site(where.api, visitor, where.running.url), listening(), lambda: None) as url,
        browser.new_context(
            color_scheme=shot.scheme,
            reduced_motion="reduce",
            viewport=PHONE,
            device_scale_factor=2,
            locale={"en": "en-GB"}.get(shot.language, shot.language),
            timezone_id="UTC",
            # FONT is an inline style, which the page's policy forbids.
            bypass_csp=True,
        ) as context,
    ):
        page = context.new_page()
        page.clock.set_fixed_time(where.clock())
        page.route("**/messages", stabilise)
        # The page must not wait for changes: none will come, and the server would hold the request.
        page.add_init_script(NO_LONG_POLL)
        page.goto(url)
        page.locator("body[data-ready]").wait_for()
        page.add_style_tag(content=FONT)
        page.evaluate("document.fonts.ready")
        return cut_out(page, shot.of)


def stabilise(route: Route) -> None:
    """Replace what differs at each run in the messages that the page receives."""
    answer = route.fetch()
    text = answer.text()
    for differing, instead in STABLE:
        text = differing.sub(instead, text)
    route.fulfill(response=answer, body=text)


def cut_out(page: Page, of: Literal["card"] | int) -> bytes:
    """Return a screenshot of the newest card, or of so many of the newest messages."""
    messages = page.locator("article.message")
    if of == "card":
        chosen = [messages.filter(has=page.locator("code", has_text=".gif")).last]
    else:
        chosen = messages.all()[-of:]
    wall, first, last = (box(one) for one in (page.locator("#messages"), chosen[0], chosen[-1]))
    top, bottom = first["y"] - MARGIN, last["y"] + last["height"] + MARGIN
    clip = FloatRect(x=wall["x"], y=top, width=wall["width"], height=bottom - top)
    return page.screenshot(clip=clip)


def box(element: Locator) -> FloatRect:
    found: FloatRect = element.evaluate("(element) => element.getBoundingClientRect().toJSON()")
    return found


STYLE = """
body { margin: 0; padding: 20px 20px 2px; width: 800px; columns: 2; column-gap: 20px;
  font-size: 15px; font-weight: 600; color: #1d2420; background: #f3f1ec; }
figure { margin: 0; padding-bottom: 18px; break-inside: avoid; }
figcaption { padding: 0 2px 6px; }
img { display: block; width: 390px; border-radius: 14px; }
"""


def contact_sheet(browser: Browser, shots: Sequence[Shot], taken: dict[Shot, bytes]) -> bytes:
    """Return a screenshot of a page with these shots in two columns, each below its caption."""
    figures = [
        f"<figure><figcaption>{escape(shot.caption)}</figcaption>"
        f'<img src="data:image/png;base64,{b64encode(taken[shot]).decode()}"></figure>'
        for shot in shots
    ]
    with browser.new_context(viewport={"width": 840, "height": 100}, device_scale_factor=2) as context:
        page = context.new_page()
        page.set_content(f"<!doctype html><style>{FONT}{STYLE}</style>{''.join(figures)}")
        page.evaluate("document.fonts.ready")
        return page.screenshot(full_page=True)


if __name__ == "__main__":
    main()
