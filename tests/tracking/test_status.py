"""Where a link stands, from its making to its end."""

from tests.tracking.stories import DAY, GMAIL, HOUR, PREFETCH, Story
from tracking import StatementKind
from tracking.status import status_of


def stands(story: Story, at: float) -> str:
    return status_of(story.history, at, story.windows.revival)


def test_a_link_stands_where_its_story_has_led_it() -> None:
    story = Story()
    assert stands(story, 0) == "new"
    story.fetched(30, GMAIL)
    assert stands(story, 60) == "draft"
    story.sent(100)
    story.fetched(103, PREFETCH)
    assert stands(story, 200 * DAY) == "sent"
    story.fetched(HOUR)
    assert stands(story, HOUR + 14 * DAY - 1) == "looked"
    assert stands(story, HOUR + 14 * DAY) == "asleep"
    story.said(StatementKind.STOPPED, 15 * DAY)
    assert stands(story, 15 * DAY) == "stopped"


def test_a_link_that_was_woken_is_no_more_asleep() -> None:
    story = Story()
    story.sent(100)
    story.fetched(HOUR)
    story.fetched(20 * DAY)
    assert stands(story, 20 * DAY + 60) == "looked"
