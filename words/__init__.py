"""Every text that people read, in every language that the bot speaks.

The sentences are in `words/sentences/`, one module for each subject.
"""

from words.formatting import (
    LONGEST_NAME,
    RECENT,
    clock,
    day,
    link_name,
    name,
    on_day,
    plain,
    say,
    shorten,
    span,
    time,
    utf16,
    when,
)
from words.language import SOURCE, best, closest, in_every_language, languages, preferred, speaking, spoken
from words.sentence import Sentence

__all__ = [
    "LONGEST_NAME",
    "RECENT",
    "SOURCE",
    "Sentence",
    "best",
    "clock",
    "closest",
    "day",
    "in_every_language",
    "languages",
    "link_name",
    "name",
    "on_day",
    "plain",
    "preferred",
    "say",
    "shorten",
    "span",
    "speaking",
    "spoken",
    "time",
    "utf16",
    "when",
]
