"""Anna taps Sent while the bot is away: it is known between which two times that was, and no better."""

import json

from storage.histories import dump, load
from tests.tracking.stories import APPLE, GMAIL, HOUR, MINUTE, OUTLOOK, PREFETCH, YAHOO, Story
from tracking import Reason, StatementKind


def away(draft: bool = True) -> Story:
    """Anna's draft is seen in Gmail. From 1000 until 4600 the bot is away."""
    anna = Story()
    if draft:
        anna.fetched(100, GMAIL)
    return anna


def test_what_came_meanwhile_is_a_weak_open_that_asks() -> None:
    anna = away()
    anna.fetched(500)
    anna.fetched(2000)
    anna.sent(4600, since=1000)
    assert anna.kinds == ["activated", "inserted", "opened"]
    assert anna.last == ("opened", Reason.MAYBE_UNSENT, "weak")


def test_what_the_spool_brings_later_is_one_too() -> None:
    anna = away()
    anna.sent(4600, since=1000)
    anna.fetched(2000)
    assert anna.last == ("opened", Reason.MAYBE_UNSENT, "weak")
    assert anna.told[-1] == "loud"


def test_it_is_asked_also_if_nothing_was_seen_in_the_draft() -> None:
    anna = away(draft=False)
    anna.fetched(2000, OUTLOOK)
    anna.sent(4600, since=1000)
    assert anna.last.reason == Reason.MAYBE_UNSENT


def test_the_device_of_the_draft_is_annas_also_then() -> None:
    anna = Story()
    anna.fetched(100, OUTLOOK, "anna")
    anna.fetched(2000, OUTLOOK, "anna")
    anna.fetched(2100, OUTLOOK, "landlord")
    anna.sent(4600, since=1000)
    assert anna.kinds == ["activated", "own", "opened"]


def test_a_storm_meanwhile_is_one_open() -> None:
    anna = away()
    for second in range(0, 60, 5):
        anna.fetched(2000 + second)
    anna.sent(4600, since=1000)
    assert anna.kinds == ["activated", "opened", *["repeat"] * 11]


def test_a_view_that_goes_on_when_the_bot_comes_back_is_one_open() -> None:
    anna = away()
    for second in range(0, 60, 10):
        anna.fetched(4575 + second)
    anna.sent(4600, since=1000)
    assert anna.kinds == ["activated", "opened", *["repeat"] * 5]
    assert anna.history.summary.opens == 1


def test_the_first_seconds_do_not_apply_because_the_mail_left_before() -> None:
    anna = away()
    anna.sent(4600, since=1000)
    anna.fetched(4602)
    assert anna.last == ("opened", Reason.GMAIL_PROXY, "probable")


def test_what_only_a_receiving_side_fetches_meanwhile_still_shows_the_sending() -> None:
    anna = away()
    anna.fetched(2000, PREFETCH)
    anna.sent(4600, since=1000)
    anna.fetched(5000)
    known = anna.history.sent()
    assert known
    assert (known.at, known.since) == (2000, None)
    other = away()
    other.fetched(2000, YAHOO)
    other.sent(4600, since=1000)
    assert other.last.reason == Reason.OTHER_PROVIDER


def test_apples_prefetch_meanwhile_proves_nothing_either_way() -> None:
    anna = away()
    anna.fetched(2000, APPLE)
    anna.sent(4600, since=1000)
    assert anna.last.kind == "proxied"


def test_yes_counts_from_that_open_on() -> None:
    anna = away()
    for at in (1500, 2000, 3000):
        anna.fetched(at)
    anna.sent(4600, since=1000)
    anna.said(StatementKind.TOLD_SENT, 2000)
    assert anna.kinds == ["activated", "inserted", "opened", "opened"]
    assert anna.last.reason == Reason.GMAIL_PROXY


def test_still_a_draft_leaves_open_what_came_after_it() -> None:
    anna = away()
    for at in (1500, 2000, 3000):
        anna.fetched(at)
    anna.sent(4600, since=1000)
    anna.said(StatementKind.DRAFT_THEN, 2000)
    assert anna.kinds == ["activated", "inserted", "inserted", "opened"]
    assert anna.last.reason == "maybe_unsent"
    anna.said(StatementKind.DRAFT_THEN, 3000)
    assert anna.kinds == ["activated", *["inserted"] * 3]
    anna.fetched(5000)
    assert anna.last.reason == "gmail_proxy"


def test_still_a_draft_then_says_nothing_once_the_time_is_known() -> None:
    anna = away()
    anna.sent(4600, since=1000)
    anna.said(StatementKind.TOLD_SENT, 1800)
    before = anna.history
    anna.said(StatementKind.DRAFT_THEN, 2000)
    assert anna.history == before


def test_still_a_draft_takes_sent_back_also_then() -> None:
    anna = away()
    anna.sent(4600, since=1000)
    anna.said(StatementKind.DRAFT, 4700)
    assert anna.history.sent() is None


def test_a_link_keeps_it_and_an_older_link_is_read_as_before() -> None:
    anna = away()
    anna.sent(4600, since=1000)
    assert load(dump(anna.history)) == anna.history
    old = load(json.dumps({"sent": [4600, True, ""], "opens": 0, "armed": [5000, False, "gmail_prefetch"]}))
    assert old.statements.sent
    assert old.statements.sent.since is None


def test_judged_one_by_one_or_all_again_it_is_the_same() -> None:
    early, late = away(), away()
    times = (500, 1500, 1510, 3 * HOUR / 4, 4590, 4603, HOUR + 20 * MINUTE)
    for at in times:
        early.fetched(at)
    early.sent(4600, since=1000)
    late.sent(4600, since=1000)
    for at in times:
        late.fetched(at)
    assert early.verdicts == late.verdicts
    assert early.history == late.history
