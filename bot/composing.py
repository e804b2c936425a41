"""From an outbox row to the message it stands for, in the words of the moment."""

from sqlmodel import Session, col, select

from bot import alerts
from bot.cards import card
from bot.desk import Desk
from bot.message import Message, unpack
from storage.links import card_key
from storage.tables import Alert, FetchRow, Link
from storage.times import seconds
from tracking import Kind


def compose(session: Session, alert: Alert, desk: Desk, now: float) -> Message | None:
    """The message an alert owes; None when it was corrected before anybody saw it."""
    if alert.kind == "reply":
        return unpack(alert.payload)
    link = session.get_one(Link, alert.link_id)
    if alert.kind == "card":
        return card(link, public_url=desk.settings.public_url, copy_page=desk.copy_page(link), now=now)
    alert.reply_to = alert.reply_to or _card_message(session, link)
    fetch = session.get_one(FetchRow, alert.fetch_id)
    if alert.telegram_id is None and fetch.kind not in (Kind.OPENED, Kind.REPEAT, Kind.PROXIED):
        return None
    if alert.kind == "proxied":
        return alerts.proxied(link, fetch, now)
    return alerts.opened(link, fetch, _slept_since(session, fetch, desk.settings.windows.revival), now)


def _card_message(session: Session, link: Link) -> int | None:
    """Alerts answer the card, where it can still be found."""
    return session.exec(select(Alert.telegram_id).where(Alert.key == card_key(link.id))).first()


def _slept_since(session: Session, fetch: FetchRow, revival: float) -> float | None:
    """When the link was opened before this, if that is so long ago that this open woke it up."""
    before = select(FetchRow.at).where(
        FetchRow.link_id == fetch.link_id, FetchRow.kind == Kind.OPENED, col(FetchRow.seq) < fetch.seq
    )
    last = session.exec(before.order_by(col(FetchRow.seq).desc()).limit(1)).first()
    if last is None or seconds(fetch.at) - seconds(last) < revival:
        return None
    return seconds(last)
