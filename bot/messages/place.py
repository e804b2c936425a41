"""A page of the list that `/history` shows: its filter, its search, and its number."""

import re
from typing import NamedTuple

_DATA = re.compile(r"([a-z]+)\.(\d{1,7})(?:\.(\d{1,18}))?", re.ASCII)


class Place(NamedTuple):
    """A place in the list: filter, page and search."""

    filter: str = "all"
    """A value of `bot.messages.listing.FILTER_OF`, or `all`."""
    page: int = 1
    who: int = 0
    """The Telegram id of the person whose links `mine` shows: others in the group may turn the page."""
    query: str = ""
    """The text that is searched for; empty if all links are listed."""

    @property
    def data(self) -> str:
        """Return it as the data of a button. Data take 64 bytes, so the message keeps the search."""
        return f"{self.filter}.{self.page}.{self.who}" if self.who else f"{self.filter}.{self.page}"

    def packed(self) -> str:
        """Return all of it as text, for `Message.place`."""
        return f"{self.data} {self.query}" if self.query else self.data


def unpacked(text: str) -> Place:
    """Return the place that was packed; the first page if the text is none: a button of an older version."""
    data, _, query = text.partition(" ")
    found = _DATA.fullmatch(data)
    if not found:
        return Place()
    return Place(found[1], max(1, int(found[2])), int(found[3] or 0), query)
