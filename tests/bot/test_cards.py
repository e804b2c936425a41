"""The card: what it says and offers in every state of its link, and what it never says."""

import pytest
from hypothesis import given
from telegram import CopyTextButton

import words
from bot.message import Message
from bot.messages.cards import card, changes_at, takes_buttons
from storage.histories import dump
from storage.links import history_of, keep_history
from storage.tables import Link
from storage.times import moment, seconds
from tests.bot.builders import (
    COPY_PAGE,
    PIXEL,
    PUBLIC,
    SENT,
    Event,
    fits_telegram,
    keys,
    labels,
    link,
    plain,
    said,
    verbs,
)
from tests.fetches import APPLE, CHROME, GMAIL, NOON, OUTLOOK, PREFETCH
from tracking import (
    Agent,
    Fetch,
    History,
    Network,
    Reason,
    Sighting,
    Statement,
    StatementKind,
    Windows,
)
from tracking.no_open import NoOpen, explain_no_open
from tracking.verdicts import fold
from words import Sentence, sentences

PREPARED = Sighting(Agent.MAIL_PROXY, Network.OTHER, sign=Reason.PROVIDER_PREFETCH)
SCRIPT = Sighting(Agent.BROWSER, Network.OTHER, sign=Reason.UNLIKE_A_BROWSER)
LATE_SCANNER = Sighting(Agent.BROWSER, Network.MICROSOFT)
CURL = Sighting(Agent.TOOL, Network.OTHER, sign=Reason.TOOL)
YAHOO = Sighting(Agent.YAHOO_PROXY, Network.OTHER)
SENT_AND_STOPPED = (SENT, GMAIL, said(StatementKind.STOPPED, NOON + 9000))
SENT_AND_OBJECTED = (SENT, GMAIL, said(StatementKind.OBJECTED, NOON + 9000))
SENT_WHILE_AWAY = Statement(StatementKind.SENT, NOON + 7200, since=NOON + 60)
MUCH_LATER = NOON + 30 * 86400
FORTNIGHT = 14 * 86400.0
LOOKED = NOON + 1800
"""The time of an open that is the second event."""

STATES: dict[str, tuple[Event, ...]] = {
    "new": (),
    "in the draft": (GMAIL,),
    "in the draft twice": (GMAIL, GMAIL),
    "sent": (SENT,),
    "sent from the draft": (GMAIL, said(StatementKind.SENT, NOON + 1000)),
    "sent, as told": (SENT, said(StatementKind.TOLD_SENT, NOON - 300)),
    "sent while the bot was away": (SENT_WHILE_AWAY,),
    "opened after that": (SENT_WHILE_AWAY, *[GMAIL] * 7),
    "sent, image in the mail": (SENT, said(StatementKind.PASTED)),
    "sent, says Gmail": (CHROME, PREFETCH),
    "sent, says another provider": (GMAIL, YAHOO),
    "at Gmail": (SENT, PREFETCH),
    "at Apple": (SENT, APPLE),
    "at a provider": (SENT, PREPARED),
    "in the first seconds": (said(StatementKind.SENT, NOON + 1799), GMAIL),
    "opened once": (SENT, GMAIL),
    "opened often": (SENT, GMAIL, OUTLOOK, CHROME),
    "maybe opened": (GMAIL, *[CURL] * 8, GMAIL),
    "opened by Anna": (SENT, said(StatementKind.PEEK, NOON, until=MUCH_LATER), GMAIL),
    "stopped": SENT_AND_STOPPED,
    "objected": SENT_AND_OBJECTED,
}
every_state = pytest.mark.parametrize("events", STATES.values(), ids=list(STATES))


UNSEEN = ["pasted", "not_pasted"]


def shown(
    what: Link, now: float = MUCH_LATER, public_url: str = PUBLIC, copy_page: str = COPY_PAGE
) -> Message:
    return card(what, public_url=public_url, copy_page=copy_page, now=now, revival=FORTNIGHT)


def test_a_new_card_has_all_that_a_person_needs() -> None:
    message = shown(link())
    assert "<b>contract</b> → landlord · #3" in message.text
    assert f"<code>{PIXEL}</code>" in message.text
    copy, page, sent, apps = keys(message)
    assert copy.copy_text == CopyTextButton(PIXEL)
    assert page.url == COPY_PAGE
    assert sent.callback_data == "sent:7"
    assert apps.callback_data == "apps:7"
    assert "1. Tap" in message.text


