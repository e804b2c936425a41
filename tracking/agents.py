"""Recognises who made a request, from the request alone.

The order matters: first mail programs, then machines that are known by name, then the shape of the user
agent.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from tracking import networks, patterns, request_headers
from tracking.data_files import data_lines
from tracking.facts import Agent, Network, Reason, Request, Sighting
from tracking.grammar import AgentAndSign, Grammar, without_model
from tracking.hops import Hops
from tracking.patterns import Patterns

LONGEST = 512
"""Characters of a user agent that count; the rest is cut off."""
LONGEST_NAME = 253
"""Characters of a host name, all that DNS allows."""
LONGEST_ADDRESS = 45
"""Characters of the longest address. A longer text is none, and must not fill the cache."""
REMEMBERED = 4096
"""Answers that each cache holds. A few dozen user agents make up almost all traffic."""

_UNTOLD = frozenset({Network.UNKNOWN, Network.OTHER, Network.DATACENTRE})
"""Networks of whose addresses a host name can tell more."""
_BROWSER = Agent.BROWSER
"""Read for every request: CPython 3.11 reads a member off an enumeration ten times as slowly as a global."""
_FETCHERS = frozenset({Network.GOOGLE_PROXY, Network.GOOGLE_PREFETCH})
_GOOGLES = _FETCHERS | {Network.GOOGLE}
_GMAILS = frozenset({Agent.GMAIL_PROXY, Agent.GMAIL_PREFETCH})
_NO_HOPS = frozenset({Network.MAIL_SECURITY, Network.TELEGRAM})
"""Networks in which no CDN and no proxy of an operator stands: who fetches from there is the client."""
_MACHINES = _NO_HOPS | {Network.DATACENTRE, Network.MICROSOFT}
"""Networks of whose addresses a browser is probably a scanner's."""
_MACHINES_ALONE = frozenset({Network.TELEGRAM, Network.GOOGLE_PREFETCH})
"""Networks in which nobody reads mail. The bot downloads their lists, and a wrong one could name readers."""
_MAY_BE_PREFETCH = frozenset({Agent.GMAIL_PROXY, Agent.APPLE_MPP, Agent.BROWSER})
"""Agents whose names Gmail's prefetch may use: its own has changed, and Apple's is the beginning of any."""
_STRANGE = frozenset({Reason.CRAWLER, Reason.UNKNOWN_AGENT})
"""Signs of a user agent that holds a machine's word, or words the grammar does not know."""


class Signatures:
    """All that is known about programs and networks, with a cache for the answers."""

    def __init__(
        self,
        named: Patterns,
        machines: Patterns,
        grammar: Grammar,
        known_networks: networks.Networks,
        names: networks.Names,
        hops: Hops,
    ) -> None:
        self.networks, self.names, self.hops = known_networks, names, hops
        self._named, self._machines, self._grammar = named, machines, grammar
        self.who = lru_cache(REMEMBERED)(self._who)
        self.placed = lru_cache(REMEMBERED)(self._placed)
        self.looks_like_a_browser = lru_cache(REMEMBERED)(self._looks_like_a_browser)

    def with_networks(self, known_networks: networks.Networks, hops: Hops) -> "Signatures":
        """Return the same with other networks and hops, and with empty caches."""
        return Signatures(self._named, self._machines, self._grammar, known_networks, self.names, hops)

    def _placed(
        self, user_agent: str, address: str | None, name: str | None
    ) -> tuple[Agent, Network, Reason | None]:
        network = self.networks.of(address)
        if name and network in _UNTOLD:
            network = self.names.of(name) or network
        agent, sign = _checked(*self.who(user_agent), network)
        return agent, network, sign

    def _who(self, user_agent: str) -> AgentAndSign:
        text = _tidy(user_agent)
        if not text.strip(" -"):
            return Agent.UNKNOWN, Reason.NO_USER_AGENT
        if line := self._named.first(text) or self._machines.first(text):
            return line.agent, line.sign
        return self._grammar.classify(text.lower())

    def _looks_like_a_browser(self, user_agent: str) -> bool:
        """Return True for a browser's shape, whatever other words it holds; not for known machines."""
        text = _tidy(user_agent)
        known = self._named.first(text) or self._machines.first(text)
        return known is None and self._grammar.has_browsers_shape(text.lower())


def _tidy(user_agent: str) -> str:
    """Return the user agent with one space between its words, and without the models of phones."""
    text = " ".join(user_agent.replace("%20", " ").split())
    return without_model(text if " " in text else text.replace("+", " "))


