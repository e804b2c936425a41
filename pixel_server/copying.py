"""The owner's page of a link: the image for the clipboard, what is seen of it, and the Sent button."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session

import words
from pixel_server.edge import header
from pixel_server.live import stage_of
from pixel_server.pages import absent, language_of, moved, page, write
from pixel_server.pixel import FORWARDED
from storage.engine import LOCK, reading
from storage.keys import link_id_in
from storage.links import history_of
from storage.statements import mark_sent
from storage.tables import Link
from storage.times import now
from words import sentences

if TYPE_CHECKING:
    from pixel_server.app import PixelServer

router = APIRouter()


@router.get("/copy/{owner_key}")
def copy_page(request: Request, owner_key: str) -> Response:
    """The page whose one button puts the invisible image on the clipboard."""
    app: PixelServer = request.app
    link = _owned(app, owner_key)
    if link is None:
        return absent(request)
    url = f"{app.settings.public_url}/i/{link.token}.gif"
    image = Markup('<img src="{}" width="1" height="1" alt="">').format(url)
    stage = stage_of(history_of(link))
    return page(
        request,
        "copy.html",
        language=language_of(app, link),
        name=shown_name(link),
        url=url,
        image=str(image),
        stage=stage,
        key=owner_key,
    )


@router.post("/copy/{owner_key}/sent")
def say_sent(request: Request, owner_key: str) -> Response:
    """The same as the button on the card; the card follows through the outbox."""
    app: PixelServer = request.app
    link = _owned(app, owner_key)
    if link is None:
        return absent(request)

    def act(session: Session) -> None:
        if locked := session.get(Link, link.id, with_for_update=LOCK):
            mark_sent(session, locked, by=None, now=now(), windows=app.settings.windows)

    write(app, act)
    return moved(app, f"/copy/{owner_key}")


@router.get("/copy/{owner_key}/live")
async def live(request: Request, owner_key: str) -> Response:
    """Server-sent events: the stage of the link, whenever it is another one."""
    app: PixelServer = request.app
    link = await run_in_threadpool(_owned, app, owner_key)
    if link is None or app.live is None:
        return absent(request)
    peer = request.client.host if request.client else None
    address = app.clients.find(peer, header(request.scope["headers"], FORWARDED))
    return app.live.open(link, address) or page(
        request, "plain.html", status=429, sentence=sentences.pages.PAGE_TOO_MANY
    )


def shown_name(link: Link) -> Markup:
    label = words.name(link.label)
    if link.recipient:
        return words.say(sentences.cards.NAME, label=label, recipient=words.name(link.recipient))
    return words.say(sentences.cards.NAME_ALONE, label=label)


def _owned(app: "PixelServer", owner_key: str) -> Link | None:
    """The link this key opens; every wrong key is answered alike."""
    link_id = link_id_in(owner_key)
    if link_id is None:
        return None
    with reading(app.database) as session:
        link = session.get(Link, link_id)
    return link if link and app.keys.opens(owner_key, link_id, link.token) else None
