"""The list of screenshots of the chat: each with its story, and the act after which it is taken."""

from pathlib import Path
from typing import Literal, NamedTuple

from demo.storybook import Step, Story, stories

STORIES = {story.name: story for story in stories()}


class Shot(NamedTuple):
    caption: str
    story: Story
    after: str
    """An act of the story. If the story has it more than once, the last one counts."""
    of: Literal["card"] | int
    """The newest card, or so many of the newest messages."""
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"


def unwritten(name: str, *acts: str) -> Story:
    """Return a story that is in no file."""
    return Story(Path(name), name, "", tuple(Step(0, act, ()) for act in acts))


def alert_in(caption: str, language: str, asked: str) -> Shot:
    opens = "Gmail shows the mail."
    passing = ("Gmail shows the draft.", "Anna writes: /sent 1", "Two hours and 18 minutes pass.")
    story = unwritten(language, f"Anna writes: /track {asked}", *passing, opens)
    return Shot(caption, story, opens, 1, language=language)


OPENED = STORIES["the-way-of-a-mail/opened"]
OUTLOOK = STORIES["the-way-of-a-mail/outlook"]
WOKE_UP = STORIES["the-way-of-a-mail/woke-up"]
SEARCH = STORIES["what-happened/search"]
TRACK = "Anna writes: /track contract to landlord"
SENT = "Anna presses: ✅ I’ve sent it"
LIST, CHOOSE = "Anna writes: /history", "Anna presses: #1"
DRAWN, DRAWN_DARK = "Anna presses: 🖼 Picture", "Anna presses: 🌙 On dark"
WEEK = unwritten(
    "week",
    TRACK,
    SENT,
    "Two hours pass.",
    "Outlook shows the mail.",
    "Anna writes: /track offer to Ben",
    "Anna presses, under the card of #2: ✅ I’ve sent it",
    "10 seconds pass.",
    "Gmail prefetches the image of #2.",
    "Anna writes: /track invoice to Carla",
    "Anna presses, under the card of #3: ✅ I’ve sent it",
    "Anna writes: /stop 3",
    "Anna writes: /track application to university",
    "Gmail shows the draft of #4.",
    "Anna writes: /track letter to Dora",
    LIST,
    CHOOSE,
)
MONTH = unwritten(
    "month",
    TRACK,
    "Gmail shows the draft.",
    SENT,
    "10 seconds pass.",
    "Gmail prefetches the image.",
    "Two hours and 18 minutes pass.",
    "Gmail shows the mail.",
    "One day passes.",
    "Anna writes: /note 1 called him, no answer",
    "3 weeks pass.",
    "Outlook shows the mail.",
    LIST,
    CHOOSE,
    DRAWN,
    DRAWN_DARK,
)

SHEETS = {
    "cards": (
        Shot("Waiting for the draft", OPENED, TRACK, "card"),
        Shot("Seen in the draft", OPENED, "Gmail shows the draft.", "card"),
        Shot("Sent; or was it earlier?", OPENED, SENT, "card"),
        Shot("Reached Gmail", OPENED, "Two hours and 18 minutes pass.", "card"),
        Shot("Opened", OPENED, "Gmail shows the mail.", "card"),
        Shot(
            "Opened several times",
            STORIES["the-way-of-a-mail/reopened"],
            "A browser shows the mail.",
            "card",
        ),
    ),
    "cards-later": (
        Shot("Asleep", WOKE_UP, "14 days pass.", "card"),
        Shot("Woken up", WOKE_UP, "Outlook shows the mail.", "card"),
        Shot("Muted", STORIES["the-way-of-a-mail/muted"], "Anna presses, under “👀”: Mute", "card"),
        Shot("Stopped", STORIES["the-way-of-a-mail/stopped"], "Anna presses: Stop", "card"),
        Shot(
            "Stopped by the recipient",
            STORIES["the-way-of-a-mail/objection"],
            "The landlord presses, on the page of the image: Stop recording",
            "card",
        ),
        Shot("Opened, in the dark", OPENED, "Gmail shows the mail.", "card", "dark"),
    ),
    "alerts": (
        Shot("From /track to the open", OPENED, "Gmail shows the mail.", 4),
        Shot("An open, in the dark", OPENED, "Gmail shows the mail.", 1, "dark"),
        Shot("Why?", OUTLOOK, "Anna presses: Why?", 2),
        Shot("Three weeks later", WOKE_UP, "Outlook shows the mail.", 1),
    ),
    "history": (
        Shot("/history", WEEK, LIST, 2),
        Shot("Found by a word", SEARCH, "Anna writes: /history landl", 2),
        Shot("The story of a link", MONTH, CHOOSE, 1),
        Shot("Another one, in the dark", WEEK, CHOOSE, 1, "dark"),
    ),
    "picture": (
        Shot("On light", MONTH, DRAWN, 1),
        Shot("On dark", MONTH, DRAWN_DARK, 1, "dark"),
    ),
    "languages": (
        alert_in("English", "en", "contract → landlord"),
        alert_in("Deutsch", "de", "Vertrag → Vermieter"),
        alert_in("Español", "es", "contrato → casero"),
        alert_in("Français", "fr", "bail → propriétaire"),
        alert_in("Português", "pt", "contrato → senhorio"),
        alert_in("Русский", "ru", "договор → арендодатель"),
    ),
}
