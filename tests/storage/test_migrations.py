"""The migrations make exactly the tables the program works with, and a start on others refuses."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

from settings import Settings
from storage.engine import SchemaError, connect, require_schema, writing
from storage.links import NewLink, create
from storage.migrate import configuration, upgrade
from storage.tables import SCHEMA, Link
from tests.conftest import settings_of
from tests.fetches import NOON


def set_version(engine: Engine, statement: str) -> None:
    with writing(engine) as session:
        session.connection().execute(text(statement))


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_the_program_works_with_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [SCHEMA]


def test_the_migrations_and_the_models_say_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_up_to_date_database_is_accepted(engine: Engine) -> None:
    require_schema(engine)


def test_an_upgrade_of_an_up_to_date_database_changes_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        link = create(session, NewLink(1, 1, "contract"), now=NOON, daily=50)
    upgrade(engine)
    require_schema(engine)
    with Session(engine) as session:
        assert session.get_one(Link, link.id).label == "contract"


def test_the_way_down_leaves_nothing_and_the_way_up_leads_back(engine: Engine) -> None:
    config = configuration()
    with writing(engine) as session:
        config.attributes["connection"] = session.connection()
        command.downgrade(config, "base")
    assert tables(engine) == {"alembic_version"}
    with pytest.raises(SchemaError, match="no tables yet"):
        require_schema(engine)
    upgrade(engine)
    require_schema(engine)


def test_a_database_without_tables_is_refused_with_what_to_run(settings: Settings, engine: Engine) -> None:
    set_version(engine, "DROP TABLE alembic_version")
    with pytest.raises(SchemaError, match=r"no tables yet\. Run: python -m storage upgrade"):
        require_schema(engine)


def test_an_older_database_is_refused_with_what_to_run(engine: Engine) -> None:
    set_version(engine, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(SchemaError, match=f"schema 0000, .* {SCHEMA}. Run: python -m storage upgrade"):
        require_schema(engine)


def test_a_newer_database_is_refused_and_nobody_is_told_to_go_back(engine: Engine) -> None:
    set_version(engine, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match=f"schema 9999, .* {SCHEMA}. Update the program") as refused:
        require_schema(engine)
    assert "upgrade" not in str(refused.value)


def test_a_database_that_is_away_is_not_taken_for_an_empty_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("away")
    address = f"postgresql://nobody@/readback?host={folder}"
    engine = connect(settings_of(folder, DATABASE_URL=address))
    with pytest.raises(OperationalError):
        require_schema(engine)
    engine.dispose()
