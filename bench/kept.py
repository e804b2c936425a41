"""Compares the answers of a server with what its database holds: was each kept, and were they the mix?"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import col, func, select

from bench.figures import Aim, Figure
from bench.programs import WrongResultError
from bench.traffic import FIRST_OPENS
from storage.engine import reading
from storage.kinds import MessageKind
from storage.tables import FetchRow, Link, OutboxMessage

MISSED_SHARE = 0.02
"""How far the share of alerts may be from that of first opens."""


class Stored(NamedTuple):
    """The numbers of fetches and alerts that a database holds."""

    fetches: int
    alerts: int
    """Those that tell of an open."""


class Kept(NamedTuple):
    """The requests that were answered in a slice, and what was stored in it."""

    answered: int
    fetches: int
    alerts: int


def stored(engine: Engine) -> Stored:
    alerts = select(func.count()).where(col(OutboxMessage.kind) == MessageKind.OPENED)
    with reading(engine) as session:
        fetches = session.exec(select(func.coalesce(func.sum(col(FetchRow.count)), 0))).one()
        return Stored(fetches, session.exec(alerts).one())


def since(before: Stored, engine: Engine, answered: int, in_flight: int) -> Kept:
    """Return what was stored since then. Raises WrongResultError if it cannot be right.

    `in_flight` is how many requests may have been stored and not answered.
    """
    check_counts(engine)
    now = stored(engine)
    kept = Kept(answered, now.fetches - before.fetches, now.alerts - before.alerts)
    if kept.fetches > answered + in_flight:
        raise WrongResultError(f"{kept.fetches} rows for {answered} answers and {in_flight} in flight")
    return kept


def check_counts(engine: Engine) -> None:
    """Raise WrongResultError if a link's count and its rows do not agree."""
    rows = (
        select(col(FetchRow.link_id), func.count().label("kept")).group_by(col(FetchRow.link_id)).subquery()
    )
    kept = func.coalesce(rows.c.kept, 0)
    wrong = select(Link.id, Link.fetches, kept).join(rows, rows.c.link_id == Link.id, isouter=True)
    with reading(engine) as session:
        for link, fetches, found in session.exec(wrong.where(kept != Link.fetches)):
            raise WrongResultError(f"link {link} counts {fetches} fetches and has {found}")


def check_mix(kept: Kept) -> None:
    """Raise WrongResultError unless a third of the fetches were first opens, each with its alert."""
    if abs(kept.alerts / kept.fetches - FIRST_OPENS) > MISSED_SHARE:
        raise WrongResultError(f"{kept.alerts} alerts for {kept.fetches} fetches are not a third")


def lost(part: str, name: str, slices: Sequence[Kept]) -> Figure:
    """Return the number of answers without a row. Rows beyond the answers were in flight at a slice's end."""
    answered, fetches, alerts = (sum(column) for column in zip(*slices, strict=True))
    missing = sum(max(0, kept.answered - kept.fetches) for kept in slices)
    note = f"{answered:,} answered, {fetches:,} rows, {alerts:,} alerts of an open"
    return Figure(part, f"answers not on disk, {name}", missing, aim=Aim(0), note=note)
