"""The common design: a FastAPI route with a SQLModel session and a commit for every request.

It uses the product's tables and durability, and judges nothing. The route is `async`, so that commits follow
each other on the event loop. In FastAPI's threads they would compete for SQLite's one lock.
"""

import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Header, Response
from sqlmodel import Session, col, select

import settings as configuration
from pixel_server.wire.image import GIF, HEADERS
from storage.engine import connect, writing
from storage.fetch_ids import new_id
from storage.tables import FetchRow, Link
from storage.times import moment, now
from tracking import Agent, Confidence, Kind, Network, Reason

NO_CACHE = {name.decode(): value.decode() for name, value in HEADERS[2:]}


def application(settings: configuration.Settings) -> FastAPI:
    app = FastAPI()
    engine = connect(settings, checkpoints=True)

    @app.get("/i/{token}.gif")
    async def pixel(token: str, user_agent: Annotated[str, Header()] = "") -> Response:
        with writing(engine) as session:
            _store(session, token, user_agent)
        return Response(GIF, media_type="image/gif", headers=NO_CACHE)

    return app


def _store(session: Session, token: str, user_agent: str) -> None:
    link = session.exec(select(Link).where(col(Link.token) == token)).first()
    if link is None:
        return
    at = now()
    link.fetches += 1
    link.last_event_at = moment(at)
    fetch = FetchRow(
        id=new_id(at),
        link_id=link.id,
        seq=link.fetches,
        at=moment(at),
        agent=Agent.UNKNOWN,
        network=Network.UNKNOWN,
        user_agent=user_agent,
        kind=Kind.OPENED,
        reason=Reason.UNKNOWN_AGENT,
        confidence=Confidence.WEAK,
    )
    session.add(fetch)


if __name__ == "__main__":
    read = configuration.read()
    uvicorn.run(application(read), port=int(sys.argv[1]), access_log=False, log_level="warning")
