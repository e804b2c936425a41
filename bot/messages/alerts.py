"""Words the alert of an open: when it is sent, and again when the verdict on its fetch changes.

The bot claims alerts in storage/claims.py, and delivers them in bot/delivery/.
"""

from markupsafe import Markup

import words
from bot.message import Keyboard, Message, button
from bot.messages.phrases import (
    ASKED,
    agent_of,
    because,
    correction_button,
    lines,
    name,
    reason_of,
    tracked_by,
)
from bot.outages import Late
from storage.links import history_of
from storage.tables import FetchRow, Link
from storage.times import seconds
from tracking import Agent, Kind, Reason, calibration
from words import Sentence, sentences

PROXIED: dict[str, Sentence] = {
    Reason.GMAIL_PREFETCH: sentences.alerts.PROXIED_GMAIL,
    Reason.APPLE_PREFETCH: sentences.alerts.PROXIED_APPLE,
    Reason.PROVIDER_PREFETCH: sentences.alerts.PROXIED_PROVIDER,
    "claimed_prefetch": sentences.alerts.PROXIED_CLAIMED,
    Reason.FIRST_SECONDS: sentences.alerts.PROXIED_FIRST_SECONDS,
}


LATE: dict[str, Sentence] = {
    Late.BOT_DOWN: sentences.alerts.LATE_BOT_DOWN,
    Late.TELEGRAM: sentences.alerts.LATE_TELEGRAM,
    Late.UNKNOWN: sentences.alerts.LATE,
}


def opened(link: Link, fetch: FetchRow, last_before: float | None, now: float, late: str = "") -> Message:
    """Return the alert of an open. `last_before` is when the link was opened before, if that was long ago.

    `late` is a `Late`: what is known of its delay when it was first sent.
    """
    if fetch.kind not in (Kind.OPENED, Kind.REPEAT):
        return _corrected(link, fetch, now)
    values = {"name": name(link), "time": words.when(seconds(fetch.at), now)}
    if fetch.reason in ASKED:
        return _may_be_opened(link, fetch, values, late)
    told = _opened(link, fetch, last_before, values)
    return Message(lines(told, *_late(late), because(fetch)), _buttons(link, fetch))


def _late(late: str) -> list[Markup]:
    return [words.say(LATE[late])] if late in LATE else []


def _may_be_opened(link: Link, fetch: FetchRow, values: dict[str, Markup], late: str) -> Message:
    asked = lines(words.say(sentences.alerts.OPENED_MAYBE, **values), *_late(late))
    if fetch.reason == Reason.MAYBE_DRAFT:
        return Message(asked, _ask_sent(link, fetch, ("draft", link.id)))
    return Message(lines(asked, because(fetch)), _ask_sent(link, fetch, ("draft_then", fetch.id)))


def _opened(link: Link, fetch: FetchRow, last_before: float | None, values: dict[str, Markup]) -> Markup:
    at, sent = seconds(fetch.at), history_of(link).sent()
    if last_before is not None:
        return words.say(sentences.alerts.REVIVED, span=words.span(at - last_before), **values)
    if sent is None or sent.by or sent.at >= at or sent.since is not None:
        return words.say(sentences.alerts.OPENED_SENT_UNKNOWN, **values)
    return words.say(sentences.alerts.OPENED, span=words.span(at - sent.at), **values)


def _buttons(link: Link, fetch: FetchRow) -> Keyboard:
    why, own = (
        button(sentences.buttons.BUTTON_WHY, "why", fetch.id),
        button(sentences.buttons.BUTTON_OWN, "own", fetch.id),
    )
    mute = (
        ("unmute", sentences.buttons.BUTTON_UNMUTE) if link.muted else ("mute", sentences.buttons.BUTTON_MUTE)
    )
    return [[why, own, button(mute[1], mute[0], link.id)]]


def with_held(message: Message, opens: int, last: float, now: float) -> Message:
    """Return the message with how often the link was opened while quiet hours held it."""
    held = words.say(sentences.alerts.HELD_OPENS, count=opens, last=words.when(last, now))
    return message._replace(text=lines(message.text, held))


def with_mention(message: Message, link: Link) -> Message:
    """Return the message with a mention of the person who made the link, if a group's members make it."""
    return message._replace(text=lines(message.text, *tracked_by(link, mentioned=True)))


