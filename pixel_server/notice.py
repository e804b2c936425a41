"""The recipient's page of a mail: what is recorded, for how long, by whom, and Stop recording.

A token is never told to be known or unknown: the page says what is done with such images in general, and
stopping is answered alike, for both are true of a token that is nobody's. Only whoever has stopped
recording sees that it is stopped; to learn from it that a token was a real one costs its sender's ear.
"""

import re
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pixel_server.pages import TOKEN, absent, page, write
from storage.engine import reading
from storage.objections import has_objected, object_to
from storage.times import now

if TYPE_CHECKING:
    from pixel_server.app import PixelServer

router = APIRouter()


@router.get("/n/{token}")
def notice(request: Request, token: str) -> HTMLResponse:
    """What is recorded about a mail; to look at it changes nothing."""
    app: PixelServer = request.app
    if not _is_token(token):
        return absent(request)
    with reading(app.database) as session:
        stopped = has_objected(session, token)
    return _shown(request, token, stopped=stopped)


@router.post("/n/{token}")
def stop(request: Request, token: str) -> HTMLResponse:
    """Record nothing more about this mail; its sender is told, once."""
    app: PixelServer = request.app
    if not _is_token(token):
        return absent(request)
    with reading(app.database) as session:
        stopped = has_objected(session, token)
    if not stopped:
        write(app, lambda session: object_to(session, token, now(), app.settings.windows))
    return _shown(request, token, stopped=True)


def _is_token(text: str) -> bool:
    return re.fullmatch(TOKEN, text, re.ASCII) is not None


def _shown(request: Request, token: str, *, stopped: bool) -> HTMLResponse:
    return page(request, "notice.html", token=token, stopped=stopped)
