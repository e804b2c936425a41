"""Reminders: nobody opened, a deadline is near, or Sent was never tapped."""

from words.sentence import _

UNSENT = _(
    "📝 {name}: I saw the image in your draft. Have you sent the mail since? I count from when you tell me."
)
REMIND = _("⏳ {name}: no look was seen in the {span} since you sent it.")
REMIND_UNSENT = _("⏳ {name}: you have not said that it was sent, and no look was seen.")
DEADLINE_UNSENT = _("⏳ {name}: the deadline is {day}, and you have not said that it was sent.")
DEADLINE_POST = _(
    "⏳ {name}: no look was seen, and the deadline is {day}. "
    "There is still time to send it by registered post."
)
DEADLINE_NEAR = _(
    "⏳ {name}: no look was seen, and the deadline is {day}. "
    "There is still time to ring, or to hand it over in person, with a witness."
)
FOLLOW_UP_IS = _("A follow-up, to copy:")
FOLLOW_UP = _(
    "Hello, on {day} I sent you a mail about “{label}”. "
    "Could you tell me whether you have received it? Thank you, and kind regards"
)
