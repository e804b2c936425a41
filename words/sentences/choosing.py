"""What the bot asks if a command lacks its link, or is misspelt."""

from words.sentence import _, layout

WHICH = {
    "sent": _("Which mail did you send?"),
    "note": _("Which link is the note for?"),
    "remind": _("Which mail should I remind you of?"),
    "mute": _("Which link should I mute?"),
    "unmute": _("Which link should I unmute?"),
    "stop": _("Which link should I stop recording?"),
    "delete": _("Which link do you want to delete?"),
    "peek": _("Which mail will you open yourself?"),
}
"""By command."""
WHICH_HOW = _("Tap it, or send its number: <code>/{command} {number}</code>")
NONE_FITS = {
    "sent": _(
        "All your links are noted as sent. To correct a time, send <code>/sent {number} at 14:05</code>."
    ),
    "remind": _(
        "Every mail was opened, or its link is stopped, so there is nothing to wait for. /history lists them."
    ),
    "mute": _("Every link is muted or stopped. <code>/unmute {number}</code> ends it for one."),
    "unmute": _("No link is muted. <code>/mute {number}</code> mutes one."),
    "stop": _("Every link is stopped. Tap <b>Watch again</b> on a card to record its opens again."),
    "peek": _("Every link is stopped, so no open of yours counts. /history lists them."),
}
"""By command: the answer if the chat has links, and the command makes sense for none of them."""
NO_LINK_YET = _("You have no link yet. Send <code>/track contract to landlord</code> to make one.")
BUTTON_CHOOSE = _("#{number} {label}", "button: which link?")
BUTTON_CHOOSE_TO = _("#{number} {label} → {recipient}", "button: which link?")
DID_YOU_MEAN = _("I don’t know /{typed}. Did you mean this?")
BUTTON_MEANT = layout("/{command} {argument}")
CARRIED_OUT = layout("👍")
BUTTON_TRACK = _("Track: {label}")
BUTTON_TRACK_TO = _("Track: {label} → {recipient}")
