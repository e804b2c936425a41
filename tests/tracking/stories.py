"""A link's story, told in a line each: what was said, what was fetched, and what the judge made of it."""

from tracking import (
    Agent,
    Fetch,
    History,
    Loudness,
    Network,
    Reason,
    Sighting,
    Statement,
    StatementKind,
    Statements,
    Verdict,
    Windows,
    alert_for,
    rejudge,
)
from tracking.verdicts import correct_exposed, fold

GMAIL = Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)
GMAIL_UNSEEN = Sighting(Agent.GMAIL_PROXY, Network.UNKNOWN)
PREFETCH = Sighting(Agent.GMAIL_PREFETCH, Network.GOOGLE_PREFETCH)
YAHOO = Sighting(Agent.YAHOO_PROXY, Network.OTHER)
APPLE = Sighting(Agent.APPLE_MPP, Network.APPLE_RELAY)
OUTLOOK = Sighting(Agent.OUTLOOK, Network.OTHER)
THUNDERBIRD = Sighting(Agent.THUNDERBIRD, Network.OTHER)
CHROME = Sighting(Agent.BROWSER, Network.OTHER, rendered=True)
BARE = Sighting(Agent.BROWSER, Network.OTHER)
CHROME_IN_AZURE = Sighting(Agent.BROWSER, Network.MICROSOFT)
SCRIPT = Sighting(Agent.BROWSER, Network.OTHER, Reason.UNLIKE_A_BROWSER)
GATEWAY = Sighting(Agent.BROWSER, Network.MAIL_SECURITY)
CURL = Sighting(Agent.TOOL, Network.OTHER, Reason.TOOL)
YANDEX = Sighting(Agent.MAIL_PROXY, Network.OTHER, Reason.PROVIDER_PREFETCH)

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Story:
    """Anna's link: every fetch is judged as it comes, and all of them again after everything said."""

    def __init__(self) -> None:
        self.windows = Windows()
        self.history = History()
        self.fetches: list[Fetch] = []
        self.verdicts: list[Verdict] = []
        self.told: list[Loudness] = []

    def fetched(
        self, at: float, sighting: Sighting = GMAIL, device: str | None = None, program: str = ""
    ) -> str:
        """A fetch so many seconds after the link was made; its id."""
        fetch = Fetch(f"f{len(self.fetches)}", at, sighting, device, program)
        before = self.history.summary
        verdict, self.history, exposed = fold(fetch, self.history, self.windows)
        self.fetches.append(fetch)
        self.verdicts.append(verdict)
        if exposed:
            correct_exposed(self.verdicts, self.fetches, exposed.id)
        self.told.append(alert_for(fetch, verdict, before, self.windows))
        return fetch.id

    def said(
        self,
        kind: StatementKind,
        at: float,
        *,
        of: str = "",
        until: float = 0,
        since: float | None = None,
    ) -> None:
        said: Statements = self.history.statements.apply(Statement(kind, at, of, until, since))
        self.verdicts, self.history = rejudge(self.fetches, said, self.windows)

    def sent(self, at: float, since: float | None = None) -> None:
        """Anna taps Sent; with `since`, while the bot is away from then on until `at`."""
        self.said(StatementKind.SENT, at, since=since)

    @property
    def kinds(self) -> list[str]:
        return [verdict.kind for verdict in self.verdicts]

    @property
    def last(self) -> Verdict:
        return self.verdicts[-1]
