"""Toasts, the short answers to a pressed button: plain text of at most 200 characters."""

from words.sentence import _

TOAST_OBJECTED = _("It was stopped on the mail’s page. That cannot be undone.")
TOAST_SENT = _("Noted. Watching.")
TOAST_ALREADY = _("That is noted already.")
TOAST_OWN = _("Noted: that was you.")
TOAST_NOT_OWN = _("Noted: that was not you.")
TOAST_PERSON = _("Noted: it was a person.")
TOAST_MUTED = _("Muted. Looks are still counted on the card.")
TOAST_UNMUTED = _("Unmuted.")
TOAST_STOPPED = _("Stopped. Nothing more is recorded.")
TOAST_RESUMED = _("Watching again.")
TOAST_DRAFT = _("Noted: still a draft.")
TOAST_AGAIN = _("They are on their way.")
TOAST_LET_GO = _("Forgotten. /history knows what they were about.")
TOAST_GONE = _("That is not there any more.")
TOAST_REMIND = _("Noted. I say so if no look was seen by then.")
TOAST_NO_REMINDER = _("There is nothing to wait for.")
TOAST_DELETED = _("Deleted, for good.")
TOAST_NOT_YOURS = _("Only who made it, or an administrator of this group, can delete it.")
TOAST_ONLY_ADMINS = _("Only an administrator of this group can delete everything.")
TOAST_PEEK = _("For 15 minutes I take looks for yours.")
