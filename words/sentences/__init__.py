"""Every sentence that people read, one module for each subject: `sentences.cards.CARD_SENT`.

Placeholders in braces are filled with escaped values. Tags are only those that both Telegram and browsers
understand.
"""

from words.sentences import (
    alerts,
    buttons,
    cards,
    choosing,
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
    "choosing",
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