@every_state
def test_the_address_can_be_copied_as_long_as_it_records(events: tuple[Event, ...]) -> None:
    message = shown(link(*events))
    assert f"<code>{PIXEL}</code>" in message.text
    copies = [key.copy_text.text for key in keys(message) if key.copy_text]
    records = not {SENT_AND_STOPPED, SENT_AND_OBJECTED} & {events}
    assert copies == ([PIXEL] if records else [])


@every_state
def test_a_card_leaves_the_word_opened_to_the_alert_and_counts_with_a_capital(
    events: tuple[Event, ...],
) -> None:
    for muted in (False, True):
        message = shown(link(*events, muted=muted))
        assert "opened" not in plain(message)


@every_state
def test_a_card_says_draft_once_a_draft_was_seen_and_never_before(events: tuple[Event, ...]) -> None:
    seen = "see it in your draft" in plain(shown(link(*events)))
    unseen = "never saw the image in your draft" in plain(shown(link(*events)))
    assert (seen or unseen) == ("draft" in plain(shown(link(*events))).lower())
    assert seen == (bool(events) and isinstance(events[0], Sighting))


@every_state
def test_every_card_fits_telegram(events: tuple[Event, ...]) -> None:
    for muted in (False, True):
        assert fits_telegram(shown(link(*events, muted=muted), now=NOON + 60))


@given(labels, labels)
def test_every_card_fits_telegram_whatever_things_are_called(label: str, recipient: str) -> None:
    message = shown(link(CHROME, SENT, GMAIL, GMAIL, label=label, recipient=recipient), now=NOON + 60)
    assert fits_telegram(message)
    assert f"<code>{PIXEL}</code>" in message.text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("new", "Paste the image into your mail."),
        ("in the draft", "I see it in your draft. Paste worked."),
        ("sent", "📨 Sent"),
        ("sent, as told", "as you told me. Watching."),
        ("sent, says Gmail", "Gmail’s prefetcher fetched it ahead of time, for an inbox."),
        (
            "sent, says another provider",
            "A mail provider other than the one you wrote with loaded the image.",
        ),
        ("at Gmail", "Reached Gmail. No sign of an open yet."),
        ("at Apple", "That proves nothing either way."),
        ("at a provider", "Something fetched it ahead of time, as mail providers do."),
        ("in the first seconds", "It may be your own copy."),
        ("opened once", "👀 Opened "),
        ("opened often", "👀 Opened 3 times"),
        ("stopped", "⏹ Stopped."),
        ("objected", "Stopped on the mail’s page, for good."),
    ],
)
def test_a_card_says_where_its_mail_stands(state: str, sentence: str) -> None:
    assert sentence in plain(shown(link(*STATES[state])))


@pytest.mark.parametrize("program", [SCRIPT, LATE_SCANNER], ids=["a script", "a scanner that comes late"])
def test_a_card_tells_of_a_program_quietly_and_asks_whether_it_was_a_person(program: Sighting) -> None:
    message = shown(link(SENT, program))
    assert "🤖 A program fetched it " in message.text
    assert f"person:{2:032x}" in [key.callback_data for key in keys(message)]
    assert "opened" not in message.text
    assert fits_telegram(message)


def test_a_card_tells_of_the_senders_own_device_and_lets_them_deny_it() -> None:
    made, history = link(), History()
    history = fold(Fetch("draft", NOON, CHROME, "laptop"), history, Windows()).history
    history = history._replace(statements=history.statements.apply(SENT))
    keep_history(made, fold(Fetch("own", LOOKED, CHROME, "laptop"), history, Windows()).history)
    message = shown(made)
    assert "looks like yours: the same device as your draft. " in message.text
    assert "not_own:own" in [key.callback_data for key in keys(message)]


def test_a_quiet_fetch_can_be_asked_why() -> None:
    assert f"why:{2:032x}" in [key.callback_data for key in keys(shown(link(SENT, SCRIPT)))]


def test_a_newer_quiet_fetch_takes_the_place_of_the_older_one() -> None:
    message = shown(link(SENT, SCRIPT, SCRIPT))
    assert message.text.count("🤖") == 1
    assert [key.callback_data for key in keys(message)].count(f"person:{3:032x}") == 1


def test_a_quiet_fetch_that_was_a_person_is_an_open_and_asks_nothing_more() -> None:
    message = shown(link(SENT, said(StatementKind.NOT_OWN, NOON, of=f"{3:032x}"), SCRIPT))
    assert "🤖" not in message.text
    assert "👀" in message.text
    assert "person" not in verbs(message)


