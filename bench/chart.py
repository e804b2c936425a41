"""The chart of docs/measurements.md: an SVG of the figures, for light and for dark."""

from collections.abc import Sequence
from html import escape

from bench.figures import Figure, limits, shown, standing

WIDTH, MARGIN, NAMES, BAR, STEP = 760, 24, 240, 16, 26
RATE, MANY = "req/s", ", 20,000 links"
PIXEL = "pixel"

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .small { font-size: 11px; fill: #59636e }
.ours { fill: #1f883d } .theirs { fill: #8c959f } .goal { fill: #1f883d } .must { fill: #9a6700 }
.number { text-anchor: end } .missed { fill: #d1242f } .unknown { fill: #8c959f }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 }
  .ours { fill: #3fb950 } .theirs { fill: #656c76 } .goal { fill: #3fb950 } .must { fill: #d29922 }
  .missed { fill: #f85149 } .unknown { fill: #656c76 }
}
"""
MARKS = {"goal": "●", "must": "◐", "missed": "○", "not measured": "–"}
MEANING = "● goal reached · ◐ at least what it must · ○ missed · – not measured"


def draw(figures: Sequence[Figure]) -> str:
    """Return an SVG: requests a second as bars, and below them each goal and whether it was reached."""
    bars = _bars([found for found in figures if found.unit == RATE and found.name.endswith(MANY)])
    aims = _aims([found for found in figures if found.aim or found.value is None], top=bars[1])
    height = aims[1] + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="What was measured, beside the goals">',
            f"<style>{STYLE}</style>",
            *bars[0],
            *aims[0],
            "</svg>\n",
        ]
    )


def _bars(rates: list[Figure]) -> tuple[list[str], int]:
    """Return the elements, and where they end."""
    drawn = [_text(MARGIN, 30, f"Requests a second{MANY} in random order", "title")]
    fastest = max((found.value or 0 for found in rates), default=0) or 1
    top = 44
    for found in sorted(rates, key=lambda found: -(found.value or 0)):
        name, value = found.name.removesuffix(MANY), found.value or 0
        width = max(1, round(value / fastest * (WIDTH - NAMES - 3 * MARGIN - 60)))
        whose = "ours" if PIXEL in name else "theirs"
        drawn += [
            _text(MARGIN, top + 13, name),
            f'<rect class="{whose}" x="{MARGIN + NAMES}" y="{top}" width="{width}" height="{BAR}" rx="3"/>',
            _text(MARGIN + NAMES + width + 8, top + 13, shown(value)),
        ]
        top += STEP
    return drawn, top


def _aims(aimed: list[Figure], top: int) -> tuple[list[str], int]:
    top += 2 * MARGIN
    drawn = [_text(MARGIN, top, "Goals", "title"), _text(MARGIN + 60, top, MEANING, "small")]
    for found in aimed:
        top += STEP - 4
        how = standing(found)
        value = "" if found.value is None else f"{shown(found.value)} {found.unit}".rstrip()
        drawn += [
            _text(MARGIN, top, MARKS[how], "unknown" if how == "not measured" else how),
            _text(MARGIN + 20, top, found.name),
            _text(WIDTH - 165, top, value, "number"),
            _text(WIDTH - 150, top, _aim(found), "small"),
        ]
    return drawn, top


def _aim(found: Figure) -> str:
    if found.aim is None:
        return ""
    goal, must = limits(found.aim)
    return f"goal {goal}" + (f", must {must}" if must else "")


def _text(x: int, y: int, words: str, of: str = "") -> str:
    named = f' class="{of}"' if of else ""
    return f'<text x="{x}" y="{y}"{named}>{escape(words)}</text>'
