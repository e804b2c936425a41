"""What does this fetch mean for its link?

The rules stand in the order in which they are asked; the first that answers is the verdict.
Each is a pure function of one fetch, the link's history and the windows.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple

from tracking.facts import (
    DIRECT_CLIENTS,
    IMAGE_PROXIES,
    MACHINE_SIGNS,
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
from tracking.history import History, Statements
from tracking.summary import FetchSummary, Sent, Suspect

STRONG, PROBABLE, WEAK = Confidence.STRONG, Confidence.PROBABLE, Confidence.WEAK


class RuleInput(NamedTuple):
    """One fetch before the judge, with all that it is judged against."""

    fetch: Fetch
    statements: Statements
    summary: FetchSummary
    sent: Sent | None
    windows: Windows


class Judged(NamedTuple):
    verdict: Verdict
    history: History
    """With this fetch in it."""
    exposed: Suspect | None = None
    """An earlier open that this fetch shows to have been a scanner's: `BURST`."""


class Rule(NamedTuple):
    """What it says of a fetch, which is nothing where it is about others; and the sightings it is about."""

    says: Callable[[RuleInput], Verdict | None]
    concerns: Callable[[Sighting], bool] = lambda _: True


def judge(fetch: Fetch, history: History, windows: Windows) -> Verdict:
    """The verdict on one fetch; never raises, whatever the fetch says of itself."""
    return _judge(RuleInput(fetch, history.statements, history.summary, history.sent(), windows))


def _judge(case: RuleInput) -> Verdict:
    for says in _rules_about(case.fetch.sighting):
        if verdict := says(case):
            return verdict
    return Verdict(Kind.NOISE, Reason.UNKNOWN_AGENT, WEAK)


@lru_cache(1024)
def _rules_about(sighting: Sighting) -> tuple[Callable[[RuleInput], Verdict | None], ...]:
    """The rules that are about such sightings, in their order."""
    return tuple(rule.says for rule in RULES if rule.concerns(sighting))


def fold(fetch: Fetch, history: History, windows: Windows) -> Judged:
    """The verdict, and what it leaves behind."""
    statements, summary = history
    case = RuleInput(fetch, statements, summary, history.sent(), windows)
    verdict = _judge(case)
    suspect = summary.suspected(fetch.at, windows.burst) if _is_machine(verdict) else None
    if suspect:
        summary = summary.without_suspect()
    arms = verdict.kind in (Kind.PROXIED, Kind.OPENED) and _arms(case)
    after = History(statements, summary.remember(fetch, verdict, arms=arms, revival=windows.revival))
    return Judged(verdict, after, suspect)


def _is_machine(verdict: Verdict) -> bool:
    return verdict.kind is Kind.SCANNED or verdict.reason in MACHINE_SIGNS


def rejudge(
    fetches: Sequence[Fetch], statements: Statements, windows: Windows, start: FetchSummary = FetchSummary()
) -> tuple[list[Verdict], History]:
    """Judge a link's stored fetches again, in order, knowing all that has been said since.

    `start` is what the fetches before them left behind.
    """
    history, verdicts = History(statements, start), list[Verdict]()
    for fetch in fetches:
        verdict, history, exposed = fold(fetch, history, windows)
        verdicts.append(verdict)
        if exposed:
            correct(verdicts, fetches, exposed.id)
    return verdicts, history


def correct(verdicts: list[Verdict], fetches: Sequence[Fetch], exposed: str) -> None:
    """Write down that an earlier fetch was a scanner's; one that was purged since needs no verdict."""
    for place in reversed(range(len(verdicts))):
        if fetches[place].id == exposed:
            verdicts[place] = BURST
            return


def _ignored(case: RuleInput) -> Verdict | None:
    closed_at = case.statements.closed_at
    return IGNORED if closed_at is not None and case.fetch.at >= closed_at else None


def _is_noise(sighting: Sighting) -> bool:
    return sighting.sign in NOISE_SIGNS


def _noise(case: RuleInput) -> Verdict | None:
    sign = case.fetch.sighting.sign
    return Verdict(Kind.NOISE, sign, WEAK if sign is Reason.UNKNOWN_AGENT else STRONG) if sign else None


def _announced(case: RuleInput) -> Verdict | None:
    fetch, statements = case.fetch, case.statements
    if fetch.id in statements.own:
        return Verdict(Kind.OWN, Reason.THAT_WAS_ME, STRONG)
    if statements.peeks and statements.peeking(fetch.at) and fetch.id not in statements.theirs:
        return Verdict(Kind.OWN, Reason.PEEK, PROBABLE)
    return None


