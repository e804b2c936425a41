"""A link's story as a picture: which rows it has, and that it can be seen."""

import io
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from PIL.Image import Image as Picture

from bot.messages.drawing import DARK, LIGHT, WIDTH, Row, draw, drawable
from bot.messages.picture import COLOURS, rows
from bot.messages.timeline import SHOWN_STATEMENTS, Entry, shortened
from tests.fetches import NOON
from tracking import Kind

BERLIN = ZoneInfo("Europe/Berlin")
STORY = [
    Entry(NOON, "activated", "gmail_proxy"),
    Entry(NOON + 600, "sent"),
    Entry(NOON + 603, "proxied", "gmail_prefetch"),
    Entry(NOON + 9000, "opened", "gmail_proxy", 3),
    Entry(NOON + 9000 + 23 * 86400, "opened", "outlook"),
]


def picture(made: list[Row], *, dark: bool = False) -> Picture:
    return Image.open(io.BytesIO(draw("#7 · opened twice", made, "Times in Europe/Berlin", dark=dark)))


def colours(image: Picture) -> set[str]:
    found = image.getcolors(1 << 24) or []
    return {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in found}  # type: ignore[misc]  # RGB


def test_a_story_is_told_from_old_to_new_with_its_silence_folded() -> None:
    assert [(row.title, row.day, row.clock) for row in rows(shortened(STORY[::-1], 0), BERLIN)] == [
        ("in your draft", "14 Nov", "23:13"),
        ("you sent it", "", "23:23"),
        ("fetched, no open yet", "", "23:23"),
        ("opened (3×)", "15 Nov", "01:43"),
        ("23 days of silence", "", ""),
        ("opened", "8 Dec", "01:43"),
    ]


def test_a_long_story_keeps_how_it_began_and_how_it_stands() -> None:
    many = [Entry(NOON + 60 * number, "opened", "outlook") for number in range(100)]
    made = rows(shortened(many[::-1], 0), BERLIN)
    assert len(made) == 13
    assert made[4].title == "… 88 more entries …"
    assert made[-1].clock == "00:52"


def test_older_fetches_and_no_events_at_all_are_said() -> None:
    assert rows(shortened(STORY[::-1], 9700), BERLIN)[0].title == "… 9700 earlier fetches …"
    assert [row.title for row in rows(shortened([], 0), BERLIN)] == ["nothing has happened yet"]


@pytest.mark.parametrize(("dark", "theme"), [(False, LIGHT), (True, DARK)])
def test_a_picture_has_a_mark_of_each_kind_on_its_ground(dark: bool, theme: object) -> None:
    image = picture(rows(shortened(STORY[::-1], 0), BERLIN), dark=dark)
    assert image.size == (WIDTH, 130 + 5 * 124 + 92 + 84)
    assert isinstance(theme, tuple)
    marks = {COLOURS[kind] for kind in ("activated", "sent", "proxied", "opened")}
    assert colours(image) >= {*marks, *theme}


def test_every_kind_of_entry_has_its_colour() -> None:
    never_shown = {Kind.REPEAT, Kind.IGNORED}
    assert COLOURS.keys() == ({*Kind} - never_shown) | SHOWN_STATEMENTS | {"note"}


def test_words_too_long_for_the_picture_are_cut_at_its_edge() -> None:
    image = picture([Row("x" * 500, "y" * 500, "14 Nov", "23:13", COLOURS["opened"])])
    assert colours(image.crop((WIDTH - 40, 0, WIDTH, image.height))) == {LIGHT.ground}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("called him – no answer", "called him – no answer"),
        ("позвонил 📞 ему", "позвонил ему"),
        ("התקשרתי", ""),
        ("call 電話", ""),
        ("👍", ""),
    ],
)
def test_a_note_is_drawn_only_where_the_font_has_its_letters(written: str, shown: str) -> None:
    assert drawable(written) == shown
