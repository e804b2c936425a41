"""The card of several links: one message that lists them and is edited when one of them changes.

A link that it lists has no other card. What a card offers after Sent, the link's story offers.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup
from telegram import CopyTextButton, InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages.cards import (
    deadline_lines,
    is_sent_while_away,
    may_be_earlier,
    opens_line,
    pixel_url,
    proxied_line,
    quiet_lines,
    sent_line,
    takes_buttons,
)
from bot.messages.phrases import lines, tracked_by
from storage.links import history_of
from storage.tables import Link
from tracking import History
from tracking.no_open import is_unseen
from tracking.status import ENDED, LinkStatus, status_at
from words import Sentence, sentences

LONGEST_TEXT = 4096
"""UTF-16 units that Telegram takes of a message, without its tags."""
SHORT_NAME = 24
"""UTF-16 units of a label, and of a recipient, in a list that would be too long with whole names."""
NAME_ON_BUTTON = 12
"""UTF-16 units of a recipient on a button: a phone shows two buttons in a row."""


class Form(NamedTuple):
    """A length of the list: how much it tells."""

    longest_name: int
    """UTF-16 units of a label, and of a recipient."""
    has_sent_addresses: bool = True
    """It shows the image's address of each link, also of one that was sent and needs it no more."""


FORMS = (Form(words.LONGEST_NAME), Form(SHORT_NAME), Form(SHORT_NAME, has_sent_addresses=False))
"""The first one that Telegram takes is used. Ten links whose Sent was tapped while the bot was away make
4,349 units in Portuguese with short names and all addresses."""


class Listed(NamedTuple):
    """A link of a list, with all that its lines and buttons need."""

    link: Link
    history: History
    status: LinkStatus
    url: str
    """The address of its image."""
    copy_page: str

    @property
    def is_unsent(self) -> bool:
        return self.status not in ENDED and self.history.sent() is None


def listed(link: Link, *, public_url: str, copy_page: str, now: float, revival: float) -> Listed:
    """Return a link as a list shows it now. It is asleep after `revival` seconds without an open."""
    history = history_of(link)
    return Listed(link, history, status_at(history, now, revival), pixel_url(public_url, link), copy_page)


def list_of(shown: Sequence[Listed], now: float, caution: Sentence | None = None) -> Message:
    """Return the list as it should look now. There is at least one link in it.

    `caution` says who alone can load the images, if that is not everybody.
    """
    texts = (_text(shown, now, form, caution) for form in FORMS)
    text = next((text for text in texts if words.utf16(re.sub("<[^>]*>", "", text)) <= LONGEST_TEXT), None)
    return Message(text or _text(shown, now, FORMS[-1], caution), _keyboard(shown))


def _text(shown: Sequence[Listed], now: float, form: Form, caution: Sentence | None) -> Markup:
    first, parts = shown[0].link, list[Markup]()
    if any(one.is_unsent for one in shown):
        parts.append(words.say(sentences.track.TRACK_SEVERAL, count=len(shown)))
    parts += tracked_by(first)
    for one in shown:
        parts += [Markup(""), *_entry(one, now, form)]
    if caution and any(one.is_unsent for one in shown):
        parts += [Markup(""), words.say(caution)]
    if hints := _hints(shown, now):
        parts += [Markup(""), *hints]
    return lines(*(parts if parts[0] else parts[1:]))


def _entry(one: Listed, now: float, form: Form) -> list[Markup]:
    link = one.link
    title = words.say(
        sentences.cards.NUMBERED,
        name=words.link_name(link.label, link.recipient, form.longest_name),
        number=link.number,
    )
    with_link = one.is_unsent and takes_buttons(one.copy_page)
    if with_link:
        title = words.say(
            sentences.cards.LIST_TITLE,
            title=title,
            page=Markup('<a href="{}">{}</a>').format(
                one.copy_page, words.say(sentences.buttons.BUTTON_COPY_PAGE)
            ),
        )
    told = [title, *_state(one, now)]
    if one.is_unsent or form.has_sent_addresses:
        told.append(Markup("<code>{}</code>").format(one.url))
    if one.is_unsent and not with_link:
        told.append(words.say(sentences.cards.CARD_COPY_PAGE, url=one.copy_page))
    return told


