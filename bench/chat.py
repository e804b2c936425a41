"""Measures how long `/history`, a link's story and its picture take in a chat with a hundred links.

The time runs from the person's tap or message until the answer is in a local Telegram, on a SQLite file.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete
from sqlmodel import select

from bench.figures import Aim, Figure, figure
from bench.product import Product
from demo import telegram
from storage.engine import writing
from storage.fetch_ids import new_id
from storage.ingest import Arrival, record
from storage.tables import Link, OutboxMessage
from tracking import Agent, Network, Sighting

PART = "chat"
GOAL = Aim(300)
LINKS, FETCHES = 100, 10_000
STORY, PICTURE = "a tap on a link", "a tap on its picture"
ROUNDS = 9
"""Each has three messages. Together they stay within a chat's burst of thirty, so no pacing is measured."""
SEEN = (Sighting(Agent.OUTLOOK, Network.OTHER), Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY))

Figures = dict[str, list[float]]
"""Milliseconds, by what the person did."""


def measure(rounds: int = ROUNDS) -> list[Figure]:
    note = f"{LINKS} links, {FETCHES:,} fetches"
    return [
        figure(PART, f"from {what} to its answer", took, "ms", GOAL, note)
        for what, took in milliseconds(rounds).items()
    ]


def milliseconds(rounds: int) -> Figures:
    with telegram.running(limits=telegram.LIFTED) as api, tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), BOT_TOKEN=api.token, TELEGRAM_API_URL=api.url)
        anna = api.person("Anna")
        _fill(product, anna.id)
        api.say(anna, "/help")
        with product.bot():
            api.wait_for(lambda: api.said(anna), seconds=60)
            figures: Figures = {"/history": [], STORY: [], PICTURE: []}
            for _ in range(rounds):
                _round(api, anna, figures)
            return figures


def _fill(product: Product, owner: int) -> None:
    for _ in range(LINKS):
        product.new_pixel_url(owner)
    with writing(product.engine) as session:
        tokens = session.exec(select(Link.token)).all()
        start = time.time()
        arrivals = [_arrival(tokens[number % LINKS], start + number, number) for number in range(FETCHES)]
        for at in range(0, FETCHES, 500):
            record(session.connection(), arrivals[at : at + 500], product.settings.windows)
        session.connection().execute(delete(OutboxMessage))


def _arrival(token: str, at: float, number: int) -> Arrival:
    return Arrival(new_id(at), token, at, SEEN[number // LINKS % 2], None, "Mozilla/5.0")


def _round(api: telegram.Running, anna: telegram.User, figures: Figures) -> None:
    before = len(api.said(anna))

    def newest() -> telegram.Message | None:
        return next(iter(api.said(anna)[before:]), None)

    figures["/history"].append(_timed(lambda: (api.say(anna, "/history"), api.wait_for(newest))))
    page = api.wait_for(newest)
    listed = page.text
    figures[STORY].append(
        _timed(lambda: (api.press(anna, page, "link:"), api.wait_for(lambda: page.text != listed)))
    )
    figures[PICTURE].append(
        _timed(lambda: (api.press(anna, page, "light:"), api.wait_for(lambda: api.said(anna)[before + 1 :])))
    )


def _timed(act: Callable[[], object]) -> float:
    asked = time.perf_counter()
    act()
    return (time.perf_counter() - asked) * 1000
