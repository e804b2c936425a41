"""Where a link stands, from its making to its end, and since when."""

import pytest

from storage.histories import dump, load
from tests.tracking.stories import APPLE, DAY, GMAIL, HOUR, PREFETCH, Story
from tracking import History, StatementKind
from tracking.status import LinkStatus, status_at, status_of


def stands(story: Story) -> tuple[str, float | None]:
    return status_of(story.history)


def test_a_link_stands_where_its_story_has_led_it() -> None:
    story = Story()
    assert stands(story) == ("new", None)
    story.fetched(30, GMAIL)
    story.fetched(40, GMAIL)
    assert stands(story) == ("draft", 30)
    story.sent(100)
    assert stands(story) == ("sent", 100)
    story.fetched(103, PREFETCH)
    story.fetched(110, APPLE)
    assert stands(story) == ("fetched", 103)
    story.fetched(HOUR)
    story.fetched(2 * HOUR)
    assert stands(story) == ("opened", HOUR)
    story.said(StatementKind.STOPPED, 15 * DAY)
    assert stands(story) == ("stopped", 15 * DAY)
    story.said(StatementKind.RESUMED, 16 * DAY)
    assert stands(story) == ("opened", HOUR)
    story.said(StatementKind.OBJECTED, 17 * DAY)
    assert stands(story) == ("objected", 17 * DAY)


def test_what_is_still_a_draft_stands_there_since_it_was_first_seen() -> None:
    story = Story()
    story.fetched(30, GMAIL)
    story.sent(100)
    story.said(StatementKind.DRAFT, 200)
    assert stands(story) == ("draft", 30)


def as_kept_once(history: History) -> History:
    """The history as a version stored it that did not keep the first fetches."""
    summary = history.summary._replace(first_draft=None, first_proxied=None)
    return load(dump(history._replace(summary=summary)))


def test_an_old_link_stays_a_draft_since_then_when_the_draft_is_fetched_again() -> None:
    story = Story()
    story.fetched(30, GMAIL)
    story.history = as_kept_once(story.history)
    assert stands(story) == ("draft", 30)
    for at in (HOUR / 2, HOUR):
        story.fetched(at, GMAIL)
        assert stands(story) == ("draft", 30)


def test_an_old_link_stays_fetched_since_then_when_a_provider_fetches_again() -> None:
    story = Story()
    story.sent(100)
    story.fetched(103, PREFETCH)
    story.history = as_kept_once(story.history)
    assert stands(story) == ("fetched", 100)
    for at in (DAY, 2 * DAY):
        story.fetched(at, APPLE)
        assert stands(story) == ("fetched", 100)


def test_an_open_taken_back_leaves_the_link_where_it_stood_before() -> None:
    story = Story()
    story.sent(100)
    own = story.fetched(HOUR)
    story.said(StatementKind.OWN, 2 * HOUR, of=own)
    assert stands(story) == ("sent", 100)


@pytest.mark.parametrize(("later", "status"), [(14 * DAY - 1, "opened"), (14 * DAY, "asleep")])
def test_a_link_falls_asleep_a_fortnight_after_its_last_open(later: float, status: str) -> None:
    story = Story()
    story.sent(100)
    story.fetched(HOUR)
    assert status_at(story.history, HOUR + later, story.windows.revival) == status


def test_only_what_was_opened_and_records_can_sleep() -> None:
    story = Story()
    story.sent(100)
    assert status_at(story.history, 200 * DAY, story.windows.revival) is LinkStatus.SENT
    story.fetched(HOUR)
    story.said(StatementKind.STOPPED, DAY)
    assert status_at(story.history, 200 * DAY, story.windows.revival) is LinkStatus.STOPPED


def test_a_link_that_was_woken_is_no_longer_asleep() -> None:
    story = Story()
    story.sent(100)
    story.fetched(HOUR)
    story.fetched(20 * DAY)
    assert status_at(story.history, 20 * DAY + 60, story.windows.revival) is LinkStatus.OPENED
