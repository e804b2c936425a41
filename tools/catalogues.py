"""`python -m tools.catalogues`: write the translators' template and update every language's catalogue.

update                   write the template from the sentences, merge it into every .po, compile each .mo
begin LANGUAGE FORMS     make a catalogue for a new language, with gettext's Plural-Forms

`make words` runs `update`. The compiled catalogues are committed. The programs read only them, so they speak
every language wherever they are installed; only this tool and the tests need polib.
"""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

import polib

from words import sentences
from words.language import DOMAIN, LOCALE, SOURCE
from words.sentence import Sentence

TEMPLATE = f"{DOMAIN}.pot"

THREE_IN_A_ROW = ("BUTTON_AGO", "BUTTON_FILTERS", "BUTTON_MUTE", "BUTTON_OWN ", "BUTTON_WHY")
TWO_IN_A_ROW = ("BUTTON_COPY ", "BUTTON_COPY_PAGE", "BUTTON_DRAFT", "BUTTON_NEWER", "BUTTON_NOT_OWN",
                "BUTTON_NOT_PASTED",
                "BUTTON_OLDER", "BUTTON_PASTED", "BUTTON_PERSON ", "BUTTON_STOP", "BUTTON_UNMUTE",
                "BUTTON_YES_SENT")  # fmt: skip
WITH_A_NAME = ("BUTTON_COPY_OF", "BUTTON_SENT_OF", "BUTTON_STORY_OF")
KINDS = {
    "ALTERNATIVES": (0, "goes on after “What else it could be:”"),
    "BOT_DESCRIPTION": (512, "shown in an empty chat, without tags"),
    "BOT_SHORT_DESCRIPTION": (120, "shown on the bot’s profile, without tags"),
    **dict.fromkeys(THREE_IN_A_ROW, (16, "one of three buttons in a row")),
    **dict.fromkeys(TWO_IN_A_ROW, (22, "one of two buttons in a row")),
    **dict.fromkeys(WITH_A_NAME, (22, "one of two buttons in a row, with a name")),
    "BUTTON": (36, "a button"),
    "COMMANDS": (120, "a command in Telegram’s menu, without tags"),
    "CONFIDENCE": (0, "how sure it is; the reason follows"),
    "FOLLOW_UP ": (180, "to be copied into a mail, without tags"),
    "HELP_GROUPS": (22, "one of two buttons in a row"),
    "KINDS": (0, "what a fetch was"),
    "LEGEND": (0, "what a sign before a link means; several follow one another"),
    "MONTHS": (0, "beside the number of a day"),
    "NOTE_PLACEHOLDER": (64, "shown in the field where one types"),
    "PICTURE": (0, "in the picture, without tags and emoji"),
    "REASONS": (0, "why a fetch was taken for what it was"),
    "STATE": (0, "where a link stands"),
    "TIMELINE_SAID": (0, "a line of a link’s story"),
    "TIMEZONE_PLACEHOLDER": (64, "shown in the field where one types"),
    "TOAST": (200, "a short answer to a button, without tags"),
    **dict.fromkeys(
        ("TRACK_LABEL_PLACEHOLDER", "TRACK_PLACEHOLDER", "TRACK_RECIPIENT_PLACEHOLDER"),
        (64, "shown in the field where one types"),
    ),
}
"""By how a constant's name begins: the most UTF-16 units of its sentence (0: no limit), and what it is."""


def all_sentences() -> dict[str, Sentence]:
    """Return every sentence by its constant, and by its key if the constant is a dict: `REASONS tool`."""
    return dict(_named_sentences())


def _named_sentences() -> Iterator[tuple[str, Sentence]]:
    for subject in sentences.__all__:
        for name, value in vars(getattr(sentences, subject)).items():
            if isinstance(value, Sentence):
                yield name, value
            elif isinstance(value, dict) and name.isupper():
                yield from ((f"{name} {key}", sentence) for key, sentence in value.items())


def kind_of(name: str) -> tuple[int, str]:
    """Return the most UTF-16 units of a sentence (0: no limit), and what it is."""
    return next((kind for start, kind in KINDS.items() if f"{name} ".startswith(start)), (0, ""))


def template() -> polib.POFile:
    """Return all sentences for translators. A sentence that several constants share is there once."""
    made = polib.POFile(wrapwidth=100)
    made.metadata = {"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    entries: dict[tuple[str, str], polib.POEntry] = {}
    for name, sentence in all_sentences().items():
        if not sentence.has_words:
            continue
        entry = entries.get((sentence.text, sentence.context))
        if entry is None:
            entry = entries[sentence.text, sentence.context] = _entry(sentence)
            made.append(entry)
        entry.comment = "\n".join(filter(None, (entry.comment, _comment(name, sentence))))
    return made


def _entry(sentence: Sentence) -> polib.POEntry:
    return polib.POEntry(
        msgid=sentence.text,
        msgctxt=sentence.context or None,
        msgid_plural=sentence.many,
        msgstr_plural={0: "", 1: ""} if sentence.many else {},
    )


def _comment(name: str, sentence: Sentence) -> str:
    """Return a hint for translators: the constant, what it is, its longest length, and which value counts."""
    longest, kind = kind_of(name)
    at_most = f"at most {longest} characters" if longest else ""
    counted = f"the number is {{{sentence.counted}}}" if sentence.many else ""
    return "; ".join(part for part in (name, kind, at_most, counted) if part)


def update() -> None:
    """Write the template, merge it into every language's catalogue, and compile each one."""
    made = template()
    made.save(str(LOCALE / TEMPLATE))
    for path in sources():
        catalogue = polib.pofile(str(path), wrapwidth=100)
        catalogue.merge(made)
        for entry in catalogue.obsolete_entries():
            catalogue.remove(entry)
        catalogue.save()
        compile_beside(path)


def begin(language: str, plural_forms: str) -> Path:
    """Make a new language: a catalogue with nothing translated, and the English typed words to replace."""
    made = template()
    made.metadata |= {"Language": language, "Plural-Forms": plural_forms}
    path = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    path.parent.mkdir(parents=True)
    made.save(str(path))
    compile_beside(path)
    shutil.copy(LOCALE / SOURCE / "typed.toml", LOCALE / language)
    return path


def sources() -> list[Path]:
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def compiled(source: Path) -> bytes:
    """Return the catalogue as gettext reads it."""
    content: bytes = polib.pofile(str(source)).to_binary()
    return content


def compile_beside(source: Path) -> None:
    source.with_suffix(".mo").write_bytes(compiled(source))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.catalogues", description="Keep the catalogues.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="write the template, merge it into every .po, compile each .mo")
    new = commands.add_parser("begin", help="make a catalogue for a new language")
    new.add_argument("language", help="such as de")
    new.add_argument("plural_forms", help="such as 'nplurals=2; plural=n != 1;'")
    asked = parser.parse_args()
    if asked.command == "begin":
        begin(asked.language, asked.plural_forms)
    else:
        update()


if __name__ == "__main__":
    main()
