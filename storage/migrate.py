"""Schema upgrades, through Alembic with the configuration in pyproject.toml."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from storage.engine import writing

ROOT = Path(__file__).resolve().parent.parent


def configuration() -> Config:
    return Config(toml_file=ROOT / "pyproject.toml")


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema, in one transaction."""
    config = configuration()
    with writing(engine) as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
