"""Mutes links, and ends that: one, or all of a chat."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from storage import outbox
from storage.kinds import MessageKind, card_key
from storage.tables import Link, OutboxMessage
from tracking.status import ENDED


def mute(session: Session, link: Link, *, muted: bool) -> None:
    """Mute a locked link: its opens count on the card and cause no alerts. Or unmute it."""
    _mute(session, [link], muted=muted)


def mute_all(session: Session, chat_id: int, *, muted: bool) -> int:
    """Mute, or unmute, all links of the chat. Return how many that changed.

    They are locked in the order in which a pixel server locks them, so that no two deadlock.
    """
    others = select(Link).where(col(Link.chat_id) == chat_id, col(Link.muted).is_not(muted))
    changed = session.exec(others.order_by(col(Link.id)).with_for_update(key_share=True)).all()
    _mute(session, changed, muted=muted)
    return len(changed)


def _mute(session: Session, muting: Sequence[Link], *, muted: bool) -> None:
    """Set it, and refresh the cards and the alerts that show it. A card that has ended shows it nowhere."""
    for link in muting:
        link.muted = muted
    session.flush()
    shown = select(OutboxMessage.key).where(
        col(OutboxMessage.link_id).in_([link.id for link in muting]),
        col(OutboxMessage.kind) == MessageKind.OPENED,
        col(OutboxMessage.telegram_id).is_not(None),
    )
    cards = [card_key(link.id, link.list_id) for link in muting if link.status not in ENDED]
    outbox.refresh(session.connection(), [*cards, *session.exec(shown)])
