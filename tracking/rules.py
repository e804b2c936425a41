"""The rules of judging in their order, `RULES`. The first that answers gives the verdict.

Each is a pure function of one fetch, the link's history and the windows.
"""

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from tracking import views
from tracking.facts import (
    DIRECT_CLIENTS,
    IMAGE_PROXIES,
    NOISE_SIGNS,
    Agent,
    Confidence,
    Fetch,
    Kind,
    Network,
    Reason,
    Sighting,
    Verdict,
    Windows,
)
from tracking.history import Statements
from tracking.summary import FetchSummary, Sent

STRONG, PROBABLE, WEAK = Confidence.STRONG, Confidence.PROBABLE, Confidence.WEAK


class RuleInput(NamedTuple):
    """The input of a rule: one fetch, and all that it is judged against."""

    fetch: Fetch
    statements: Statements
    summary: FetchSummary
    sent: Sent | None
    windows: Windows


class Rule(NamedTuple):
    """A rule of judging."""

    says: Callable[[RuleInput], Verdict | None]
    """Returns the verdict, or None if the rule does not apply."""
    concerns: Callable[[Sighting], bool] = lambda _: True
    """Returns False for sightings to which it can never apply."""


def _ignored(case: RuleInput) -> Verdict | None:
    closed_at = case.statements.closed_at
    return IGNORED if closed_at is not None and case.fetch.at >= closed_at else None


def _is_noise(sighting: Sighting) -> bool:
    return sighting.sign in NOISE_SIGNS


def _noise(case: RuleInput) -> Verdict | None:
    sign = case.fetch.sighting.sign
    return Verdict(Kind.NOISE, sign, WEAK if sign is Reason.UNKNOWN_AGENT else STRONG) if sign else None


def _said_by_owner(case: RuleInput) -> Verdict | None:
    fetch, statements = case.fetch, case.statements
    if fetch.id in statements.own:
        return Verdict(Kind.OWN, Reason.THAT_WAS_ME, STRONG)
    if statements.peeks and statements.is_peeking(fetch.at) and fetch.id not in statements.not_own:
        return Verdict(Kind.OWN, Reason.PEEK, PROBABLE)
    return None


def _before_sent(case: RuleInput) -> Verdict | None:
    if case.sent and case.fetch.at >= case.sent.at:
        return None
    if shows_it_was_sent(case) or _too_late_for_a_draft(case) or _may_be_sent(case):
        return None
    first = not case.summary.draft_agents
    return Verdict(Kind.ACTIVATED if first else Kind.INSERTED, Reason.BEFORE_SENT, STRONG)


def shows_it_was_sent(case: RuleInput) -> bool:
    """Return True if only a receiving side makes this fetch, so that the mail must have been sent by now.

    Gmail's prefetch comes when a mail arrives. An image proxy unlike every agent seen in the draft belongs to
    a provider that the sender does not use. Neither shows anything new if the sending is known already, or if
    the owner has said since that the mail was still a draft.
    """
    fetch, statements, summary = case.fetch, case.statements, case.summary
    agent, network, sign, _rendered = fetch.sighting
    if summary.inferred_sent or (
        statements.sent and (not statements.sent.exact or fetch.at >= statements.sent.at)
    ):
        return False
    if statements.draft_until is not None and fetch.at <= statements.draft_until:
        return False
    if agent is Agent.GMAIL_PREFETCH:
        # Anybody can write its user agent: without an address it proves no sending.
        return sign is None and network is not Network.UNKNOWN
    drafted_with = summary.draft_agents
    # A draft pasted from a browser into webmail is fetched by the provider's proxy when it is reopened.
    return agent in IMAGE_PROXIES and bool(drafted_with) and drafted_with.isdisjoint({agent, Agent.BROWSER})


def _may_be_sent(case: RuleInput) -> bool:
    """Return True if Sent was tapped while the bot was away, and so maybe before this fetch, maybe after."""
    sent = case.sent
    return sent is not None and sent.since is not None and sent.since < case.fetch.at < sent.at


def _too_late_for_a_draft(case: RuleInput) -> bool:
    """Return True if nobody tapped Sent, and nobody touched the draft for an hour: it may be sent by now."""
    statements, last_draft = case.statements, case.summary.last_draft
    if statements.sent or last_draft is None:
        return False
    return case.fetch.at - max(last_draft, statements.draft_until or last_draft) >= case.windows.draft


def _sender_device(case: RuleInput) -> Verdict | None:
    fetch = case.fetch
    if fetch.device in case.summary.devices and fetch.id not in case.statements.not_own:
        return Verdict(Kind.OWN, Reason.SENDER_DEVICE, PROBABLE)
    return None


def _is_prefetch(sighting: Sighting) -> bool:
    return sighting.sign is Reason.PROVIDER_PREFETCH or sighting.agent is Agent.GMAIL_PREFETCH


def _provider_prefetch(case: RuleInput) -> Verdict | None:
    agent, network, sign, _rendered = case.fetch.sighting
    if sign is Reason.PROVIDER_PREFETCH:
        return Verdict(Kind.PROXIED, sign, WEAK if agent is Agent.GMAIL_PREFETCH else PROBABLE)
    return Verdict(Kind.PROXIED, Reason.GMAIL_PREFETCH, WEAK if network is Network.UNKNOWN else STRONG)


def _is_scanner(sighting: Sighting) -> bool:
    agent, network, sign, _rendered = sighting
    return sign is Reason.SCANNER_AGENT or (network is Network.MAIL_SECURITY and agent in DIRECT_CLIENTS)


def _scanner(case: RuleInput) -> Verdict | None:
    named = case.fetch.sighting.sign is Reason.SCANNER_AGENT
    return Verdict(Kind.SCANNED, Reason.SCANNER_AGENT if named else Reason.SCANNER_NETWORK, STRONG)


