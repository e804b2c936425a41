"""`/language`, and the bot's profile that Telegram shows before anybody writes to it."""

from words.sentence import _

LANGUAGE_NAME = _("English", "the name of your language, as its speakers write it")
DIRECTION = _("ltr", "rtl where your language is written from right to left, ltr otherwise")
LANGUAGE_IS = _("🌐 I speak {language} here.")
LANGUAGE_FOLLOWS = _("🌐 I speak {language} here, like your Telegram.")
LANGUAGE_CHOOSE = _("Or choose another:")
LANGUAGE_UNKNOWN = _("I don’t speak “{language}” yet. These I do:")
BUTTON_LANGUAGE_FOLLOW = _("Like my Telegram", "button: speak the language that Telegram is set to")
BOT_SHORT_DESCRIPTION = _(
    "The return receipt for e-mail: hear when your mail is opened. No access to your mailbox."
)
BOT_DESCRIPTION = _("""The return receipt for e-mail.
Send me “/track contract to landlord”, paste one invisible image into your mail and send it. I tell you here \
what happens: seen in your draft, reached the provider, opened.
I never see your mailbox, I am for single mails between people, and I never say more than is true.""")