def _before_sent(case: RuleInput) -> Verdict | None:
    if case.sent and case.fetch.at >= case.sent.at:
        return None
    if _arms(case) or _too_late_for_a_draft(case):
        return None
    first = not case.summary.draft_agents
    return Verdict(Kind.ACTIVATED if first else Kind.INSERTED, Reason.BEFORE_SENT, STRONG)


def _arms(case: RuleInput) -> bool:
    """Whether only a receiving side makes this fetch, so that the mail must have been sent by now."""
    fetch, statements, summary = case.fetch, case.statements, case.summary
    agent, _network, sign, _rendered = fetch.sighting
    if summary.inferred_sent or (
        statements.sent and (not statements.sent.exact or fetch.at >= statements.sent.at)
    ):
        return False
    if statements.draft_until is not None and fetch.at <= statements.draft_until:
        return False
    if agent is Agent.GMAIL_PREFETCH:
        return sign is None
    return agent in IMAGE_PROXIES and bool(summary.draft_agents) and agent not in summary.draft_agents


def _too_late_for_a_draft(case: RuleInput) -> bool:
    """Sent was never tapped, and nobody has touched the draft for an hour: it may have been sent."""
    statements, last_draft = case.statements, case.summary.last_draft
    if statements.sent or last_draft is None:
        return False
    return case.fetch.at - max(last_draft, statements.draft_until or last_draft) >= case.windows.draft


def _sender_device(case: RuleInput) -> Verdict | None:
    fetch = case.fetch
    if fetch.device in case.summary.devices and fetch.id not in case.statements.theirs:
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


def _is_in_a_data_centre(sighting: Sighting) -> bool:
    hired = sighting.network in (Network.MICROSOFT, Network.DATACENTRE)
    return hired and sighting.agent is Agent.BROWSER


def _datacentre_browser(case: RuleInput) -> Verdict | None:
    soon = _since_sent(case) <= case.windows.scanner
    return Verdict(Kind.SCANNED, Reason.DATACENTRE_BROWSER, PROBABLE) if soon else None


def _burst(case: RuleInput) -> Verdict | None:
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
    """Seconds since the Sent button; infinite where the moment is not known to the second, or came later."""
    sent = case.sent
    return case.fetch.at - sent.at if sent and sent.exact and sent.at <= case.fetch.at else inf


def _repeat(case: RuleInput) -> Verdict | None:
    fetch, sent, windows = case.fetch, case.sent, case.windows
    view = case.summary.views.get(fetch.sighting.agent)
    if view is None or (sent and view.began < sent.at <= fetch.at):
        return None
    same = fetch.at - view.last <= windows.view and fetch.at - view.began <= windows.longest_view
    return REPEAT if same else None


def _is_shown_to_somebody(sighting: Sighting) -> bool:
    return sighting.agent in IMAGE_PROXIES or sighting.agent in DIRECT_CLIENTS


def _opened(case: RuleInput) -> Verdict | None:
    agent, network, _sign, rendered = case.fetch.sighting
    arms = _arms(case)
    if not case.sent and not arms:
        return Verdict(Kind.OPENED, Reason.MAYBE_DRAFT, WEAK)
    reason, confidence = _how_opened(agent, case.summary.draft_agents, rendered=rendered)
    if arms:
        reason = Reason.OTHER_PROVIDER
    return Verdict(Kind.OPENED, reason, WEAK if network is Network.UNKNOWN else confidence)


def _how_opened(agent: Agent, drafts: frozenset[Agent], *, rendered: bool) -> tuple[Reason, Confidence]:
    if agent is Agent.GMAIL_PROXY:
        return Reason.GMAIL_PROXY, PROBABLE
    if agent in IMAGE_PROXIES:
        return Reason.MAIL_PROXY, PROBABLE
    if agent is Agent.BROWSER:
        return Reason.BROWSER, PROBABLE if rendered else WEAK
    elsewhere = bool(drafts) and agent not in drafts
    return Reason.MAIL_CLIENT, STRONG if elsewhere else PROBABLE


IGNORED = Verdict(Kind.IGNORED, Reason.STOPPED, STRONG)
BURST = Verdict(Kind.SCANNED, Reason.BURST, WEAK)
REPEAT = Verdict(Kind.REPEAT, Reason.SAME_VIEW, STRONG)

RULES = (
    Rule(_ignored),
    Rule(_noise, _is_noise),
    Rule(_announced),
    Rule(_before_sent),
    Rule(_sender_device),
    Rule(_provider_prefetch, _is_prefetch),
    Rule(_scanner, _is_scanner),
    Rule(_datacentre_browser, _is_in_a_data_centre),
    Rule(_burst, lambda sighting: sighting.bare),
    Rule(_apple_prefetch, lambda sighting: sighting.agent is Agent.APPLE_MPP),
    Rule(_first_seconds),
    Rule(_repeat),
    Rule(_opened, _is_shown_to_somebody),
)
