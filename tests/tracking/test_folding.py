"""A new fetch gets a row, continues the row of the one before it, or is only counted."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as some

from tests.tracking.stories import BARE, CHROME_IN_AZURE, CURL, GMAIL, OUTLOOK, PREFETCH, SCRIPT
from tracking import Agent, Fetch, History, Kind, Network, Reason, Sighting, Statement, StatementKind, Windows
from tracking.folding import Folded, fold_new
from tracking.history import Statements
from tracking.runs import FLOOD, ROWS_AT_ONCE, SECONDS_A_ROW, program_key
from tracking.verdicts import fold, rejudge

OFFICE = Sighting(Agent.BROWSER, Network.DATACENTRE, rendered=True)
DEFENDER = Sighting(Agent.SCANNER, Network.MAIL_SECURITY, Reason.SCANNER_AGENT)
WINDOWS = Windows()
SENT = Statements().apply(Statement(StatementKind.SENT, 0.0))
SERVER, OTHER_SERVER = "a" * 16, "b" * 16


class Stored:
    """A link's rows, as storage/ingest.py keeps them."""

    def __init__(self, statements: Statements = SENT) -> None:
        self.history, self.rows, self.counts = History(statements), dict[str, Fetch](), dict[str, int]()
        self.verdicts = dict[str, Kind]()

    def fetch(
        self, at: float, sighting: Sighting = GMAIL, device: str | None = None, *, server: str = SERVER
    ) -> Folded:
        fetch = Fetch(f"{len(self.rows) + 1:016x}{server}", at, sighting, device)
        folded = fold_new(fetch, program_key(sighting, device, ""), self.history, WINDOWS)
        self.history = folded.history
        if folded.exposed:
            self.verdicts[folded.exposed.id] = Kind.SCANNED
        if folded.continues:
            self.rows[folded.continues] = self.rows[folded.continues]._replace(last=at)
            self.counts[folded.continues] += 1
        elif folded.verdict.kind is not Kind.IGNORED:
            self.rows[fetch.id] = Fetch(fetch.id, at, FLOOD) if folded.is_counted else fetch
            self.counts[fetch.id], self.verdicts[fetch.id] = 1, folded.verdict.kind
        return folded

    @property
    def kinds(self) -> list[str]:
        return [f"{self.verdicts[row]} x{count}" for row, count in self.counts.items()]


def test_five_thousand_fetches_of_one_open_are_one_open_and_a_row_for_each_minute() -> None:
    link = Stored()
    for number in range(5000):
        link.fetch(1000 + number / 50)
    assert link.kinds == ["opened x1", "repeat x3001", "repeat x1998"]
    assert link.history.summary.opens == 1


def test_each_program_has_a_row_of_its_own_and_a_pause_ends_it() -> None:
    link = Stored()
    for at, sighting in ((1000, CURL), (1001, CURL), (1002, SCRIPT), (1003, CURL), (1040, CURL)):
        link.fetch(at, sighting)
    assert link.kinds == ["noise x2", "scanned x1", "noise x1", "noise x1"]


def test_two_addresses_of_one_program_are_two_rows() -> None:
    link = Stored()
    for at, device in ((1000, "home"), (1001, "home"), (1002, "home"), (1003, "office")):
        link.fetch(at, OUTLOOK, device)
    assert link.kinds == ["opened x1", "repeat x2", "repeat x1"]


def test_every_open_has_a_row_of_its_own_also_in_a_draft_that_is_loaded_again_and_again() -> None:
    link = Stored(Statements())
    for at in (10, 11, 12, 13):
        link.fetch(at)
    assert link.kinds == ["activated x1", "inserted x3"]
    link.history = link.history._replace(statements=SENT)
    link.fetch(1000)
    link.fetch(5000)
    assert link.kinds[2:] == ["opened x1", "opened x1"]


def test_another_pixel_server_begins_a_row_of_its_own() -> None:
    link = Stored()
    link.fetch(1000, CURL)
    link.fetch(1001, CURL, server=OTHER_SERVER)
    assert link.kinds == ["noise x1", "noise x1"]


def flood(link: Stored, fetches: int, since: float = 1000.0) -> None:
    """Let two programs fetch in turn, a hundred times a second."""
    for number in range(fetches):
        link.fetch(since + number / 100, (CURL, SCRIPT)[number % 2])


def test_a_flood_of_many_programs_is_only_counted() -> None:
    link = Stored()
    flood(link, 6000)
    assert ROWS_AT_ONCE < len(link.rows) < ROWS_AT_ONCE + 60 / SECONDS_A_ROW + 5
    assert sum(link.counts.values()) == 6000
    assert link.history.summary.flooded_at is not None


def test_a_reader_is_heard_of_in_the_midst_of_a_flood() -> None:
    link = Stored()
    flood(link, 1000)
    assert link.fetch(1010.001, OUTLOOK).verdict.kind is Kind.OPENED
    flood(link, 100, since=1010.01)
    assert link.history.summary.opens == 1


def test_a_link_that_was_flooded_is_as_before_half_an_hour_later() -> None:
    link = Stored()
    flood(link, 2000)
    before = len(link.rows)
    flood(link, 100, since=1020 + ROWS_AT_ONCE * SECONDS_A_ROW)
    assert len(link.rows) == before + 100


sighting = some.sampled_from([GMAIL, BARE, OFFICE, PREFETCH, CURL, SCRIPT, DEFENDER, CHROME_IN_AZURE])
run = some.tuples(
    sighting,
    some.sampled_from([None, None, "home", "office"]),
    some.lists(some.sampled_from([0.0, 0.4, 3, 9, 28, 31, 70]), max_size=12),
)
kind = some.sampled_from(
    [
        StatementKind.SENT,
        StatementKind.TOLD_SENT,
        StatementKind.PEEK,
        StatementKind.DRAFT,
        StatementKind.STOPPED,
        StatementKind.OBJECTED,
    ]
)


@given(
    some.lists(run, min_size=1, max_size=6),
    some.lists(some.tuples(kind, some.integers(990, 1150)), max_size=3),
    some.sampled_from([980.0, 1015.0]),
    some.sampled_from([0.0, 10_000.0]),
)
def test_what_is_stored_tells_the_same_as_judging_each_fetch(
    runs: Sequence[tuple[Sighting, str | None, list[float]]],
    told: Sequence[tuple[StatementKind, int]],
    sent_at: float,
    used_up_until: float,
) -> None:
    said = Statements().apply(Statement(StatementKind.SENT, sent_at))
    for about, at in told:
        said = said.apply(Statement(about, float(at), until=at + 5.0))
    link, each = Stored(said), History(said)
    link.history = link.history._replace(rows=link.history.rows._replace(full_at=used_up_until))
    now = 1000.0
    for seen, device, pauses in runs:
        for pause in pauses:
            now += pause
            folded = link.fetch(now, seen, device)
            if not used_up_until:
                judged = fold(Fetch(f"{len(link.rows):016x}{SERVER}", now, seen, device), each, WINDOWS)
                assert (folded.verdict, folded.exposed) == (judged.verdict, judged.exposed)
                each = judged.history
    stored = list(link.rows.values())
    verdicts, history = rejudge(stored, said, WINDOWS)
    assert history.summary == link.history.summary
    assert [verdict.kind for verdict in verdicts] == list(link.verdicts.values())
