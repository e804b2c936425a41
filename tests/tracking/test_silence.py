"""Silence is explained by what is known, and never as "not read"."""

import pytest

from tests.tracking.stories import APPLE, CURL, DAY, GATEWAY, GMAIL, HOUR, OUTLOOK, PREFETCH, YANDEX, Story
from tracking import Sighting, Telling
from tracking.silence import EXPLAINED_AFTER, Silence, silence_of


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
        ([], Silence.NOTHING),
        ([CURL], Silence.NOTHING),
        ([PREFETCH], Silence.GMAIL),
        ([APPLE], Silence.APPLE),
        ([PREFETCH, APPLE], Silence.APPLE),
        ([YANDEX], Silence.PROVIDER),
        ([GATEWAY], Silence.SCANNED),
        ([GATEWAY, PREFETCH], Silence.GMAIL),
        ([GMAIL], None),
        ([APPLE, OUTLOOK], None),
    ],
)
def test_silence_means_what_was_seen(seen: list[Sighting], silence: Silence | None) -> None:
    assert silence_of(story(*seen).history, DAY) == silence


def test_an_image_that_was_not_even_seen_in_the_draft_may_not_have_been_pasted() -> None:
    assert silence_of(story(draft=False).history, DAY) is Silence.NOT_PASTED


def test_a_copy_fetched_within_seconds_may_be_annas_own() -> None:
    told = story()
    told.fetched(102)
    assert silence_of(told.history, DAY) is Silence.FIRST_SECONDS


def test_nobody_wonders_in_the_first_hour_or_before_it_was_sent_or_once_it_was_stopped() -> None:
    assert silence_of(story().history, 100 + EXPLAINED_AFTER - 1) is None
    unsent = Story()
    unsent.fetched(30)
    assert silence_of(unsent.history, DAY) is None
    stopped = story()
    stopped.said(Telling.STOPPED, HOUR)
    assert silence_of(stopped.history, DAY) is None
