"""What the summary of a link's fetches remembers."""

import pytest

from tests.tracking.stories import CHROME
from tracking import Agent, Confidence, Fetch, Kind, Reason, Verdict
from tracking.summary import FetchSummary, View

VIEWED = FetchSummary(views={Agent.BROWSER: View(0.0, 0.0)})


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.IGNORED])
def test_a_fetch_of_every_verdict_leaves_a_trace(kind: Kind) -> None:
    reason = Reason.CRAWLER if kind is Kind.NOISE else Reason.BROWSER
    verdict = Verdict(kind, reason, Confidence.PROBABLE)
    after = VIEWED.remember(Fetch("f", 20.0, CHROME), verdict, shows_sent=False, revival=86400)
    assert after != VIEWED
