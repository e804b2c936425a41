"""Durations and days, where Telegram cannot show them in each reader's own way."""

from words.sentence import _, plural

SPAN_SECONDS = _("{count} s", "seconds")
SPAN_MINUTES = _("{count} min", "minutes")
SPAN_HOURS = _("{count} h", "hours")
SPAN_HOURS_MINUTES = _("{hours} h {minutes} min", "hours and minutes")
SPAN_DAYS = plural("{count} day", "{count} days")
TIME_UTC = _("{clock} UTC", "a time of day")
MOMENT_UTC = _("{day} {clock} UTC", "a day with its year, and a time of day")
AT = _("at {clock}", "a time of day: opened at 16:20")
YESTERDAY_AT = _("yesterday at {clock}", "opened yesterday at 16:20")
TOMORROW_AT = _("tomorrow at {clock}", "I’ll check tomorrow at 9:00")
ON = _("on {moment}", "a day and a time: opened on Monday 16:20, or on 2 Mar 2026 16:20")
DAY = _("{day} {month}", "a day: 30 Nov")
DAY_OF_YEAR = _("{day} {month} {year}", "a day: 30 Nov 2026")
MONTHS = {
    1: _("Jan"),
    2: _("Feb"),
    3: _("Mar"),
    4: _("Apr"),
    5: _("May"),
    6: _("Jun"),
    7: _("Jul"),
    8: _("Aug"),
    9: _("Sep"),
    10: _("Oct"),
    11: _("Nov"),
    12: _("Dec"),
}
