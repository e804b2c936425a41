"""Two pseudo-languages with every sentence in ⟦brackets⟧. Text outside brackets was not translated."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib
import pytest

from bot.times import grammar
from tools import catalogues
from tools.catalogues import template
from words import language, typed
from words.language import DOMAIN, LOCALE, SOURCE

LEFT_TO_RIGHT, RIGHT_TO_LEFT = "qps", "qpr"
"""Language codes from the range for private use (ISO 639-2: qaa to qtz)."""


def make_locale(folder: Path) -> Path:
    """Fill this folder with English and both pseudo-languages, compiled, and return it."""
    shutil.copytree(LOCALE / SOURCE, folder / SOURCE)
    for code, direction in ((LEFT_TO_RIGHT, "ltr"), (RIGHT_TO_LEFT, "rtl")):
        path = folder / code / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True)
        _catalogue(code, direction).save(str(path))
        catalogues.compile_beside(path)
    return folder


@contextmanager
def only_languages_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the product know only the languages in this folder, until the end of the block."""
    for module in (language, typed, catalogues):
        monkeypatch.setattr(module, "LOCALE", folder)
    _clear_caches()
    yield
    _clear_caches()


def _catalogue(code: str, direction: str) -> polib.POFile:
    made = template()
    made.metadata |= {"Language": code, "Plural-Forms": "nplurals=2; plural=n != 1;"}
    for entry in made:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"⟦{entry.msgid}⟧", 1: f"⟦{entry.msgid_plural}⟧"}
        else:
            own = {"ltr": direction, "English": f"⟦{code}⟧"}
            entry.msgstr = own.get(entry.msgid, f"⟦{entry.msgid}⟧")
    return made


def _clear_caches() -> None:
    language.languages.cache_clear()
    language._catalogue.cache_clear()
    typed.understood_in.cache_clear()
    grammar._patterns_of.cache_clear()


def untranslated(text: str, *names: str) -> set[str]:
    """Return the words outside all brackets, except addresses, commands and these names."""
    depth, outside = 0, []
    for letter in text:
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        if depth == 0:
            outside.append(letter)
    assert depth == 0, text
    rest = re.sub(r"https?://\S+|/[a-z]+\b", " ", "".join(outside))
    for name in names:
        rest = rest.replace(name, " ")
    return set(re.findall(r"[^\W\d_]+", rest))
