"""Strangers who pry: into the details of `/readyz`, into another chat's links, and into a spreadsheet."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen
from zipfile import ZipFile

from sqlmodel import SQLModel, col, select

from bench.attacks.attack import Attack, Came
from bench.attacks.target import Target
from bench.figures import Aim, Figure
from bot.commands.routing import BUTTONS
from demo import telegram
from storage.engine import reading
from storage.tables import Chat, FetchRow, Link, StatementRow

NONE = Aim(0)
PUBLIC = "https://readback.example"
PROXIED = (
    {"Host": "readback.example"},
    {"Host": "127.0.0.1", "X-Forwarded-For": "203.0.113.7"},
    {"Host": "127.0.0.1", "X-Forwarded-Host": "readback.example"},
    {"Host": "127.0.0.1", "X-Real-IP": "203.0.113.7"},
    {"Host": "127.0.0.1", "Forwarded": "for=_hidden"},
    {"Host": "127.0.0.1", "Via": "1.1 proxy"},
)
"""The headers that a proxy on the same machine hands on, or adds."""
FORMULA = "=HYPERLINK(1)"
AGENTS = tuple(f"Mozilla/5.0 (X11{before}{FORMULA})" for before in (";", "; ", ';"', "\t", "|", ",", ";＝1+"))
SEPARATORS = (",", ";", "\t", "|")
PATIENCE = 60
"""Seconds that an answer may take."""


def readyz(target: Target) -> Came:
    """Ask for the details as a proxy does that runs on the same machine."""
    told = [headers for headers in PROXIED if b"owed" in _readyz(target, headers)]
    figure = Figure("readyz", "requests that were told details", len(told), aim=NONE)
    return Came(f"{len(PROXIED)} ways of a proxy were tried", [figure])


def _readyz(target: Target, headers: dict[str, str]) -> bytes:
    connection = HTTPConnection("127.0.0.1", target.port, timeout=10)
    connection.request("GET", "/readyz", headers=headers)
    answer = connection.getresponse().read()
    connection.close()
    return answer


def _both_track(target: Target) -> None:
    target.api.person("Anna")  # the mail that is opened meanwhile is hers
    for name in ("Ben", "Mallory"):
        person = target.api.person(name)
        target.api.say(person, f"/track {FORMULA}; {FORMULA} to landlord")
        target.api.wait_for(partial(target.api.said, person), PATIENCE)


def _named(target: Target, name: str) -> telegram.User:
    return next(user for user in target.api.users.values() if user.first_name == name)


def _pixel_of(target: Target, person: telegram.User) -> str:
    found = re.search(r"http\S+/i/[\w-]{22}\.gif", target.api.said(person)[0].text)
    assert found, "a card shows its image's address"
    return found[0]


def buttons(target: Target) -> Came:
    """Press every button of Ben's link and fetch on another message, with an app that sends what it likes."""
    mallory, ben = _named(target, "Mallory"), _named(target, "Ben")
    _open(_pixel_of(target, ben), AGENTS[0])
    before = _rows_of(target, ben.id)
    about = [row["id"] for row in before if "token" in row or "seq" in row]
    card = target.api.said(mallory)[0]
    data = [f"{verb}:{each}" for verb in BUTTONS for each in about]
    pressed = [target.api.press(mallory, card, each, forged=True) for each in data]
    target.api.wait_for(lambda: all(query.answer is not None for query in pressed), PATIENCE)
    changed = len([row for row in before if row not in _rows_of(target, ben.id)])
    figure = Figure("buttons", "rows of the other chat that changed", changed, aim=NONE)
    return Came(f"{len(data)} forged presses of {len(BUTTONS)} kinds were answered", [figure])


def _rows_of(target: Target, chat_id: int) -> list[dict[str, Any]]:
    """Return what is kept of a chat: its settings, links, fetches, and what was said about them."""
    with reading(target.product.engine) as session:
        links = session.exec(select(Link).where(Link.chat_id == chat_id)).all()
        rows: list[SQLModel] = [session.get_one(Chat, chat_id), *links]
        for table in (FetchRow, StatementRow):
            of_links = col(table.link_id).in_([link.id for link in links])
            rows += session.exec(select(table).where(of_links)).all()
        # Messages that are on their way change the chat's allowance.
        return [row.model_dump(exclude={"paced_at"}) for row in rows]


def formulas(target: Target) -> Came:
    """Open Ben's mail with programs whose names are formulas. Then Ben opens his export in a spreadsheet."""
    ben = _named(target, "Ben")
    for agent in AGENTS:
        _open(_pixel_of(target, ben), agent)
    target.api.say(ben, "/export")
    file = target.api.wait_for(
        lambda: next((said.file for said in target.api.said(ben) if said.file), None), PATIENCE
    )
    with urlopen(f"{target.api.url}/client/files/{file.id}") as answer:  # noqa: S310  # the local Telegram
        archive = ZipFile(io.BytesIO(answer.read()))
    tables = [archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith(".csv")]
    cells = [cell for table in tables for separator in SEPARATORS for cell in _cells(table, separator)]
    found = [cell for cell in cells if _is_formula(cell)]
    told = f"{len(cells)} cells of {len(tables)} tables were read, with {len(SEPARATORS)} separators"
    return Came(told, [Figure("formulas", "cells that are formulas", len(found), aim=NONE)])


def _cells(table: str, separator: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(table, newline=""), delimiter=separator, quoting=csv.QUOTE_NONE):
        yield from row


def _is_formula(cell: str) -> bool:
    """Return True for a cell that a spreadsheet may run, which no number does."""
    begun = unicodedata.normalize("NFKC", cell.lstrip(' \xa0"'))
    return begun.startswith(("=", "+", "-", "@")) and not re.fullmatch(r"-?\d*", begun)


def _open(url: str, agent: str) -> None:
    where = urlsplit(url)
    assert where.hostname, "an address of this machine"
    connection = HTTPConnection(where.hostname, where.port, timeout=PATIENCE)
    connection.request("GET", where.path, headers={"User-Agent": agent.encode()})
    connection.getresponse().read()
    connection.close()


ATTACKS = [
    Attack(
        "readyz", "asks for the details of /readyz by way of a proxy", readyz, environ={"PUBLIC_URL": PUBLIC}
    ),
    Attack("buttons", "presses the buttons of another chat", buttons, chat=True, prepare=_both_track),
    Attack("formulas", "sends formulas that an export shows", formulas, chat=True, prepare=_both_track),
]