def with_parked(message: Message, count: int) -> Message:
    """Return the message with how many messages before it may not have arrived."""
    return message._replace(text=lines(message.text, words.say(sentences.alerts.MISSED, count=count)))


def _ask_sent(link: Link, fetch: FetchRow, draft: tuple[str, int | str]) -> Keyboard:
    answers = [
        button(sentences.buttons.BUTTON_YES_SENT, "yes", fetch.id),
        button(sentences.buttons.BUTTON_DRAFT, *draft),
    ]
    return [answers, *_buttons(link, fetch)]


def _corrected(link: Link, fetch: FetchRow, now: float) -> Message:
    """Return what the alert says once its verdict has changed: it is edited."""
    values = {"name": name(link), "time": words.when(seconds(fetch.at), now)}
    why = button(sentences.buttons.BUTTON_WHY, "why", fetch.id)
    match fetch.kind:
        case Kind.OWN:
            taken_back = button(sentences.buttons.BUTTON_NOT_OWN, "not_own", fetch.id)
            rows = [[why, taken_back], [button(sentences.buttons.BUTTON_PEEK, "peek", link.id)]]
            return Message(_own(fetch, values), rows)
        case Kind.SCANNED:
            text = words.say(
                sentences.alerts.CORRECTED_SCANNER,
                because=sentences.reasons.REASONS[reason_of(fetch)],
                **values,
            )
            return Message(text, [[why], *_correction(fetch)])
        case Kind.ACTIVATED | Kind.INSERTED:
            return Message(words.say(sentences.alerts.CORRECTED_DRAFT, **values), [[why]])
        case _:
            text = words.say(
                sentences.alerts.CORRECTED_OTHER,
                because=sentences.reasons.REASONS[reason_of(fetch)],
                **values,
            )
            return Message(text, [[why]])


def _own(fetch: FetchRow, values: dict[str, Markup]) -> Markup:
    corrected = words.say(sentences.alerts.CORRECTED_OWN, **values)
    if fetch.agent != Agent.GMAIL_PROXY:
        return corrected
    return lines(corrected, words.say(sentences.alerts.KEEP_OUT_GMAIL))


def proxied(link: Link, fetch: FetchRow, now: float) -> Message:
    """Return the one silent line about a mail provider that fetched the image by itself."""
    if fetch.kind != Kind.PROXIED:
        return _corrected(link, fetch, now)
    return Message(
        words.say(PROXIED.get(reason_of(fetch), sentences.alerts.PROXIED_PROVIDER), name=name(link))
    )


def objected(link: Link) -> Message:
    """Return the one silent line about a recipient who stopped the recording."""
    return Message(words.say(sentences.alerts.OBJECTED, name=name(link)))


def why(link: Link, fetch: FetchRow, now: float) -> Message:
    """Return the answer to Why?: what was fetched, which rule decided, and what else it could be."""
    at, sent = seconds(fetch.at), history_of(link).sent()
    agent, network = sentences.reasons.AGENTS[agent_of(fetch)], sentences.reasons.NETWORKS[fetch.network]
    parts = [
        words.say(sentences.reasons.WHY, kind=sentences.reasons.KINDS[fetch.kind], name=name(link)),
        words.say(sentences.reasons.WHY_SEEN, agent=agent, network=network, time=words.when(at, now)),
    ]
    if sent and not sent.by and sent.since is None and at > sent.at:
        parts.append(words.say(sentences.reasons.WHY_SINCE, span=words.span(at - sent.at)))
    parts.append(because(fetch))
    parts.append(
        words.say(sentences.reasons.WHY_ELSE, alternative=sentences.reasons.ALTERNATIVES[reason_of(fetch)])
    )
    said = lines(*parts, *_how_often_wrong(fetch), words.say(sentences.reasons.WHY_NEVER))
    return Message(said, _correction(fetch))


def _correction(fetch: FetchRow) -> Keyboard:
    """Return the row by which the owner may know better than the judge, if there is one."""
    key = correction_button(fetch.reason, fetch.id)
    return [[key]] if key else []


def _how_often_wrong(fetch: FetchRow) -> list[Markup]:
    """Return a line about how often such a verdict was wrong, if enough of them were collected."""
    found = calibration.of(fetch.kind, fetch.reason, fetch.confidence)
    if found is None:
        return []
    return [words.say(sentences.reasons.WHY_WRONG, wrong=found.wrong, judged=found.judged)]
