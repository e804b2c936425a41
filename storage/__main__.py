"""`python -m storage upgrade | check | backup FILE`: bring the tables to this version, check, copy."""

import argparse
import logging
import sys
from pathlib import Path

from sqlalchemy.exc import OperationalError

import logs
import settings as configuration
from settings import Settings
from storage import checking, key_check
from storage.database import BackupError, UnusableDatabaseError
from storage.engine import connect, database_of, describe_database_error, url_without_password
from storage.keys import KeyFileError, open_keys

log = logging.getLogger("storage")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m storage")
    commands = parser.add_subparsers(dest="command", required=True, metavar="upgrade | check | backup FILE")
    commands.add_parser("upgrade", help="bring the tables to this version")
    commands.add_parser("check", help="say what is wrong with the database; exit code 1 if anything is")
    commands.add_parser("backup", help="copy a SQLite database while it is in use").add_argument(
        "file", type=Path
    )
    given = parser.parse_args()
    try:
        settings = configuration.read()
        logs.start(settings)
        return _do(given, settings)
    except (
        configuration.SettingsError,
        KeyFileError,
        UnusableDatabaseError,
        BackupError,
    ) as error:
        sys.stderr.write(f"{error}\n")
    except OperationalError as error:
        reason = logs.redact(describe_database_error(error))
        sys.stderr.write(f"The database {url_without_password(settings)} does not answer: {reason}\n")
    return 2


def _do(given: argparse.Namespace, settings: Settings) -> int:
    match given.command:
        case "upgrade":
            _upgrade(settings)
            return 0
        case "check":
            return _check(settings)
        case _:
            return _backup(settings, given.file)


def _upgrade(settings: Settings) -> None:
    from storage.migrate import upgrade  # Alembic is heavy, and only this command needs it

    # Before the key file, which lies beside the database: DATABASE_URL is to be blamed, and not KEY_FILE.
    engine = connect(settings, checkpoints=True, fail_fast=False)
    if database_of(engine).create() and settings.key_file.exists():
        log.warning(
            "There was a key file and no database: a new, empty one is at %s.", url_without_password(settings)
        )
    keys = open_keys(settings.key_file)
    upgrade(engine)
    for warning in key_check.warnings(engine, settings.key_file, keys):
        log.warning("%s", warning)
    log.info("The database %s is up to date.", url_without_password(settings))


def _check(settings: Settings) -> int:
    engine = connect(settings, fail_fast=False)
    wrong = checking.check(engine)
    for line in wrong:
        log.error("%s", line)
    for line in checking.notes(settings):
        log.warning("%s", line)
    if not wrong:
        log.info("The database %s is sound.", url_without_password(settings))
    return 1 if wrong else 0


def _backup(settings: Settings, target: Path) -> int:
    database_of(connect(settings)).backup(target)
    log.info("%s is a sound copy of %s. The key file is not in it.", target, url_without_password(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
