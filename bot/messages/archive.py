"""The file that answers `/export`: all that is stored of a chat in one ZIP, as JSON and as CSV."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from functools import partial

from sqlmodel import Session

import words
from bot.message import File, Message
from storage import exports
from storage.exports import COLUMNS, Table
from words import sentences

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""The beginnings of a cell that a spreadsheet would run as a formula."""


def message(chat_id: int) -> Message:
    return Message(words.say(sentences.commands.EXPORT), attach=partial(gathered, chat_id=chat_id))


def gathered(session: Session, chat_id: int) -> Callable[[], File]:
    """Read all that the file holds. Return a function that packs it, without the database."""
    return partial(_packed, exports.export(session, chat_id))


def _packed(tables: dict[str, Table]) -> File:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readback.json", json.dumps(tables, ensure_ascii=False, indent=1))
        for name, table in tables.items():
            archive.writestr(f"{name}.csv", as_csv(table, COLUMNS[name]))
    return File("readback.zip", content.getvalue())


def as_csv(table: Table, columns: Sequence[str]) -> str:
    """Return the table as CSV, with a byte order mark: without it, spreadsheets misread what is not ASCII."""
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in table)
    return text.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
