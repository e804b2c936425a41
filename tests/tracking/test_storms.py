"""A storm is taken in for less, and to the same end as one fetch after the other."""

from hypothesis import given
from hypothesis import strategies as some

from tracking import Agent, Fetch, History, Kind, Network, Sighting, Statement, Telling, Windows, take_in
from tracking.history import Said
from tracking.storms import Stream

GMAIL = Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)
PREFETCH = Sighting(Agent.GMAIL_PREFETCH, Network.GOOGLE_PREFETCH)
CHROME = Sighting(Agent.BROWSER, Network.OTHER)
OFFICE = Sighting(Agent.BROWSER, Network.DATACENTRE, rendered=True)
CURL = Sighting(Agent.TOOL, Network.OTHER)
WINDOWS = Windows(longest_view=60)

program = some.sampled_from([GMAIL, CHROME, CHROME, OFFICE, PREFETCH, CURL])
device = some.sampled_from([None, None, "home", "office"])
storm = some.tuples(
    program, device, some.lists(some.sampled_from([0.0, 0.4, 3, 9, 28, 31, -0.5, -3]), max_size=12)
)
storms = some.lists(storm, min_size=1, max_size=5)
telling = some.sampled_from(
    [Telling.SENT, Telling.TOLD_SENT, Telling.PEEK, Telling.DRAFT, Telling.STOPPED, Telling.OBJECTED]
)
statements = some.lists(some.tuples(telling, some.integers(990, 1150)), max_size=3)


@given(storms, statements, some.sampled_from([980.0, 1015.0]))
def test_a_stream_says_what_the_judge_says_of_each(
    storms: list[tuple[Sighting, str | None, list[float]]], told: list[tuple[Telling, int]], sent_at: float
) -> None:
    said = Said().hear(Statement(Telling.SENT, sent_at))
    for telling, about in told:
        said = said.hear(Statement(telling, float(about), until=about + 5.0))
    at, history = 1000.0, History(said)
    stream = Stream(history, WINDOWS)
    for sighting, device, pauses in storms:
        for pause in pauses:
            at += pause
            fetch = Fetch(f"at {at}", at, sighting, device)
            verdict, history, exposed = take_in(fetch, history, WINDOWS)
            if stream.goes_on(at, sighting, device):
                assert (verdict.kind, exposed) == (Kind.REPEAT, None)
            else:
                assert stream.take_in(fetch)[::2] == (verdict, exposed)
    assert stream.history == history


def test_five_thousand_fetches_of_one_look_go_before_the_judge_three_times() -> None:
    stream = Stream(History(Said().hear(Statement(Telling.SENT, 0.0))), Windows())
    judged = 0
    for number in range(5000):
        at = 1000 + number / 100
        if not stream.goes_on(at, GMAIL, None):
            judged += 1
            stream.take_in(Fetch(f"f{number}", at, GMAIL))
    # The open, the first that is the same look, and one more when thirty seconds had gone by.
    assert judged == 3
    assert stream.history.memory.opens == 1
