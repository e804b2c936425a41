"""Properties of judging that hold for every history, found by trying to break them."""

from hypothesis import given
from hypothesis import strategies as st

from storage.histories import dump, load
from tests.tracking.stories import (
    APPLE,
    BARE,
    CHROME,
    CHROME_IN_AZURE,
    CURL,
    DAY,
    GMAIL,
    GMAIL_UNSEEN,
    OUTLOOK,
    PREFETCH,
    YAHOO,
    Story,
)
from tracking import (
    Agent,
    Confidence,
    Fetch,
    History,
    Kind,
    Network,
    Reason,
    Sighting,
    Statement,
    StatementKind,
    Statements,
    Verdict,
    Windows,
    rejudge,
)
from tracking.rules import BURST
from tracking.verdicts import correct_exposed, fold

SIGHTINGS = st.sampled_from(
    [GMAIL, GMAIL_UNSEEN, PREFETCH, YAHOO, APPLE, OUTLOOK, CHROME, BARE, CHROME_IN_AZURE, CURL]
)
ANY_SIGHTING = st.builds(
    Sighting,
    st.sampled_from(Agent),
    st.sampled_from(Network),
    st.none() | st.sampled_from(Reason),
    st.booleans(),
)
RANK = {Confidence.WEAK: 0, Confidence.PROBABLE: 1, Confidence.STRONG: 2}
TIMES = st.integers(0, 40 * 86400 * 10).map(lambda tenths: tenths / 10)
DEVICES = st.none() | st.sampled_from(["anna", "landlord"])
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(
        [
            StatementKind.SENT,
            StatementKind.TOLD_SENT,
            StatementKind.DRAFT,
            StatementKind.PEEK,
            StatementKind.OWN,
            StatementKind.NOT_OWN,
        ]
    ),
    TIMES,
    st.sampled_from(["f0", "f1", "f2"]),
    TIMES,
)


@st.composite
def fetches(draw: st.DrawFn, sightings: st.SearchStrategy[Sighting] = SIGHTINGS) -> list[Fetch]:
    """Up to a dozen fetches in order of time, close together or days apart."""
    at, found = 0.0, []
    for number in range(draw(st.integers(0, 12))):
        at = round(
            at + draw(st.sampled_from([0.0, 0.5, 1.5, 4.0, 29.0, 60.0, 1800.0, 4000.0, DAY, 20 * DAY])), 3
        )
        found.append(Fetch(f"f{number}", at, draw(sightings), draw(DEVICES)))
    return found


@given(fetches(ANY_SIGHTING), st.lists(STATEMENTS, max_size=5))
def test_judging_as_it_comes_and_judging_again_agree(given: list[Fetch], statements: list[Statement]) -> None:
    history = History(_said(statements))
    verdicts = list[Verdict]()
    for fetch in given:
        verdict, history, exposed = fold(fetch, history, Windows())
        history = load(dump(history))
        verdicts.append(verdict)
        if exposed:
            correct_exposed(verdicts, given, exposed.id)
    assert rejudge(given, history.statements, Windows()) == (verdicts, history)


@given(fetches(), st.lists(STATEMENTS, max_size=5), st.integers(0, 12))
def test_a_machines_fetch_raises_no_confidence_and_hides_only_bare_browsers(
    given: list[Fetch], said: list[Statement], place: int
) -> None:
    place = min(place, len(given))
    at = given[place - 1].at if place else 0.0
    machine = Fetch("machine", at, CURL)
    before, _ = rejudge(given, _said(said), Windows())
    after, _ = rejudge([*given[:place], machine, *given[place:]], _said(said), Windows())
    assert after[place].kind in (Kind.NOISE, Kind.OWN)
    for fetch, was, now in zip(given, before, after[:place] + after[place + 1 :], strict=True):
        assert RANK[now.confidence] <= RANK[was.confidence]
        assert now.kind in (was.kind, Kind.OPENED) or (fetch.sighting.is_bare_browser and now == BURST)


@given(st.lists(st.sampled_from([PREFETCH, APPLE]), max_size=4))
def test_prefetches_before_an_open_never_hide_it(prefetches: list[Sighting]) -> None:
    story = Story()
    story.fetched(30)
    story.sent(100)
    for number, sighting in enumerate(prefetches):
        story.fetched(101 + number, sighting)
    story.fetched(7200)
    assert story.last.kind is Kind.OPENED
    assert story.told[-1] == "loud"


@given(fetches(), st.permutations(["f0", "f1", "f2", "f3"]))
def test_corrections_commute(given: list[Fetch], order: list[str]) -> None:
    own = [Statement(StatementKind.OWN, 0, of=fetch) for fetch in order[:2]]
    theirs = [Statement(StatementKind.NOT_OWN, 0, of=fetch) for fetch in order[2:]]
    sent = Statement(StatementKind.SENT, 50.0)
    one = rejudge(given, _said([sent, *own, *theirs]), Windows())
    other = rejudge(given, _said([*reversed(theirs), *reversed(own), sent]), Windows())
    assert one == other


@given(
    st.lists(
        st.builds(
            Fetch, st.sampled_from(["f0", "f1", "f2"]), st.floats(allow_nan=False), ANY_SIGHTING, DEVICES
        )
    )
)
def test_no_order_of_clocks_makes_it_raise(given: list[Fetch]) -> None:
    verdicts, _ = rejudge(given, _said([Statement(StatementKind.SENT, 100.0)]), Windows())
    assert len(verdicts) == len(given)


@given(fetches(), st.lists(STATEMENTS, max_size=5))
def test_noise_is_never_an_open(given: list[Fetch], said: list[Statement]) -> None:
    noisy = [fetch._replace(sighting=fetch.sighting._replace(sign=Reason.TOOL)) for fetch in given]
    verdicts, history = rejudge(noisy, _said(said), Windows())
    assert history.summary.opens == 0
    assert {verdict.kind for verdict in verdicts} <= {Kind.NOISE}


def _said(statements: list[Statement]) -> Statements:
    said = Statements()
    for statement in statements:
        said = said.apply(statement)
    return said
