"""Reads and writes what the two processes leave for each other: the bot's heartbeat and its username, the
number of messages that wait, and the proxy that the operator has to name."""

import json
import re
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, case
from sqlmodel import Session, col, func, select

from storage.kinds import MessageState
from storage.tables import OutboxMessage, Pulse
from storage.times import moment, seconds

BOT = "bot"
PIXEL_SERVER = "pixel server"
"""The rows of the two heartbeats. Any number of pixel servers share one: the freshest counts."""
UPDATES = "updates"
"""The row that holds when Telegram last answered a request for updates."""
HOP = "hop"
"""The row in which the pixel server leaves the hop in front."""
KEY = "key"
"""The row that holds the public id of the key which the database was used with last."""
USERNAME = "username"
"""The row in which the bot leaves its username."""
PROBE = "x-readback-probe"
"""The header of the bot's request to `/healthz` that holds the probe (keys.py)."""
STALE = 45.0
"""Seconds without a heartbeat after which the bot counts as gone: it misses two, one each 20 seconds."""


_USERNAME = re.compile(r"[A-Za-z0-9_]{4,32}", re.ASCII)
"""A username that Telegram can give. Only such a one is put into an address."""


class HopKind(StrEnum):
    """The kinds of hop: each has a sentence of its own."""

    NAMED = "named"
    """A CDN or load balancer whose addresses are published."""
    UNNAMED = "unnamed"
    SILENT = "silent"
    """A proxy that says in no header who asks."""


class Hop(NamedTuple):
    """A proxy in front of the pixel server that TRUSTED_PROXIES does not name: it hides all clients."""

    kind: HopKind
    title: str
    """`Cloudflare`; empty where it has no name."""
    address: str
    value: str
    """The value to set TRUSTED_PROXIES to."""


def beat(session: Session, name: str, trouble: str, now: float) -> None:
    """Write a process's heartbeat, with what keeps it from its work; `trouble` is empty when nothing does."""
    session.merge(Pulse(name=name, at=moment(now), trouble=trouble))


def last_beat(session: Session, name: str) -> float | None:
    """Return when a process wrote its last heartbeat, in epoch seconds; None if it never did."""
    pulse = session.get(Pulse, name)
    return None if pulse is None else seconds(pulse.at)


def trouble_of(session: Session, name: str, now: float) -> str:
    """Return what is wrong with a process; empty when nothing is."""
    pulse = session.get(Pulse, name)
    if pulse is None:
        return "has not started yet"
    age = now - seconds(pulse.at)
    return pulse.trouble or (f"was last seen {age:.0f} s ago" if age > STALE else "")


def keep_answered(session: Session, at: float) -> None:
    """Write down that Telegram answered a request for updates at that time, with all that there were."""
    beat(session, UPDATES, "", at)


def last_answered(session: Session) -> float | None:
    """Return when Telegram last did that, in epoch seconds; None if it never has."""
    pulse = session.get(Pulse, UPDATES)
    return None if pulse is None else seconds(pulse.at)


def owed(session: Session, now: float) -> dict[str, int]:
    """Return the number of messages by state, except `sent`. `later` counts those whose time is to come."""
    later = and_(
        col(OutboxMessage.state) == MessageState.PENDING, col(OutboxMessage.not_before) > moment(now)
    )
    shown = case((later, "later"), else_=col(OutboxMessage.state)).label("shown")
    query = select(shown, func.count()).where(col(OutboxMessage.state) != MessageState.SENT).group_by(shown)
    return dict(session.exec(query).all())


def leave_hop(session: Session, hop: Hop | None, now: float) -> None:
    """Write down which hop the pixel server has noticed; None when there is none."""
    beat(session, HOP, json.dumps(hop) if hop else "", now)


def hop_of(session: Session) -> Hop | None:
    """Return the hop that the pixel server has noticed since its start."""
    pulse = session.get(Pulse, HOP)
    return hop_in(json.loads(pulse.trouble)) if pulse and pulse.trouble else None


def hop_in(told: object) -> Hop | None:
    """Return the hop in what JSON says, of this program or of another version; None if it is none."""
    match told:
        case [str(kind), str(title), str(address), str(value)] if kind in {*HopKind}:
            return Hop(HopKind(kind), title, address, value)
    return None


def leave_key(session: Session, key_id: str, now: float) -> None:
    """Write down which key the database is used with (`Keys.installation_id`)."""
    beat(session, KEY, key_id, now)


def key_of(session: Session) -> str:
    """Return which key the database was used with last; empty if that is not known."""
    pulse = session.get(Pulse, KEY)
    return pulse.trouble if pulse else ""


def leave_username(session: Session, username: str, now: float) -> None:
    """Write down the bot's username: the front page of the pixel server leads to the bot."""
    beat(session, USERNAME, username, now)


def username_of(session: Session) -> str:
    """Return the username that the bot had at its last start; empty if none is known."""
    pulse = session.get(Pulse, USERNAME)
    return pulse.trouble if pulse and _USERNAME.fullmatch(pulse.trouble) else ""
