"""The right language is chosen, and its catalogue is used."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import words
from tests.pseudo import LEFT_TO_RIGHT, RIGHT_TO_LEFT, only_languages_of, untranslated
from tools import catalogues
from words import language, sentences
from words.sentence import Sentence, plural


@pytest.fixture
def folder(pseudo_locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copied = shutil.copytree(pseudo_locale, tmp_path / "locale")
    with only_languages_of(copied, monkeypatch):
        yield copied


def add(folder: Path, code: str, plural_forms: str, *entries: polib.POEntry) -> None:
    """Add a language with only these translations."""
    catalogue = polib.POFile()
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Language": code,
        "Plural-Forms": plural_forms,
    }
    catalogue.extend(entries)
    path = folder / code / "LC_MESSAGES" / "readback.po"
    path.parent.mkdir(parents=True)
    catalogue.save(str(path))
    catalogues.compile_beside(path)
    language.languages.cache_clear()


def test_english_is_the_default() -> None:
    assert words.spoken() == "en"
    assert words.say(sentences.toasts.TOAST_SENT) == "Noted. Watching."


def test_a_language_is_spoken_inside_the_block_only(folder: Path) -> None:
    with words.speaking(LEFT_TO_RIGHT):
        assert words.say(sentences.toasts.TOAST_SENT) == "⟦Noted. Watching.⟧"
        with words.speaking("en"):
            assert words.say(sentences.toasts.TOAST_SENT) == "Noted. Watching."
        assert words.spoken() == LEFT_TO_RIGHT
    assert words.spoken() == "en"


def test_a_sentence_inside_another_is_translated_too(folder: Path) -> None:
    with words.speaking(LEFT_TO_RIGHT):
        said = words.say(sentences.reasons.WHY_ELSE, alternative=sentences.reasons.ALTERNATIVES["tool"])
    assert said == "⟦What else it could be: ⟦a reader who uses such a tool to read mail.⟧⟧"


RUSSIAN = (
    "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;"
)
LINKS = plural("{count} link", "{count} links")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 ссылок"),
        (1, "1 ссылка"),
        (2, "2 ссылки"),
        (5, "5 ссылок"),
        (11, "11 ссылок"),
        (21, "21 ссылка"),
    ],
)
def test_a_number_gets_the_plural_form_of_its_language(folder: Path, count: int, said: str) -> None:
    forms = {0: "{count} ссылка", 1: "{count} ссылки", 2: "{count} ссылок"}
    add(folder, "qru", RUSSIAN, polib.POEntry(msgid=LINKS.text, msgid_plural=LINKS.many, msgstr_plural=forms))
    with words.speaking("qru"):
        assert words.say(LINKS, count=count) == said


def test_one_english_word_can_have_two_translations(folder: Path) -> None:
    entries = [
        polib.POEntry(msgid="May", msgctxt="month", msgstr="Mai"),
        polib.POEntry(msgid="May", msgctxt="permission", msgstr="Darf"),
    ]
    add(folder, "qde", "nplurals=2; plural=n != 1;", *entries)
    with words.speaking("qde"):
        assert words.say(Sentence("May", "month")) == "Mai"
        assert words.say(Sentence("May", "permission")) == "Darf"


def test_a_missing_translation_is_shown_in_english(folder: Path) -> None:
    add(folder, "qfr", "nplurals=2; plural=n > 1;")
    with words.speaking("qfr"):
        assert words.say(sentences.toasts.TOAST_SENT) == "Noted. Watching."


@pytest.mark.parametrize(
    ("tag", "served"),
    [("qps", "qps"), ("QPS-at", "qps"), ("qps_AT", "qps"), ("en-GB", "en"), ("tlh", None), ("", None)],
)
def test_a_language_serves_its_regions_too(folder: Path, tag: str, served: str | None) -> None:
    assert words.closest(tag) == served


@pytest.mark.parametrize(
    ("accepted", "served"),
    [
        ("", "en"),
        ("qps", "qps"),
        ("tlh, qps-AT;q=0.9, en;q=0.8", "qps"),
        ("en;q=0.5,qpr;q=0.7", "qpr"),
        ("qps;q=0, en", "en"),
        ("qps;q=0", "en"),
        ("*", "en"),
        ("qps;q=much, qpr;q=0.1", "qpr"),
        (";;;,,,q=1", "en"),
        ("qpr," * 10_000, "qpr"),
    ],
)
def test_a_browser_gets_the_language_that_it_prefers(folder: Path, accepted: str, served: str) -> None:
    assert words.preferred(accepted) == served


def test_a_chat_speaks_the_chosen_language_or_else_that_of_its_telegram(folder: Path) -> None:
    assert words.best("", "qpr") == "qpr"
    assert words.best("qps", "qpr") == "qps"
    assert words.best("gone", "qpr-XX") == "qpr"
    assert words.best("", "") == "en"


def test_in_a_right_to_left_language_every_name_is_isolated(folder: Path) -> None:
    assert words.name("contract (2)") == "contract (2)"
    with words.speaking(RIGHT_TO_LEFT):
        assert words.name("contract (2)") == "\u2068contract (2)\u2069"


def test_a_new_language_begins_with_every_sentence_and_keeps_its_translations(folder: Path) -> None:
    path = catalogues.begin("qxx", "nplurals=2; plural=n != 1;")
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue] == [entry.msgid for entry in catalogues.template()]
    catalogue[0].msgstr, catalogue[1].msgid = "translated", "No sentence any more"
    catalogue.save()
    catalogues.update()
    found = {entry.msgid: entry for entry in polib.pofile(str(path))}
    assert found.keys() == {entry.msgid for entry in catalogues.template()}
    assert found[catalogue[0].msgid].msgstr == "translated"
    assert path.with_suffix(".mo").read_bytes() == catalogues.compiled(path)


def test_a_word_outside_the_brackets_is_found() -> None:
    assert untranslated("⟦all ⟦is⟧ well⟧ #7 → https://x.example/i /help contract", "contract") == set()
    assert untranslated("⟦all⟧ is ⟦well⟧") == {"is"}
