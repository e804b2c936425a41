"""From a commit to the claim of the alert it holds, in the other process."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles

from sqlmodel import col, func, select

from bench.filling import SIGHTING, USER_AGENT
from bench.product import Product, postgres
from bench.rows import Aim, Row, row
from bench.running import NotHere, program
from storage.engine import reading
from storage.ingest import Arrival, new_id, record
from storage.news import Teller
from storage.tables import Alert
from storage.times import now

PART = "wakeup"
OPENS = 60
PAUSE = 0.15
"""Seconds between opens: each makes two messages, and 30 a second are sent at most."""


def measure(opens: int = OPENS) -> list[Row]:
    rows: list[Row] = []
    for database in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            given = (
                {"DATABASE_URL": stack.enter_context(postgres(Path(folder)))}
                if database == "PostgreSQL"
                else {}
            )
            took = milliseconds(Product(Path(folder), **given), opens)
        note = f"p99 {quantiles(took, n=100)[98]:.1f} ms, {opens} commits"
        rows.append(row(PART, f"commit → claim, p50, {database}", took, "ms", Aim(5), note))
    return rows


def milliseconds(product: Product, opens: int) -> list[float]:
    urls = [product.new_pixel_url(number + 1) for number in range(opens)]
    teller = Teller(product.settings)
    with (
        tempfile.TemporaryFile("w+") as told,
        program("-m", "bench.claiming", environ=product.environ, output=told),
    ):
        _wait_for_cards(product)
        committed = dict(_commit(product, teller, url) for url in urls)
        time.sleep(1)
        told.seek(0)
        claimed = dict(line.split() for line in told.read().splitlines())
    teller.close()
    product.engine.dispose()
    return [(int(claimed[key]) - at) / 1e6 for key, at in committed.items()]


def _wait_for_cards(product: Product) -> None:
    """Every link's card is owed from its making: they are out of the way first."""
    for _ in range(300):
        with reading(product.engine) as session:
            if not session.exec(select(func.count()).where(col(Alert.state) != "sent")).one():
                return
        time.sleep(0.1)
    raise NotHere("the cards are not delivered")


def _commit(product: Product, teller: Teller, url: str) -> tuple[str, int]:
    """Commit somebody's first look, as the pixel server does; the alert's key, and when it was done."""
    time.sleep(PAUSE)
    at, token = now(), url.rpartition("/")[2].removesuffix(".gif")
    look = Arrival(new_id(at), token, at, SIGHTING, None, USER_AGENT)
    with product.engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            record(connection, [look], product.settings.windows)
            teller.in_transaction(connection)
        done = time.monotonic_ns()
        teller.after_commit()
    return f"opened:{look.id}", done
