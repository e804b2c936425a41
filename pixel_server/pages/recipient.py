"""The recipient's pages: who runs this host, what is recorded about a mail, and Stop recording.

No page tells whether a token exists. It says what is done with such images in general, and stopping is
answered alike for every token. Only somebody who has stopped recording sees that it is stopped. So a
stranger can find out that a token exists only by ending its recording, and its sender is told of that.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from pixel_server.services import Given, Services
from storage.engine import reading
from storage.objections import can_object, has_objected, object_to
from storage.times import now

router = APIRouter()

TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105  # the pattern of one
_IMAGE = re.compile(rf"/[in]/({TOKEN})(?![A-Za-z0-9_-])", re.ASCII)


@router.get("/")
def front(request: Request, services: Given) -> HTMLResponse:
    """Show who runs this host, to somebody who looks up the host of an image in their mail."""
    return _front(request, services)


@router.get("/n")
def find_notice(request: Request, services: Given, image: str = "") -> Response:
    """Redirect from an image's address, or a text that contains one, to the page about its mail."""
    if found := _IMAGE.search(image):
        return services.templates.redirect(f"/n/{found[1]}")
    return _front(request, services, status=400, missed=True)


def _front(request: Request, services: Services, *, status: int = 200, missed: bool = False) -> HTMLResponse:
    """Show the front page. It leads to a bot that is there for everybody, and not to somebody's own."""
    bot = "" if services.settings.allowed_chats else services.bot_name.get()
    return services.templates.page(request, "front.html", status=status, missed=missed, bot=bot)


async def token_in_path(token: str) -> str:
    """Return the token in the path. Answers 404 if it cannot be a token."""
    if not re.fullmatch(TOKEN, token, re.ASCII):
        raise HTTPException(404)
    return token


Token = Annotated[str, Depends(token_in_path)]


@router.get("/n/{token}")
def notice(request: Request, services: Given, token: Token) -> HTMLResponse:
    """Show what is recorded about a mail. Opening this page changes nothing."""
    return _notice(request, services, token, stopped=_is_stopped(services, token))


@router.post("/n/{token}")
def stop(request: Request, services: Given, token: Token) -> HTMLResponse:
    """Stop recording this mail for good. Its sender is told once.

    An invented token opens no transaction that writes: a stranger could keep all threads waiting for one.
    """
    with reading(services.engine) as session:
        is_recorded = can_object(session, token)
    if is_recorded:
        services.write(lambda session: object_to(session, token, now(), services.settings.windows))
    return _notice(request, services, token, stopped=True)


def _is_stopped(services: Services, token: str) -> bool:
    with reading(services.engine) as session:
        return has_objected(session, token)


def _notice(request: Request, services: Services, token: str, *, stopped: bool) -> HTMLResponse:
    return services.templates.page(request, "notice.html", token=token, stopped=stopped)
