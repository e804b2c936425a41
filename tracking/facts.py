"""The vocabulary of judging: who fetched, from which network, and what it means.

Times are epoch seconds as floats, rounded to milliseconds. Durations are seconds.
The records are `NamedTuple`s and not dataclasses: some are made for every fetch, and a tuple is made sooner.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32


class Agent(StrEnum):
    """The program or service that made the fetch."""

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
"""Providers' proxies, which fetch when a user opens a mail. All users share their address and user agent."""

DIRECT_CLIENTS = frozenset(
    {Agent.OUTLOOK, Agent.THUNDERBIRD, Agent.APPLE_MAIL, Agent.MAIL_APP, Agent.BROWSER}
)
"""Programs on the reader's own device, which fetch from the reader's own network."""


class Network(StrEnum):
    """Whose address it is. `unknown` is no evidence: the pixel server is behind a proxy that nobody named."""

    UNKNOWN = "unknown"
    GOOGLE_PROXY = "google_proxy"
    GOOGLE_PREFETCH = "google_prefetch"
    GOOGLE = "google"
    """Google's own space, and on no list of its fetchers: the lists grow."""
    TELEGRAM = "telegram"
    APPLE_RELAY = "apple_relay"
    MAIL_SECURITY = "mail_security"
    MICROSOFT = "microsoft"
    DATACENTRE = "datacentre"
    OTHER = "other"


class Kind(StrEnum):
    """The meaning of a fetch for its link."""

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
    """How sure a verdict is.

    strong: wrong only if somebody forged the request, or if the owner said something wrong.
    probable: the usual meaning of this evidence, with a known exception, such as the sender's own copy.
    weak: some evidence is missing: the address, the moment of sending, or the headers of a browser.
    """

    STRONG = "strong"
    PROBABLE = "probable"
    WEAK = "weak"


class Reason(StrEnum):
    """Why a fetch has its verdict: a code that never changes, stored with it.

    Its sentence is in `words/sentences/reasons.py`.
    """

    STOPPED = "stopped"
    # noise
    METHOD = "method"
    PREFETCH_HEADER = "prefetch_header"
    ADDRESS_BAR = "address_bar"
    AI_AGENT = "ai_agent"
    NO_USER_AGENT = "no_user_agent"
    LINK_PREVIEW = "link_preview"
    CRAWLER = "crawler"
    TOOL = "tool"
    FORGED_PROXY = "forged_proxy"
    UNKNOWN_AGENT = "unknown_agent"
    FLOOD = "flood"
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
    RETURNED = "returned"
    UNLIKE_A_BROWSER = "unlike_a_browser"
    # repeat
    SAME_VIEW = "same_view"
    # opened
    GMAIL_PROXY = "gmail_proxy"
    UNLISTED_GOOGLE = "unlisted_google"
    MAIL_PROXY = "mail_proxy"
    MAIL_CLIENT = "mail_client"
    BROWSER = "browser"
    OTHER_PROVIDER = "other_provider"
    MAYBE_DRAFT = "maybe_draft"
    MAYBE_UNSENT = "maybe_unsent"


NOISE_SIGNS = frozenset(
    {
        Reason.METHOD,
        Reason.PREFETCH_HEADER,
        Reason.ADDRESS_BAR,
        Reason.AI_AGENT,
        Reason.NO_USER_AGENT,
        Reason.LINK_PREVIEW,
        Reason.CRAWLER,
        Reason.TOOL,
        Reason.FORGED_PROXY,
        Reason.UNKNOWN_AGENT,
        Reason.FLOOD,
    }
)
"""Signs by which a fetch is noise, whatever the link's history."""

MACHINE_SIGNS = frozenset(
    {Reason.METHOD, Reason.NO_USER_AGENT, Reason.CRAWLER, Reason.TOOL, Reason.UNKNOWN_AGENT}
)
"""Noise of programs that go through a mail by themselves. They seldom fetch only once."""


class Request(NamedTuple):
    """One HTTP request for a pixel, as plain facts."""

    method: str
    headers: Mapping[str, str]
    """Header names in lower case."""
    address: str | None
    """The client's address as text, IPv4 or IPv6. None and private ones are no evidence."""
    name: str | None = None
    """The address's host name, if a recorded log has it. The pixel server never looks it up."""
    secure: bool | None = None
    """True if the client spoke https. Nothing follows from absent headers unless this is True."""
    vouched: str | None = None
    """Without an address: the public one that a trusted proxy saw, and that headers contradict."""
    claimed: tuple[str, ...] = ()
    """The public addresses that those headers name. A hop can have written them, or the client itself."""


class Sighting(NamedTuple):
    """Everything that a request shows by itself. It is stored with the fetch; the address is not."""

    agent: Agent
    network: Network
    sign: Reason | None = None
    """A reason that holds whatever the history: noise, a provider's prefetch, or a scanner's."""
    rendered: bool = False
    """The agent is a browser, and its headers are those of a page that draws an image."""

    @property
    def is_bare_browser(self) -> bool:
        """Return True for a browser by its user agent alone: a scanner can say that much, too."""
        return self.agent is Agent.BROWSER and not self.rendered


class Fetch(NamedTuple):
    """One fetch of a link's image, as the rules see it."""

    id: str
    at: float
    sighting: Sighting
    device: str | None = None
    """A pseudonym of address and user agent, of no use outside this link. None if the address is unknown."""
    program: str = ""
    """The result of `program_of` for the user agent; empty if that is not known."""
    last: float | None = None
    """When the last of several came, if it stands for a run of them (runs.py)."""


LONGEST_PROGRAM = 200
"""Characters of a user agent that are stored, and that tell programs apart."""


def program_of(user_agent: str) -> str:
    """Return 8 hexadecimal digits that stand for a user agent, whole or shortened as it is stored."""
    return f"{crc32(user_agent[:LONGEST_PROGRAM].encode('utf-8', 'surrogatepass')):08x}"


class Verdict(NamedTuple):
    """The meaning of a fetch, its reason, and how sure that is."""

    kind: Kind
    reason: Reason
    confidence: Confidence


class Windows(NamedTuple):
    """The time windows of judging, in seconds. The first five are settings."""

    settle: float = 5
    """After Sent: a fetch is at most `proxied`."""
    scanner: float = 120
    """After Sent: scanners are usual. The card mentions a browser in a data centre only if it comes later."""
    view: float = 30
    """After a fetch: the same agent's next one is a repeat."""
    draft: float = 3600
    """After the last fetch of a draft, if nobody tapped Sent: the next one may be an open."""
    revival: float = 14 * 86400
    """After the last open: the link is asleep, and the next open makes a sound."""
    longest_view: float = 30 * 60
    """After its first fetch: a view ends, however often it is repeated."""
    burst: float = 2
    """Before or after a machine's fetch: a bare browser is a scanner."""
