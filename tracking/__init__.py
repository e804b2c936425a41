"""What a fetch was and what it means. Pure: standard library only, `now` is passed in."""

from tracking.alerting import Loudness, alert_for
from tracking.facts import (
    Agent,
    Confidence,
    Fetch,
    Kind,
    Network,
    Reason,
    Request,
    Sighting,
    Verdict,
    Windows,
)
from tracking.history import History, Said, Statement, Telling
from tracking.memory import Memory, Sent, View
from tracking.verdicts import Judged, judge, rejudge, take_in

__all__ = [
    "Agent",
    "Confidence",
    "Fetch",
    "History",
    "Judged",
    "Kind",
    "Loudness",
    "Memory",
    "Network",
    "Reason",
    "Request",
    "Said",
    "Sent",
    "Sighting",
    "Statement",
    "Telling",
    "Verdict",
    "View",
    "Windows",
    "alert_for",
    "judge",
    "rejudge",
    "take_in",
]