def test_a_card_asks_about_a_quiet_fetch_before_the_mail_is_known_as_sent() -> None:
    assert verbs(shown(link(CHROME, *[CURL] * 8, SCRIPT))) == ["sent", "why", "person", "apps"]


@pytest.mark.parametrize("ended", [StatementKind.STOPPED, StatementKind.OBJECTED])
def test_a_link_that_records_nothing_any_more_asks_about_no_fetch(ended: StatementKind) -> None:
    message = shown(link(SENT, SCRIPT, said(ended, NOON + 9000)))
    assert "🤖" not in message.text
    assert "person" not in verbs(message)


@pytest.mark.parametrize(
    "state", ["at Apple", "at a provider", "in the first seconds", "sent, says another provider"]
)
def test_only_gmails_own_prefetch_says_that_it_reached_gmail(state: str) -> None:
    assert "Reached Gmail" not in plain(shown(link(*STATES[state])))


@pytest.mark.parametrize(
    ("state", "now", "offered"),
    [
        ("new", NOON, ["sent", "apps"]),
        ("in the draft", NOON, ["sent", "apps"]),
        ("sent", NOON + 60, [*UNSEEN, "ago5", "ago15", "ago60", "mute", "stop"]),
        ("sent", NOON + 3659, [*UNSEEN, "ago5", "ago15", "ago60", "mute", "stop"]),
        ("sent", NOON + 3660, [*UNSEEN, "mute", "stop"]),
        ("sent, as told", NOON + 60, [*UNSEEN, "mute", "stop"]),
        ("sent, image in the mail", NOON + 60, ["ago5", "ago15", "ago60", "mute", "stop"]),
        ("sent, says Gmail", NOON + 1800, ["draft", "mute", "stop"]),
        ("opened once", MUCH_LATER, ["mute", "stop"]),
        ("maybe opened", MUCH_LATER, ["sent", "apps"]),
        ("stopped", MUCH_LATER, ["resume"]),
        ("objected", MUCH_LATER, []),
    ],
)
def test_a_card_offers_what_can_be_said_now(state: str, now: float, offered: list[str]) -> None:
    assert verbs(shown(link(*STATES[state]), now)) == offered


def test_a_muted_card_says_so_and_offers_to_speak_again() -> None:
    message = shown(link(SENT, muted=True))
    assert "🔕 Muted" in message.text
    assert verbs(message) == [*UNSEEN, "unmute", "stop"]


def test_a_stopped_link_is_stopped_whether_it_was_muted_or_not() -> None:
    assert "Muted" not in shown(link(*STATES["stopped"], muted=True)).text


@pytest.mark.parametrize("host", ["http://localhost:8000", "http://readback", "http://[::1]:8000"])
def test_a_page_that_telegram_takes_no_button_for_is_written_out(host: str) -> None:
    page = f"{host}/copy/7-0123456789abcdef0123456789abcdef"
    assert not takes_buttons(page)
    message = shown(link(), public_url=host, copy_page=page)
    assert page in plain(message)
    assert [key.url for key in keys(message) if key.url] == []
    assert [key.copy_text.text for key in keys(message) if key.copy_text] == [PIXEL.replace(PUBLIC, host)]


@pytest.mark.parametrize("host", ["https://readback.example", "http://127.0.0.1:8000", "https://a.b.c:444/d"])
def test_a_page_with_a_dot_in_its_host_has_a_button(host: str) -> None:
    assert takes_buttons(f"{host}/copy/x")


def test_what_things_are_called_is_escaped_shortened_and_kept_in_its_line() -> None:
    message = shown(link(label="<b>R&D</b>\n" + "x" * 100, recipient="\u202eאבא"))
    assert "<b>&lt;b&gt;R&amp;D&lt;/b&gt; xxx" in message.text
    assert "…</b> → \u2068אבא\u2069 · #3\n" in message.text


def aged(days: float) -> Link:
    """A link that was opened, and again after so many days."""
    history = fold(Fetch("later", LOOKED + days * 86400, GMAIL), history_of(link(SENT, GMAIL)), Windows())
    woken = link(SENT, GMAIL)
    woken.history = dump(history.history)
    return woken


