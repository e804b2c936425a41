"""The list that `/history` answers with: the links of a chat, or those that a search finds, page by page."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col
from telegram import InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages import marks
from bot.messages.phrases import lines, name
from bot.messages.place import Place
from storage import archive, links
from storage.links import history_of
from storage.tables import Link
from tracking.status import ENDED, ONCE_OPENED, UNOPENED, UNSENT, LinkStatus
from words import Sentence, sentences

PAGE_SIZE = 10
NUMBERS_IN_A_ROW = 5
LONGEST_TRACKER = 16
"""UTF-16 units of a first name in a group's list."""

SEARCHABLE: Mapping[str, Sequence[LinkStatus]] = {
    "draft": (*UNSENT,),
    "unopened": (*UNOPENED,),
    "opened": (*ONCE_OPENED,),
    "asleep": (LinkStatus.ASLEEP,),
    "stopped": (*ENDED,),
}
"""The statuses of the links that a filter lists."""
ALL, MINE, MUTED, ARCHIVED = "all", "mine", "muted", "archived"
"""The other filters."""
FILTER_OF: Mapping[str, str] = {
    **{each: each for each in SEARCHABLE},
    "sent": "unopened",
    MUTED: MUTED,
    ARCHIVED: ARCHIVED,
    MINE: MINE,
}
"""The filter for a state that people can type after `/history` (`words.typed`)."""


class Viewer(NamedTuple):
    """The person who asks for the list, their chat, and the time."""

    chat_id: int
    is_group: bool
    person: int
    """A Telegram id; 0 if Telegram does not say."""
    name: str
    """The first name, in a group."""
    now: float
    revival: float


class _Page(NamedTuple):
    place: Place
    pages: int
    found: int
    """All links that the filter and the search leave."""
    links: Sequence[Link]
    has_archive: bool
    offers: Mapping[str, int]
    """The number of links that one tap would archive, by what they are (`storage.archive.offers`)."""
    undo: int
    """The time at which links were archived by the tap that led here, in epoch seconds; 0 if none were."""


def history_page(session: Session, viewer: Viewer, place: Place, undo: int = 0) -> Message:
    """Return a page of links, newest first, with a button for each, and buttons for filters and pages.

    `undo` is when somebody has just archived several links together, in epoch seconds.
    """
    if place.filter not in sentences.history.TITLES:
        place = Place()
    if place.filter == MINE and not place.who:
        place = place._replace(who=viewer.person)
    page = _page(session, viewer, place, undo)
    if not page.found and place.filter == ALL and (place.query or not page.has_archive):
        sentence = sentences.history.HISTORY_NOT_FOUND if place.query else sentences.history.HISTORY_EMPTY
        return Message(words.say(sentence, query=words.name(place.query)))
    told = [_line(link, viewer, page.place) for link in page.links]
    shown = {marks.marked_status(link, viewer.now, viewer.revival).status for link in page.links}
    explained = [marks.legend(shown), words.say(sentences.history.HISTORY_HINT)]
    text = lines(
        _title(page, viewer), *told, "", *(explained if told else [words.say(sentences.history.HISTORY_NONE)])
    )
    return Message(text, _keyboard(page, viewer), place=page.place.packed())


