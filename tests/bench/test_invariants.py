"""All invariants hold for a quiet day, and each accident breaks exactly one."""

import pytest

from bench.faults.invariants import judge
from bench.faults.observations import Link, Observations, OutboxRow, Row, SentMessage

ANNA = 1001
LETTER, TOKEN = "L000001", "A" * 22
CARD = SentMessage(True, "card", LETTER, f"{LETTER} → Ben /i/{TOKEN}.gif", "")
ALERT = SentMessage(True, "opened", LETTER, f"{LETTER} → Ben was opened", "")
REPEATED = ALERT._replace(text=f"🔁 Possibly repeated (no. 2).\n{ALERT.text}")
IN_FLIGHT = OutboxRow(ANNA, "opened", LETTER, "sending", True)
PARKED = IN_FLIGHT._replace(state="parked")

QUIET = Observations(
    asked={"n1": TOKEN, "n2": TOKEN},
    answered={"n1": TOKEN, "n2": TOKEN},
    tracked=[LETTER],
    links=[Link(LETTER, TOKEN, 2)],
    rows=[Row("n1", TOKEN, LETTER, 1, "opened"), Row("n2", TOKEN, LETTER, 2, "opened")],
    outbox=[],
    sent=[CARD, ALERT],
    shown=[(LETTER, "Opened 2 times: first at 14:00, last at 14:05.")],
    admitted={},
    in_flight=[],
    integrity=[],
    logs="Ready.",
    secrets=["1000:secret"],
)


def test_a_quiet_day_breaks_nothing() -> None:
    assert judge(QUIET) == {}


@pytest.mark.parametrize(
    ("name", "accident"),
    [
        ("I1", {"asked": {**QUIET.asked, "n3": TOKEN}, "answered": {**QUIET.answered, "n3": TOKEN}}),
        ("I2", {"asked": {"n1": TOKEN, "n2": "B" * 22}, "answered": {"n1": TOKEN}}),
        ("I3", {"sent": [CARD]}),
        ("I3", {"shown": [(LETTER, "Opened at 14:00.")]}),
        ("I3", {"rows": [row._replace(kind="activated") for row in QUIET.rows]}),
        ("I3", {"sent": [CARD], "outbox": [PARKED]}),
        ("I3", {"sent": [ALERT]}),
        ("I3", {"tracked": [LETTER, "L000002"]}),
        ("I4", {"sent": [CARD, ALERT, REPEATED]}),
        ("I4", {"sent": [CARD, ALERT, ALERT], "in_flight": [[IN_FLIGHT]]}),
        ("I4", {"in_flight": [[IN_FLIGHT, IN_FLIGHT._replace(kind="card")]]}),
        ("I5", {"links": [Link(LETTER, TOKEN, 3)]}),
        ("I5", {"rows": [QUIET.rows[0], QUIET.rows[1]._replace(seq=3)]}),
        ("I6", {"integrity": ["row 7 missing from index"]}),
        ("I7", {"logs": "POST /bot1000:secret/sendMessage"}),
    ],
)  # fmt: skip
def test_an_accident_breaks_its_invariant(name: str, accident: dict[str, object]) -> None:
    assert list(judge(QUIET._replace(**accident))) == [name]  # type: ignore[arg-type]  # fields by name


def test_a_fetch_that_is_kept_twice_is_an_invented_open() -> None:
    twice = [*QUIET.rows, QUIET.rows[1]._replace(seq=3)]
    found = judge(
        QUIET._replace(rows=twice, links=[Link(LETTER, TOKEN, 3)], shown=[(LETTER, "Opened 3 times: …")])
    )
    assert found == {"I2": ["n2 is kept 2 times"]}


def test_a_kill_in_flight_excuses_one_marked_repetition() -> None:
    assert judge(QUIET._replace(sent=[CARD, ALERT, REPEATED], in_flight=[[IN_FLIGHT]])) == {}
    assert judge(QUIET._replace(sent=[CARD, ALERT, REPEATED, REPEATED], in_flight=[[IN_FLIGHT]]))


def test_an_answer_that_was_lost_excuses_one_marked_repetition() -> None:
    assert judge(QUIET._replace(sent=[CARD, ALERT._replace(spoilt="junk"), REPEATED])) == {}


def test_an_alert_that_may_not_have_arrived_counts_as_told_where_status_says_so() -> None:
    assert judge(QUIET._replace(sent=[CARD], outbox=[PARKED], admitted={ANNA: 1})) == {}
