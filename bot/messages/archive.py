"""The file that answers `/export`: all that is stored of a chat in one ZIP, as JSON and as CSV."""

import csv
import io
import re
import time
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from sqlmodel import Session

import words
from bot.message import File, Message, Reader
from storage import exports, outbox
from storage.exports import COLUMNS, Place, Table
from storage.kinds import part_key
from storage.tables import OutboxMessage
from words import sentences

MOST_PACKED = 5_000_000
"""Bytes of the fetches in one file's JSON, packed. With those in CSV, a file has some 10 MB: Telegram takes
50, but a slow line must send it within an attempt."""
LONGEST_MADE = 10.0
"""Seconds after which a file gets no more fetches. The others go into the next one."""
IN_MEMORY = 4_000_000
"""Bytes of a file from which on it is on disk, without a name."""

_ENCODER = msgspec.json.Encoder()
_SIGNS = "=+@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋-"
"""The beginnings of a cell that a spreadsheet may run as a formula: full-width and raised ones, too."""
_FORMULA = re.compile(rf"^(?=[\t\r])|(?<![^,;|\t\r\n])(?=[ \xa0\u200b\ufeff\"']*[{_SIGNS}])")
"""The places where a formula may begin, whichever of the usual separators a spreadsheet takes."""


class Part(NamedTuple):
    """One of the files of an export. The first has all but the fetches, and as many of those as go in."""

    number: int = 1
    after: Place = Place()
    """Its fetches come after this place."""
    until: Place | None = None
    """The next file goes on from here, if it is owed already: this one is made a second time."""


def packed(part: Part) -> str:
    """Return the payload of an outbox row for this part."""
    return ":".join(map(str, (part.number, *part.after)))


def part_of(payload: str) -> Part:
    """Return the part that `packed` packed. An empty payload is the first."""
    if not payload:
        return Part()
    number, link_id, seq = map(int, payload.split(":"))
    return Part(number, Place(link_id, seq))


def message(session: Session, owed: OutboxMessage) -> Message:
    """Return the message with a file of the export. It is made before it is sent."""
    part = part_of(owed.payload)
    following = outbox.payload_of(session, part_key(owed.key, part.number + 1))
    part = part._replace(until=part_of(following).after if following else None)
    told = (
        words.say(sentences.commands.EXPORT)
        if part.number == 1
        else words.say(sentences.commands.EXPORT_PART, number=part.number)
    )
    return Message(told, attach=partial(made, chat_id=owed.chat_id, part=part))


def made(read: Reader, chat_id: int, part: Part) -> File:
    """Read and pack one file, a thousand fetches at a time. Its `rest` is the payload of the next one."""
    content = SpooledTemporaryFile[bytes](IN_MEMORY)
    try:
        rest = _pack(read, chat_id, part, content)
    except BaseException:
        content.close()
        raise
    number = "" if part.number == 1 else f"-{part.number}"
    return File(f"readback{number}.zip", content, packed(Part(part.number + 1, rest)) if rest else "")


def _pack(read: Reader, chat_id: int, part: Part, content: IO[bytes]) -> Place | None:
    """Write one file. Return the place where the next one goes on."""
    tables = read(partial(exports.export, chat_id=chat_id)) if part.number == 1 else {}
    with SpooledTemporaryFile[bytes](IN_MEMORY) as rows, ZipFile(content, "w", ZIP_DEFLATED) as archive:
        with archive.open("readback.json", "w") as target:
            target.write(b"{\n")
            for name, table in tables.items():
                target.write(f'"{name}": [\n'.encode() + _as_json(table) + b"\n],\n")
            target.write(b'"fetches": [\n')
            rest = _write_fetches(partial(_next, read, chat_id), part, target, rows, content.tell)
            target.write(b"\n]\n}\n")
        rows.seek(0)
        with archive.open("fetches.csv", "w") as target:
            copyfileobj(rows, target)
        for name, table in tables.items():
            archive.writestr(f"{name}.csv", as_csv(table, COLUMNS[name]))
    content.seek(0)
    return rest


def _next(read: Reader, chat_id: int, after: Place) -> tuple[Table, Place | None]:
    return read(partial(exports.fetches, chat_id=chat_id, after=after))


def _write_fetches(
    following: Callable[[Place], tuple[Table, Place | None]],
    part: Part,
    in_json: IO[bytes],
    in_csv: IO[bytes],
    size: Callable[[], int],
) -> Place | None:
    """Write fetches until the file is full. Return the place after them; None if no more are to come."""
    began, place = time.monotonic(), part.after
    in_csv.write(as_csv([], COLUMNS["fetches"]).encode())
    while True:
        table, after = following(place)
        if table:
            in_json.write((b",\n" if place != part.after else b"") + _as_json(table))
            in_csv.write(_lines(table, COLUMNS["fetches"]).encode())
        is_full = size() > MOST_PACKED or time.monotonic() > began + LONGEST_MADE
        is_end = after >= part.until if after and part.until else is_full
        if after is None or is_end:
            return after and (part.until or after)
        place = after


def _as_json(table: Table) -> bytes:
    """Return the rows as JSON, one a line."""
    return _ENCODER.encode_lines(table).rstrip(b"\n").replace(b"\n", b",\n")


def as_csv(table: Table, columns: Sequence[str]) -> str:
    """Return the table as CSV, with a byte order mark: without it, spreadsheets misread what is not ASCII."""
    return "\ufeff" + ",".join(columns) + "\r\n" + _lines(table, columns)


def _lines(table: Table, columns: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(row[column]) for column in columns] for row in table)
    return text.getvalue()


def _harmless(value: object) -> object:
    return _harmless_text(value) if isinstance(value, str) else value


# Cached: most cells of a long table say the same as many others.
@lru_cache(1024)
def _harmless_text(text: str) -> str:
    """Return a text in which an apostrophe stands before each formula: a spreadsheet then shows it as it is.

    A spreadsheet that takes another separator than ours begins a cell within a text: after the semicolon of a
    user agent, say, which anybody may send.
    """
    return _FORMULA.sub("'", text)
