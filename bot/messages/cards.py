"""The card of a link: the message that shows where it stands, and is edited when that changes."""

from urllib.parse import urlsplit

from markupsafe import Markup
from telegram import CopyTextButton, InlineKeyboardButton

import words
from bot.message import Keyboard, Message, button
from bot.messages.phrases import (
    correction_button,
    deadline_of,
    lines,
    numbered,
    tracked_by,
    unseen_buttons,
)
from storage.links import history_of
from storage.tables import Link
from storage.times import seconds
from tracking import Agent, FetchSummary, History, Reason
from tracking.no_open import is_unseen
from tracking.status import ENDED, UNSENT, WAITING_FOR_AN_OPEN, LinkStatus, status_at, status_of
from words import Sentence, sentences

LAST_NUDGE = 15 * 3600
"""Seconds before the end of a deadline. The last nudge comes then: at nine in the morning of its day."""
EARLIER_OFFERED = 3600
"""Seconds after Sent was tapped. So long the card asks whether the mail was sent earlier."""


def pixel_url(public_url: str, link: Link) -> str:
    return f"{public_url}/i/{link.token}.gif"


def card(
    link: Link,
    *,
    public_url: str,
    copy_page: str,
    now: float,
    revival: float,
    caution: Sentence | None = None,
) -> Message:
    """Return the card as it should look now. A link is asleep after `revival` seconds without an open.

    `caution` says who alone can load the image, if that is not everybody.
    """
    history = history_of(link)
    status = status_at(history, now, revival)
    url = pixel_url(public_url, link)
    address = Markup("<code>{}</code>").format(url)
    with_button = takes_buttons(copy_page)
    parts = [
        numbered(link),
        *tracked_by(link),
        Markup(""),
        *_status_lines(link, history, status, now),
        Markup(""),
        address,
    ]
    if caution and status in UNSENT:
        parts.append(words.say(caution))
    if not with_button:
        parts.append(words.say(sentences.cards.CARD_COPY_PAGE, url=copy_page))
    if status is LinkStatus.NEW:
        parts += [Markup(""), words.say(sentences.cards.CARD_STEPS)]
    if is_sent_while_away(history, status):
        parts += [Markup(""), words.say(sentences.cards.CARD_SENT_WHEN, number=link.number)]
    if may_be_earlier(history, now):
        parts += [Markup(""), words.say(sentences.cards.CARD_SENT_EARLIER)]
    keyboard = _keyboard(link, history, status, url, copy_page if with_button else "", now)
    return Message(lines(*parts), keyboard)


def changes_at(link: Link, now: float, revival: float) -> float | None:
    """Return when the card will look different next though nothing happens, in epoch seconds, or None.

    A time of day gets its date, for example, and a link falls asleep.
    """
    history = history_of(link)
    summary, sent, gap = history.summary, history.sent(), history.summary.last_gap
    quiet = summary.quiet and summary.quiet.at
    told = (
        sent and sent.at,
        sent and sent.since,
        summary.first_open,
        summary.last_open,
        gap and gap.ended,
        quiet,
    )
    times = [at + words.RECENT for at in told if at is not None]
    if sent and may_be_earlier(history, now):
        times.append(sent.at + EARLIER_OFFERED)
    if summary.last_open is not None:
        times.append(summary.last_open + revival)
    elif link.deadline:
        times += [seconds(link.deadline) - LAST_NUDGE, seconds(link.deadline)]
    return min((at for at in times if at > now), default=None)


def takes_buttons(url: str) -> bool:
    """Return True if Telegram takes this address on a button. It refuses hosts without a dot: localhost."""
    return "." in (urlsplit(url).hostname or "")


def _status_lines(link: Link, history: History, status: LinkStatus, now: float) -> list[Markup]:
    summary, sent, ended = history.summary, history.sent(), status in ENDED
    shown: list[Markup] = []
    if summary.draft_agents:
        shown.append(words.say(sentences.cards.CARD_DRAFT))
    if sent:
        sent_at = sent_line(history, now)
        shown.append(sent_at if ended else words.say(sentences.cards.CARD_SENT_WATCHING, sent=sent_at))
    elif not shown:
        shown.append(words.say(sentences.cards.CARD_WAITING))
    shown += _unseen(history)
    if summary.opens:
        shown.append(opens_line(history, now))
    elif summary.proxied:
        shown.append(proxied_line(summary.proxied))
    if not ended:
        shown += [*_sleep(summary, status, now), *quiet_lines(summary, now), *_flooded(summary)]
    shown += deadline_lines(link, status, now)
    if ended:
        shown.append(words.say(sentences.cards.CARD_ENDED[status]))
    elif link.muted:
        shown.append(words.say(sentences.cards.CARD_MUTED))
    return shown


def _unseen(history: History) -> list[Markup]:
    return [words.say(sentences.cards.CARD_UNSEEN)] if is_unseen(history) else []


def sent_line(history: History, now: float) -> Markup:
    sent = history.sent()
    assert sent  # noqa: S101  # the caller has checked it
    if sent.by:
        why = "gmail_prefetch" if sent.by == Agent.GMAIL_PREFETCH else "other_provider"
        because = sentences.reasons.REASONS[why]
        return words.say(sentences.cards.CARD_SENT_INFERRED, time=words.time(sent.at, now), because=because)
    if sent.since is not None:
        since = words.time(sent.since, now)
        return words.say(sentences.cards.CARD_SENT_AWAY, since=since, time=words.time(sent.at, now))
    sentence = sentences.cards.CARD_SENT if sent.exact else sentences.cards.CARD_SENT_TOLD
    return words.say(sentence, time=_when(sent.at, now))