def test_a_card_falls_asleep_a_fortnight_after_the_last_look() -> None:
    looked_at = link(SENT, GMAIL)
    assert "💤" not in shown(looked_at, LOOKED + FORTNIGHT - 1).text
    assert "💤 Asleep: no open since then." in shown(looked_at, LOOKED + FORTNIGHT).text
    assert "💤" not in shown(link(SENT), MUCH_LATER).text
    assert "💤" not in shown(link(SENT, GMAIL, said(StatementKind.STOPPED, NOON + 9000)), MUCH_LATER).text


def test_a_card_that_woke_up_says_after_how_long_until_it_sleeps_again() -> None:
    woken, at = aged(23), LOOKED + 23 * 86400
    assert "🔔 Woke up " in shown(woken, at + 60).text
    assert "after 23 days." in plain(shown(woken, at + 60))
    assert "Asleep" not in shown(woken, at + 60).text
    assert "Woke up" not in shown(woken, at + FORTNIGHT).text
    assert "Asleep" in shown(woken, at + FORTNIGHT).text
    assert "Woke up" not in shown(aged(13), LOOKED + 13 * 86400).text


@every_state
@pytest.mark.parametrize("days_left", [None, 9])
def test_a_card_says_when_it_will_look_different(events: tuple[Event, ...], days_left: int | None) -> None:
    what = link(*events)
    what.deadline = None if days_left is None else moment(NOON + days_left * 86400)
    at: float | None = NOON + 9000
    while at is not None:
        then = changes_at(what, at, FORTNIGHT)
        assert then is None or then > at
        until = NOON + 90 * 86400 if then is None else then
        assert shown(what, at) == shown(what, until - 1)
        at = then


def test_the_promise_to_speak_up_before_a_deadline_ends_with_the_last_chance_to() -> None:
    notice = link(SENT)
    notice.deadline = end = moment(NOON + 3 * 86400)
    assert "I’ll remind you before then" in shown(notice, NOON + 3600).text
    near = plain(shown(notice, seconds(end) - 15 * 3600))
    assert "⏳ Deadline: " in near
    assert "remind you" not in near
    assert "has passed. I saw no open before it." in shown(notice, seconds(end) + 1).text


@pytest.mark.parametrize("state", ["stopped", "objected"])
def test_a_stopped_card_neither_watches_nor_asks_when_it_was_sent(state: str) -> None:
    text = plain(shown(link(*STATES[state]), NOON + 9060))
    assert "📨 Sent " in text
    assert "Watching" not in text
    assert "Sent it earlier?" not in text


@pytest.mark.parametrize(
    "state",
    ["new", "in the draft", "sent from the draft", "at Gmail", "at Apple", "opened once", "stopped"],
)
def test_only_a_sent_mail_of_which_nothing_was_ever_seen_makes_the_card_ask(state: str) -> None:
    assert "Is it in the mail?" not in plain(shown(link(*STATES[state])))
    assert "Is it in the mail?" in plain(shown(link(SENT)))


@pytest.mark.parametrize("happened", [CURL, SCRIPT, GMAIL])
def test_whatever_goes_through_the_mail_answers_that_question_for_good(happened: Event) -> None:
    assert "Is it in the mail?" not in plain(shown(link(SENT, happened)))


def test_not_yet_makes_it_a_draft_again_and_the_next_sent_asks_anew() -> None:
    draft = link(SENT, said(StatementKind.PASTED), said(StatementKind.DRAFT, NOON + 120))
    assert "1. Tap" in shown(draft).text
    assert "Is it in the mail?" not in plain(shown(draft))
    again = link(SENT, said(StatementKind.PASTED), said(StatementKind.DRAFT), said(StatementKind.SENT))
    assert "Is it in the mail?" in plain(shown(again))


def test_the_story_asks_too_and_explains_nothing_that_was_answered() -> None:
    assert explain_no_open(history_of(link(SENT)), MUCH_LATER) is NoOpen.NOT_PASTED
    pasted = history_of(link(SENT, said(StatementKind.PASTED)))
    assert explain_no_open(pasted, MUCH_LATER) is NoOpen.NOTHING


@pytest.mark.parametrize("caution", [sentences.cards.CARD_LOCAL, sentences.cards.CARD_LOCAL_DEMO])
def test_a_link_that_only_this_machine_reaches_is_handed_out_with_that(caution: Sentence) -> None:
    for events, told in ((), True), ((GMAIL,), True), ((SENT,), False):
        message = card(
            link(*events),
            public_url=PUBLIC,
            copy_page=COPY_PAGE,
            now=NOON,
            revival=FORTNIGHT,
            caution=caution,
        )
        assert (words.plain(caution) in plain(message)) is told
