"""`python -m tracking replay`, as a program."""

import json
import subprocess
import sys
from contextlib import suppress
from math import inf
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracking.agents import load
from tracking.replay import UnreadableLineError
from tracking.replay import replay as replayed

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
DRAFT = {
    "link": "A",
    "at": "2026-03-02T09:00:00Z",
    "event": "fetch",
    "id": "f1",
    "method": "GET",
    "ip": "66.249.84.1",
    "headers": {"User-Agent": GMAIL},
}
FETCH: dict[str, object] = {**DRAFT, "id": "f2", "at": "2026-03-02T10:00:00Z"}
SENT: dict[str, object] = {"link": "A", "at": "2026-03-02T09:10:00Z", "event": "sent"}
PEEK = SENT | {"event": "peek"}
CREATED: dict[str, object] = {"link": "B", "at": "2026-03-02T09:00:00Z", "event": "created"}
SIGNATURES = load([])


def replay(*lines: object) -> subprocess.CompletedProcess[str]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    command = [sys.executable, "-m", "tracking", "replay"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_it_answers_with_one_line_a_fetch_in_the_contracts_words() -> None:
    done = replay({"link": "A", "at": "2026-03-02T08:59:00Z", "event": "created"}, DRAFT)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "id": "f1",
        "agent": "gmail_proxy",
        "verdict": "activated",
        "confidence": "strong",
        "reason": "before_sent",
        "alert": "silent",
    }


def test_links_that_take_turns_are_kept_apart() -> None:
    other = {**DRAFT, "link": "B", "id": "g1"}
    again = {**DRAFT, "id": "f2", "at": "2026-03-02T09:00:10Z"}
    answers = [json.loads(line) for line in replay(DRAFT, other, again).stdout.splitlines()]
    assert [(answer["id"], answer["verdict"]) for answer in answers] == [
        ("f1", "activated"),
        ("g1", "activated"),
        ("f2", "inserted"),
    ]


