"""The pages people see, and what they share. None is ever told to another host."""

import logging
import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

import words
from pixel_server.edge import PAGE_HEADERS
from storage.engine import is_passing, reading, writing
from storage.tables import Chat, Link
from words import sentences

if TYPE_CHECKING:
    from pixel_server.app import PixelServer

T = TypeVar("T")
log = logging.getLogger(__name__)

HERE = Path(__file__).parent
router = APIRouter()

TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105  # the shape of one
_IMAGE = re.compile(rf"/[in]/({TOKEN})(?![A-Za-z0-9_-])", re.ASCII)


@cache
def static(name: str) -> str:
    """The address of a file, another one when its content is: a browser keeps the old one for long."""
    digest = sha256((HERE / "static" / name).read_bytes()).hexdigest()[:8]
    return f"/static/{name}?{digest}"


_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_templates.globals.update(sentences=sentences, say=words.say, spoken=words.spoken, static=static)


@router.get("/")
def front(request: Request) -> HTMLResponse:
    """For a stranger who looks up the host of an image in a mail they got."""
    return page(request, "front.html")


@router.get("/n")
def find_notice(request: Request, image: str = "") -> Response:
    """From an image's address, or a text that holds it, to the recipient's page."""
    if found := _IMAGE.search(image):
        return moved(request.app, f"/n/{found[1]}")
    return page(request, "front.html", status=400, missed=True)


async def nothing(request: Request, _error: Exception) -> HTMLResponse:
    """Whatever else somebody asks for."""
    return absent(request)


def absent(request: Request) -> HTMLResponse:
    return page(request, "plain.html", status=404, sentence=sentences.pages.PAGE_NOT_FOUND)


async def trouble(request: Request, error: Exception) -> HTMLResponse:
    """The database does not answer now."""
    # The first line only: what follows can hold the values of a row.
    log.error("A page could not be made: %s", str(error).partition("\n")[0])
    return page(request, "plain.html", status=503, sentence=sentences.pages.PAGE_TROUBLE)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = PAGE_HEADERS,
    language: str = "",
    **values: object,
) -> HTMLResponse:
    """In the language of whose page it is, or in the browser's."""
    app: PixelServer = request.app
    with words.speaking(language or words.preferred(request.headers.get("accept-language", ""))):
        text = _templates.get_template(template).render(settings=app.settings, base=_base(app), **values)
        told = {"Content-Language": words.spoken(), **({} if language else {"Vary": "Accept-Language"})}
    return HTMLResponse(text, status, {**headers, **told})


def language_of(app: "PixelServer", link: Link) -> str:
    """The language of the chat that a link belongs to."""
    with reading(app.database) as session:
        chat = session.get_one(Chat, link.chat_id)
    return words.best(chat.language, chat.telegram_language)


def moved(app: "PixelServer", path: str) -> RedirectResponse:
    """Go on to another page, by GET."""
    return RedirectResponse(f"{_base(app)}{path}", 303, PAGE_HEADERS)


def _base(app: "PixelServer") -> str:
    """What stands before every path where PUBLIC_URL leads into a folder of its host."""
    return urlsplit(app.settings.public_url).path


def write(app: "PixelServer", act: Callable[[Session], T]) -> T:
    """Run `act` in one transaction, and tell the bot and the open pages; again when it collided."""
    try:
        done = _write(app, act)
    except OperationalError as error:
        if not is_passing(error):
            raise
        done = _write(app, act)
    app.notifier.after_commit()
    if app.live:
        app.live.look_soon()
    return done


def _write(app: "PixelServer", act: Callable[[Session], T]) -> T:
    with writing(app.database) as session:
        done = act(session)
        app.notifier.in_transaction(session.connection())
        return done
