"""Labels of buttons. A phone shows up to three in a row."""

from words.sentence import _, layout, plural

BUTTON_COPY = _("Copy link")
BUTTON_COPY_PAGE = _("Open copy page")
BUTTON_SENT = _("✅ I’ve sent it")
BUTTON_COPY_OF = _("Copy: {who}", "copy the link for this recipient")
BUTTON_SENT_OF = _("✅ Sent: {who}", "the mail to this recipient was sent")
BUTTON_STORY_OF = _("Story: {who}", "what happened to the mail to this recipient")
BUTTON_PASTED = _("Yes, it is", "button: is the image in the mail?")
BUTTON_NOT_PASTED = _("Not yet", "button: is the image in the mail?")
BUTTON_OTHER_APPS = _("Other mail apps")
BUTTON_WHY = _("Why?")
BUTTON_OWN = _("That was me")
BUTTON_NOT_OWN = _("That wasn’t me")
BUTTON_PERSON = _("It was a person")
BUTTON_MUTE = _("Mute")
BUTTON_UNMUTE = _("Unmute")
BUTTON_UNMUTE_ALL = _("Unmute all")
BUTTON_YES_SENT = _("Yes")
BUTTON_DRAFT = _("Still a draft")
BUTTON_PEEK = _("Ignore my opens for 15 min")
BUTTON_PEEK_END = _("End it now")
BUTTON_AGO = {
    5: _("5 min ago"),
    15: _("15 min ago"),
    60: _("1 h ago"),
}
BUTTON_NEWER = _("← Newer")
BUTTON_OLDER = _("Older →")
BUTTON_BACK = _("← To the list")
BUTTON_FILTERS = {
    "all": _("All", "button: list all links"),
    "unopened": _("Unopened", "button: list the links that nobody is known to have opened"),
    "opened": _("Opened", "button: list the opened links"),
    "mine": _("Mine", "button: list the links that I have tracked, not those of others in the group"),
    "archived": _("Archived", "button: list the archived links"),
}
BUTTON_CHOSEN = layout("• {filter}")
BUTTON_COPY_FOLLOW_UP = _("Copy the follow-up")
BUTTON_REMIND = {
    1: _("⏳ Remind me in a day"),
    3: _("⏳ Remind me in 3 days"),
    7: _("⏳ Remind me in a week"),
}
BUTTON_DELETE = _("🗑 Delete for good")
BUTTON_KEEP = _("Keep it", "button: do not delete it")
BUTTON_DELETE_ALL = _("🗑 Delete everything")
BUTTON_DELETE_ALL_SURE = _("🗑 Yes, everything, for good")
BUTTON_PICTURE = _("🖼 Picture")
BUTTON_DARK = _("🌙 On dark")
BUTTON_LIGHT = _("☀️ On light")
BUTTON_REMIND_ME = _("⏳ Remind me")
BUTTON_OWN_AT = _("That was me: {day}, {clock}")
BUTTON_END_REMINDER = _("End reminder #{number}")
BUTTON_END_DEADLINE = _("Remove deadline #{number}")
BUTTON_ARCHIVE = _("🗄 Archive", "button: take this link out of the list")
BUTTON_UNARCHIVE = _("🗄 Bring back", "button: show an archived link in the list again")
BUTTON_ARCHIVE_ALL = {
    "unsent": plural("🗄 Archive {count} that was never sent", "🗄 Archive {count} that were never sent"),
    "done": plural("🗄 Archive {count} that is long done", "🗄 Archive {count} that are long done"),
}
BUTTON_UNDO_ARCHIVE = _("🗄 Bring them back", "button: the links that were just archived together")
BUTTON_FLIP = _("That wasn’t me: {day}, {clock}")
BUTTON_PERSON_AT = _("It was a person: {day}, {clock}")
BUTTON_STOP = _("Stop")
BUTTON_RESUME = _("Watch again")
BUTTON_AGAIN = _("Send them again", "button: the messages that may not have arrived")
BUTTON_LET_GO = _("Forget them", "button: the messages that may not have arrived")
BUTTON_FIRST = _("Track my first mail")
BUTTON_TEST = _("Try it on myself")
BUTTON_TEST_PAGE = _("Open the test page")
