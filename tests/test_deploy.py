"""A deploy: the schema changes while the version before still runs."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from alembic.config import Config
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from settings import Settings
from storage import migrate
from storage.claims import Ended, Outcome, claim, settle
from storage.engine import connect, is_passing, writing
from storage.links import NewLink, create
from storage.times import now
from tests.pixel_server.serving import ANNA, BORIS, Served, kinds, serving, stored, track
from tests.waiting import wait_until

ADDITIVE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9998", "{head}"


def upgrade():
    op.add_column("link", sa.Column("colour", sa.String, nullable=True))
    op.add_column("fetch", sa.Column("weight", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("tone", sa.String, nullable=False, server_default=""))
    op.create_index("ix_link_colour", "link", ["colour"])
    op.create_table("colour", sa.Column("name", sa.String, primary_key=True))
"""


def write(engine: Engine, act: Callable[[Session], object]) -> None:
    """Run `act` in a transaction; begin again, as the bot does, when it collided with the upgrade."""
    while True:
        try:
            with writing(engine) as session:
                act(session)
        except OperationalError as error:
            if not is_passing(engine, error):
                raise
        else:
            return


def make_link(session: Session) -> None:
    create(session, NewLink(5, 5, "letter"), now=now(), daily=9999)


def deliver_due(session: Session, number: int) -> None:
    for claimed in claim(session, now(), 8):
        settle(session, claimed, Outcome(Ended.SENT, telegram_id=number), now())


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a migration, as a next version would bring it, that changes every busy table."""
    config = migrate.configuration()
    scripts = shutil.copytree(str(config.get_alembic_option("script_location")), tmp_path / "migrations")
    head = sorted(path.name for path in (scripts / "versions").glob("0*.py"))[-1].partition("_")[0]
    (scripts / "versions" / "9998_colours.py").write_text(ADDITIVE.format(head=head), "utf-8")

    def configuration() -> Config:
        config.set_main_option("script_location", str(scripts))
        return config

    monkeypatch.setattr(migrate, "configuration", configuration)


def test_a_migration_runs_while_the_version_before_serves_and_delivers(
    settings: Settings, engine: Engine, next_version: None
) -> None:
    links, grown = [track(engine, chat=chat) for chat in (ANNA, BORIS)], Event()

    def fetch(served: Served, worker: int) -> list[int]:
        answers = list[int]()
        while not grown.is_set() or len(answers) < 20:
            answers.append(served.fetch(links[worker % 2]).status)
        return answers

    def deliver() -> None:
        bots = connect(settings)
        number = 0
        while not grown.is_set() or number < 20:
            number += 1
            write(bots, make_link)
            write(bots, partial(deliver_due, number=number))
        bots.dispose()

    with serving(settings) as served, ThreadPoolExecutor(4) as people:
        readers = [people.submit(fetch, served, worker) for worker in range(3)]
        delivery = people.submit(deliver)
        migrate.upgrade(engine)
        grown.set()
        answers = [status for reader in readers for status in reader.result()]
        delivery.result()
        assert "Update the program" in served.get("/readyz").text
    assert "colour" in inspect(engine).get_table_names()
    assert set(answers) == {200}
    assert sum(len(kinds(engine, link)) for link in links) == len(answers)
    for link in links:
        rows = stored(engine, link)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


def test_an_upgrade_waits_for_a_transaction_that_uses_a_table(
    settings: Settings, engine: Engine, next_version: None, caplog: pytest.LogCaptureFixture
) -> None:
    """The upgrade gives up its place every two seconds, so that nobody queues behind it for longer."""
    impatient = connect(settings, fail_fast=False)
    with engine.connect().execution_options(writes=True) as busy, ThreadPoolExecutor(1) as operator:
        busy.execute(text("SELECT * FROM link"))
        done = operator.submit(migrate.upgrade, impatient)
        wait_until(lambda: "trying again" in caplog.text, "the upgrade begins again")
        assert not done.done()
        busy.rollback()
        done.result()
    assert "colour" in inspect(engine).get_table_names()
    impatient.dispose()
