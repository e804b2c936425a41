"""`/timezone`, `/quiet` and `/digest`."""

from words.sentence import _

TIMEZONE_IS = _("🕰 Your clock is that of {zone}: it is {clock} there.")
TIMEZONE_NONE = _("🕰 I don’t know where your clock is, and count in UTC: it is {clock} there.")
TIMEZONE_ASK = _(
    "Which city is near you? Or send me a location (📎): I keep the time zone, and not the place."
)
TIMEZONE_PLACEHOLDER = _("Berlin")
TIMEZONE_UNKNOWN = _(
    "I don’t know where {place} is. Name a larger city with the same clock, such as "
    "<code>/timezone Berlin</code>, or send me a location (📎)."
)
TIMEZONE_SEVERAL = _("In {place} there are several clocks. Which one is yours?")
TIMEZONE_NOWHERE = _("I cannot tell the time zone there. Name a city: <code>/timezone Berlin</code>")
TIMEZONE_NOT_KEPT = _("The place itself is not kept.")
CLOCK_IN_UTC = _("That is in UTC, as I don’t know your clock: <code>/timezone Berlin</code> tells me.")
QUIET_IS = _("🌙 Quiet from {start} to {end}. What comes then waits, and is summed up at {end}.")
QUIET_OFF = _("🔔 No quiet hours: news comes when it comes.")
QUIET_HOW = _(
    "For quiet hours say from when to when: <code>/quiet 22:00-07:00</code>. <code>/quiet off</code> ends them."
)
DIGEST_IS = _("🗞 Every day at {clock} I sum up what happened. On a day without news I say nothing.")
DIGEST_OFF = _("No daily summary.")
DIGEST_HOW = _("For a daily summary say when: <code>/digest 18:00</code>. <code>/digest off</code> ends it.")
