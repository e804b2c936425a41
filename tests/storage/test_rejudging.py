"""A link with many fetches is judged again in steps, and ends as if all had been judged at once."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, insert
from sqlmodel import col, select

from bot.messages.timeline import LONGEST_TIMELINE, told
from storage import doubts, erasing, links, peeks, rejudging, retention
from storage.engine import reading, writing
from storage.fetch_ids import new_id
from storage.histories import load
from storage.kinds import card_key, opened_key
from storage.links import history_of
from storage.rejudging import Progress, Step, fetch_from
from storage.statements import mark_sent, record_statements
from storage.tables import Chat, FetchRow, Link, OutboxMessage, Unjudged
from storage.times import moment, seconds
from tests.fetches import BARE, CHROME, GATEWAY, GMAIL, NOON, OUTLOOK, PREFETCH, THUNDERBIRD, arrival
from tests.storage.test_ingest import ANNA, fold
from tests.tracking.stories import CURL, SCRIPT
from tracking import Agent, History, Network, Reason, Sighting, Statement, StatementKind, Windows, rejudge

HOUR, DAY = 3600.0, 86400.0
WINDOWS = Windows()
DOUBTFUL = Sighting(Agent.GMAIL_PROXY, Network.OTHER, Reason.FORGED_PROXY)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five fetches be many, so that a handful is judged in several steps."""
    monkeypatch.setattr(rejudging, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(rejudging, "STEP", 2)
    monkeypatch.setattr(rejudging, "TAIL", 0)


class Judging:
    """What the bot does for a link, one transaction after the other."""

    def __init__(self, engine: Engine, link: Link) -> None:
        self._engine, self._link_id = engine, link.id
        self._progress: Progress | None = None
        self._step: Step | None = None

    @property
    def seq(self) -> int:
        """The last fetch that is judged, and written if it has changed."""
        return self._progress.seq if self._progress and not self._step else 0

    def go_on(self) -> bool:
        """Do the next transaction. Return False once nothing is left."""
        progress, step = self._progress, self._step
        if step:
            with writing(self._engine) as session:
                self._progress = step.progress if rejudging.keep_step(session, step) else None
            self._step = None
        elif progress and progress.seq < progress.until:
            with reading(self._engine) as session:
                self._step = rejudging.read_step(session, progress, WINDOWS)
            if not self._step.changed:
                self._progress, self._step = self._step.progress, None
        else:
            with writing(self._engine) as session:
                self._progress = rejudging.go_on(session, self._link_id, progress, WINDOWS)
        return bool(self._progress or self._step) or is_marked(self._engine, self._link_id)


def is_marked(engine: Engine, link_id: int) -> bool:
    with reading(engine) as session:
        return session.get(Unjudged, link_id) is not None


def finish(engine: Engine, link: Link) -> None:
    judging = Judging(engine, link)
    while judging.go_on():
        pass


def say(engine: Engine, link: Link, *statements: Statement, now: float) -> None:
    with writing(engine) as session:
        locked = links.link_of(session, ANNA, link.id, lock=True)
        assert locked
        record_statements(session, locked, *statements, by=ANNA, now=now, windows=WINDOWS)


def tracked(engine: Engine) -> Link:
    with writing(engine) as session:
        return links.create(session, links.NewLink(ANNA, ANNA, "contract"), now=NOON, daily=10_000)


def rows_of(engine: Engine, link: Link) -> Sequence[FetchRow]:
    with reading(engine) as session:
        query = select(FetchRow).where(FetchRow.link_id == link.id).order_by(col(FetchRow.seq))
        return session.exec(query).all()


def now_of(engine: Engine, link: Link) -> Link:
    with reading(engine) as session:
        return session.get_one(Link, link.id)


Event = tuple[str, object, object]

SIGHTINGS = (GMAIL, PREFETCH, OUTLOOK, CHROME, SCRIPT, THUNDERBIRD, CURL, *[BARE, GATEWAY, DOUBTFUL] * 2)
FETCHES: st.SearchStrategy[Event] = st.tuples(
    st.just("fetch"),
    st.sampled_from(SIGHTINGS),
    st.sampled_from([0.5, 0.5, 1.5, 1.5, 20.0, 60.0, 4000.0, 20 * DAY]),
)
STATEMENTS: st.SearchStrategy[Event] = st.tuples(
    st.sampled_from(list(StatementKind)), st.integers(0, 20), st.booleans()
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    FETCHES,
    STATEMENTS,
    st.tuples(st.just("settle"), st.integers(0, 20), st.booleans()),
    *[st.tuples(st.just("go on"), st.none(), st.none())] * 4,
    st.tuples(st.sampled_from(["kill", "purge"]), st.none(), st.none()),
)


class Story:
    """A link, what happens to it, and the bot that judges it again meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.link, self.at = engine, tracked(engine), NOON
        self.judging = Judging(engine, self.link)
        self.ids = list[str]()

    def happens(self, what: str, which: object, how: object) -> None:
        self.at += 0.25
        if what == "fetch":
            assert isinstance(which, Sighting)
            assert isinstance(how, float)
            self.at += how
            self.ids.append(new_id(self.at))
            came = arrival(self.link.token, self.at, which, "annas" if which is THUNDERBIRD else None)
            fold(self.engine, came._replace(id=self.ids[-1]))
        elif what == "go on":
            self.judging.go_on()
        elif what == "kill":
            self.judging = Judging(self.engine, self.link)
        elif what == "purge":
            with writing(self.engine) as session:
                retention.purge(session, self.at, 10, WINDOWS)
        elif not self.ids and what in ("settle", StatementKind.OWN, StatementKind.NOT_OWN):
            pass  # there is nothing to correct yet
        elif what == "settle":
            with writing(self.engine) as session:
                doubts.settle(session, self._fetch(which), Network.GOOGLE_PROXY, self.at, WINDOWS)
        else:
            say(self.engine, self.link, self._statement(StatementKind(what), which, how), now=self.at)

    def _fetch(self, which: object) -> str:
        assert isinstance(which, int)
        return self.ids[which % len(self.ids)]

    def _statement(self, kind: StatementKind, which: object, how: object) -> Statement:
        about = kind in (StatementKind.OWN, StatementKind.NOT_OWN)
        before = kind in (StatementKind.TOLD_SENT, StatementKind.DRAFT_THEN, StatementKind.PEEK)
        assert isinstance(which, int)
        return Statement(
            kind,
            self.at - 1000 * which if before else self.at,
            self._fetch(which) if about else "",
            self.at + 300 if kind is StatementKind.PEEK else 0,
            self.at - 1000 * which if kind is StatementKind.SENT and how else None,
        )


@given(st.lists(FETCHES, min_size=8, max_size=12), STATEMENTS, st.lists(EVENTS, max_size=30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("few_are_many")
def test_whatever_happens_meanwhile_it_ends_as_if_all_was_judged_at_once(
    engine: Engine, before: list[Event], said_first: Event, events: list[Event]
) -> None:
    """Fetches, statements, corrections, purges and kills, between any two transactions of the bot."""
    story = Story(engine)
    for one in (*before, said_first, *events):
        story.happens(*one)
    finish(engine, story.link)
    assert_is_judged(engine, story.link)


def assert_is_judged(engine: Engine, known: Link) -> None:
    """The stored verdicts, and the history, are those that judging every stored fetch gives."""
    rows, link = rows_of(engine, known), now_of(engine, known)
    said = history_of(link).statements
    start = load(link.history_before_purge).summary
    verdicts, history = rejudge([fetch_from(row) for row in rows], said, WINDOWS, start)
    assert [(row.kind, row.reason, row.confidence) for row in rows] == verdicts
    assert without_what_is_forgotten(history_of(link)) == without_what_is_forgotten(history)


def without_what_is_forgotten(history: History) -> History:
    """Purging takes back the card's question about a fetch that is gone. No verdict depends on the rows."""
    return History(history.statements, history.summary._replace(quiet=None))


@pytest.mark.usefixtures("few_are_many")
def test_what_a_dead_bot_has_corrected_is_not_taken_for_a_scanners(engine: Engine) -> None:
    """Its summary was not written: by that one, a machine's fetch would expose an open that is none now."""
    link = tracked(engine)
    fold(engine, *(arrival(link.token, NOON + n) for n in range(6)))
    fold(engine, arrival(link.token, NOON + 2 * HOUR, BARE))
    say(engine, link, Statement(StatementKind.DRAFT, NOON + 2 * HOUR), now=NOON + 2 * HOUR)
    for _ in range(2):
        judging = Judging(engine, link)
        while judging.seq < 7:
            judging.go_on()
    fold(engine, arrival(link.token, NOON + 2 * HOUR + 1, CURL))
    while judging.go_on():
        pass
    assert rows_of(engine, link)[6].kind == "inserted"
    assert_is_judged(engine, link)


@pytest.mark.usefixtures("few_are_many")
def test_a_fetch_that_is_settled_meanwhile_is_judged_as_what_it_is(engine: Engine) -> None:
    link = tracked(engine)
    doubtful = arrival(link.token, NOON + HOUR, DOUBTFUL)
    fold(engine, doubtful, *(arrival(link.token, NOON + HOUR + n, CURL) for n in range(1, 9)))
    say(engine, link, Statement(StatementKind.SENT, NOON + DAY), now=NOON + DAY)
    judging = Judging(engine, link)
    while judging.seq < 9:
        judging.go_on()
    with writing(engine) as session:
        assert doubts.settle(session, doubtful.id, Network.GOOGLE_PROXY, NOON + DAY, WINDOWS)
    while judging.go_on():
        pass
    assert rows_of(engine, link)[0].kind == "activated"
    assert_is_judged(engine, link)


@pytest.mark.usefixtures("few_are_many")
def test_a_peek_that_begins_meanwhile_is_not_forgotten(engine: Engine) -> None:
    link = tracked(engine)
    fold(engine, *(arrival(link.token, NOON + n) for n in range(9)))
    say(engine, link, Statement(StatementKind.SENT, NOON + 60), now=NOON + 60)
    judging = Judging(engine, link)
    while judging.seq < 9:
        judging.go_on()
    begins, ends = NOON + HOUR, NOON + 2 * HOUR
    with writing(engine) as session:
        chat, whole = session.get_one(Chat, ANNA), None
        peeks.begin(session, chat, whole, at=begins, until=ends, by=ANNA, now=begins, windows=WINDOWS)
    fold(engine, arrival(link.token, begins + 60))
    while judging.go_on():
        pass
    assert history_of(now_of(engine, link)).statements.peeks == ((begins, ends),)
    assert rows_of(engine, link)[9].kind == "own"
    assert_is_judged(engine, link)


# --- a link with thousands of fetches ---------------------------------------------------------------

MANY = 3000


@pytest.fixture
def flooded(engine: Engine) -> Link:
    """A link that was opened an hour after Sent, and was then fetched again and again."""
    link = tracked(engine)
    say(engine, link, Statement(StatementKind.SENT, NOON + 60), now=NOON + 60)
    first = arrival(link.token, NOON + HOUR)
    fold(engine, first)
    row = rows_of(engine, link)[0].model_dump()
    repeat = row | {"kind": "repeat", "reason": "same_view", "confidence": "strong"}
    flood = [
        repeat | {"id": new_id(NOON + HOUR + seq / 4), "seq": seq, "at": moment(NOON + HOUR + seq / 4)}
        for seq in range(2, MANY)
    ]
    with writing(engine) as session:
        session.connection().execute(insert(FetchRow), flood)
        session.get_one(Link, link.id).fetches = MANY - 1
    return now_of(engine, link)


@pytest.fixture
def loaded() -> Iterator[list[str]]:
    """The fetches that were loaded as objects meanwhile."""
    found: list[str] = []

    def note(row: FetchRow, _context: object) -> None:
        found.append(row.id)

    event.listen(FetchRow, "load", note)
    yield found
    event.remove(FetchRow, "load", note)


def statement_about(rows: Sequence[FetchRow], kind: StatementKind) -> Statement:
    return Statement(kind, NOON + DAY, rows[0].id if kind is StatementKind.OWN else "")


@pytest.mark.parametrize("kind", [StatementKind.STOPPED, StatementKind.OBJECTED, StatementKind.OWN,
                                  StatementKind.DRAFT, StatementKind.TOLD_SENT])  # fmt: skip
def test_a_statement_about_a_flooded_link_reads_none_of_its_fetches(
    engine: Engine, flooded: Link, loaded: list[str], kind: StatementKind
) -> None:
    said = statement_about(rows_of(engine, flooded), kind)
    loaded.clear()
    say(engine, flooded, said, now=NOON + DAY)
    assert loaded == []
    assert is_marked(engine, flooded.id)
    assert history_of(now_of(engine, flooded)).statements == history_of(flooded).statements.apply(said)


def test_no_transaction_of_the_bot_reads_more_than_a_few_hundred_fetches(
    engine: Engine, flooded: Link, loaded: list[str]
) -> None:
    said = statement_about(rows_of(engine, flooded), StatementKind.OWN)
    say(engine, flooded, said, now=NOON + DAY)
    judging, going = Judging(engine, flooded), True
    while going:
        loaded.clear()
        going = judging.go_on()
        assert len(loaded) <= rejudging.MOST_AT_ONCE
    rows = rows_of(engine, flooded)
    assert (rows[0].kind, rows[0].reason) == ("own", "that_was_me")
    assert history_of(now_of(engine, flooded)).summary.opens == 0


def test_a_story_and_its_picture_read_what_they_show_and_no_more(
    engine: Engine, flooded: Link, loaded: list[str]
) -> None:
    with reading(engine) as session:
        shown = told(session, session.get_one(Link, flooded.id))
    assert len(loaded) == LONGEST_TIMELINE
    assert (shown.older, shown.newest[0].fetches) == (MANY - 1 - LONGEST_TIMELINE, LONGEST_TIMELINE)


def test_a_view_that_was_repeated_thousands_of_times_ends_with_the_last_of_them(
    engine: Engine, flooded: Link, loaded: list[str]
) -> None:
    rows = rows_of(engine, flooded)
    loaded.clear()
    with reading(engine) as session:
        assert links.view_end(session, rows[0], WINDOWS.longest_view) == seconds(rows[-1].at)
        assert links.view_end(session, rows[0], 100.0) == seconds(rows[399].at)
    assert loaded == []


def test_a_stop_counts_at_once(engine: Engine, flooded: Link) -> None:
    say(engine, flooded, Statement(StatementKind.OBJECTED, NOON + DAY), now=NOON + DAY)
    fold(engine, arrival(flooded.token, NOON + DAY + 1))
    assert len(rows_of(engine, flooded)) == MANY - 1
    assert now_of(engine, flooded).status == "objected"


@pytest.mark.usefixtures("few_are_many")
def test_the_card_and_the_alert_are_edited_when_the_outcome_is_there(engine: Engine) -> None:
    link = tracked(engine)
    fold(engine, *(arrival(link.token, NOON + 2 * HOUR * n) for n in range(1, 9)))
    opened = rows_of(engine, link)[1].id
    said = Statement(StatementKind.DRAFT, NOON + DAY)
    say(engine, link, said, now=NOON + DAY)
    before = versions(engine)
    finish(engine, link)
    assert {row.kind for row in rows_of(engine, link)} == {"activated", "inserted"}
    assert now_of(engine, link).status == "draft"
    after = versions(engine)
    for key in (card_key(link.id, None), opened_key(opened)):
        assert after[key] == before[key] + 1
    assert not is_marked(engine, link.id)


def versions(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {message.key: message.version for message in session.exec(select(OutboxMessage))}


@pytest.mark.usefixtures("few_are_many")
def test_an_open_that_came_while_it_was_judged_again_rings(engine: Engine) -> None:
    """Until then, the open that Anna had called her own was still known as the first."""
    link = tracked(engine)
    say(engine, link, Statement(StatementKind.SENT, NOON + 60), now=NOON + 60)
    fold(engine, *(arrival(link.token, NOON + HOUR + n) for n in range(9)))
    own = rows_of(engine, link)[0].id
    say(engine, link, Statement(StatementKind.OWN, NOON + DAY, of=own), now=NOON + DAY)
    theirs = arrival(link.token, NOON + DAY + 1, OUTLOOK)
    fold(engine, theirs)
    assert opened_key(theirs.id) not in versions(engine)
    finish(engine, link)
    assert opened_key(theirs.id) in versions(engine)


@pytest.mark.usefixtures("few_are_many")
def test_the_first_open_rings_that_came_while_sent_waited_for_the_bot(engine: Engine) -> None:
    link = tracked(engine)
    fold(engine, *(arrival(link.token, NOON + n) for n in range(6)))
    maybe = arrival(link.token, NOON + HOUR, OUTLOOK)
    fold(engine, maybe)
    with writing(engine) as session:
        locked = links.link_of(session, ANNA, link.id, lock=True)
        assert locked
        mark_sent(session, locked, by=ANNA, now=NOON + DAY, since=NOON + 60, windows=WINDOWS)
    assert opened_key(maybe.id) not in versions(engine)
    finish(engine, link)
    assert opened_key(maybe.id) in versions(engine)


@pytest.mark.usefixtures("few_are_many")
def test_a_link_that_is_erased_meanwhile_takes_its_mark_along(engine: Engine) -> None:
    link = tracked(engine)
    fold(engine, *(arrival(link.token, NOON + n) for n in range(9)))
    say(engine, link, Statement(StatementKind.SENT, NOON + DAY), now=NOON + DAY)
    judging = Judging(engine, link)
    judging.go_on()
    with writing(engine) as session:
        erasing.erase_link(session, session.get_one(Link, link.id), mentions=lambda _: False)
    while judging.go_on():
        pass
    assert not is_marked(engine, link.id)
