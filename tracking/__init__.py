"""Decides who fetched a link's image, and what the fetch means.

Pure: it uses the standard library alone, reads no clock (`now` is passed in), and stores nothing.
"""

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
from tracking.history import History, Statement, StatementKind, Statements
from tracking.summary import FetchSummary
from tracking.verdicts import rejudge

__all__ = [
    "Agent",
    "Confidence",
    "Fetch",
    "FetchSummary",
    "History",
    "Kind",
    "Loudness",
    "Network",
    "Reason",
    "Request",
    "Sighting",
    "Statement",
    "StatementKind",
    "Statements",
    "Verdict",
    "Windows",
    "alert_for",
    "rejudge",
]