def _state(one: Listed, now: float) -> list[Markup]:
    """Return where the link stands: in one line, unless it is muted or the bot asks something about it."""
    if one.status in ENDED:
        return [words.say(sentences.cards.CARD_ENDED[one.status])]
    muted = [words.say(sentences.cards.LIST_MUTED)] if one.link.muted else []
    asked = [words.say(sentences.cards.LIST_UNSEEN)] if is_unseen(one.history) else []
    return [_progress(one, now), *asked, *quiet_lines(one.history.summary, now), *muted]


def _progress(one: Listed, now: float) -> Markup:
    """Return when it was sent, and the latest that happened since. An inferred sending is told alone."""
    history, summary, sent = one.history, one.history.summary, one.history.sent()
    if sent is None and not summary.opens:
        return words.say(sentences.cards.CARD_DRAFT if summary.draft_agents else sentences.cards.LIST_NEW)
    since = list[Markup]()
    if summary.opens:
        since.append(opens_line(history, now))
    elif summary.proxied:
        since.append(proxied_line(summary.proxied))
    if one.status is LinkStatus.ASLEEP:
        since.append(words.say(sentences.cards.CARD_ASLEEP))
    told = sent and not (sent.by and since)
    return Markup(" ").join([sent_line(history, now), *since] if told else since)


def _hints(shown: Sequence[Listed], now: float) -> list[Markup]:
    """Return what to do next, and the deadline: all links of a list were given the same one."""
    hints = list[Markup]()
    if any(one.status is LinkStatus.NEW for one in shown):
        hints.append(words.say(sentences.cards.LIST_STEPS))
    if tapped := [one for one in shown if may_be_earlier(one.history, now)]:
        hints.append(words.say(sentences.cards.LIST_SENT_EARLIER, number=_sent_last(tapped)))
    if tapped := [one for one in shown if is_sent_while_away(one.history, one.status)]:
        hints.append(words.say(sentences.cards.CARD_SENT_WHEN, number=_sent_last(tapped)))
    hints += [deadline for one in shown for deadline in deadline_lines(one.link, one.status, now)][:1]
    return hints


def _sent_last(tapped: Sequence[Listed]) -> int:
    """Return the number of the link that was sent last. It is the example in a hint about all of these.

    A hint for each of ten links would make the list longer than Telegram takes.
    """
    return max(tapped, key=lambda one: _sent_at(one.history)).link.number


def _sent_at(history: History) -> float:
    sent = history.sent()
    return sent.at if sent else 0.0


def _keyboard(shown: Sequence[Listed]) -> Keyboard:
    rows = [_copy_and_sent(one) if one.is_unsent else [_story(one.link)] for one in shown]
    if any(one.status is LinkStatus.NEW for one in shown):
        rows.append([button(sentences.buttons.BUTTON_OTHER_APPS, "apps", shown[0].link.id)])
    return rows


def _copy_and_sent(one: Listed) -> list[InlineKeyboardButton]:
    who = _who(one.link)
    copying = words.plain(sentences.buttons.BUTTON_COPY_OF, who=who)
    sent = words.plain(sentences.buttons.BUTTON_SENT_OF, who=who)
    return [
        InlineKeyboardButton(copying, copy_text=CopyTextButton(one.url)),
        button(sent, "sent", one.link.id),
    ]


def _story(link: Link) -> InlineKeyboardButton:
    return button(words.plain(sentences.buttons.BUTTON_STORY_OF, who=_who(link)), "story", link.id)


def _who(link: Link) -> Markup:
    return words.name(link.recipient, NAME_ON_BUTTON)
