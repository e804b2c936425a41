"""What does this fetch mean for its link?

The rules stand in the order in which they are asked; the first that answers is the verdict.
Each is a pure function of one fetch, the link's history and the windows.
"""

from collections.abc import Callable, Sequence

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
    Verdict,
    Windows,
)
from tracking.history import History, Memory, Said

STRONG, PROBABLE, WEAK = Confidence.STRONG, Confidence.PROBABLE, Confidence.WEAK

Rule = Callable[[Fetch, History, Windows], Verdict | None]


def judge(fetch: Fetch, history: History, windows: Windows) -> Verdict:
    """The verdict on one fetch; never raises, whatever the fetch says of itself."""
    for rule in RULES:
        if verdict := rule(fetch, history, windows):
            return verdict
    return Verdict(Kind.NOISE, Reason.UNKNOWN_AGENT, WEAK)


def take_in(fetch: Fetch, history: History, windows: Windows) -> tuple[Verdict, History]:
    """The verdict, and the history with this fetch in it."""
    verdict = judge(fetch, history, windows)
    arms = verdict.kind in (Kind.PROXIED, Kind.OPENED) and _arms(fetch, history)
    return verdict, History(history.said, history.memory.remember(fetch, verdict, arms=arms))


def rejudge(
    fetches: Sequence[Fetch], said: Said, windows: Windows, start: Memory = Memory()
) -> tuple[list[Verdict], History]:
    """Judge a link's stored fetches again, in order, knowing all that has been said since.

    `start` is what the fetches before them left behind.
    """
    history, verdicts = History(said, start), []
    for fetch in fetches:
        verdict, history = take_in(fetch, history, windows)
        verdicts.append(verdict)
    return verdicts, history


def _ignored(fetch: Fetch, history: History, _: Windows) -> Verdict | None:
    closed_at = history.said.closed_at
    if closed_at is not None and fetch.at >= closed_at:
        return Verdict(Kind.IGNORED, Reason.STOPPED, STRONG)
    return None


def _noise(fetch: Fetch, _: History, __: Windows) -> Verdict | None:
    sign = fetch.sighting.sign
    if sign in NOISE_SIGNS:
        return Verdict(Kind.NOISE, sign, WEAK if sign is Reason.UNKNOWN_AGENT else STRONG)
    return None


def _announced(fetch: Fetch, history: History, _: Windows) -> Verdict | None:
    said = history.said
    if fetch.id in said.own:
        return Verdict(Kind.OWN, Reason.THAT_WAS_ME, STRONG)
    if said.peeking(fetch.at) and fetch.id not in said.theirs:
        return Verdict(Kind.OWN, Reason.PEEK, PROBABLE)
    return None


def _before_sent(fetch: Fetch, history: History, windows: Windows) -> Verdict | None:
    sent = history.sent()
    if sent and fetch.at >= sent.at:
        return None
    if _arms(fetch, history) or _too_late_for_a_draft(fetch, history, windows):
        return None
    first = not history.memory.draft_agents
    return Verdict(Kind.ACTIVATED if first else Kind.INSERTED, Reason.BEFORE_SENT, STRONG)


def _arms(fetch: Fetch, history: History) -> bool:
    """Whether only a receiving side makes this fetch, so that the mail must have been sent by now."""
    said, memory = history
    agent = fetch.sighting.agent
    if memory.armed or (said.sent and (not said.sent.exact or fetch.at >= said.sent.at)):
        return False
    if said.draft_until is not None and fetch.at <= said.draft_until:
        return False
    if agent is Agent.GMAIL_PREFETCH:
        return True
    return agent in IMAGE_PROXIES and bool(memory.draft_agents) and agent not in memory.draft_agents


def _too_late_for_a_draft(fetch: Fetch, history: History, windows: Windows) -> bool:
    """Sent was never tapped, and nobody has touched the draft for an hour: it may have been sent."""
    said, last_draft = history.said, history.memory.last_draft
    if said.sent or last_draft is None:
        return False
    return fetch.at - max(last_draft, said.draft_until or last_draft) >= windows.draft


def _sender_device(fetch: Fetch, history: History, _: Windows) -> Verdict | None:
    if fetch.device in history.memory.devices and fetch.id not in history.said.theirs:
        return Verdict(Kind.OWN, Reason.SENDER_DEVICE, PROBABLE)
    return None


