"""A timeline drawn as a picture for a phone: rows from old to new, on light or dark ground."""

import io
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

WIDTH = 1080
MARGIN = 56
HEADER, ROW, GAP, FOOTER = 130, 124, 92, 84
"""Heights in pixels. A phone shows 1080 pixels about 400 points wide: 34 pixels are a 12 point letter."""
BESIDE = 23
"""Pixels that the two lines of a row lie above and below its middle."""
LINE_X, TEXT_X = 300, 360
LARGE, NORMAL, SMALL = 46, 40, 34


class Row(NamedTuple):
    """One event. Without a `colour`, it is a time in which nothing happened, or something left out."""

    title: str
    detail: str = ""
    day: str = ""
    """Given where it is another day than in the row above."""
    clock: str = ""
    colour: str = ""
    strong: bool = False
    """A larger mark, for the rows that matter most: some people cannot tell the colours apart."""


class Theme(NamedTuple):
    ground: str
    text: str
    faint: str
    line: str


LIGHT = Theme("#ffffff", "#1c2733", "#5f6c78", "#c3ccd4")
DARK = Theme("#17212b", "#f2f5f7", "#9dabb8", "#3d4c5a")

NOT_DRAWN = 0x530
"""The first character after Latin, Greek and Cyrillic."""
_FONT = "files/NotoSans[wdth,wght].ttf"


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return Noto Sans, which has Latin, Greek and Cyrillic letters."""
    with files("fontpkg_noto_sans").joinpath(_FONT).open("rb") as source:
        found = ImageFont.truetype(io.BytesIO(source.read()), size)
    found.set_variation_by_name("SemiBold" if bold else "Regular")
    return found


def drawable(text: str) -> str:
    """Return the text without signs that the font lacks; an empty text if the font lacks a letter."""
    drawn = [sign for sign in text if ord(sign) < NOT_DRAWN or sign in "–—‘’“”…€→"]
    letters = sum(map(str.isalnum, text)) == sum(map(str.isalnum, drawn))
    return " ".join("".join(drawn).split()) if letters else ""


def draw(title: str, rows: Sequence[Row], footer: str, *, dark: bool) -> bytes:
    """Return the picture as PNG."""
    theme = DARK if dark else LIGHT
    height = HEADER + sum(map(_height, rows)) + FOOTER
    image = Image.new("RGB", (WIDTH, height), theme.ground)
    canvas = ImageDraw.Draw(image)
    _write(canvas, (MARGIN, HEADER // 2), title, font(LARGE, bold=True), theme.text)
    top = HEADER
    for place, row in enumerate(rows):
        _row(canvas, row, top, theme, first=place == 0, last=place == len(rows) - 1)
        top += _height(row)
    _write(canvas, (MARGIN, top + FOOTER // 2), footer, font(SMALL), theme.faint)
    written = io.BytesIO()
    # A higher level makes it a sixth smaller, and takes three times as long.
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _height(row: Row) -> int:
    return ROW if row.colour else GAP


def _row(canvas: ImageDraw.ImageDraw, row: Row, top: int, theme: Theme, *, first: bool, last: bool) -> None:
    height = _height(row)
    middle = top + height // 2
    start, end = (middle if first else top), (middle if last else top + height)
    if row.colour:
        canvas.line((LINE_X, start, LINE_X, end), theme.line, 6)
        _mark(canvas, row, middle, theme)
        up, down = (middle - BESIDE, middle + BESIDE) if row.day else (middle, middle)
        _write(canvas, (MARGIN, up), row.day, font(SMALL), theme.faint)
        _write(canvas, (MARGIN, down), row.clock, font(NORMAL), theme.text)
        up, down = (middle - BESIDE, middle + BESIDE) if row.detail else (middle, middle)
        _write(canvas, (TEXT_X, up), row.title, font(NORMAL, bold=True), theme.text)
        _write(canvas, (TEXT_X, down), row.detail, font(SMALL), theme.faint)
    else:
        for dot in range(start + 6, end - 6, 18):
            canvas.ellipse((LINE_X - 3, dot, LINE_X + 3, dot + 6), theme.line)
        _write(canvas, (TEXT_X, middle), row.title, font(SMALL), theme.faint)


def _mark(canvas: ImageDraw.ImageDraw, row: Row, middle: int, theme: Theme) -> None:
    size = 24 if row.strong else 15
    box = (LINE_X - size, middle - size, LINE_X + size, middle + size)
    canvas.ellipse(box, row.colour, theme.ground, 4)


def _write(
    canvas: ImageDraw.ImageDraw, at: tuple[int, int], text: str, face: ImageFont.FreeTypeFont, colour: str
) -> None:
    """Write one line with its middle at this height, shortened to what fits."""
    room = WIDTH - MARGIN - at[0]
    while text and face.getlength(text) > room:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    canvas.text(at, text, colour, face, "lm")
