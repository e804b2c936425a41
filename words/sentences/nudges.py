"""Reminders: nobody opened, a deadline is near, or Sent was never tapped."""

from words.sentence import _, layout, plural

UNSENT = _(
    "📝 {name}: I saw the image in your draft. Have you sent the mail since? Opens count once you tell me."
)
REMIND = _("⏳ {name}: no open in the {span} since you sent it.")
REMIND_UNSENT = _("⏳ {name}: no open yet, and you haven’t told me that you sent it.")
DEADLINE_UNSENT = _("⏳ {name}: the deadline is {day}, and you haven’t told me that you sent it.")
DEADLINE_POST = _(
    "⏳ {name}: no open yet, and the deadline is {day}. There is still time to send it by registered post."
)
DEADLINE_NEAR = _(
    "⏳ {name}: no open yet, and the deadline is {day}. "
    "There is still time to call, or to hand it over in person, with a witness."
)
FOLLOW_UP_IS = _("A follow-up for you to copy:")
FOLLOW_UP = _(
    "Hello, on {day} I sent you an e-mail about “{label}”. "
    "Could you let me know whether you received it? Thank you, and kind regards"
)
WAITING = _("<b>Reminders and deadlines</b>")
WAITING_REMINDER = layout("⏳ #{number} {name} · {time}")
WAITING_DEADLINE = _("⏳ #{number} {name} · {time}, for the deadline {day}")
WAITING_MORE = plural("… and {count} later one.", "… and {count} later ones.")
WAITING_HINT = _("If there was no open by then, I’ll tell you.")
WAITING_NONE = _("No reminders and no deadlines. To set a reminder: <code>/remind 7 in 2 days</code>")
