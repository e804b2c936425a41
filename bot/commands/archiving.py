"""Archives links and brings them back: the buttons under a link's story, and under the list."""

from bot.commands.about import about_link
from bot.commands.history import show_page
from bot.commands.turn import Answer, Handler, Turn
from bot.messages.place import Place
from storage import archive
from storage.keys import LARGEST_ID
from storage.tables import Link
from words import sentences


@about_link
def _press_archive(turn: Turn, link: Link) -> Answer:
    archive.archive(link, turn.now)
    return sentences.toasts.TOAST_ARCHIVED


@about_link
def _press_unarchive(_turn: Turn, link: Link) -> Answer:
    archive.bring_back(link)
    return sentences.toasts.TOAST_UNARCHIVED


BUTTONS: dict[str, Handler] = {"archive": _press_archive, "unarchive": _press_unarchive}
"""The buttons under a link's story, which then shows the change."""


def press_archive_all(turn: Turn) -> Answer:
    """Archive the links that the button under the list counts, and offer to take that back."""
    condition, at = archive.offers(turn.now).get(turn.id), int(turn.now)
    if condition is None or turn.pressed_answer() is None:
        return sentences.toasts.TOAST_GONE
    if not archive.archive_all(turn.session, turn.chat.id, condition, at):
        return sentences.toasts.TOAST_GONE
    return show_page(turn, Place(), undo=at) or sentences.toasts.TOAST_ARCHIVED_ALL


def press_undo_archive(turn: Turn) -> Answer:
    if turn.pressed_answer() is None:
        return sentences.toasts.TOAST_GONE
    at = int(turn.id) if turn.id.isdecimal() and int(turn.id) <= LARGEST_ID else 0
    back = archive.bring_back_all(turn.session, turn.chat.id, at)
    return show_page(turn, Place()) or (
        sentences.toasts.TOAST_UNARCHIVED_ALL if back else sentences.toasts.TOAST_GONE
    )
