"""`/timezone`, `/quiet` and `/digest`."""

from words.sentence import _

TIMEZONE_IS = _("🕰 Your time zone is {zone}. It is {clock} there.")
TIMEZONE_NONE = _("🕰 I don’t know your time zone, so I count in UTC. It is {clock} there.")
TIMEZONE_ASK = _(
    "Which city is near you? Or send me a location (📎): I keep the time zone, and forget the place."
)
TIMEZONE_PLACEHOLDER = _("Berlin")
TIMEZONE_UNKNOWN = _(
    "I don’t know {place}. Name a larger city in the same time zone, such as "
    "<code>/timezone Berlin</code>, or send me a location (📎)."
)
TIMEZONE_SEVERAL = _("{place} has several time zones. Which one is yours?")
TIMEZONE_NOWHERE = _("I can’t tell the time zone of that place. Name a city: <code>/timezone Berlin</code>")
TIMEZONE_NOT_KEPT = _("I don’t keep the place itself.")
CLOCK_IN_UTC = _(
    "I took that as UTC, because I don’t know your time zone. <code>/timezone Berlin</code> sets it."
)
CLOCK_FIRST = _("The clocks go back that day, and {clock} comes twice. I take the first one.")
CLOCK_SECOND = _("The clocks go back that day, and {clock} comes twice. I take the second one.")
CLOCK_MISSING = _("The clocks go forward that day, and there is no {clock}. I take {taken}.")
QUIET_IS = _("🌙 Quiet from {start} to {end}. What happens then waits, and I sum it up at {end}.")
QUIET_OFF = _("🔔 No quiet hours. I tell you things as they happen.")
QUIET_HOW = _(
    "For quiet hours, say from when to when: <code>/quiet 22:00-07:00</code>. <code>/quiet off</code> ends them."
)
DIGEST_IS = _("🗞 Every day at {clock} I’ll sum up what happened. On a day without news I say nothing.")
DIGEST_OFF = _("No daily summary.")
DIGEST_HOW = _("For a daily summary, say when: <code>/digest 18:00</code>. <code>/digest off</code> ends it.")
