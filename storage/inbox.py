"""Updates from Telegram: on disk before they are confirmed, and each carried out exactly once.

Telegram repeats an update until it is confirmed, and confirms by `offset`: one that is confirmed and then
lost in a crash would be lost for good.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.engine import LOCK, add_new
from storage.tables import StoredUpdate
from storage.times import moment, seconds

MOST_ATTEMPTS = 3
REMEMBERED = 3 * 86400
"""Seconds a done update's id is kept. Telegram keeps an update for 24 hours at most (getUpdates)."""


class Received(NamedTuple):
    """The time at which an update came, in epoch seconds."""

    at: float
    since: float | None = None
    """The bot was away before: the update may have waited at Telegram since then. None: it did not wait."""


def receive(session: Session, updates: Sequence[Mapping[str, Any]], received: Received) -> None:
    """Store updates, as Telegram's JSON has them; leave alone those that are stored already."""
    at, since = moment(received.at), None if received.since is None else moment(received.since)
    rows = [
        {"id": update["update_id"], "received_at": at, "since": since, "body": json.dumps(update)}
        for update in updates
    ]
    add_new(session.connection(), StoredUpdate, "id", rows)


def waiting(session: Session, *, after: int = -1, limit: int = 100) -> list[StoredUpdate]:
    """Return the next updates after that id that are not done, oldest first."""
    query = select(StoredUpdate).where(col(StoredUpdate.done).is_(False), col(StoredUpdate.id) > after)
    return list(session.exec(query.order_by(col(StoredUpdate.id)).limit(limit)).all())


def received(update: StoredUpdate) -> Received:
    return Received(seconds(update.received_at), None if update.since is None else seconds(update.since))


def finish(session: Session, update_id: int) -> bool:
    """Mark an update done. Return False if it was done before: then its work must not be done again.

    Belongs in the transaction that does the work.
    """
    update = session.get(StoredUpdate, update_id, with_for_update=LOCK)
    if update is None or update.done:
        return False
    update.done, update.body = True, ""
    return True


def count_failure(session: Session, update_id: int) -> bool:
    """Count a failed attempt. Return True if the update is given up now: it must not stop the others."""
    update = session.get(StoredUpdate, update_id, with_for_update=LOCK)
    if update is None or update.done:
        return False
    update.attempts += 1
    if update.attempts < MOST_ATTEMPTS:
        return False
    update.done, update.body = True, ""
    return True


def forget(session: Session, now: float) -> None:
    """Delete the ids of updates that were done long ago."""
    before = moment(now - REMEMBERED)
    session.connection().execute(
        delete(StoredUpdate).where(col(StoredUpdate.done).is_(True), col(StoredUpdate.received_at) < before)
    )