def _page(session: Session, viewer: Viewer, place: Place, undo: int) -> _Page:
    """Return the page; the last one if there are fewer by now."""
    chat, conditions = viewer.chat_id, _conditions(place, viewer)
    if place.query:
        found = links.named(session, chat, place.query, *conditions)
        count, offers = len(found), dict[str, int]()
    else:
        found = None
        count, offers = _counted(session, viewer, place, conditions)
    pages = max(1, -(-count // PAGE_SIZE))
    place = place._replace(page=min(place.page, pages))
    start = (place.page - 1) * PAGE_SIZE
    if found is not None:
        conditions, start = [col(Link.id).in_(found[start : start + PAGE_SIZE])], 0
    shown = links.newest(session, chat, start, PAGE_SIZE, *conditions)
    return _Page(place, pages, count, shown, archive.has_any(session, chat), offers, undo)


def _counted(
    session: Session, viewer: Viewer, place: Place, conditions: list[ColumnElement[bool]]
) -> tuple[int, dict[str, int]]:
    """Return how many links there are, and how many of them one tap would archive, by what they are."""
    offered = archive.offers(viewer.now) if place.filter == ALL else {}
    count, *offers = links.counts(session, viewer.chat_id, [and_(*conditions), *offered.values()])
    return count, {what: many for what, many in zip(offered, offers, strict=True) if many}


def _conditions(place: Place, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Return the conditions of the filter. Archived links have one of their own; a search finds them too."""
    if place.filter == ARCHIVED:
        return [archive.is_archived()]
    return [*_chosen(place, viewer), *([] if place.query else [archive.is_not_archived()])]


def _chosen(place: Place, viewer: Viewer) -> list[ColumnElement[bool]]:
    if place.filter == MINE:
        return [col(Link.created_by) == place.who]
    if place.filter == MUTED:
        return [col(Link.muted).is_(True)]
    if place.filter in SEARCHABLE:
        return [links.has_status(SEARCHABLE[place.filter], viewer.now, viewer.revival)]
    return []


def _title(page: _Page, viewer: Viewer) -> Markup:
    """Return what is listed and how much of it: `Unopened: 23 · page 2 of 3`."""
    place, count, history = page.place, page.found, sentences.history
    tracker = page.links[0].tracker if page.links else viewer.name
    title = words.say(history.TITLES[place.filter], count=count, who=words.name(tracker))
    if place.query and place.filter == ALL:
        title = words.say(history.HISTORY_FOUND, query=words.name(place.query), count=count)
    elif place.query:
        title = words.say(history.HISTORY_FOUND_AMONG, query=words.name(place.query), title=title)
    if page.pages == 1:
        return title
    return words.say(history.HISTORY_PAGE, title=title, page=place.page, pages=page.pages)


def _line(link: Link, viewer: Viewer, place: Place) -> Markup:
    """Return `👀 #7 contract → landlord · 16:20 · 3× · Ben`: the time is that since when the mark holds."""
    found = marks.marked_status(link, viewer.now, viewer.revival)
    line = words.say(
        sentences.history.HISTORY_LINE,
        mark=marks.MARKS[found.status],
        number=link.number,
        name=name(link),
        time=words.time(marks.since(link, found), viewer.now),
    )
    opens = history_of(link).summary.opens if found.status in ONCE_OPENED else 0
    more = [words.say(sentences.history.HISTORY_TIMES, count=opens)] if opens > 1 else []
    if link.tracker and place.filter != MINE:
        more.append(words.name(link.tracker, LONGEST_TRACKER))
    if link.muted:
        more.append(escape(marks.MUTED))
    if archive.archived_at(link) and place.filter != ARCHIVED:
        more.append(escape(marks.ARCHIVED))
    return Markup(" · ").join([line, *more])


def _keyboard(page: _Page, viewer: Viewer) -> Keyboard:
    numbers = [button(f"#{link.number}", "link", link.id) for link in page.links]
    rows = [numbers[start : start + NUMBERS_IN_A_ROW] for start in range(0, len(numbers), NUMBERS_IN_A_ROW)]
    place, arrows = page.place, list[InlineKeyboardButton]()
    if place.page > 1:
        arrows.append(_to(place._replace(page=place.page - 1), sentences.buttons.BUTTON_NEWER))
    if place.page < page.pages:
        arrows.append(_to(place._replace(page=place.page + 1), sentences.buttons.BUTTON_OLDER))
    return [row for row in (*rows, arrows, *_filters(page, viewer), *_archiving(page)) if row]


def _archiving(page: _Page) -> Keyboard:
    """Return the buttons that archive several links together, and the one that takes that back."""
    rows = [
        [button(words.plain(sentences.buttons.BUTTON_ARCHIVE_ALL[what], count=count), "archive_all", what)]
        for what, count in page.offers.items()
    ]
    if page.undo:
        rows.append([button(sentences.buttons.BUTTON_UNDO_ARCHIVE, "undo_archive", page.undo)])
    return rows


def _to(place: Place, label: Sentence | str) -> InlineKeyboardButton:
    return button(label, "page", place.data)


def _filters(page: _Page, viewer: Viewer) -> Keyboard:
    """Return the buttons that choose what is listed. The chosen one is marked."""
    chosen = page.place.filter
    more = [MINE] if viewer.is_group else []
    more += [ARCHIVED] if page.has_archive or chosen == ARCHIVED else []
    rows = [[ALL, "unopened", "opened"], more]
    return [[_filter(each, is_chosen=each == chosen) for each in row] for row in rows]


def _filter(each: str, *, is_chosen: bool) -> InlineKeyboardButton:
    label = sentences.buttons.BUTTON_FILTERS[each]
    if not is_chosen:
        return _to(Place(each), label)
    return _to(Place(each), words.plain(sentences.buttons.BUTTON_CHOSEN, filter=label))
