"""The pages for errors."""

import logging

from fastapi import Request
from fastapi.responses import HTMLResponse

from pixel_server.services import services_of
from words import sentences

log = logging.getLogger(__name__)


async def not_found(request: Request, _error: Exception) -> HTMLResponse:
    """Answer every path and every key that does not exist, always with the same bytes."""
    services = await services_of(request)
    return services.templates.page(request, "plain.html", status=404, sentence=sentences.pages.PAGE_NOT_FOUND)


async def database_failed(request: Request, error: Exception) -> HTMLResponse:
    # Log the first line only: the others can contain the values of a row.
    log.error("A page is answered 503, because the database failed: %s", str(error).partition("\n")[0])
    services = await services_of(request)
    return services.templates.page(request, "plain.html", status=503, sentence=sentences.pages.PAGE_TROUBLE)
