"""The pages for errors."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from pixel_server.services import services_of
from words import sentences


async def not_found(request: Request, _error: Exception) -> HTMLResponse:
    """Answer every path and every key that does not exist, always with the same bytes."""
    services = await services_of(request)
    return services.templates.page(request, "plain.html", status=404, sentence=sentences.pages.PAGE_NOT_FOUND)


async def database_failed(request: Request, error: Exception) -> HTMLResponse:
    # Log the first line only: the others can contain the values of a row.
    services = await services_of(request)
    services.failed_pages.add(1, str(error).partition("\n")[0])
    return services.templates.page(request, "plain.html", status=503, sentence=sentences.pages.PAGE_TROUBLE)
