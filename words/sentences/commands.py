"""Answers to commands about links and about the chat."""

from words.sentence import _, plural

NO_SUCH_LINK = _("There is no link #{number} here. /history lists yours.")
SENT_WHEN = _(
    "When was it sent? For example <code>/sent {number} at 14:05</code> or <code>/sent {number} 20 min ago</code>."
)
SENT_TO_COME = _(
    "{clock} is still to come in UTC, and I don’t know your clock. "
    "Tell me with <code>/timezone Berlin</code>, then say it again."
)
SENT_NOTED = _("📨 {name}: noted as sent {time}.")
REMIND_WHEN = _(
    "{name}: when shall I speak up, if no look was seen by then? "
    "You can also write <code>/remind {number} in 2 days</code> or <code>/remind {number} 30 Nov at 9:00</code>."
)
REMIND_NOTED = _("⏳ {name}: if no look was seen by {time}, I say so then.")
REMIND_OFF = _("{name}: no reminder any more.")
REMIND_NONE = _("{name} had no reminder.")
REMIND_SEEN = _("{name} was looked at already: there is nothing to wait for. /history tells when.")
REMIND_STOPPED = _("{name} is stopped, so nothing would be seen. Its card can take that back.")
NOTE_ASK = _("What should I note for {name}?")
NOTE_PLACEHOLDER = _("called him, no answer")
NOTE_KEPT = _("📝 Noted for {name}. Its story in /history shows it.")
NOTE_TOO_LONG = plural(
    "A note has at most {longest} character. Please shorten it, or write two.",
    "A note has at most {longest} characters. Please shorten it, or write two.",
    counted="longest",
)
DELETE_ASK = _(
    "Delete {name} for good? All that was seen, said and noted about it is erased, and nothing more is recorded. "
    "That cannot be undone. To stop recording only, use /stop."
)
DELETED = _("🗑 #{number} is deleted. The image in the mail goes on showing nothing, and records nothing.")
DELETE_NOTHING = _("There is nothing to delete here.")
DELETE_ALL_ASK = _(
    "Delete everything? Links: {count}, with all that was seen, said and noted about them, "
    "and this chat’s settings. /export gives you a copy before."
)
DELETE_ALL_SURE = _("Really everything? Nobody can undo that.")
DELETED_ALL = _("🗑 Everything is deleted. I know nothing more than that this chat is there.")
ERASED = _("🗑 Deleted.")
EXPORT = _(
    "📦 All that is kept of this chat: links, fetches, corrections, notes and settings, as JSON and as CSV."
)
PEEK_NOTED = plural(
    "🙈 For {minutes} minute I take looks for yours: {what}.",
    "🙈 For {minutes} minutes I take looks for yours: {what}.",
    counted="minutes",
)
PEEK_ALL = _("at every link here", "I take looks for yours: …")
PEEK_GROUP = _("That means the opens of everybody in this group.")
PEEK_ENDED = _("From now on every open counts again.")
PEEK_OFF = _("You are not ignoring any opens. <code>/peek</code> ignores them for 15 minutes.")
PEEK_NOTHING = _(
    "There is nothing to look at yet. Make a link with <code>/track contract to landlord</code>."
)
MUTE_NOTED = _("🔕 {name} is muted. Looks are still counted on its card.")
MUTE_ALL_NOTED = plural(
    "🔕 {count} link is muted. Its opens are still counted on its card. A link that you make from now on is not "
    "muted. <code>/unmute all</code> ends it.",
    "🔕 {count} links are muted. Their opens are still counted on their cards. A link that you make from now on is not "
    "muted. <code>/unmute all</code> ends it.",
)
MUTE_ALL_ALREADY = _("Every link here is muted already. <code>/unmute all</code> ends it.")
UNMUTE_NOTED = _("🔔 {name} is no longer muted.")
UNMUTE_ALL_NOTED = plural(
    "🔔 {count} link is no longer muted.",
    "🔔 {count} links are no longer muted.",
)
UNMUTE_ALL_NONE = _("No link here is muted.")
STOP_NOTED = _("⏹ {name} is stopped. From now on nothing is recorded.")
STATUS = plural(
    "<b>Status</b>\nWatching {watching} of {links} link.",
    "<b>Status</b>\nWatching {watching} of {links} links.",
    counted="links",
)
STATUS_COUNTS = {
    "new": _("not in a mail yet: {count}"),
    "draft": _("in your draft: {count}"),
    "unopened": _("sent, no look known: {count}"),
    "opened": _("looked at: {count}"),
    "asleep": _("asleep: {count}"),
    "stopped": _("stopped: {count}"),
}
STATUS_WAITING = _("⏳ Reminders that wait: {count}")
STATUS_PEEK = _("🙈 Until {time} I count every open as your own.")
STATUS_PEEK_LINK = _("🙈 Until {time} I count every open of {name} as your own.")
STATUS_ZONE = _("🕰 Clock: {zone}")
STATUS_QUIET = _("🌙 Quiet from {start} to {end}")
STATUS_DIGEST = _("🗞 Summary every day at {clock}")
STATUS_TROUBLE = _(
    "⚠️ Something keeps me from working as I should; nothing is lost. The operator’s log says what."
)
STATUS_WELL = _("All is well.")
STATUS_PARKED = plural(
    "⚠️ {count} message may not have reached you. /history knows what it was about.",
    "⚠️ {count} messages may not have reached you. /history knows what they were about.",
)
STATUS_LANGUAGE = _("🌐 Language: {language}")
