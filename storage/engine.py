"""Engines and transactions: one engine a process, short transactions, the same code on both databases."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Executable, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from settings import Settings
from storage.database import Database, Failure, UnusableDatabaseError
from storage.sqlite.database import SqliteDatabase
from storage.tables import SCHEMA

LOCK = {"key_share": True}
"""For `with_for_update`: locks rows FOR NO KEY UPDATE. A plain lock would wait for every insert that refers
to the row, and two of those waits are a deadlock."""


class SchemaError(UnusableDatabaseError):
    """The tables are not those that this version works with; the message says what to do."""


def database_for(settings: Settings) -> Database:
    """Return the database that DATABASE_URL names."""
    if path := settings.sqlite_path:
        return SqliteDatabase(path)
    from storage.postgres.database import PostgresDatabase  # its driver takes 9 MB

    return PostgresDatabase(settings.database_url)


def database_of(bind: Engine | Connection) -> Database:
    """Return the database that an engine or a connection is on."""
    database: Database = bind.get_execution_options()["database"]
    return database


def connect(settings: Settings, *, checkpoints: bool = False, fail_fast: bool = True) -> Engine:
    """Return an engine on the database. Only the process that `checkpoints` ever resets SQLite's WAL.

    A SQLite file is never made here: one that is gone must not come back empty. `fail_fast` gives every
    call to a server a deadline; maintenance may take as long as it takes. Raises UnusableDatabaseError.
    """
    return database_for(settings).connect(checkpoints=checkpoints, fail_fast=fail_fast)


def commit(connection: Connection) -> None:
    """Commit what `Database.begin` began, and what SQLAlchemy may have begun within.

    Raises the driver's own errors.
    """
    if connection.in_transaction():
        connection.commit()
    else:
        connection.connection.commit()


def abandon(connection: Connection) -> None:
    """Roll back what `Database.begin` began, and drop the connection."""
    if not connection.invalidated:
        # A file that is closed while a cursor is still held stays locked.
        with suppress(connection.dialect.loaded_dbapi.Error):
            connection.connection.rollback()
    connection.invalidate()
    connection.close()


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open a session on one transaction that writes: committed at the end, rolled back by an exception."""
    with (
        engine.connect().execution_options(writes=True) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session on one transaction that only reads."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


def is_passing(engine: Engine, error: Exception) -> bool:
    """Return True if the same transaction may succeed in a moment: it met a deadlock or a busy file."""
    return database_of(engine).failure(error) is Failure.COLLISION


def describe_database_error(error: Exception) -> str:
    """Return what went wrong, as its first line: the lines that follow can hold the values of a row."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"


def require_schema(engine: Engine, *, running: bool = False) -> str:
    """Raise SchemaError when the tables are older or newer than this program.

    A program that is `running` already goes on working on newer tables, because migrations only add: it gets
    a warning back. Otherwise the result is empty.
    """
    found = _schema(engine)
    if found == SCHEMA:
        return ""
    if found is None:
        raise SchemaError("The database has no tables yet. Run: python -m storage upgrade")
    told = f"The database has schema {found}, this program works with {SCHEMA}. "
    if found < SCHEMA:
        raise SchemaError(told + "Run: python -m storage upgrade")
    if not running:
        raise SchemaError(told + "Update the program.")
    return told + "Update the program."


def _schema(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        match database_of(engine).failure(error):
            case Failure.NO_FILE:
                raise SchemaError(str(error.orig)) from None
            case Failure.NO_TABLE:
                return None
        raise
    return found


def url_without_password(settings: Settings) -> str:
    """Return DATABASE_URL without its password, for logs."""
    url = make_url(settings.database_url)
    return url.difference_update_query(["password"]).render_as_string(hide_password=True)


def add_new(connection: Connection, table: type[SQLModel], key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; leave those alone whose `key` is there already."""
    connection.execute(_insert_new(database_of(connection).insert, table, key), rows)


@cache
def _insert_new(insert: Callable[..., Any], table: type[SQLModel], key: str) -> Executable:
    """Return the statement. Built once: building one costs as much as running it."""
    statement: Executable = insert(table).on_conflict_do_nothing(index_elements=[key])
    return statement
