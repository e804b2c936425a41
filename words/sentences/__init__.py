"""Every sentence that a person reads, one module a subject: `sentences.cards.CARD_SENT`.

Braces are filled with escaped values. Tags are those that Telegram and browsers share.
"""

from words.sentences import (
    alerts,
    buttons,
    cards,
    clocks,
    commands,
    copy_page,
    digests,
    history,
    languages,
    law,
    nudges,
    operator,
    pages,
    picture,
    reasons,
    times,
    toasts,
    track,
    welcome,
)

__all__ = [
    "alerts",
    "buttons",
    "cards",
    "clocks",
    "commands",
    "copy_page",
    "digests",
    "history",
    "languages",
    "law",
    "nudges",
    "operator",
    "pages",
    "picture",
    "reasons",
    "times",
    "toasts",
    "track",
    "welcome",
]
