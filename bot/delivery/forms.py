"""The forms in which a message can be sent: if Telegram refuses one, the next does without what it refused.

Every step takes something away, so there are few of them. A person who gets a plain address is better off
than one who gets nothing.
"""

import html
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from markupsafe import Markup, escape
from telegram import InlineKeyboardButton

import words
from bot.delivery.refusals import Refusal
from bot.message import Message
from storage.kinds import policy_of
from storage.tables import OutboxMessage
from words import sentences

MOST_TEXT, MOST_CAPTION = 4096, 1024
"""UTF-16 units that Telegram takes."""
_LINKS = re.compile(r'<a href="(http[^"]*)">(.*?)</a>')
_TAGS = re.compile(r"</?[a-z][^>]*>")
_TIMES = re.compile(r"</?tg-time\b[^>]*>")


class Form(NamedTuple):
    """A message as it is to be sent, and where."""

    message: Message
    thread_id: int | None = None
    reply_to: int | None = None
    file: str = ""
    """`photo` or `document`, if it is a file."""
    excuse: Markup = Markup()
    """What to say where no file can be sent, in the chat's language."""


def form_of(owed: OutboxMessage, message: Message) -> Form:
    """Return the form in which a message is sent first."""
    file = policy_of(owed.kind).file if message.attach else ""
    return Form(message, owed.thread_id, owed.reply_to, file, words.say(sentences.operator.FILE_REFUSED))


def without(form: Form, refusal: Refusal) -> Form | None:
    """Return the form without what Telegram refused; None if there is no other."""
    step = _STEPS.get(refusal)
    other = step(form) if step else form
    return None if other == form else other


def plain(text: Markup) -> Markup:
    """Return the text without its marks. The addresses of its links stand beside them."""
    return Markup(_TAGS.sub("", _LINKS.sub(r"\2: \1", text)))  # noqa: S704  # still escaped


def _with_text(form: Form, text: Markup) -> Form:
    return form._replace(message=form.message._replace(text=text))


def _without_times(form: Form) -> Form:
    return _with_text(form, Markup(_TIMES.sub("", form.message.text)))  # noqa: S704  # still escaped


def _without_marks(form: Form) -> Form:
    return _with_text(form, plain(form.message.text))


def _shortened(form: Form) -> Form:
    """Return the form with the beginning of its text, without marks: a cut could part a pair of tags."""
    longest = MOST_CAPTION if form.file else MOST_TEXT
    text = html.unescape(plain(form.message.text))
    return _with_text(form, escape(words.shorten(text, longest)))


def _without_caption(form: Form) -> Form:
    return _with_text(form, Markup()) if form.file else form


def _keeping(form: Form, keep: Callable[[InlineKeyboardButton], object]) -> Form:
    """Return the form with some of its buttons. What those that go would open or copy stands in the text."""
    message = form.message
    keyboard = [kept for row in message.keyboard if (kept := [key for key in row if keep(key)])]
    gone = [key for row in message.keyboard for key in row if not keep(key)]
    if not gone:
        return form
    lines = [message.text, *filter(None, (_in_words(key, message.text) for key in gone))]
    return form._replace(message=message._replace(text=Markup("\n").join(lines), keyboard=keyboard))


def _in_words(key: InlineKeyboardButton, text: Markup) -> Markup | None:
    """Return a line with what a button opens or copies; None if the text has it already."""
    if key.url:
        return Markup("{}: {}").format(key.text, key.url)
    copied = escape(key.copy_text.text) if key.copy_text else ""
    return Markup("{}: <code>{}</code>").format(key.text, copied) if copied and copied not in text else None


_without_copying = partial(_keeping, keep=lambda key: key.copy_text is None)
_without_addresses = partial(_keeping, keep=lambda key: not key.url)
_with_callbacks = partial(_keeping, keep=lambda key: key.callback_data)
_without_keyboard = partial(_keeping, keep=lambda _key: False)


def _without_buttons(form: Form) -> Form:
    """Return the form without the buttons that copy or open something; then without any."""
    fewer = _with_callbacks(form)
    if fewer == form:
        fewer = _without_keyboard(form)
    return fewer if fewer != form else form._replace(message=form.message._replace(asks=""))


def _otherwise_sent(form: Form) -> Form:
    """Return a photo as a document, and a document as a text that says what is missing."""
    if form.file == "photo":
        return form._replace(file="document")
    if form.file != "document":
        return form
    text = Markup("\n").join([form.message.text, form.excuse])
    return form._replace(file="", message=form.message._replace(text=text, attach=None))


def _plainest(form: Form) -> Form:
    """Return the form with its text and the buttons of the bot, for a refusal that nobody knows."""
    return _with_callbacks(_without_marks(form))._replace(thread_id=None, reply_to=None)


def _first_of(*steps: Callable[[Form], Form]) -> Callable[[Form], Form]:
    """Return the step that is the first of these to change the form."""

    def step(form: Form) -> Form:
        return next((other for take in steps if (other := take(form)) != form), form)

    return step


_STEPS: Mapping[Refusal, Callable[[Form], Form]] = {
    # A reply would go to the topic of the message that it answers.
    Refusal.TOPIC: lambda form: form._replace(thread_id=None, reply_to=None),
    Refusal.REPLY: lambda form: form._replace(reply_to=None),
    Refusal.TIMES: _first_of(_without_times, _without_marks),
    Refusal.MARKS: _without_marks,
    Refusal.COPYING: _first_of(_without_copying, _without_buttons),
    Refusal.COPIED: _first_of(_without_copying, _without_buttons),
    Refusal.ADDRESSES: _first_of(_without_addresses, _without_buttons),
    Refusal.BUTTONS: _without_buttons,
    Refusal.LENGTH: _first_of(_shortened, _without_caption),
    Refusal.FILE: _otherwise_sent,
    Refusal.UNKNOWN: _plainest,
}

FOR_OLD_SERVER: Mapping[Refusal, Callable[[Form], Form]] = {
    Refusal.TIMES: _without_times,
    Refusal.COPYING: _without_copying,
}
"""The parts to leave out on a server that refused so: it tells of the server, and not of the message."""
