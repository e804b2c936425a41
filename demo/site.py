"""The demo's web site: the chat page, the mail programs, the storybook, and the local Bot API behind them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.mail_programs import ACTIONS, MailPrograms
from demo.storybook import Story, stories
from demo.telegram import Telegram, User
from demo.telegram.serving import routes_of

PAGE = Path(__file__).parent / "page"
FILES = {
    "/": "index.html",
    "/style.css": "style.css",
    "/page.js": "page.js",
    "/cards.js": "cards.js",
    "/chat.js": "chat.js",
    "/commands.js": "commands.js",
    "/element.js": "element.js",
    "/mail.js": "mail.js",
    "/views.js": "views.js",
    "/stories": "stories.html",
    "/stories.css": "stories.css",
    "/stories.js": "stories.js",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page_routes() -> list[BaseRoute]:
    def served(name: str) -> Any:
        async def endpoint(_request: Request) -> Response:
            return FileResponse(PAGE / name, headers=HEADERS)

        return endpoint

    return [Route(path, served(name)) for path, name in FILES.items()]


def stories_route() -> BaseRoute:
    async def listed(_request: Request) -> Response:
        return JSONResponse([shown(story) for story in await run_in_threadpool(stories)])

    return Route("/stories.json", listed)


def shown(story: Story) -> dict[str, Any]:
    steps = [asdict(step) for step in story.steps]
    named = {name: getattr(story, name) for name in ("name", "chapter", "title", "about")}
    return named | {"steps": steps}


def mail_routes(mail: MailPrograms, visitor: User, public_url: str) -> list[BaseRoute]:
    async def about(_request: Request) -> Response:
        actions = [{name: asdict(a)[name] for name in ("key", "group", "label", "hint")} for a in ACTIONS]
        described = {
            "user": visitor.id,
            "name": visitor.name,
            "pixels": mail.pixels,
            "public_url": public_url,
        }
        return JSONResponse(described | {"actions": actions, "log": mail.log})

    async def play(request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "send application/json"}, 415)
        try:
            given = json.loads(await request.body())
            return JSONResponse(await run_in_threadpool(mail.play, given["action"], given["url"]))
        except (LookupError, ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return [Route("/mail", about), Route("/mail/play", play, methods=["POST"])]


def site(telegram: Telegram, visitor: User, public_url: str) -> Starlette:
    mail = MailPrograms(public_url, lambda done: telegram.publish("mail", done=done))
    telegram.previewer = mail.preview
    return Starlette(
        routes=[
            *page_routes(),
            stories_route(),
            *mail_routes(mail, visitor, public_url),
            *routes_of(telegram),
        ],
        # DNS rebinding: a page whose host name points to loopback must not reach this site.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )
