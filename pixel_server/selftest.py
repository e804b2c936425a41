"""The self-test's page: it stands for a mail, and so it is the one page that loads a pixel."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pixel_server.edge import PAGE_HEADERS
from pixel_server.pages import absent, language_of, page
from storage.engine import reading
from storage.keys import link_id_in
from storage.tables import Link

if TYPE_CHECKING:
    from pixel_server.app import PixelServer

router = APIRouter()

POLICY = "Content-Security-Policy"


@router.get("/try/{test_key}")
def test_page(request: Request, test_key: str) -> HTMLResponse:
    """Loads the image of a self-test's link, and of no other: only those are given such a key."""
    app: PixelServer = request.app
    link_id = link_id_in(test_key)
    if link_id is None:
        return absent(request)
    with reading(app.database) as session:
        link = session.get(Link, link_id)
    if link is None or not app.keys.opens_test(test_key, link_id, link.token):
        return absent(request)
    url = f"{app.settings.public_url}/i/{link.token}.gif"
    headers = {**PAGE_HEADERS, POLICY: f"{PAGE_HEADERS[POLICY]}; img-src {url}"}
    return page(request, "try.html", headers=headers, language=language_of(app, link), url=url)
