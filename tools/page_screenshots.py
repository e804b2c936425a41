"""`python -m tools.page_screenshots`: screenshots of the pixel server's pages, into `docs/pages`.

Each page is taken at the width of a phone, a tablet and a computer, in light and in dark.
`make screenshots` runs this.
"""

import shutil
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from storage.engine import connect, writing
from storage.health import leave_username
from storage.keys import open_keys
from storage.migrate import upgrade
from storage.times import now
from tests.conftest import settings_of
from tests.pixel_server.serving import path_of, serving, track
from tests.pixel_server.test_pages import ANDROID

FOLDER = Path(__file__).parent.parent / "docs" / "pages"
WIDTHS = (320, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = settings_of(Path(folder), OPERATOR="Anna Berg", CONTACT="anna@example.org")
        engine = connect(settings, checkpoints=True)
        upgrade(engine)
        link = track(engine)
        with writing(engine) as session:
            # A fixed token: a screenshot must change only when its page does.
            leave_username(session, "anna_berg_bot", now())
            link = session.merge(link)
            link.token = "q7Zk3v0bT1yWc9mLx2RfNA"  # noqa: S105  # it protects nothing
        key = open_keys(settings.key_file).owner_key(link.id, link.token)
        pages = {"copy": f"/copy/{key}", "notice": f"/n/{link.token}", "front": "/"}
        with (
            serving(settings, public_url="https://mail.example.com") as served,
            playwright.chromium.launch(executable_path=shutil.which("chromium")) as browser,
        ):
            served.get(path_of(link))
            for name, path in pages.items():
                take(browser, name, served.url + path)
        engine.dispose()


def take(browser: Browser, name: str, url: str) -> None:
    """Save one screenshot of the page for each width and colour scheme."""
    for scheme, width in product(SCHEMES, WIDTHS):
        size = ViewportSize(width=width, height=900)
        phone = width == min(WIDTHS)  # the copy page says other things on a phone
        with browser.new_context(
            color_scheme=scheme,
            viewport=size,
            is_mobile=phone,
            has_touch=phone,
            user_agent=ANDROID if phone else None,
        ) as context:
            page = context.new_page()
            page.goto(url)
            # Unfold the steps for the first mail program.
            for summary in page.locator("[name=app] summary").all()[:1]:
                if not page.locator("[name=app][open]").count():
                    summary.click()
            page.mouse.move(0, 0)
            page.evaluate("scrollTo(0, 0)")
            save(page.screenshot(full_page=True), FOLDER / f"{name}-{width}-{scheme}.png")


def save(screenshot: bytes, path: Path, *, colours: int = 32) -> None:
    """Write a PNG with few colours: it takes a fifth of the bytes and looks the same."""
    image = Image.open(BytesIO(screenshot)).convert("RGB")
    image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
