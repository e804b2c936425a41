"""From an outbox row to the message it stands for, in the words of the moment."""

from sqlmodel import Session

from bot import alerts
from bot.cards import card
from bot.desk import Desk
from bot.message import Message, unpack
from storage import links, outbox
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
    alert.reply_to = alert.reply_to or outbox.message_of(session, links.card_key(link.id))
    if alert.kind == "objected":
        return alerts.objected(link)
    fetch = session.get_one(FetchRow, alert.fetch_id)
    if alert.telegram_id is None and fetch.kind not in (Kind.OPENED, Kind.REPEAT, Kind.PROXIED):
        return None
    if alert.kind == "proxied":
        return alerts.proxied(link, fetch, now)
    return alerts.opened(link, fetch, _slept_since(session, fetch, desk.settings.windows.revival), now)


def _slept_since(session: Session, fetch: FetchRow, revival: float) -> float | None:
    """When the link was opened before this, if that is so long ago that this open woke it up."""
    last = links.opened_before(session, fetch)
    return last if last is not None and seconds(fetch.at) - last >= revival else None
