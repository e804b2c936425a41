"""pytracking in Flask: it decodes its tracking URL, commits the open, and answers its pixel.

gunicorn runs this in an environment of its own (see installing.py). DATABASE names the SQLite file, and LINKS
says how many links to make.
"""

import os
import sqlite3
from datetime import UTC, datetime

import pytracking
from flask import Flask, Response, request
from pytracking.tracking import PNG_MIME_TYPE, TRACKING_PIXEL

NO_CACHE = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate, private",
    "Pragma": "no-cache",
    "Expires": "0",
}

tracking = pytracking.Configuration()
database = sqlite3.connect(os.environ["DATABASE"], isolation_level=None, check_same_thread=False)
database.executescript(
    """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE link (id INTEGER PRIMARY KEY, fetches INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE fetch (
      id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL,
      user_agent TEXT NOT NULL, UNIQUE (link_id, seq));
    """
)
links = ((number + 1,) for number in range(int(os.environ["LINKS"])))
database.execute("BEGIN")
database.executemany("INSERT INTO link (id) VALUES (?)", links)
database.execute("COMMIT")
app = Flask(__name__)


def pixel(path: str) -> Response:
    # pytracking's module-level shortcut would copy the configuration for every request.
    seen = tracking.get_tracking_result(path, None, is_open=True)
    store(seen.metadata["link"], request.headers.get("User-Agent", ""))
    return Response(TRACKING_PIXEL, mimetype=PNG_MIME_TYPE, headers=NO_CACHE)


def store(link: int, user_agent: str) -> None:
    database.execute("BEGIN IMMEDIATE")
    (count,) = database.execute("SELECT fetches FROM link WHERE id = ?", (link,)).fetchone()
    database.execute("UPDATE link SET fetches = fetches + 1 WHERE id = ?", (link,))
    new = (link, count + 1, datetime.now(UTC).isoformat(), user_agent)
    database.execute("INSERT INTO fetch (link_id, seq, at, user_agent) VALUES (?, ?, ?, ?)", new)
    database.execute("COMMIT")


app.add_url_rule("/i/<path>", view_func=pixel)
