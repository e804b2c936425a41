"""No cell of an exported table is a formula, whichever separator a spreadsheet takes."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages.archive import as_csv

SEPARATORS = (",", ";", "\t", "|")
BLANK = " \xa0\u200b\ufeff\"'"
TEXTS = st.text(st.sampled_from([*"=+-@＝＋－＠﹦⁼,;|\t\n\r\"' ax\xa0\u200b"]), max_size=12)


def cells(text: str, separator: str, *, quoted: bool) -> list[str]:
    """Return the cells of a table as a spreadsheet reads it."""
    lines = io.StringIO(text, newline="")
    unquoted = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    read = csv.reader(lines, delimiter=separator) if quoted else unquoted
    return [cell for row in read for cell in row]


def is_formula(cell: str) -> bool:
    """Return True for a cell that a spreadsheet may run. An apostrophe at its beginning makes it a text."""
    if cell.lstrip(BLANK.replace("'", "")).startswith("'"):
        return False
    return unicodedata.normalize("NFKC", cell.lstrip(BLANK)).startswith(("=", "+", "-", "@"))


@given(TEXTS)
@example("Mozilla/5.0 (X11;=HYPERLINK(1))")
@example("contract\t+1")
@example('a;"=1"')
@example("＝1")
def test_no_text_becomes_a_formula(text: str) -> None:
    table = as_csv([{"label": "contract", "text": text, "last": 7}], ("label", "text", "last"))
    for separator in SEPARATORS:
        for quoted in (True, False):
            assert not any(map(is_formula, cells(table, separator, quoted=quoted))), separator


@pytest.mark.parametrize(
    "text",
    ["10 - 5", "offer to Ben & Co.", "re-sent; not read", "a=b", "Mozilla/5.0 (X11; Linux x86_64)", ""],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cells(as_csv([{"text": text}], ("text",)), ",", quoted=True)[1:] == [text]


def test_an_apostrophe_is_all_that_is_added() -> None:
    table = as_csv([{"text": "a;=1", "more": "\t＝2"}], ("text", "more"))
    assert cells(table, ",", quoted=True)[2:] == ["a;'=1", "'\t'＝2"]
