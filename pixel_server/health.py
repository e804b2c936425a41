"""Is it alive, is it ready? Details are for this machine, or for who knows METRICS_TOKEN."""

import hmac
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from pixel_server.edge import is_loopback
from pixel_server.writer import Writer
from storage.engine import SchemaError, reading, require_schema, sqlite_warning
from storage.health import BOT, owed, trouble_of, wal_bytes
from storage.times import now

if TYPE_CHECKING:
    from pixel_server.app import PixelServer

router = APIRouter()


@router.get("/healthz")
def healthz(request: Request) -> JSONResponse:
    """The process answers; `instance` tells the bot that PUBLIC_URL leads to its own installation."""
    return JSONResponse({"ok": True, "instance": request.app.keys.instance()})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """200 when fetches can be kept; what else is wrong is told beside it."""
    app: PixelServer = request.app
    ready, details = _look(app)
    shown = {"ready": ready, **details} if _may_see_details(request, app) else {"ready": ready}
    return JSONResponse(shown, 200 if ready else 503)


def _look(app: "PixelServer") -> tuple[bool, dict[str, Any]]:
    warnings = [warning for warning in (sqlite_warning(app.settings), _hidden_clients(app)) if warning]
    details: dict[str, Any] = {"warnings": warnings}
    if app.writer:
        details |= _spooled(app.writer)
        if unusable := app.writer.spools.unusable:
            warnings.append(unusable)
    if path := app.settings.sqlite_path:
        details["wal_bytes"] = wal_bytes(path)
    try:
        if newer := require_schema(app.database, running=True):
            warnings.append(newer)
        with reading(app.database) as session:
            trouble = trouble_of(session, BOT, now())
            details |= {"bot": trouble or "well", "owed": owed(session, now())}
    except (DBAPIError, SchemaError) as error:
        return False, {**details, "database": str(getattr(error, "orig", error))}
    if app.writer and app.writer.trouble:
        return False, {**details, "database": app.writer.trouble}
    return True, details


def _spooled(writer: Writer) -> dict[str, Any]:
    """What waits for the database, and what no transaction takes."""
    spools = writer.spools
    age = round(max(0.0, now() - spools.oldest)) if spools.waiting else 0
    return {
        "spool": {"waiting": spools.waiting, "oldest_seconds": age},
        "set_aside": spools.set_aside,
        "dropped": spools.dropped,
    }


def _hidden_clients(app: "PixelServer") -> str:
    if not (app.pixel and app.pixel.hidden_clients):
        return ""
    return "A proxy stands before this server: set TRUSTED_PROXIES to its address, to check who fetches."


def _may_see_details(request: Request, app: "PixelServer") -> bool:
    token = app.settings.metrics_token
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.get_secret_value().encode())
    # A tunnel on this machine also comes from loopback, but says for whom.
    peer = request.client.host if request.client else None
    return is_loopback(peer) and "x-forwarded-for" not in request.headers
