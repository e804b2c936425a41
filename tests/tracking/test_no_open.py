"""NoOpen is explained by what is known, and never as "not read"."""

import pytest

from tests.tracking.stories import APPLE, CURL, DAY, GATEWAY, GMAIL, HOUR, OUTLOOK, PREFETCH, YANDEX, Story
from tracking import Sighting, StatementKind
from tracking.no_open import EXPLAINED_AFTER, NoOpen, explain_no_open


def story(*sightings: Sighting, draft: bool = True) -> Story:
    """Anna's mail, sent at 100 s; what was seen of it half an hour later."""
    told = Story()
    if draft:
        told.fetched(30)
    told.sent(100)
    for number, sighting in enumerate(sightings):
        told.fetched(1900 + number, sighting)
    return told


@pytest.mark.parametrize(
    ("seen", "silence"),
    [
        ([], NoOpen.NOTHING),
        ([CURL], NoOpen.NOTHING),
        ([PREFETCH], NoOpen.GMAIL),
        ([APPLE], NoOpen.APPLE),
        ([PREFETCH, APPLE], NoOpen.APPLE),
        ([YANDEX], NoOpen.PROVIDER),
        ([GATEWAY], NoOpen.SCANNED),
        ([GATEWAY, PREFETCH], NoOpen.GMAIL),
        ([GMAIL], None),
        ([APPLE, OUTLOOK], None),
    ],
)
def test_silence_means_what_was_seen(seen: list[Sighting], silence: NoOpen | None) -> None:
    assert explain_no_open(story(*seen).history, DAY) == silence


def test_an_image_that_was_not_even_seen_in_the_draft_may_not_have_been_pasted() -> None:
    assert explain_no_open(story(draft=False).history, DAY) is NoOpen.NOT_PASTED


def test_a_copy_fetched_within_seconds_may_be_annas_own() -> None:
    told = story()
    told.fetched(102)
    assert explain_no_open(told.history, DAY) is NoOpen.FIRST_SECONDS


def test_nobody_wonders_in_the_first_hour_or_before_it_was_sent_or_once_it_was_stopped() -> None:
    assert explain_no_open(story().history, 100 + EXPLAINED_AFTER - 1) is None
    unsent = Story()
    unsent.fetched(30)
    assert explain_no_open(unsent.history, DAY) is None
    stopped = story()
    stopped.said(StatementKind.STOPPED, HOUR)
    assert explain_no_open(stopped.history, DAY) is None
