"""`/history`: the chat's links, the story of one, and that story as a picture."""

from bot import parsing
from bot.commands.about import about_link
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.messages import place
from bot.messages.listing import ALL, FILTER_OF, Viewer, history_page
from bot.messages.place import Place
from bot.messages.story import story
from storage import links
from storage.kinds import MessageKind
from storage.tables import Link
from words import Sentence
from words.typed import understood


def history(turn: Turn) -> Answer:
    """Show the links, or those that a search finds; for a number, show the story of that link.

    A number that no link has is searched for: a label can be one.
    """
    number = parsing.number(turn.argument)
    link = links.numbered(turn.session, turn.chat.id, number) if number else None
    return _story(turn, link, Place()) if link else _page(turn, _asked_for(turn.argument))


def _asked_for(argument: str) -> Place:
    """Return the first page of what was typed: a word for a state, or a piece of a label or a recipient."""
    query = " ".join(argument.split())
    state = understood().states.get(query.casefold())
    return Place(FILTER_OF[state]) if state else Place(ALL, query=query)


def press_page(turn: Turn) -> Answer:
    """Turn the page, or choose a filter. What was searched for is kept with the message."""
    query = place.unpacked(turn.place()).query
    return show_page(turn, place.unpacked(turn.id)._replace(query=query))


def show_page(turn: Turn, at: Place, undo: int = 0) -> Sentence | None:
    """Let the message whose button was pressed show this page. Return a toast if the outbox forgot it."""
    return turn.edit(_page(turn, at, undo))


def _page(turn: Turn, at: Place, undo: int = 0) -> Message:
    viewer = Viewer(
        turn.chat.id,
        is_group=not turn.is_private,
        person=turn.author,
        name=turn.author_name,
        now=turn.now,
        revival=turn.context.settings.windows.revival,
    )
    return history_page(turn.session, viewer, at, undo)


def _story(turn: Turn, link: Link, back: Place) -> Message:
    return story(turn.session, link, turn.now, turn.context.settings.windows.revival, back)


def show_story(turn: Turn, link: Link) -> Answer:
    """Let the message whose button was pressed tell the link's story. It leads back to where it was."""
    return turn.edit(_story(turn, link, place.unpacked(turn.place())))


press_link = about_link(show_story)


@about_link
def press_story(turn: Turn, link: Link) -> Answer:
    """Answer with the story of one link of a list. The list itself stays."""
    return _story(turn, link, Place())


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