def test_a_line_that_cannot_be_read_stops_it_with_its_number() -> None:
    for broken in ("{", CREATED | {"at": None}, FETCH | {"scheme": "HTTPS"}):
        done = replay(DRAFT, broken)
        assert done.returncode == 2
        assert done.stderr.startswith("line 2: ")
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("{", "Expecting property name"),
        ("[" * 100_000, "maximum recursion depth"),
        ("[]", "it is no object"),
        ("null", "it is no object"),
        ({}, "'at' is missing"),
        ({"link": "B", "event": "created"}, "'at' is missing"),
        (CREATED | {"at": "yesterday"}, "'at' is no time: 'yesterday'"),
        (CREATED | {"at": 1772442000}, "'at' is no text: 1772442000"),
        (CREATED | {"at": "2026-03-02T09:00:00"}, "'at' has no time zone: '2026-03-02T09:00:00'"),
        (CREATED | {"link": 7}, "'link' is no text: 7"),
        (CREATED | {"link": "A", "at": "2026-03-02T08:00:00Z"}, "'created' is not the first event"),
        (SENT | {"event": "exploded"}, "'event' is unknown: 'exploded'"),
        (SENT | {"event": ["sent"]}, "'event' is no text"),
        (SENT | {"by": "noon"}, "'by' is no time: 'noon'"),
        (SENT | {"by": True}, "'by' is no text: True"),
        (PEEK | {"minutes": -5}, "'minutes' is no length of time: -5"),
        (PEEK | {"minutes": 0}, "'minutes' is no length of time: 0"),
        (PEEK | {"minutes": True}, "'minutes' is no number: True"),
        (PEEK | {"minutes": "15"}, "'minutes' is no number: '15'"),
        (PEEK | {"minutes": None}, "'minutes' is no number: None"),
        (PEEK | {"minutes": float("inf")}, "'minutes' is no length of time: inf"),
        (PEEK | {"minutes": float("nan")}, "'minutes' is no length of time: nan"),
        (PEEK | {"minutes": 10**400}, "int too large"),
        (SENT | {"event": "own"}, "'of' is missing"),
        (SENT | {"event": "own", "of": "f9"}, "'of' is no earlier fetch of this link: 'f9'"),
        (SENT | {"event": "not_own", "of": 1}, "'of' is no text: 1"),
        (DRAFT, "'id' is that of an earlier fetch of this link: 'f1'"),
        (FETCH | {"id": None}, "'id' is no text: None"),
        (FETCH | {"headers": "none"}, "'headers' is no object"),
        (FETCH | {"headers": None}, "'headers' is no object"),
        (FETCH | {"headers": {"Accept": ["x"]}}, "the header 'Accept' is no text: \\['x'\\]"),
        (FETCH | {"headers": {"DNT": 1}}, "the header 'DNT' is no text: 1"),
        (FETCH | {"method": 5}, "'method' is no text: 5"),
        (FETCH | {"ip": "localhost"}, "'ip' is no address: 'localhost'"),
        (FETCH | {"ip": ""}, "'ip' is no address: ''"),
        (FETCH | {"ip": "1.2.3.4.5"}, "'ip' is no address"),
        (FETCH | {"ip": ["1.2.3.4"]}, "'ip' is no text"),
        (FETCH | {"name": 1}, "'name' is no text"),
        (FETCH | {"scheme": "HTTPS"}, "'scheme' is neither http nor https: 'HTTPS'"),
        (FETCH | {"scheme": 1}, "'scheme' is no text: 1"),
        (FETCH | {"scheme": True}, "'scheme' is no text: True"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_cannot_be_meant_is_refused_in_words(broken: object, reason: str) -> None:
    lines = [json.dumps(DRAFT), broken if isinstance(broken, str) else json.dumps(broken)]
    with pytest.raises(UnreadableLineError, match=f"^line 2: {reason}"):
        list(replayed(lines, SIGNATURES))


@pytest.mark.parametrize("event", [FETCH, SENT, PEEK])
def test_nothing_happens_before_a_link_is_created(event: dict[str, object]) -> None:
    lines = [json.dumps(CREATED), json.dumps({**event, "link": "B", "at": "2026-03-02T08:59:59Z"})]
    with pytest.raises(UnreadableLineError, match="line 2: 'at' is before the link was created"):
        list(replayed(lines, SIGNATURES))


@pytest.mark.parametrize(
    "event",
    [
        FETCH | {"ip": None, "name": None, "scheme": None},
        FETCH | {"ip": "[2001:db8::1]:443", "scheme": "http"},
        {"link": "A", "at": "2026-03-02T10:00:00+01:00", "event": "fetch", "id": "f2"},
        SENT | {"by": None},
        PEEK | {"minutes": 0.5},
        SENT | {"event": "own", "of": "f1"},
    ],
)
def test_what_is_not_known_may_be_left_out(event: dict[str, object]) -> None:
    assert list(replayed([json.dumps(DRAFT), json.dumps(event)], SIGNATURES))


def test_a_record_may_say_what_the_address_is_called() -> None:
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"}
    sent = {"link": "A", "at": "2026-03-02T09:10:00Z", "event": "sent"}
    scan = {**DRAFT, "id": "f2", "at": "2026-03-02T10:00:00Z", "ip": "84.1.1.1", "headers": browser}
    last = json.loads(replay(DRAFT, sent, {**scan, "name": "gw.ppops.net"}).stdout.splitlines()[-1])
    assert (last["verdict"], last["reason"]) == ("scanned", "scanner_network")


def test_of_a_record_with_the_user_agent_alone_nothing_follows_from_the_other_headers() -> None:
    chrome = (
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
    )
    sent = {"link": "A", "at": "2026-03-02T09:10:00Z", "event": "sent"}
    later = {**DRAFT, "at": "2026-03-02T10:00:00Z", "ip": "84.1.1.1", "scheme": "https"}
    alone = {**later, "id": "f2", "headers": {"User-Agent": chrome}}
    whole = {**later, "id": "f3", "link": "B", "headers": {"User-Agent": chrome, "Host": "mail.example.com"}}
    done = replay(DRAFT, sent, {**DRAFT, "link": "B"}, {**sent, "link": "B"}, alone, whole)
    verdicts = {line["id"]: line["verdict"] for line in map(json.loads, done.stdout.splitlines())}
    assert (verdicts["f2"], verdicts["f3"]) == ("opened", "scanned")


def test_a_line_that_is_not_utf_8_is_named_and_a_byte_order_mark_is_not_minded() -> None:
    command = [sys.executable, "-m", "tracking", "replay"]
    good = json.dumps(DRAFT).encode()
    marked = subprocess.run(command, input=b"\xef\xbb\xbf" + good, capture_output=True, check=False)
    assert (marked.returncode, marked.stdout.count(b"\n")) == (0, 1)
    broken = subprocess.run(command, input=good + b'\n{"link": "\xff"}\n', capture_output=True, check=False)
    assert (broken.returncode, broken.stderr[:8]) == (2, b"line 2: ")


def test_who_reads_only_the_first_answer_gets_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "many"
    file.write_text("\n".join(json.dumps({**DRAFT, "id": f"f{n}"}) for n in range(5000)))
    command = [sys.executable, "-m", "tracking", "replay", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""


def test_an_empty_file_is_no_error() -> None:
    assert replay("").returncode == 0


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
EVENTS = st.fixed_dictionaries(
    {
        "link": st.sampled_from("AB"),
        "at": TIMES,
        "event": st.sampled_from(["created", "fetch", "sent", "peek", "own", "not_own", "draft", "objected"]),
        "id": st.sampled_from(["f1", "f2"]),
        "of": st.sampled_from(["f1", "f9"]),
    },
    optional={"by": TIMES, "minutes": st.floats(), "ip": st.ip_addresses().map(str) | st.text()},
)
BROKEN = st.tuples(EVENTS, st.dictionaries(st.sampled_from([*DRAFT, "by", "minutes"]), VALUES)).map(
    lambda parts: {**parts[0], **parts[1]}
)


@given(st.lists(st.one_of(EVENTS, BROKEN, VALUES).map(json.dumps) | st.text(), max_size=8))
@example([json.dumps({**DRAFT, "event": "peek", "minutes": float("inf")}), json.dumps(DRAFT)])
def test_whatever_is_recorded_is_judged_or_refused_with_its_line(recorded: list[str]) -> None:
    with suppress(UnreadableLineError):
        list(replayed(recorded, SIGNATURES))


READ: list[dict[str, object]] = [CREATED, {**FETCH, "link": "B", "scheme": "https"}, {**PEEK, "minutes": 15}]


def may_stand_there(field: str, value: object) -> bool:
    """Say whether a field may have this value, which is no text."""
    if field == "minutes":
        return isinstance(value, (int, float)) and 0 < value < inf and value is not True
    return (field in {"ip", "scheme"} and value is None) or (field == "headers" and value == {})


@given(
    place=st.sampled_from([(line, field) for line, event in enumerate(READ) for field in event]),
    value=VALUES.filter(lambda value: not isinstance(value, str)),
)
def test_no_field_is_read_that_is_not_what_it_must_be(place: tuple[int, str], value: object) -> None:
    line, field = place
    if may_stand_there(field, value):
        return
    broken = [*READ[:line], READ[line] | {field: value}, *READ[line + 1 :]]
    with pytest.raises(UnreadableLineError, match=f"^line {line + 1}: "):
        list(replayed(map(json.dumps, broken), SIGNATURES))
