"""`python -m storage upgrade`: bring the database to this program's schema."""

import argparse
import logging
import sys

import logs
import settings as configuration
from storage.engine import connect, shown_url
from storage.keys import KeyFileError, open_keys

log = logging.getLogger("storage")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m storage")
    parser.add_argument("command", choices=["upgrade"], help="upgrade: bring the tables to this version")
    parser.parse_args()
    try:
        settings = configuration.read()
        logs.start(settings)
        open_keys(settings.key_file)
    except (configuration.SettingsError, KeyFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from storage.migrate import upgrade  # Alembic is heavy, and only this command needs it

    upgrade(connect(settings, checkpoints=True))
    log.info("The database %s is up to date.", shown_url(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