def _provider_prefetch(fetch: Fetch, _: History, __: Windows) -> Verdict | None:
    agent, network, sign, _rendered = fetch.sighting
    if agent is Agent.GMAIL_PREFETCH:
        return Verdict(Kind.PROXIED, Reason.GMAIL_PREFETCH, WEAK if network is Network.UNKNOWN else STRONG)
    if sign is Reason.PROVIDER_PREFETCH:
        return Verdict(Kind.PROXIED, sign, PROBABLE)
    return None


def _scanner(fetch: Fetch, history: History, windows: Windows) -> Verdict | None:
    agent, network, sign, _rendered = fetch.sighting
    if sign is Reason.SCANNER_AGENT:
        return Verdict(Kind.SCANNED, sign, STRONG)
    if network is Network.MAIL_SECURITY and agent in DIRECT_CLIENTS:
        return Verdict(Kind.SCANNED, Reason.SCANNER_NETWORK, STRONG)
    soon = _since_exact_sent(fetch, history) <= windows.scanner
    if soon and agent is Agent.BROWSER and network in (Network.MICROSOFT, Network.DATACENTRE):
        return Verdict(Kind.SCANNED, Reason.DATACENTRE_BROWSER, PROBABLE)
    return None


def _apple_prefetch(fetch: Fetch, _: History, __: Windows) -> Verdict | None:
    agent, network, _sign, _rendered = fetch.sighting
    if agent is not Agent.APPLE_MPP:
        return None
    confidence = {Network.APPLE_RELAY: STRONG, Network.UNKNOWN: WEAK}.get(network, PROBABLE)
    return Verdict(Kind.PROXIED, Reason.APPLE_PREFETCH, confidence)


def _first_seconds(fetch: Fetch, history: History, windows: Windows) -> Verdict | None:
    if _since_exact_sent(fetch, history) <= windows.settle:
        return Verdict(Kind.PROXIED, Reason.FIRST_SECONDS, PROBABLE)
    return None


def _since_exact_sent(fetch: Fetch, history: History) -> float:
    """Seconds since the Sent button; infinite where the moment is not known to the second."""
    sent = history.sent()
    return fetch.at - sent.at if sent and sent.exact else float("inf")


def _repeat(fetch: Fetch, history: History, windows: Windows) -> Verdict | None:
    view, sent = history.memory.views.get(fetch.sighting.agent), history.sent()
    if view is None or (sent and view.began < sent.at <= fetch.at):
        return None
    if fetch.at - view.last <= windows.view and fetch.at - view.began <= windows.longest_view:
        return Verdict(Kind.REPEAT, Reason.SAME_VIEW, STRONG)
    return None


def _opened(fetch: Fetch, history: History, _: Windows) -> Verdict | None:
    agent, network, _sign, rendered = fetch.sighting
    if agent not in IMAGE_PROXIES and agent not in DIRECT_CLIENTS:
        return None
    if not history.sent() and not _arms(fetch, history):
        return Verdict(Kind.OPENED, Reason.MAYBE_DRAFT, WEAK)
    reason, confidence = _how_opened(agent, history, rendered=rendered)
    if _arms(fetch, history):
        reason = Reason.OTHER_PROVIDER
    return Verdict(Kind.OPENED, reason, WEAK if network is Network.UNKNOWN else confidence)


def _how_opened(agent: Agent, history: History, *, rendered: bool) -> tuple[Reason, Confidence]:
    if agent is Agent.GMAIL_PROXY:
        return Reason.GMAIL_PROXY, PROBABLE
    if agent in IMAGE_PROXIES:
        return Reason.MAIL_PROXY, PROBABLE
    if agent is Agent.BROWSER:
        return Reason.BROWSER, PROBABLE if rendered else WEAK
    drafts = history.memory.draft_agents
    elsewhere = bool(drafts) and agent not in drafts
    return Reason.MAIL_CLIENT, STRONG if elsewhere else PROBABLE


RULES: tuple[Rule, ...] = (
    _ignored,
    _noise,
    _announced,
    _before_sent,
    _sender_device,
    _provider_prefetch,
    _scanner,
    _apple_prefetch,
    _first_seconds,
    _repeat,
    _opened,
)
