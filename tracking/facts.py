"""The words of judging: who fetched, from which network, and what it meant.

Times are seconds since the epoch, UTC, as floats rounded to milliseconds; durations are seconds.
The tuples are `NamedTuple`s and not dataclasses because one is built for every fetch.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Agent(StrEnum):
    """Who made the fetch."""

    GMAIL_PROXY = "gmail_proxy"
    GMAIL_PREFETCH = "gmail_prefetch"
    APPLE_MPP = "apple_mpp"
    YAHOO_PROXY = "yahoo_proxy"
    MAIL_PROXY = "mail_proxy"
    OUTLOOK = "outlook"
    THUNDERBIRD = "thunderbird"
    APPLE_MAIL = "apple_mail"
    MAIL_APP = "mail_app"
    BROWSER = "browser"
    SCANNER = "scanner"
    LINK_PREVIEW = "link_preview"
    CRAWLER = "crawler"
    TOOL = "tool"
    UNKNOWN = "unknown"


IMAGE_PROXIES = frozenset({Agent.GMAIL_PROXY, Agent.YAHOO_PROXY, Agent.MAIL_PROXY})
"""Providers that fetch for whoever looks: all their users share one address and one user agent."""

DIRECT_CLIENTS = frozenset(
    {Agent.OUTLOOK, Agent.THUNDERBIRD, Agent.APPLE_MAIL, Agent.MAIL_APP, Agent.BROWSER}
)
"""Programs that fetch from the reader's own network."""


class Network(StrEnum):
    """What the address tells. `unknown` is no evidence at all: we stand behind a proxy nobody named."""

    UNKNOWN = "unknown"
    GOOGLE_PROXY = "google_proxy"
    GOOGLE_PREFETCH = "google_prefetch"
    TELEGRAM = "telegram"
    APPLE_RELAY = "apple_relay"
    MAIL_SECURITY = "mail_security"
    MICROSOFT = "microsoft"
    DATACENTRE = "datacentre"
    OTHER = "other"


class Kind(StrEnum):
    """What a fetch means for its link."""

    ACTIVATED = "activated"
    INSERTED = "inserted"
    PROXIED = "proxied"
    OPENED = "opened"
    OWN = "own"
    SCANNED = "scanned"
    NOISE = "noise"
    REPEAT = "repeat"
    IGNORED = "ignored"


class Confidence(StrEnum):
    """How wrong a verdict could be.

    strong: wrong only if somebody forged it or the owner told us wrongly.
    probable: the usual meaning of this evidence; a known exception exists (the sender's own copy, say).
    weak: a piece of evidence is missing (the address, the moment of sending, browser headers).
    """

    STRONG = "strong"
    PROBABLE = "probable"
    WEAK = "weak"


class Reason(StrEnum):
    """Why: a stable code, stored with the fetch; its sentence is in the catalogue."""

    STOPPED = "stopped"
    # noise
    METHOD = "method"
    PREFETCH_HEADER = "prefetch_header"
    ADDRESS_BAR = "address_bar"
    NO_USER_AGENT = "no_user_agent"
    LINK_PREVIEW = "link_preview"
    CRAWLER = "crawler"
    TOOL = "tool"
    FORGED_PROXY = "forged_proxy"
    UNKNOWN_AGENT = "unknown_agent"
    # own
    PEEK = "peek"
    THAT_WAS_ME = "that_was_me"
    SENDER_DEVICE = "sender_device"
    # activated, inserted
    BEFORE_SENT = "before_sent"
    # proxied
    GMAIL_PREFETCH = "gmail_prefetch"
    PROVIDER_PREFETCH = "provider_prefetch"
    APPLE_PREFETCH = "apple_prefetch"
    FIRST_SECONDS = "first_seconds"
    # scanned
    SCANNER_AGENT = "scanner_agent"
    SCANNER_NETWORK = "scanner_network"
    DATACENTRE_BROWSER = "datacentre_browser"
    BURST = "burst"
    # repeat
    SAME_VIEW = "same_view"
    # opened
    GMAIL_PROXY = "gmail_proxy"
    MAIL_PROXY = "mail_proxy"
    MAIL_CLIENT = "mail_client"
    BROWSER = "browser"
    OTHER_PROVIDER = "other_provider"
    MAYBE_DRAFT = "maybe_draft"


NOISE_SIGNS = frozenset(
    {
        Reason.METHOD,
        Reason.PREFETCH_HEADER,
        Reason.ADDRESS_BAR,
        Reason.NO_USER_AGENT,
        Reason.LINK_PREVIEW,
        Reason.CRAWLER,
        Reason.TOOL,
        Reason.FORGED_PROXY,
        Reason.UNKNOWN_AGENT,
    }
)
"""Signs that make a fetch noise, whatever its link's history."""

MACHINE_SIGNS = frozenset({Reason.NO_USER_AGENT, Reason.CRAWLER, Reason.TOOL, Reason.UNKNOWN_AGENT})
"""Noise of programs that work through a mail by themselves, and seldom with one fetch."""


class Request(NamedTuple):
    """One HTTP request for a pixel, as plain facts."""

    method: str
    headers: Mapping[str, str]
    """Header names in lower case."""
    address: str | None
    """The client's address as text, v4 or v6; None or a private one is no evidence."""
    name: str | None = None
    """What that address is called, if that is known already (recorded logs say so): never looked up."""


class Sighting(NamedTuple):
    """What a request says by itself, whatever its link's history: this is stored, the address is not."""

    agent: Agent
    network: Network
    sign: Reason | None = None
    """A noise reason, or PROVIDER_PREFETCH, or SCANNER_AGENT, that holds whatever the history."""
    rendered: bool = False
    """A browser whose headers are those of a page that draws an image."""

    @property
    def bare(self) -> bool:
        """A browser by its user agent alone: that much a scanner says, too."""
        return self.agent is Agent.BROWSER and not self.rendered


class Fetch(NamedTuple):
    """One fetch of a link's pixel: what the judge sees."""

    id: str
    at: float
    sighting: Sighting
    device: str | None = None
    """Pseudonym of address and user agent inside this link; None where the address is unknown."""


class Verdict(NamedTuple):
    """What a fetch means, and why."""

    kind: Kind
    reason: Reason
    confidence: Confidence


class Windows(NamedTuple):
    """The settings of judging, in seconds."""

    settle: float = 5
    scanner: float = 120
    view: float = 30
    draft: float = 3600
    revival: float = 14 * 86400
    longest_view: float = 30 * 60
    burst: float = 2