def opens_line(history: History, now: float) -> Markup:
    summary = history.summary
    first, last = _when(summary.first_open or 0, now), _when(summary.last_open or 0, now)
    sentence = sentences.cards.CARD_OPENED_ONCE if summary.opens == 1 else sentences.cards.CARD_OPENED
    return words.say(sentence, count=summary.opens, first=first, last=last)


def _when(at: float, now: float) -> Markup:
    return words.when(at, now, stays=True)


def _sleep(summary: FetchSummary, status: LinkStatus, now: float) -> list[Markup]:
    """Return a line that says that the link sleeps, or that an open has woken it."""
    if status is LinkStatus.ASLEEP:
        return [words.say(sentences.cards.CARD_ASLEEP)]
    if gap := summary.last_gap:
        span = words.span(gap.ended - gap.began)
        return [words.say(sentences.cards.CARD_WOKE, time=_when(gap.ended, now), span=span)]
    return []


def _flooded(summary: FetchSummary) -> list[Markup]:
    return [] if summary.flooded_at is None else [words.say(sentences.cards.CARD_FLOODED)]


def quiet_lines(summary: FetchSummary, now: float) -> list[Markup]:
    """Return a line about the last fetch that may have been a reader, and of which there was no alert."""
    if not summary.quiet:
        return []
    is_own = summary.quiet.reason is Reason.SENDER_DEVICE
    sentence = sentences.cards.CARD_QUIET_OWN if is_own else sentences.cards.CARD_QUIET_PROGRAM
    return [words.say(sentence, time=_when(summary.quiet.at, now))]


def deadline_lines(link: Link, status: LinkStatus, now: float) -> list[Markup]:
    """Return a line about the link's deadline, if it has one and somebody may still open the mail."""
    if link.deadline is None or status not in WAITING_FOR_AN_OPEN:
        return []
    end = seconds(link.deadline)
    sentence = sentences.cards.CARD_DEADLINE if now < end - LAST_NUDGE else sentences.cards.CARD_DEADLINE_NEAR
    passed = now >= end
    return [words.say(sentences.cards.CARD_DEADLINE_PASSED if passed else sentence, time=deadline_of(end))]


def proxied_line(reasons: frozenset[Reason]) -> Markup:
    return words.say(_proxied(reasons))


def _proxied(reasons: frozenset[Reason]) -> Sentence:
    """Return what providers' own fetches show. Only Gmail's prefetch shows that the mail reached Gmail."""
    if Reason.GMAIL_PREFETCH in reasons:
        return sentences.cards.CARD_GMAIL
    if Reason.PROVIDER_PREFETCH in reasons:
        return sentences.cards.CARD_PROVIDER
    return sentences.cards.CARD_APPLE if Reason.APPLE_PREFETCH in reasons else sentences.cards.CARD_PROXIED


def is_sent_while_away(history: History, status: LinkStatus) -> bool:
    """Return True if the mail was sent between two times, and a person may know better when."""
    sent = history.sent()
    return sent is not None and sent.since is not None and status not in ENDED


def may_be_earlier(history: History, now: float) -> bool:
    """Return True for a while after Sent was tapped: people tap it late."""
    sent = history.statements.sent
    if sent is None or not sent.exact or sent.since is not None or sent != history.sent():
        return False
    return status_of(history).status not in ENDED and 0 <= now - sent.at < EARLIER_OFFERED


def _keyboard(
    link: Link, history: History, status: LinkStatus, url: str, copy_page: str, now: float
) -> Keyboard:
    copying = [
        InlineKeyboardButton(words.plain(sentences.buttons.BUTTON_COPY), copy_text=CopyTextButton(url))
    ]
    if copy_page:
        copying.append(InlineKeyboardButton(words.plain(sentences.buttons.BUTTON_COPY_PAGE), url=copy_page))
    if status is LinkStatus.OBJECTED:
        return []
    if status is LinkStatus.STOPPED:
        return [[button(sentences.buttons.BUTTON_RESUME, "resume", link.id)]]
    quiet = _quiet_buttons(history.summary)
    if not history.sent():
        sent = [button(sentences.buttons.BUTTON_SENT, "sent", link.id)]
        return [copying, sent, *quiet, [button(sentences.buttons.BUTTON_OTHER_APPS, "apps", link.id)]]
    mute = (
        button(sentences.buttons.BUTTON_UNMUTE, "unmute", link.id)
        if link.muted
        else button(sentences.buttons.BUTTON_MUTE, "mute", link.id)
    )
    return [
        *sent_corrections(link, now),
        *quiet,
        copying,
        [mute, button(sentences.buttons.BUTTON_STOP, "stop", link.id)],
    ]


def sent_corrections(link: Link, now: float, under: str = "") -> Keyboard:
    """Return rows that correct when a mail was sent. `under` begins their verbs where no card holds them."""
    history, rows = history_of(link), [list(row) for row in unseen_buttons(link, under)]
    if may_be_earlier(history, now):
        rows.append(
            [
                button(text, f"{under}ago{minutes}", link.id)
                for minutes, text in sentences.buttons.BUTTON_AGO.items()
            ]
        )
    if not is_unseen(history) and not (history.statements.sent and history.statements.sent.exact):
        rows.append([button(sentences.buttons.BUTTON_DRAFT, f"{under}draft", link.id)])
    return rows


def _quiet_buttons(summary: FetchSummary) -> Keyboard:
    """Return a row that asks why the quiet fetch was quiet, and that makes an open of it."""
    if not summary.quiet:
        return []
    why = button(sentences.buttons.BUTTON_WHY, "why", summary.quiet.id)
    correction = correction_button(summary.quiet.reason, summary.quiet.id)
    return [[why, correction] if correction else [why]]
