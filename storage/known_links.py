"""Reads which tokens exist, and nothing else of their links. None of these queries waits for a writer."""

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from storage.tables import Link


def existing(session: Session, tokens: Collection[str]) -> set[str]:
    """Return those of the tokens that a link has."""
    return set(session.exec(select(Link.token).where(col(Link.token).in_(tokens))))


def tokens_after(session: Session, token: str, limit: int) -> list[str]:
    """Return the tokens that follow one, in their own order: only their index is read."""
    query = select(Link.token).where(Link.token > token).order_by(Link.token).limit(limit)
    return list(session.exec(query))


def newest_id(session: Session) -> int:
    """Return the id of the newest link; 0 if there is none."""
    return session.exec(select(func.max(Link.id))).one() or 0


def newer_than(session: Session, link_id: int, limit: int) -> list[tuple[int, str]]:
    """Return the ids and tokens of newer links, the oldest first."""
    query = select(Link.id, Link.token).where(Link.id > link_id).order_by(col(Link.id)).limit(limit)
    return list(session.exec(query))