def _is_bare_in_a_data_centre(sighting: Sighting) -> bool:
    return sighting.is_bare_browser and sighting.network in (
        Network.MICROSOFT,
        Network.DATACENTRE,
        Network.GOOGLE,
    )


def _datacentre_browser(case: RuleInput) -> Verdict | None:
    """Call it a scanner's at any time: they also come seven and twelve minutes after sending."""
    return None if is_a_person(case) else Verdict(Kind.SCANNED, Reason.DATACENTRE_BROWSER, PROBABLE)


def _unlike_a_browser(case: RuleInput) -> Verdict | None:
    return None if is_a_person(case) else Verdict(Kind.SCANNED, Reason.UNLIKE_A_BROWSER, WEAK)


def _returned(case: RuleInput) -> Verdict | None:
    """Recognise a program that scanned this link before, from the same or from another address."""
    fetch, scanners = case.fetch, case.summary.scanners
    known = fetch.program in scanners or (fetch.device is not None and fetch.device in scanners)
    return Verdict(Kind.SCANNED, Reason.RETURNED, PROBABLE) if known and not is_a_person(case) else None


def is_a_person(case: RuleInput) -> bool:
    """Return True if the owner has said that this fetch was a recipient's."""
    return case.fetch.id in case.statements.not_own


def _burst(case: RuleInput) -> Verdict | None:
    if is_a_person(case):
        return None
    machine_at = case.summary.machine_at
    soon = machine_at is not None and abs(case.fetch.at - machine_at) <= case.windows.burst
    return BURST if soon else None


def _apple_prefetch(case: RuleInput) -> Verdict | None:
    network = case.fetch.sighting.network
    confidence = {Network.APPLE_RELAY: STRONG, Network.UNKNOWN: WEAK}.get(network, PROBABLE)
    return Verdict(Kind.PROXIED, Reason.APPLE_PREFETCH, confidence)


def _first_seconds(case: RuleInput) -> Verdict | None:
    if _since_sent(case) <= case.windows.settle:
        return Verdict(Kind.PROXIED, Reason.FIRST_SECONDS, PROBABLE)
    return None


def _since_sent(case: RuleInput) -> float:
    """Return the seconds since somebody tapped Sent; infinite if nobody did, or not before this fetch.

    Infinite also if the bot was away then: the mail had left before, by how much is not known.
    """
    sent = case.sent
    known = sent and sent.exact and sent.since is None and sent.at <= case.fetch.at
    return case.fetch.at - sent.at if sent and known else inf


def _repeat(case: RuleInput) -> Verdict | None:
    fetch, sent, windows = case.fetch, case.sent, case.windows
    view = case.summary.views.get(fetch.sighting.agent)
    if view is None:
        return None
    if sent and view.began < (sent.at if sent.since is None else sent.since) <= fetch.at:
        return None
    return REPEAT if views.goes_on(view.began, view.last, fetch.at, windows) else None


def _is_shown_to_somebody(sighting: Sighting) -> bool:
    return sighting.agent in IMAGE_PROXIES or sighting.agent in DIRECT_CLIENTS


def _opened(case: RuleInput) -> Verdict | None:
    agent, network, _sign, rendered = case.fetch.sighting
    shows_sent = shows_it_was_sent(case)
    if not case.sent and not shows_sent:
        return Verdict(Kind.OPENED, Reason.MAYBE_DRAFT, WEAK)
    if _may_be_sent(case) and not shows_sent:
        return Verdict(Kind.OPENED, Reason.MAYBE_UNSENT, WEAK)
    reason, confidence = _how_opened(agent, network, rendered=rendered)
    if shows_sent:
        reason = Reason.OTHER_PROVIDER
    return Verdict(Kind.OPENED, reason, WEAK if network is Network.UNKNOWN else confidence)


def _how_opened(agent: Agent, network: Network, *, rendered: bool) -> tuple[Reason, Confidence]:
    """Return the reason and the confidence. It is never strong: it may be a second device of the sender's."""
    if agent is Agent.GMAIL_PROXY:
        listed = network is not Network.GOOGLE
        return (Reason.GMAIL_PROXY, PROBABLE) if listed else (Reason.UNLISTED_GOOGLE, WEAK)
    if agent in IMAGE_PROXIES:
        return Reason.MAIL_PROXY, PROBABLE
    if agent is Agent.BROWSER:
        return Reason.BROWSER, PROBABLE if rendered else WEAK
    return Reason.MAIL_CLIENT, PROBABLE


IGNORED = Verdict(Kind.IGNORED, Reason.STOPPED, STRONG)
BURST = Verdict(Kind.SCANNED, Reason.BURST, WEAK)
REPEAT = Verdict(Kind.REPEAT, Reason.SAME_VIEW, STRONG)

RULES = (
    Rule(_ignored),
    Rule(_noise, _is_noise),
    Rule(_said_by_owner),
    Rule(_before_sent),
    Rule(_sender_device),
    Rule(_provider_prefetch, _is_prefetch),
    Rule(_scanner, _is_scanner),
    Rule(_datacentre_browser, _is_bare_in_a_data_centre),
    Rule(_unlike_a_browser, lambda sighting: sighting.sign is Reason.UNLIKE_A_BROWSER),
    Rule(_returned, lambda sighting: sighting.is_bare_browser),
    Rule(_burst, lambda sighting: sighting.is_bare_browser),
    Rule(_apple_prefetch, lambda sighting: sighting.agent is Agent.APPLE_MPP),
    Rule(_first_seconds),
    Rule(_repeat),
    Rule(_opened, _is_shown_to_somebody),
)
