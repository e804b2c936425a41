"""`make screenshots`: the chat as a phone shows it, on contact sheets in `docs/chat`.

The storybook's conversations are played with the real programs; the demo's page shows them, in Chromium.
Needs a font with emoji: on Debian, fonts-noto-color-emoji.
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
from docs.screenshots import save
from docs.shots import SHEETS, Shot
from tests.storybook.player import play
from tests.storybook.stage import Stage, stage

PICTURES = Path(__file__).parent / "chat"
PHONE = ViewportSize(width=414, height=7000)
"""The chat is 390 pixels wide in it, and so high that nothing has to be scrolled."""
SECRETS = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "https://mail.example.com"),
    (re.compile(r"(?<=/i/)[\w-]{22}"), "q7Zk3v0bT1yWc9mLx2RfNA"),
)
"""What is another one at each run, and what stands there instead."""
_FONT = files("fontpkg_noto_sans").joinpath("files/NotoSans[wdth,wght].ttf").read_bytes()
_URL = f"data:font/ttf;base64,{b64encode(_FONT).decode()}"
LETTERS = f"""
@font-face {{ font-family: Letters; src: url({_URL}); font-weight: 100 900; }}
body {{ font-family: Letters, "Noto Color Emoji"; }}"""
"""As wide as a phone's, whatever this computer has."""
NO_NEWS = """const ask = fetch, never = new Promise(() => {});
fetch = (url, ...more) => (url.startsWith("/client/changes") ? never : ask(url, ...more));"""
COLOURS = 256
"""In fewer the tick of ✅ turns grey."""
MARGIN = 5
"""Pixels around messages: 7 lie between them, and shadows reach into those."""


def main() -> None:
    wanted = [shot for shots in SHEETS.values() for shot in shots]
    with (
        TemporaryDirectory() as folder,
        stage(Path(folder)) as where,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium")) as browser,
    ):
        taken = dict(shot for scene in scenes(wanted) for shot in photographs(browser, where, scene))
        for name, shots in SHEETS.items():
            save(contact_sheet(browser, shots, taken), PICTURES / f"{name}.png", colours=COLOURS)


def scenes(shots: Sequence[Shot]) -> list[list[Shot]]:
    """The shots of each story in one list: it is played once."""
    played: dict[Path, list[Shot]] = {}
    for shot in shots:
        played.setdefault(shot.story.path, []).append(shot)
    return list(played.values())


def photographs(browser: Browser, where: Stage, shots: Sequence[Shot]) -> Iterator[tuple[Shot, bytes]]:
    """Where an act comes more than once, its picture is taken each time."""
    story = shots[0].story
    for step, _ in zip(story.steps, play(where, story, shots[0].language), strict=True):
        for shot in shots:
            if shot.after == step.act:
                yield shot, photograph(browser, where, shot)


def photograph(browser: Browser, where: Stage, shot: Shot) -> bytes:
    """The chat of whoever came last, as the demo's page shows it."""
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
            # For LETTERS.
            bypass_csp=True,
        ) as context,
    ):
        page = context.new_page()
        page.clock.set_fixed_time(where.clock())
        page.route("**/messages", without_secrets)
        # Nothing new comes. The server would wait for it, longer than the picture takes.
        page.add_init_script(NO_NEWS)
        page.goto(url)
        page.locator("body[data-ready]").wait_for()
        page.add_style_tag(content=LETTERS)
        page.evaluate("document.fonts.ready")
        return portrait(page, shot.of)


def without_secrets(route: Route) -> None:
    answer = route.fetch()
    text = answer.text()
    for secret, instead in SECRETS:
        text = secret.sub(instead, text)
    route.fulfill(response=answer, body=text)


def portrait(page: Page, of: Literal["card"] | int) -> bytes:
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
    figures = [
        f"<figure><figcaption>{escape(shot.caption)}</figcaption>"
        f'<img src="data:image/png;base64,{b64encode(taken[shot]).decode()}"></figure>'
        for shot in shots
    ]
    with browser.new_context(viewport={"width": 840, "height": 100}, device_scale_factor=2) as context:
        page = context.new_page()
        page.set_content(f"<!doctype html><style>{LETTERS}{STYLE}</style>{''.join(figures)}")
        page.evaluate("document.fonts.ready")
        return page.screenshot(full_page=True)


if __name__ == "__main__":
    main()
