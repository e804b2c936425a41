"""What an operator must hear of the key file at the start: it was lost or replaced, or others can read it."""

import stat
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from storage.engine import reading, writing
from storage.health import key_of, leave_key
from storage.keys import Keys
from storage.tables import Link
from storage.times import now


def warnings(engine: Engine, path: Path, keys: Keys) -> list[str]:
    """Return what is wrong with the key file, a line each. A database that does not answer is passed over.

    The database keeps which key it was used with. The first process that finds another key says so.
    """
    found = (_readable(path), _another(engine, path, keys))
    return [warning for warning in found if warning]


def _readable(path: Path) -> str:
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & (stat.S_IRGRP | stat.S_IROTH):
        return ""
    return f"Other users of this machine can read KEY_FILE {path} (mode {mode:03o}). Run: chmod 600 {path}"


def _another(engine: Engine, path: Path, keys: Keys) -> str:
    try:
        is_another = _is_another(engine, keys)
    except OperationalError:
        return ""
    if not is_another:
        return ""
    return (
        f"KEY_FILE {path} is another one than this database was used with. The copy pages behind the cards "
        "so far cannot be opened any more; a card gets a new address when it changes. If you have the former "
        "file, put it back and start again."
    )


def _is_another(engine: Engine, keys: Keys) -> bool:
    """Return True if links were made with another key, and remember this one."""
    id_ = keys.installation_id()
    with reading(engine) as session:
        kept = key_of(session)
        has_links = session.exec(select(col(Link.id)).limit(1)).first() is not None
    if kept == id_:
        return False
    with writing(engine) as session:
        leave_key(session, id_, now())
    # A version that kept no key has run before: then a key that was made just now is another one.
    return has_links and bool(kept or keys.is_new)
