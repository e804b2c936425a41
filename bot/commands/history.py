"""`/history`: the chat's links, the story of one, and that story as a picture."""

from bot.commands.about import about_link
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.messages.listing import history_page, story
from storage.kinds import MessageKind
from storage.tables import Link

LONGEST_OFFSET = 8
"""Digits of a page's first entry that a button can ask for."""


def history(turn: Turn) -> Answer:
    """Show the links, or those that a search finds; for a number, show the story of that link."""
    return _page(turn, 0, turn.argument)


def press_page(turn: Turn) -> Answer:
    number, _, query = turn.id.partition(" ")
    offset = int(number) if number.isdecimal() and len(number) <= LONGEST_OFFSET else 0
    return turn.edit(_page(turn, offset, query))


def _page(turn: Turn, offset: int, query: str) -> Message:
    revival = turn.context.settings.windows.revival
    return history_page(turn.session, turn.chat.id, offset, turn.now, query, revival=revival)


@about_link
def press_link(turn: Turn, link: Link) -> Answer:
    return turn.edit(story(turn.session, link, turn.now))


def then_story(handler: Handler) -> Handler:
    """Make the handler of the same button under a link's story. The story then shows the change."""

    def press(turn: Turn) -> Answer:
        toast = handler(turn)
        press_link(turn)
        return toast

    return press


def press_picture(ground: str) -> Handler:
    """Return the handler that answers with the story as a picture, on "light" or "dark" ground."""

    @about_link
    def press(turn: Turn, link: Link) -> Answer:
        turn.owe_file(MessageKind.PICTURE, link_id=link.id, payload=ground)
        return None

    return press