def load(machine_patterns: Iterable[str], newer: Mapping[str, Iterable[str]] | None = None) -> Signatures:
    """Read the data files. `machine_patterns` are the regular expressions of a public list of machines.

    `newer` has the lines of data files of which newer ones are known, without comments, by the files' names.
    """
    newer = newer or {}
    return Signatures(
        Patterns(map(patterns.parse, data_lines("agents.tsv")), any_case=True),
        Patterns(map(patterns.parse_machine, machine_patterns), any_case=False),
        Grammar(frozenset(row.partition("\t")[0] for row in data_lines("products.tsv"))),
        networks.Networks(map(networks.parse, newer.get("networks.tsv") or data_lines("networks.tsv"))),
        networks.Names(dict(map(networks.parse_name, data_lines("names.tsv")))),
        Hops(newer.get("hops.tsv") or data_lines("hops.tsv")),
    )


def identify(request: Request, signatures: Signatures) -> Sighting:
    """Return who fetched, from which network, and the sign that settles what it means. Never raises."""
    headers, address = request.headers, request.address
    if address is not None and len(address) > LONGEST_ADDRESS:
        address = None
    user_agent = headers.get("user-agent", "")[:LONGEST]
    agent, network, sign = signatures.placed(
        user_agent, address, request.name and request.name[-LONGEST_NAME:]
    )
    if request.vouched and address is None:
        network = _despite_claims(request, agent, signatures.networks)
        agent, sign = _checked(agent, sign, network)
    draws = request_headers.image_weight(headers) >= request_headers.DRAWS_AN_IMAGE
    if draws and sign in _STRANGE and signatures.looks_like_a_browser(user_agent):
        agent, sign = _BROWSER, None
    if sign is None and network in _MACHINES_ALONE:
        agent, sign = _overruled(agent, network, headers, draws=draws)
    is_browser = agent is _BROWSER
    if (
        is_browser
        and sign is None
        and request_headers.is_unlike_its_name(headers, request.secure, draws=draws)
    ):
        sign = Reason.UNLIKE_A_BROWSER
    return Sighting(
        agent, network, request_headers.purpose(request.method, headers) or sign, draws and is_browser
    )


def _despite_claims(request: Request, agent: Agent, known: networks.Networks) -> Network:
    """Return the network of the address that a trusted proxy saw; UNKNOWN if that may be a hop's.

    A hop on no list names its client in a header, and a forger writes one as well. So the header counts only
    if it names somebody who may fetch like this: an address of Google's for Gmail, and one outside the data
    centres for a browser. A header without any address, such as `unknown`, also hides who asks.
    """
    network = known.of(request.vouched)
    if network in _NO_HOPS:
        return network
    claimed = {known.of(address) for address in request.claimed}
    if agent in _GMAILS:
        is_refuted = claimed.isdisjoint(_GOOGLES)
    else:
        is_refuted = network in _MACHINES and claimed <= _MACHINES
    return network if claimed and is_refuted else Network.UNKNOWN


def _checked(agent: Agent, sign: Reason | None, network: Network) -> AgentAndSign:
    """Check what the user agent says against the network that the address belongs to."""
    if network is Network.UNKNOWN:
        return agent, sign
    if agent is Agent.GMAIL_PROXY and network not in _FETCHERS and network is not Network.GOOGLE:
        return agent, Reason.FORGED_PROXY
    if agent is Agent.GMAIL_PREFETCH and network not in _FETCHERS:
        # Forged, or from a range that is not published yet. Either way it does not show a reader.
        return agent, Reason.PROVIDER_PREFETCH
    return agent, sign


def _overruled(agent: Agent, network: Network, headers: Mapping[str, str], *, draws: bool) -> AgentAndSign:
    """Return who asks from a network of machines: they, unless a reader shows in the request.

    A mail program, or a browser that draws a page, keeps its name: a wrong list would hide its reader. The
    prefetch of Gmail has its webmail's address in `Referer`, so from there that header speaks for nobody.
    """
    if network is Network.TELEGRAM:
        is_bare = agent is Agent.APPLE_MPP or (agent is _BROWSER and not draws)
        return (Agent.LINK_PREVIEW, Reason.LINK_PREVIEW) if is_bare else (agent, None)
    if agent is _BROWSER and request_headers.own_image_weight(headers) >= request_headers.DRAWS_AN_IMAGE:
        return agent, None
    return (Agent.GMAIL_PREFETCH if agent in _MAY_BE_PREFETCH else agent), None
