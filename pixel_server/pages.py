"""The pages people see. None of them loads a pixel, and none is ever told to another host."""

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

import words
from pixel_server.edge import PAGE_HEADERS
from storage.engine import reading
from storage.keys import link_id_in
from storage.tables import Link
from words import english

if TYPE_CHECKING:
    from pixel_server.app import PixelServer

router = APIRouter()
_templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
_templates.globals.update(words=english, say=words.say)


@router.get("/")
def front(request: Request) -> HTMLResponse:
    """For a stranger who looks up the host of an image in a mail they got."""
    settings = request.app.settings
    return _page("front.html", operator=settings.operator, contact=settings.contact)


@router.get("/copy/{owner_key}")
def copy_page(request: Request, owner_key: str) -> HTMLResponse:
    """The owner's page that puts the invisible image on the clipboard."""
    app: PixelServer = request.app
    link = _owned(app, owner_key)
    if link is None:
        return _page("nothing.html", status=404)
    url = f"{app.settings.public_url}/i/{link.token}.gif"
    image = Markup('<img src="{}" width="1" height="1" alt="">').format(url)
    shown = words.say(english.NAME_ALONE, label=words.name(link.label))
    if link.recipient:
        shown = words.say(english.NAME, label=words.name(link.label), recipient=words.name(link.recipient))
    return _page("copy.html", name=shown, url=url, image=str(image))


async def nothing(_request: Request, _error: Exception) -> HTMLResponse:
    """Whatever else somebody asks for."""
    return _page("nothing.html", status=404)


def _owned(app: "PixelServer", owner_key: str) -> Link | None:
    """The link this key opens; every wrong key is answered alike."""
    link_id = link_id_in(owner_key)
    if link_id is None:
        return None
    with reading(app.database) as session:
        link = session.get(Link, link_id)
    return link if link and app.keys.opens(owner_key, link_id, link.token) else None


def _page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(template).render(values), status, PAGE_HEADERS)
