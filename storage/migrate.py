"""Schema upgrades, through Alembic. Alembic's own command finds the same folder in pyproject.toml."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from storage.engine import database_of, is_passing, writing

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
ATTEMPTS = 15
"""Each waits two seconds for its locks, so an upgrade gives up after half a minute."""


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema, in one transaction; make the SQLite file if there is none.

    Running programs go first: a lock that cannot be had in two seconds is asked for again.

    Raises UnusableDatabaseError, and OperationalError when the tables stay locked.
    """
    database_of(engine).create()
    for _ in range(ATTEMPTS):
        try:
            _upgrade(engine)
        except OperationalError as error:
            if not is_passing(engine, error):
                raise
            log.warning("The tables are in use; trying again.")
        else:
            return
    _upgrade(engine)


def _upgrade(engine: Engine) -> None:
    config = configuration()
    with writing(engine) as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
