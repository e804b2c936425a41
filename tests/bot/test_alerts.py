"""Alerts: what they claim, why, and what can be answered; and a sentence for everything judged."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import words
from bot.message import Message, pack, unpack
from bot.messages import alerts
from storage.tables import FetchRow
from storage.times import seconds
from tests.bot.builders import LOOK, SENT, fetch, fits_telegram, keys, labels, link, plain, said, verbs
from tests.fetches import NOON
from tests.tracking.stories import GMAIL, YAHOO
from tracking import Agent, Confidence, Kind, Network, Reason, StatementKind, calibration
from tracking.calibration import Calibration
from tracking.no_open import NoOpen
from words import sentences

LATER = NOON + 30 * 86400
OPEN_REASONS = (
    Reason.GMAIL_PROXY,
    Reason.MAIL_PROXY,
    Reason.MAIL_CLIENT,
    Reason.BROWSER,
    Reason.OTHER_PROVIDER,
)


def opened(look: FetchRow | None = None, last_before: float | None = None, *, muted: bool = False) -> Message:
    return alerts.opened(link(SENT, muted=muted), look or fetch(), last_before, LATER)


def test_an_alert_says_what_was_opened_by_whom_when_how_long_after_sending_and_why() -> None:
    text = plain(opened())
    assert text.startswith("👀 contract → landlord was opened ")
    assert ", 2 h 18 min after you sent it.\n" in text
    assert text.endswith("Probable: Gmail loaded the image the way it does when someone opens the mail.")


@pytest.mark.parametrize("reason", OPEN_REASONS)
def test_every_alert_has_buttons_to_ask_why_to_correct_it_and_to_mute(reason: Reason) -> None:
    message = opened(fetch(reason=reason))
    assert [key.callback_data for key in keys(message)] == [f"why:{LOOK}", f"own:{LOOK}", "mute:7"]
    assert "opened" in message.text
    assert words.say(sentences.reasons.REASONS[reason]) in message.text


def test_the_alert_of_a_muted_link_offers_to_unmute_it() -> None:
    assert verbs(opened(muted=True)) == ["why", "own", "unmute"]


def test_an_alert_names_no_span_while_nobody_said_when_the_mail_was_sent() -> None:
    text = plain(alerts.opened(link(), fetch(), None, LATER))
    assert "was opened" in text
    assert "after you sent it" not in text


def test_an_alert_names_no_span_when_the_open_is_what_shows_that_the_mail_was_sent() -> None:
    inferred = link(GMAIL, YAHOO)
    look = fetch(reason=Reason.OTHER_PROVIDER)
    assert "after you sent it" not in plain(alerts.opened(inferred, look, None, LATER))
    assert "after it was sent" not in plain(alerts.why(inferred, look, LATER))


def test_an_alert_names_no_span_for_an_open_before_sending() -> None:
    late = link(said(StatementKind.SENT, LATER))
    assert "after you sent it" not in plain(alerts.opened(late, fetch(), None, LATER))


def test_an_alert_names_no_span_when_its_open_was_confirmed_as_the_time_of_sending() -> None:
    answered_yes = link(said(StatementKind.TOLD_SENT, seconds(fetch().at)))
    assert "after you sent it" not in plain(alerts.opened(answered_yes, fetch(), None, LATER))
    assert "after it was sent" not in plain(alerts.why(answered_yes, fetch(), LATER))


def test_an_alert_after_a_long_sleep_says_how_long_it_was() -> None:
    text = plain(opened(last_before=NOON + 60 + 2 * 3600 + 18 * 60 - 23 * 86400))
    assert text.startswith("🔔 contract → landlord woke up: opened again ")
    assert ", after 23 days." in text


def test_an_alert_that_may_be_about_the_draft_asks() -> None:
    message = alerts.opened(link(), fetch(reason=Reason.MAYBE_DRAFT, confidence=Confidence.WEAK), None, LATER)
    assert "may have been opened" in message.text
    assert "Had you sent it by then?" in message.text
    assert verbs(message) == ["yes", "draft", "why", "own", "mute"]
    assert [key.text for key in keys(message)][:2] == ["Yes", "Still a draft"]


def test_an_alert_says_that_the_address_was_hidden_when_nobody_could_check_it() -> None:
    hidden = fetch(confidence=Confidence.WEAK, network=Network.UNKNOWN)
    assert words.say(sentences.reasons.ADDRESS_HIDDEN) in opened(hidden).text
    assert words.say(sentences.reasons.ADDRESS_HIDDEN) not in opened().text


@pytest.mark.parametrize(
    ("kind", "reason", "sentence", "offered"),
    [
        (Kind.OWN, Reason.THAT_WAS_ME, "was yours. I don’t count it.", ["why", "not_own", "peek"]),
        (Kind.INSERTED, Reason.BEFORE_SENT, "was of your draft. I don’t count it.", ["why"]),
        (Kind.ACTIVATED, Reason.BEFORE_SENT, "was of your draft. I don’t count it.", ["why"]),
        (Kind.PROXIED, Reason.FIRST_SECONDS, "I no longer count the fetch", ["why"]),
        (Kind.SCANNED, Reason.SCANNER_AGENT, "was a scanner’s. I don’t count it.", ["why"]),
        (Kind.SCANNED, Reason.BURST, "It came within two seconds of a scanner", ["why", "person"]),
    ],
)
def test_a_corrected_alert_takes_its_claim_back(
    kind: Kind, reason: Reason, sentence: str, offered: list[str]
) -> None:
    message = opened(fetch(kind, reason, Confidence.STRONG))
    assert sentence in plain(message)
    assert "opened" not in plain(message)
    assert verbs(message) == offered


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason.GMAIL_PREFETCH, "contract → landlord reached Gmail. No sign of an open yet."),
        (Reason.APPLE_PREFETCH, "it proves nothing either way."),
        (Reason.PROVIDER_PREFETCH, "a mail provider fetched the image by itself."),
        (Reason.FIRST_SECONDS, "It may have been your own copy, or the provider."),
    ],
)
def test_a_fetch_by_a_mail_provider_is_explained_by_its_reason(reason: Reason, sentence: str) -> None:
    message = alerts.proxied(link(SENT), fetch(Kind.PROXIED, reason), LATER)
    assert sentence in plain(message)
    assert "opened" not in plain(message)
    assert ("reached Gmail" in plain(message)) is (reason is Reason.GMAIL_PREFETCH)
    assert "contract → landlord" in plain(message)


def test_a_fetch_that_only_claims_to_be_gmails_is_called_that() -> None:
    forged = fetch(
        Kind.PROXIED, Reason.PROVIDER_PREFETCH, Confidence.WEAK,
        agent=Agent.GMAIL_PREFETCH, network=Network.OTHER, sign=Reason.PROVIDER_PREFETCH,
    )  # fmt: skip
    for message in (alerts.proxied(link(SENT), forged, LATER), alerts.why(link(SENT), forged, LATER)):
        assert "something that calls itself Gmail’s prefetcher" in plain(message)
        assert "provider" not in plain(message)
    assert "Weak: It calls itself Gmail’s prefetcher" in plain(alerts.why(link(SENT), forged, LATER))
    noise = fetch(
        Kind.NOISE, Reason.FORGED_PROXY, Confidence.STRONG, network=Network.OTHER, sign=Reason.FORGED_PROXY
    )
    assert "Seen: something that calls itself Gmail," in plain(alerts.why(link(SENT), noise, LATER))


def test_why_says_what_was_fetched_which_rule_decided_what_else_it_could_be_and_how_often_it_was_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calibration, "of", lambda *_: Calibration(judged=50, wrong=1))
    assert plain(alerts.why(link(SENT), fetch(), LATER)).splitlines() == [
        "Why “opened”? contract → landlord",
        "Seen: Gmail’s image proxy, Google’s addresses for images that people open, "
        "on 15 Nov 2023 00:32 UTC.",
        "That is 2 h 18 min after it was sent.",
        "Probable: Gmail loaded the image the way it does when someone opens the mail.",
        "What else it could be: you, opening your own Sent mail in Gmail. Then tap “That was me”.",
        "In the examples I was built with, a verdict like this was wrong 1 time in 50.",
        "A pixel never knows who opened the mail, or whether they read it.",
    ]


def test_why_says_nothing_of_the_collection_where_it_has_too_few() -> None:
    seldom = fetch(Kind.OPENED, Reason.MAYBE_DRAFT, Confidence.WEAK)
    assert calibration.of(seldom.kind, seldom.reason, seldom.confidence) is None
    assert "In the examples" not in plain(alerts.why(link(SENT), seldom, LATER))


def test_why_names_no_span_while_the_time_of_sending_is_not_known() -> None:
    assert "after it was sent" not in plain(alerts.why(link(), fetch(), LATER))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence(reason: Reason) -> None:
    assert sentences.reasons.REASONS[reason].text.endswith(".")


@pytest.mark.parametrize("agent", Agent)
def test_every_agent_has_its_name(agent: Agent) -> None:
    assert sentences.reasons.AGENTS[agent]


@pytest.mark.parametrize("network", Network)
def test_every_network_has_its_name(network: Network) -> None:
    assert sentences.reasons.NETWORKS[network]


@pytest.mark.parametrize("confidence", Confidence)
def test_every_confidence_has_its_word(confidence: Confidence) -> None:
    assert sentences.reasons.CONFIDENCE[confidence]


def test_the_catalogue_has_no_sentence_for_what_does_not_exist() -> None:
    for catalogue, judged in (
        (sentences.reasons.REASONS, Reason),
        (sentences.reasons.AGENTS, Agent),
        (sentences.reasons.NETWORKS, Network),
        (sentences.reasons.CONFIDENCE, Confidence),
        (sentences.reasons.KINDS, Kind),
    ):
        assert {name for name in catalogue if not name.startswith("claimed_")} <= set(judged)
    assert set(sentences.reasons.ALTERNATIVES) == {*Reason, "claimed_prefetch"}
    assert set(sentences.history.SILENCES) == set(NoOpen)


def test_annas_own_open_in_gmail_gets_a_hint_how_to_keep_such_opens_out() -> None:
    own = fetch(Kind.OWN, Reason.THAT_WAS_ME)
    assert "Ask before displaying external images" in plain(opened(own))
    assert "Ask before" not in plain(opened(fetch(Kind.OWN, Reason.THAT_WAS_ME, agent=Agent.OUTLOOK)))


@hypothesis_settings(deadline=None)
@given(labels, labels, st.sampled_from(Reason), st.sampled_from(Agent), st.sampled_from(Network))
def test_every_alert_fits_telegram_however_long_its_names_are(
    label: str, recipient: str, reason: Reason, agent: Agent, network: Network
) -> None:
    named = link(SENT, label=label, recipient=recipient)
    for kind, confidence in product(Kind, Confidence):
        look = fetch(kind, reason, confidence, agent=agent, network=network)
        for message in (
            alerts.opened(named, look, None, LATER),
            alerts.opened(named, look, NOON - LATER, LATER),
            alerts.proxied(named, look, LATER),
            alerts.why(named, look, LATER),
        ):
            assert fits_telegram(message)


@given(labels, labels)
def test_a_message_comes_out_of_the_outbox_as_it_went_in(label: str, recipient: str) -> None:
    answer = alerts.why(link(SENT, label=label, recipient=recipient), fetch(), LATER)
    for message in (answer, answer._replace(keyboard=opened().keyboard), answer._replace(asks=label)):
        again = unpack(pack(message))
        assert (again.text, again.markup, again.asks) == (message.text, message.markup, message.asks)


@pytest.mark.parametrize("kind", Kind)
def test_every_verdict_has_its_sentence(kind: Kind) -> None:
    assert sentences.reasons.KINDS[kind]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(Kind.OPENED, Reason.GMAIL_PROXY), (Kind.INSERTED, Reason.BEFORE_SENT), (Kind.OWN, Reason.PEEK)],
)
def test_a_line_that_waited_says_nothing_that_was_corrected_meanwhile(kind: Kind, reason: Reason) -> None:
    said = plain(alerts.proxied(link(SENT), fetch(kind, reason), LATER))
    assert "fetched the image by itself" not in said


@given(labels, labels)
def test_an_objection_is_reported_without_blame_and_asks_for_nothing(label: str, recipient: str) -> None:
    message = alerts.objected(link(SENT, said(StatementKind.OBJECTED), label=label, recipient=recipient))
    assert fits_telegram(message)
    assert keys(message) == []
    assert "says nothing about you" in plain(message)
    assert "opened" not in words.say(sentences.alerts.OBJECTED, name="")
