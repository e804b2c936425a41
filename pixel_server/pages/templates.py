"""Renders the templates of pages, in the language of whose page it is, or in the browser's."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader

import words
from pixel_server.pages.guard import PAGE_HEADERS
from settings import Settings
from words import sentences

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def static(name: str) -> str:
    """Return a file's path with a digest of its content: browsers cache it until the content changes."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:8]
    return f"/static/{name}?{digest}"


class Templates:
    def __init__(self, settings: Settings) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._base = urlsplit(settings.public_url).path
        """Stands before every path where PUBLIC_URL leads into a folder of its host."""
        self._environment.globals.update(
            sentences=sentences,
            say=words.say,
            plain=words.plain,
            spoken=words.spoken,
            static=static,
            settings=settings,
            base=self._base,
        )

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] = PAGE_HEADERS,
        language: str = "",
        **values: object,
    ) -> HTMLResponse:
        """Render a page. Without `language` it is in the browser's, by Accept-Language."""
        with words.speaking(language or words.preferred(request.headers.get("accept-language", ""))):
            text = self._environment.get_template(template).render(**values)
            spoken = words.spoken()
        about = {"Content-Language": spoken, **({} if language else {"Vary": "Accept-Language"})}
        return HTMLResponse(text, status, {**headers, **about})

    def redirect(self, path: str) -> RedirectResponse:
        """Send the browser to another page, by GET."""
        return RedirectResponse(f"{self._base}{path}", 303, PAGE_HEADERS)
