"""The catalogues: no translation is missing or too long, and each keeps the tags and placeholders."""

import re
import string
import unicodedata
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import polib
import pytest

import words
from tests.words.claims import CLAIMS, claims_in
from tools.catalogues import TEMPLATE, all_sentences, compiled, kind_of, sources, template
from words import sentences
from words.language import DOMAIN, LOCALE, SOURCE
from words.sentence import Sentence

TAGS = {"b", "i", "code"}


def entries(language: str) -> list[polib.POEntry]:
    """Return a language's translations. English translates itself."""
    if language == SOURCE:
        made = template()
        for entry in made:
            entry.msgstr, entry.msgstr_plural = entry.msgid, {0: entry.msgid, 1: entry.msgid_plural}
        return list(made)
    return list(polib.pofile(str(LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po")))


def source_of(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]


def translations_of(entry: polib.POEntry) -> list[str]:
    """Return the translation, in all its plural forms."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def digits(text: str) -> list[str]:
    return sorted(re.findall(r"\d+", text))


def commands(text: str) -> set[str]:
    """Return the commands that a sentence names."""
    return set(re.findall(r"(?<![\w/<.{}])/([a-z]+)", text))


class Tags(HTMLParser):
    """Return the tags of a sentence. Fails if one is not closed before the one around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self._around: list[str] = []
        self.feed(text)
        self.close()
        assert not self._around, text

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert not attrs
        self.found[tag] += 1
        self._around.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._around
        assert self._around.pop() == tag


@pytest.fixture(params=words.languages())
def language(request: pytest.FixtureRequest) -> str:
    code: str = request.param
    return code


def test_the_template_is_up_to_date() -> None:
    assert (LOCALE / TEMPLATE).read_text("utf-8") == str(template()), "make words brings it up to date"


def test_each_compiled_catalogue_is_up_to_date() -> None:
    """The programs read only the compiled catalogues, which are committed."""
    for source in sources():
        made = source.with_suffix(".mo")
        assert made.is_file(), "make words compiles it"
        assert made.read_bytes() == compiled(source), f"make words compiles {source} anew"
    assert words.languages() == (SOURCE, *(source.parts[-3] for source in sources()))


def test_an_english_sentence_that_is_used_twice_means_the_same() -> None:
    """One translation serves all places with the same English. These were checked to mean the same."""
    places: dict[tuple[str, str], list[str]] = {}
    for name, sentence in all_sentences().items():
        places.setdefault((sentence.text, sentence.context), []).append(name)
    assert [names for names in places.values() if len(names) > 1] == [
        ["PAGE_APPS thunderbird", "AGENTS thunderbird"],
        ["DIGEST_LINES sent", "DIGEST_LINES fetched"],
        ["DIGEST_LINES stopped", "DIGEST_LINES objected"],
        ["LEGEND opened", "KINDS opened"],
        ["STATES stopped", "STATES objected"],
        ["ALTERNATIVES link_preview", "ALTERNATIVES scanner_agent"],
        ["KINDS activated", "KINDS inserted"],
    ]


def test_a_counted_sentence_shows_its_number_in_both_forms() -> None:
    for name, sentence in all_sentences().items():
        if sentence.many:
            assert sentence.counted in fields(sentence.text) & fields(sentence.many), name
            assert fields(sentence.text) == fields(sentence.many), name


def test_every_sentence_is_translated(language: str) -> None:
    here = {(entry.msgid, entry.msgctxt): entry for entry in entries(language)}
    wanted = [(entry.msgid, entry.msgctxt) for entry in template()]
    assert [key for key in wanted if key not in here] == []
    assert [key for key in here if key not in wanted] == []
    assert [entry.msgid for entry in here.values() if entry.obsolete or entry.fuzzy] == []
    assert [entry.msgid for entry in here.values() if not all(translations_of(entry))] == []


def test_a_language_declares_its_plural_forms(language: str) -> None:
    if language == SOURCE:
        return
    catalogue = polib.pofile(str(LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"))
    assert catalogue.metadata["Language"] == language
    found = re.fullmatch(r"nplurals=(\d); plural=.+;", catalogue.metadata["Plural-Forms"])
    assert found
    assert {len(entry.msgstr_plural) for entry in catalogue if entry.msgid_plural} == {int(found[1])}


def test_no_translation_loses_a_placeholder_or_invents_one(language: str) -> None:
    for entry in entries(language):
        for said in translations_of(entry):
            assert fields(said) == fields(entry.msgid), said


def test_every_translation_has_the_tags_of_the_english_well_formed(language: str) -> None:
    for entry in entries(language):
        wanted = Tags(entry.msgid).found
        assert wanted.keys() <= TAGS, entry.msgid
        for said in translations_of(entry):
            assert Tags(said).found == wanted, said
            # The rest may stand in an attribute of a page, too.
            assert not re.search(r'[<>&"]', re.sub(r"</?(b|i|code)>", "", said)), said


def test_every_translation_has_the_lines_of_the_english(language: str) -> None:
    for entry in entries(language):
        for said in translations_of(entry):
            assert said.count("\n") == entry.msgid.count("\n"), said
            assert all(line == line.strip() for line in said.split("\n")), said


def test_every_translation_names_the_commands_and_the_figures_of_the_english(language: str) -> None:
    for entry in entries(language):
        for said in translations_of(entry):
            assert commands(said) == commands(entry.msgid), said
            assert digits(said) == digits(entry.msgid), said


def test_every_translation_begins_with_the_emoji_of_the_english(language: str) -> None:
    def sign(text: str) -> str:
        return text[0] if unicodedata.category(text[0]) == "So" else ""

    for entry in entries(language):
        for said in translations_of(entry):
            assert sign(said) == sign(entry.msgid), said


def test_no_sentence_is_too_long(language: str) -> None:
    with words.speaking(language):
        for name, sentence in all_sentences().items():
            longest, kind = kind_of(name)
            for said in forms(sentence):
                assert words.utf16(said) <= (longest or 3900), (name, said)
                assert "without tags" not in kind or not Tags(said).found, (name, said)


def forms(sentence: Sentence) -> list[str]:
    """Return a sentence in the current language, for numbers of every plural form."""
    values = {field: f"{{{field}}}" for field in fields(sentence.text)}
    if not sentence.many:
        return [sentence.filled(values)]
    return [sentence.filled({**values, sentence.counted: count}) for count in (0, 1, 2, 5, 11, 21, 22, 111)]


def test_no_sentence_claims_what_a_pixel_cannot_know(language: str) -> None:
    assert language in CLAIMS, "tests/words/claims.py does not know what this language must not say"
    found = {
        entry.msgid: claims
        for entry in entries(language)
        for said in translations_of(entry)
        if (claims := claims_in(said, language))
    }
    assert found == {}


def test_a_follow_up_fits_the_button_that_copies_it(language: str) -> None:
    """Telegram accepts 256 characters there."""
    with words.speaking(language):
        day = max((words.day(date(2026, month, 28)) for month in range(1, 13)), key=len)
        assert (
            words.utf16(words.plain(sentences.nudges.FOLLOW_UP, label=words.name("א" * 1000), day=day)) <= 256
        )


def test_every_language_has_its_own_name_and_a_direction() -> None:
    names, directions = set[str](), set[str]()
    for language in words.languages():
        with words.speaking(language):
            names.add(words.plain(sentences.languages.LANGUAGE_NAME))
            directions.add(words.plain(sentences.languages.DIRECTION))
    assert len(names) == len(words.languages())
    assert directions <= {"ltr", "rtl"}
