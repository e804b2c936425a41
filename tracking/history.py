"""A link's history: what people have said about it, and a summary of the fetches judged so far.

Both are small and immutable, and are stored with the link (storage/histories.py). So a fetch of a link with a
hundred thousand fetches is judged as fast as the first one.
"""

from enum import StrEnum
from typing import NamedTuple

from tracking.runs import Rows
from tracking.summary import FetchSummary, Sent


class StatementKind(StrEnum):
    """The kinds of statement about a link. All are the owner's, but for `objected`, the recipient's."""

    SENT = "sent"
    """The mail is sent by now: the Sent button."""
    TOLD_SENT = "told_sent"
    """The mail was sent at a time before."""
    DRAFT = "draft"
    """The mail is still a draft."""
    DRAFT_THEN = "draft_then"
    """The mail was still a draft at a time before, and Sent was tapped later, while the bot was away."""
    PASTED = "pasted"
    """The image is in the mail, although nothing has fetched it in the draft."""
    PEEK = "peek"
    """The opens in the next minutes are the owner's own."""
    PEEK_ENDED = "peek_ended"
    """From now on they are not, after all."""
    OWN = "own"
    """One fetch was the owner's own: "That was me"."""
    NOT_OWN = "not_own"
    """One fetch was not the owner's own."""
    STOPPED = "stopped"
    RESUMED = "resumed"
    OBJECTED = "objected"
    """Recording ends for good."""


class Statement(NamedTuple):
    """One statement. `at` is the time that it is about, in epoch seconds.

    For TOLD_SENT that is when the mail was sent; for DRAFT and DRAFT_THEN, when it still was a draft.
    """

    kind: StatementKind
    at: float
    of: str = ""
    """The id of the fetch that an OWN or NOT_OWN is about."""
    until: float = 0
    """When a PEEK ends."""
    since: float | None = None
    """For a SENT that was tapped while the bot was away: the earliest time at which that can have been."""


class Statements(NamedTuple):
    """All that was said about a link, as far as it still counts."""

    sent: Sent | None = None
    draft_until: float | None = None
    """The mail was still a draft then, whatever a fetch before suggests."""
    peeks: tuple[tuple[float, float], ...] = ()
    """When each began, and when it ends. One is among them once a fetch came that it covers."""
    own: frozenset[str] = frozenset()
    not_own: frozenset[str] = frozenset()
    """Ids of fetches."""
    closed_at: float | None = None
    """When recording ended: stopped or objected."""
    objected: bool = False
    pasted: bool = False
    """The owner says that the image is in the mail. That counts until the mail is a draft again."""

    def apply(self, statement: Statement) -> "Statements":
        """Return the statements with one more. The later one wins."""
        kind, at, of, until, since = statement
        match kind:
            case StatementKind.SENT:
                # The button means "by now", so a second press says nothing new.
                known = self.sent and self.sent.at <= at
                return self if known else self._replace(sent=Sent(at, exact=True, since=since))
            case StatementKind.TOLD_SENT:
                still = self.draft_until if self.draft_until is not None and self.draft_until < at else None
                return self._replace(sent=Sent(at, exact=False), draft_until=still)
            case StatementKind.DRAFT | StatementKind.PASTED:
                return self._in_mail(at, is_pasted=kind is StatementKind.PASTED)
            case StatementKind.DRAFT_THEN:
                return self._sent_after(at)
            case StatementKind.PEEK:
                return self if (at, until) in self.peeks else self._replace(peeks=(*self.peeks, (at, until)))
            case StatementKind.PEEK_ENDED:
                return self._replace(peeks=tuple(_until(at, peek) for peek in self.peeks))
            case StatementKind.OWN | StatementKind.NOT_OWN:
                return self._made_by(of, is_own=kind is StatementKind.OWN)
            case StatementKind.RESUMED:
                return self if self.objected else self._replace(closed_at=None)
            case StatementKind.STOPPED | StatementKind.OBJECTED:
                return self._close(at, for_good=kind is StatementKind.OBJECTED)

    def _in_mail(self, at: float, *, is_pasted: bool) -> "Statements":
        """Take an answer to the question whether the image is in the mail. "Not yet" makes it a draft."""
        if is_pasted:
            return self._replace(pasted=True)
        return self._replace(sent=None, draft_until=at, pasted=False)

    def _sent_after(self, at: float) -> "Statements":
        """Let the mail be sent after this time, if Sent leaves that open."""
        sent = self.sent
        if sent is None or sent.since is None or not sent.since <= at < sent.at:
            return self
        return self._replace(sent=sent._replace(since=at), draft_until=at)

    def _made_by(self, fetch_id: str, *, is_own: bool) -> "Statements":
        one = {fetch_id}
        own, not_own = (
            (self.own | one, self.not_own - one) if is_own else (self.own - one, self.not_own | one)
        )
        return self._replace(own=own, not_own=not_own)

    def _close(self, at: float, *, for_good: bool) -> "Statements":
        """End the recording; if it has ended already, the earlier time stands."""
        closed_at = at if self.closed_at is None else min(at, self.closed_at)
        return self._replace(closed_at=closed_at, objected=self.objected or for_good)

    def is_peeking(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self.peeks)


def _until(at: float, peek: tuple[float, float]) -> tuple[float, float]:
    """Return the peek, ended at this time if it runs then."""
    start, end = peek
    return (start, at) if start <= at < end else peek


class History(NamedTuple):
    """All that a fetch is judged against, besides the settings."""

    statements: Statements = Statements()
    summary: FetchSummary = FetchSummary()
    rows: Rows = Rows()
    """How further fetches are stored. No verdict depends on it, and judging again begins anew with it."""

    def sent(self) -> Sent | None:
        """Return when the mail was sent, as far as is known.

        A time that the owner told afterwards wins. The button only means "by now", and people tap it late:
        so an earlier fetch that only a receiving side makes wins over it.
        """
        told, inferred = self.statements.sent, self.summary.inferred_sent
        if told and (not told.exact or not inferred or told.at < inferred.at):
            return told
        return inferred
