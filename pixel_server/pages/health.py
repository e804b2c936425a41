"""`/healthz` says that the process answers, `/readyz` that fetches can be kept, and what else is wrong.

Details are shown to whoever knows METRICS_TOKEN. Without one, they are shown to this machine, if it asks by a
name that only this machine has.
"""

import hmac
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from pixel_server.pages.guard import LOOPBACK, name_in
from pixel_server.services import Given, Services
from pixel_server.wire.headers import by_name, is_loopback
from settings import Settings
from storage.engine import SchemaError, database_of, reading, require_schema
from storage.health import BOT, PROBE, owed, trouble_of
from storage.published_lists import ages
from storage.spools import Spools
from storage.times import now
from tracking.hops import CLIENT_HEADERS
from tracking.list_ages import ListAge

router = APIRouter()

_NAME_A_CLIENT = frozenset({*CLIENT_HEADERS, "forwarded", "cdn-loop", "via"})
"""Headers of a request that came through a proxy."""


@router.get("/healthz")
async def healthz(request: Request, services: Given) -> JSONResponse:
    """The process answers. By `instance` the bot sees that PUBLIC_URL leads to its own installation.

    A probe, which only this installation can make, is told how it arrived as well.
    """
    told: dict[str, Any] = {"ok": True, "instance": services.keys.installation_id()}
    if services.keys.is_probe(request.headers.get(PROBE, ""), now()):
        headers = by_name(request.scope["headers"])
        told["way"] = services.clients.way_of_probe(_peer(request), headers)._asdict()
    return JSONResponse(told)


@router.get("/readyz")
def readyz(request: Request, services: Given) -> JSONResponse:
    """Answer 200 if fetches can be kept, else 503."""
    ready, details = _check(services)
    shown = {"ready": ready, **details} if _may_see_details(request, services.settings) else {"ready": ready}
    return JSONResponse(shown, 200 if ready else 503)


def _check(services: Services) -> tuple[bool, dict[str, Any]]:
    """Return whether fetches can be kept, and the details."""
    database, writer = database_of(services.engine), services.writer
    found = (
        database.warning(),
        services.hops.warning,
        writer.spools.unusable,
        services.eraser.trouble,
    )
    warnings = [warning for warning in found if warning]
    details: dict[str, Any] = {"warnings": warnings, **_spool(writer.spools), **database.details()}
    try:
        if newer := require_schema(services.engine, running=True):
            warnings.append(newer)
        with reading(services.engine) as session:
            trouble = trouble_of(session, BOT, now())
            details |= {"bot": trouble or "well", "owed": owed(session, now())}
            lists = ages(session, now())
    except (DBAPIError, SchemaError) as error:
        return False, {**details, "database": str(getattr(error, "orig", error))}
    warnings += _old_lists(lists)
    details["lists"] = {name: age._asdict() for name, age in lists.items()}
    if writer.trouble:
        return False, {**details, "database": writer.trouble}
    return True, details


def _spool(spools: Spools) -> dict[str, Any]:
    """Return the number of fetches that wait for the database, and of those that no transaction takes."""
    age = round(max(0.0, now() - spools.oldest)) if spools.waiting else 0
    return {
        "spool": {"waiting": spools.waiting, "oldest_seconds": age},
        "set_aside": spools.set_aside,
        "dropped": spools.dropped,
    }


def _old_lists(lists: Mapping[str, ListAge]) -> list[str]:
    """Return one warning that names the published lists that are too old; none if none is."""
    old = [f"{name} ({age.days} days)" for name, age in lists.items() if age.is_old]
    what = "These published lists are old, and readers may be taken for strangers"
    return [f"{what}: {', '.join(old)}. See REFRESH_DAYS, or update Readback."] if old else []


def _may_see_details(request: Request, settings: Settings) -> bool:
    if token := settings.metrics_token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.get_secret_value().encode())
    return is_loopback(_peer(request)) and not _may_be_forwarded(request)


def _may_be_forwarded(request: Request) -> bool:
    """Return True unless somebody on this machine asks for this machine.

    A proxy or a tunnel on this machine also comes from loopback. It names its client, or hands on the name
    that was asked for. An nginx that is told to do neither speaks HTTP/1.0, as no program here does.
    """
    is_named = name_in(request.headers.get("host", "")) in LOOPBACK
    told = any(name in _NAME_A_CLIENT or name.startswith("x-forwarded-") for name in request.headers)
    return told or not is_named or request.scope["http_version"] == "1.0"


def _peer(request: Request) -> str | None:
    return request.client.host if request.client else None
