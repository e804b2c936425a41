"""The owner's pages of a link: the copy page with its Sent button, and the self-test.

Each is opened by a key that only the owner has (storage/keys.py). Every wrong key is answered alike.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from sqlmodel import Session

import words
from pixel_server.pages.guard import PAGE_HEADERS
from pixel_server.pages.live import stage_of
from pixel_server.services import Given, Services
from pixel_server.wire.headers import by_name
from storage.engine import LOCK, reading
from storage.keys import link_id_in
from storage.links import history_of
from storage.statements import mark_sent
from storage.tables import Chat, Link
from storage.times import now
from words import sentences
from words.sentence import Sentence

router = APIRouter()

POLICY = "Content-Security-Policy"


def owned_link(services: Given, owner_key: str) -> Link:
    """Return the link that the owner key in the path opens. Answers 404 to any other key."""
    link = _link(services, owner_key)
    if link is None or not services.keys.is_owner_key(owner_key, link.id, link.token):
        raise HTTPException(404)
    return link


def tested_link(services: Given, test_key: str) -> Link:
    """Return the self-test's link that the key in the path opens. Answers 404 to any other key."""
    link = _link(services, test_key)
    if link is None or not services.keys.is_test_key(test_key, link.id, link.token):
        raise HTTPException(404)
    return link


def _link(services: Services, key: str) -> Link | None:
    link_id = link_id_in(key)
    if link_id is None:
        return None
    with reading(services.engine) as session:
        return session.get(Link, link_id)


OwnedLink = Annotated[Link, Depends(owned_link)]
TestedLink = Annotated[Link, Depends(tested_link)]


@router.get("/copy/{owner_key}")
def copy_page(request: Request, services: Given, link: OwnedLink, owner_key: str) -> HTMLResponse:
    """Show the page whose one button puts the invisible image on the clipboard."""
    url = _pixel_url(services, link)
    phone = is_phone(request.headers)
    image = Markup('<img src="{}" width="1" height="1" alt="">').format(url)
    return services.templates.page(
        request,
        "copy.html",
        language=_language_of(services, link),
        name=words.link_name(link.label, link.recipient),
        url=url,
        image=str(image),
        stage=stage_of(history_of(link)),
        key=owner_key,
        page=f"{services.settings.public_url}/copy/{owner_key}",
        phone=phone,
        apps=_apps(phone=phone),
    )


def is_phone(headers: Mapping[str, str]) -> bool:
    """Return True if the browser says that it is on a phone or a tablet.

    Not every one does: an iPad calls itself a Mac, so the style sheet also asks for a touch screen.
    """
    return headers.get("sec-ch-ua-mobile") == "?1" or any(
        word in headers.get("user-agent", "") for word in ("Mobi", "Android")
    )


def _apps(*, phone: bool) -> dict[str, Sentence]:
    """Return the mail programs in the order in which the page lists them: on a phone, its own come first."""
    apps = sentences.copy_page.PAGE_APPS
    return {"phone": apps["phone"], **apps} if phone else apps


@router.post("/copy/{owner_key}/sent")
def say_sent(services: Given, link: OwnedLink, owner_key: str) -> Response:
    """Do what the Sent button on the card does. The card is updated through the outbox."""

    def act(session: Session) -> None:
        if locked := session.get(Link, link.id, with_for_update=LOCK):
            mark_sent(session, locked, by=None, now=now(), windows=services.settings.windows)

    services.write(act)
    return services.templates.redirect(f"/copy/{owner_key}")


@router.get("/copy/{owner_key}/live")
async def live(request: Request, services: Given, link: OwnedLink) -> Response:
    """Server-sent events: the stage of the link, at first and after each change."""
    peer = request.client.host if request.client else None
    address = services.clients.address(peer, by_name(request.scope["headers"]))
    return services.live.open(link, address) or services.templates.page(
        request, "plain.html", status=429, sentence=sentences.pages.PAGE_TOO_MANY
    )


@router.get("/try/{test_key}")
def test_page(request: Request, services: Given, link: TestedLink) -> HTMLResponse:
    """The self-test's page stands for a mail. So it is the one page that loads a pixel, and only its own."""
    url = _pixel_url(services, link)
    headers = {**PAGE_HEADERS, POLICY: f"{PAGE_HEADERS[POLICY]}; img-src {url}"}
    return services.templates.page(
        request, "try.html", headers=headers, language=_language_of(services, link), url=url
    )


def _pixel_url(services: Services, link: Link) -> str:
    return f"{services.settings.public_url}/i/{link.token}.gif"


def _language_of(services: Services, link: Link) -> str:
    """Return the language of the chat that the link belongs to."""
    with reading(services.engine) as session:
        chat = session.get_one(Chat, link.chat_id)
    return words.best(chat.language, chat.telegram_language)
