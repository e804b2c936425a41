"""`/export`: one ZIP with all that is kept of a chat."""

from sqlmodel import Session
from telegram import Update

from bot.context import BotContext
from bot.replies import owe_file
from storage.kinds import MessageKind
from storage.times import now


def export(session: Session, update: Update, _context: BotContext) -> None:
    """Owe the file; it is made when it is sent."""
    owe_file(session, update, MessageKind.EXPORT, now())
