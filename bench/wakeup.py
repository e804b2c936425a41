"""Measures how soon the bot notices an alert: from the commit to the claim in the other process."""

import tempfile
import time
from pathlib import Path
from statistics import quantiles

from sqlmodel import col, func, select

from bench.figures import Aim, Figure, figure
from bench.filled_database import SIGHTING, USER_AGENT
from bench.product import Product, postgres
from bench.programs import UnavailableError, program
from storage.engine import database_for, reading
from storage.fetch_ids import new_id
from storage.ingest import Arrival, record
from storage.notifying import Notifier, Topic
from storage.tables import OutboxMessage
from storage.times import now

PART = "wakeup"
OPENS = 60
PAUSE = 0.15
"""Seconds between opens. Each open makes two messages, and the bot sends at most 30 a second."""


def measure(opens: int = OPENS) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        rows = [_row("SQLite", Product(Path(folder)), opens)]
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as address:
        return [*rows, _row("PostgreSQL", Product(Path(folder), DATABASE_URL=address), opens)]


def _row(database: str, product: Product, opens: int) -> Figure:
    took = milliseconds(product, opens)
    note = f"p99 {quantiles(took, n=100)[98]:.1f} ms, {opens} commits"
    return figure(PART, f"commit → claim, p50, {database}", took, "ms", Aim(5), note)


def milliseconds(product: Product, opens: int) -> list[float]:
    urls = [product.new_pixel_url(number + 1) for number in range(opens)]
    notifier = database_for(product.settings).notifier(Topic.NEWS)
    with tempfile.TemporaryFile("w+") as told:
        with program("-m", "bench.claim_recorder", environ=product.environ, output=told):
            # Making a link adds its card to the outbox. The cards are claimed first, so that only alerts are
            # timed.
            _wait_until_all_is_claimed(product)
            committed = dict(_commit(product, notifier, url) for url in urls)
            _wait_until_all_is_claimed(product)
        told.seek(0)
        claimed = dict(line.split() for line in told)
    notifier.close()
    product.engine.dispose()
    return [(int(claimed[key]) - at) / 1e6 for key, at in committed.items()]


def _wait_until_all_is_claimed(product: Product) -> None:
    for _ in range(300):
        with reading(product.engine) as session:
            if not session.exec(select(func.count()).where(col(OutboxMessage.state) != "sent")).one():
                return
        time.sleep(0.1)
    raise UnavailableError("the bot did not claim the messages within 30 s")


def _commit(product: Product, notifier: Notifier, url: str) -> tuple[str, int]:
    """Commit a first open as the pixel server does; return the alert's key and when the commit had ended."""
    time.sleep(PAUSE)
    at, token = now(), url.rpartition("/")[2].removesuffix(".gif")
    fetch = Arrival(new_id(at), token, at, SIGHTING, None, USER_AGENT)
    with product.engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            record(connection, [fetch], product.settings.windows)
            notifier.in_transaction(connection)
        done = time.monotonic_ns()
        notifier.after_commit()
    return f"opened:{fetch.id}", done
