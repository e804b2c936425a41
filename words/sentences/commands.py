"""Answers to commands about links and about the chat."""

from words.sentence import _, layout, plural

NO_SUCH_LINK = _("There is no link #{number} here. /history lists yours.")
SENT_WHEN = _(
    "When did you send it? For example <code>/sent {number} at 14:05</code> or <code>/sent {number} 20 min ago</code>."
)
SENT_TO_COME = _(
    "{clock} hasn’t come yet in UTC, and I don’t know your time zone. "
    "Set it with <code>/timezone Berlin</code>, then say it again."
)
SENT_NOTED = _("📨 {name}: noted as sent {time}.")
REMIND_WHEN = _(
    "{name}: when should I remind you, if there is no open by then? "
    "You can also write <code>/remind {number} in 2 days</code> or <code>/remind {number} 30 Nov at 9:00</code>."
)
REMIND_UNKNOWN = _("I don’t know when “{time}” is, or it has passed.")
REMIND_NOTED = _("⏳ {name}: I’ll check {time}, and tell you if there was no open by then.")
REMIND_INSTEAD = _("That replaces the reminder {time}.")
REMIND_OFF = _("{name}: the reminder is off.")
REMIND_NONE = _("{name} had no reminder. <code>/remind {number} in 2 days</code> sets one.")
REMIND_SEEN = _("{name} was opened already, so there is nothing to wait for. /history tells when.")
REMIND_STOPPED = _(
    "{name} is stopped, so I would see no open. <b>Watch again</b> on its card starts it again."
)
REMIND_MUTED = _("{name} is muted, so I would stay silent. Send <code>/unmute {number}</code> first.")
NOTE_ASK = _("What should I note for {name}?")
NOTE_PLACEHOLDER = _("called him, no answer")
NOTE_KEPT = _("📝 Noted for {name}. Its story in /history shows it.")
NOTE_TOO_LONG = plural(
    "A note has at most {longest} character. Please shorten it, or write two notes.",
    "A note has at most {longest} characters. Please shorten it, or write two notes.",
    counted="longest",
)
TOO_LONG = plural(
    "That is {count} character after /{command}, and I read {longest} at most. I did nothing with it. "
    "Please send it again, shorter.",
    "That is {count} characters after /{command}, and I read {longest} at most. I did nothing with it. "
    "Please send it again, shorter.",
)
DELETE_ASK = _(
    "Delete {name} for good? I erase all that I saw, and all that you said and noted about it. I record nothing more. "
    "Nobody can undo that. To stop the recording only, use <code>/stop {number}</code>."
)
DELETED = _("🗑 #{number} is deleted. The image in the mail stays invisible, and records nothing.")
DELETE_NOTHING = _("There is nothing to delete: you have no links here. /privacy says what else I keep.")
DELETE_ALL_ASK = _(
    "Delete everything? Links: {count}, with all that I saw, and all that you said and noted about them, "
    "and this chat’s settings. /export gives you a copy first."
)
DELETE_ALL_SURE = _("Really everything? Nobody can undo that.")
DELETED_ALL = _("🗑 Everything is deleted. All that I still know is that this chat exists.")
ERASED = _("🗑 Deleted.")
EXPORT = _(
    "📦 Everything I keep about this chat: links, fetches, corrections, peeks, notes, reminders and settings, "
    "as JSON and as CSV."
)
EXPORT_PART = _("📦 File {number} of this export: more fetches. Not all went into the one before.")
PEEK_NOTED = plural(
    "🙈 For the next {minutes} minute I’ll count every open as yours: {what}.",
    "🙈 For the next {minutes} minutes I’ll count every open as yours: {what}.",
    counted="minutes",
)
PEEK_ALL = _("on all links", "I’ll count every open as yours: …")
PEEK_GROUP = _("That means the opens of everybody in this group.")
PEEK_ENDED = _("From now on every open counts again.")
PEEK_OFF = _("I’m counting every open. <code>/peek</code> makes me ignore yours for 15 minutes.")
PEEK_LATE = plural(
    "You asked me to ignore your opens of {name} for {minutes} minute, but I was away. Nothing was ignored.",
    "You asked me to ignore your opens of {name} for {minutes} minutes, but I was away. Nothing was ignored.",
    counted="minutes",
)
PEEK_NOTHING = _("You have no links yet. Make one with <code>/track contract to landlord</code>.")
MUTE_NOTED = _("🔕 {name} is muted. Its card still counts opens.")
MUTE_ALL_NOTED = plural(
    "🔕 {count} link is muted. Its card still counts opens. New links are not muted. "
    "<code>/unmute all</code> ends it.",
    "🔕 {count} links are muted. Their cards still count opens. New links are not muted. "
    "<code>/unmute all</code> ends it.",
)
MUTE_ALL_ALREADY = _("Every link here is muted already. <code>/unmute all</code> ends it.")
UNMUTE_NOTED = _("🔔 {name} is no longer muted.")
UNMUTE_ALL_NOTED = plural(
    "🔔 {count} link is no longer muted.",
    "🔔 {count} links are no longer muted.",
)
UNMUTE_ALL_NONE = _("No link here is muted.")
STOP_NOTED = _("⏹ {name} is stopped. From now on I record nothing about it.")
STATUS = plural(
    "<b>Status</b>\nWatching {watching} of {links} link.",
    "<b>Status</b>\nWatching {watching} of {links} links.",
    counted="links",
)
STATUS_COUNTS = {
    "new": _("not in a mail yet: {count}"),
    "draft": _("in your draft: {count}"),
    "unopened": _("sent, no open yet: {count}"),
    "opened": _("opened: {count}"),
    "asleep": _("asleep: {count}"),
    "stopped": _("stopped: {count}"),
}
STATUS_ARCHIVED = _("🗄 Archived: {count}")
STATUS_WAITING = _("⏳ Reminders waiting: {count}. /remind lists them.")
STATUS_PEEK = _("🙈 Until {time} I count every open as yours.")
STATUS_PEEK_LINK = _("🙈 Until {time} I count every open of {name} as yours.")
STATUS_ZONE = _("🕰 Time zone: {zone}")
STATUS_QUIET = _("🌙 Quiet from {start} to {end}")
STATUS_DIGEST = _("🗞 Summary every day at {clock}")
STATUS_TROUBLE = _(
    "⚠️ Something keeps me from working as I should. Nothing is lost. The operator’s log says what it is."
)
STATUS_PIXEL_SERVER = _(
    "⚠️ The program that receives the opens shows no sign of life. I’ll hear of no open until the operator starts it again."
)
STATUS_OPERATOR = _("⚠️ The operator of this bot has something to fix. Until then I may miss opens.")
STATUS_PROBLEM = layout("⚠️ {problem}")
STATUS_CHECKED = _("Checked {time}.")
STATUS_CHECKING = _("I have just started, and I’m still checking whether all is well.")
STATUS_CHAT = _(
    "This chat: <code>{chat}</code>. If you run this bot, set ADMIN_CHAT_ID to it, and I’ll report trouble here."
)
STATUS_WELL = _("All is well.")
STATUS_PARKED = plural(
    "⚠️ {count} message may not have reached you. /history shows what it was about.",
    "⚠️ {count} messages may not have reached you. /history shows what they were about.",
)
STATUS_LANGUAGE = _("🌐 Language: {language}")
