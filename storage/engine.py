"""Connections: one engine a process, short transactions, the same code for SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from settings import Settings
from storage.file_identity import (
    DatabaseFileReplacedError,
    FileIdentity,
    UnusableDatabaseError,
    cannot_be_opened,
)
from storage.tables import SCHEMA

BUSY_MS = 2000
"""How long a writer waits for another one before it gives up with "database is locked"."""

STATEMENT_MS = 2500
"""How long PostgreSQL may work on one statement; below the time after which its client hangs up."""

FIXED_SQLITE = (3, 51, 3)
"""Before it, several connections that reset a WAL at the same time can corrupt the file."""

LONGEST_WAL = 4000
"""Pages of 4 KiB, after which a commit waits for a checkpoint; the writer makes one sooner, between two."""

COLLISIONS = ("40001", "40P01", "55P03")
"""PostgreSQL's serialization failure, deadlock, and lock that could not be had in time."""

LOCK = {"key_share": True}
"""Rows are locked FOR NO KEY UPDATE: a plain lock would wait for every insert that refers to the row,
and two of those waits are a deadlock."""


class SchemaError(UnusableDatabaseError):
    """The database does not have the tables this version works with; the message says what to do."""


def connect(settings: Settings, *, checkpoints: bool = False, fail_fast: bool = True) -> Engine:
    """An engine on the database. Only the process that `checkpoints` ever resets SQLite's WAL.

    A SQLite file is never made here: one that is gone must not come back empty. `fail_fast` gives every
    call to a server a deadline; maintenance may take as long as it takes. Raises UnusableDatabaseError.
    """
    if path := settings.sqlite_path:
        _require_openable(path)
        file_identity = FileIdentity(path)
        engine = create_engine(f"sqlite:///{path}", execution_options={"file_identity": file_identity})
        file_identity.guard(engine)
        _care_for_sqlite(engine, checkpoints=checkpoints)
        return engine
    options = "-c synchronous_commit=on -c lock_timeout=2000 -c timezone=UTC"
    if fail_fast:
        options += f" -c statement_timeout={STATEMENT_MS}"
    engine = create_engine(
        settings.database_url,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 3, "options": options},
    )
    if fail_fast:
        event.listen(engine, "do_connect", _hurry)
    return engine


def _require_openable(path: Path) -> None:
    """Raise UnusableDatabaseError where no program could open the file, or make it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.open("rb").close()
    except OSError as error:
        raise cannot_be_opened(path, error) from error


def _hurry(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
    from storage.postgres import DeadlineConnection

    return DeadlineConnection.connect(*cargs, **cparams)


def _care_for_sqlite(engine: Engine, *, checkpoints: bool) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy says BEGIN itself below: the driver must not add one of its own.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"wal_autocheckpoint={LONGEST_WAL if checkpoints else 0}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "handle_error")
    def reopen(context: ExceptionContext) -> None:
        # A connection that was opened while the disk was read-only stays so for ever, and so does a new one
        # while an old one is open: a process has one shared memory for each file. An old one is only closed
        # once its cursors are.
        if _was_read_only(context.original_exception):
            context.is_disconnect = True
            if context.execution_context:
                context.execution_context.cursor.close()
            engine.dispose()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once with SQLITE_BUSY_SNAPSHOT,
        # whatever the busy timeout says: a writer takes its lock at the beginning.
        if not _driver(connection).in_transaction:
            writes = connection.get_execution_options().get("writes")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begin(connection: Connection) -> None:
    """Begin a transaction that writes, straight through the driver; belongs with `commit`.

    For a lone fetch that takes 46 us where SQLAlchemy's own way takes 104. Raises the driver's own errors.
    """
    if not is_postgres(connection):  # whose driver begins by itself
        try:
            _driver(connection).execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _was_read_only(error):
                connection.engine.dispose()
            raise


def commit(connection: Connection) -> None:
    """End what `begin` began, and what SQLAlchemy may have begun within. Raises the driver's own errors."""
    if connection.in_transaction():
        connection.commit()
    else:
        connection.connection.commit()


def checkpoint(connection: Connection) -> None:
    """Bring what SQLite's log holds into the file; belongs where nobody waits for a commit."""
    with suppress(sqlite3.Error):  # the next commit meets it too, and says it
        _driver(connection).execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def abandon(connection: Connection) -> None:
    """Roll back what `begin` began, and drop the connection."""
    if not connection.invalidated:
        # A file that is closed while a cursor is still held stays locked.
        with suppress(connection.dialect.loaded_dbapi.Error):
            connection.connection.rollback()
    connection.invalidate()
    connection.close()


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _was_read_only(error: BaseException) -> bool:
    return "readonly database" in str(error)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that writes: committed at the end, rolled back by an exception."""
    with (
        engine.connect().execution_options(writes=True) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


def is_passing(error: Exception) -> bool:
    """Whether the same transaction may succeed in a moment: a deadlock, a collision, a busy file."""
    cause = getattr(error, "orig", None) or error
    return getattr(cause, "sqlstate", "") in COLLISIONS or "locked" in str(cause)


def describe_database_error(error: Exception) -> str:
    """What went wrong, in one line: what follows it can hold the values of a row."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"


def require_schema(engine: Engine, *, running: bool = False) -> str:
    """Raises SchemaError, in words, when the tables are older or newer than this program.

    What is `running` goes on working on newer tables (migrations only add what older programs need not
    know), and gets a warning back.
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
        if isinstance(error.orig, DatabaseFileReplacedError):
            raise SchemaError(str(error.orig)) from None
        if not _no_such_table(error):
            raise
        return None
    return found


def _no_such_table(error: DBAPIError) -> bool:
    return "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", "") == "42P01"


def sqlite_warning(settings: Settings) -> str:
    """What is wrong with the SQLite library in use; empty when nothing is."""
    if not settings.sqlite_path or sqlite3.sqlite_version_info >= FIXED_SQLITE:
        return ""
    return (
        f"SQLite {sqlite3.sqlite_version} can corrupt a WAL that several processes reset; "
        "only the pixel server checkpoints here. 3.51.3 or newer has the fix."
    )


def shown_url(settings: Settings) -> str:
    """The database's address without its password, for logs."""
    url = make_url(settings.database_url)
    return url.difference_update_query(["password"]).render_as_string(hide_password=True)


def is_postgres(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "postgresql"


def add_new(connection: Connection, table: type[SQLModel], key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; those whose key is there already are left as they are."""
    connection.execute(_insert_new(table, key, connection.dialect.name), rows)


@cache
def _insert_new(table: type[SQLModel], key: str, dialect: str) -> Any:
    # Only the dialect in use is imported: PostgreSQL's brings those of all its drivers.
    inserts: Any = import_module(f"sqlalchemy.dialects.{dialect}")
    return inserts.insert(table).on_conflict_do_nothing(index_elements=[key])
