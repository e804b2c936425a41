"""Messages for whoever runs the host, and for people who may not use it."""

from words.sentence import _, layout

FAILED = _("That did not work. I wrote it down for the operator. Please try again. (no. {number})")
FILE_REFUSED = _("Telegram takes no file in this chat. Let me send files here, and ask again.")
ADMIN_FAILED = _("Something a person asked for failed three times (update {number}). The log says why.")
CHECKUP = _("⚠️ <b>Readback has started, but:</b>")
CHECKUP_LATER = _("⚠️ <b>Something has gone wrong:</b>")
CHECKUP_LINE = layout("• {problem}")
CHECKUP_SILENT = _(
    "PUBLIC_URL {url} cannot be reached from this machine ({error}). Links would stay silent. Check that the pixel "
    "server runs, and that the name and your proxy or tunnel lead to it. If it works from a phone outside your "
    "network, all is well: only this machine cannot see itself from outside."
)
CHECKUP_MOVED = _("PUBLIC_URL {url} redirects to {to}. Set PUBLIC_URL to that address if it is yours.")
CHECKUP_STRANGER = _(
    "Something other than the pixel server answers at PUBLIC_URL {url} (status {status}). Let your proxy or tunnel "
    "lead to the pixel server, the path /healthz included."
)
CHECKUP_OTHER = _(
    "Another installation answers at PUBLIC_URL {url}: it has another key file. Give the bot and the pixel server "
    "the same KEY_FILE, or set PUBLIC_URL to the address of this one."
)
CHECKUP_PLAIN = _(
    "PUBLIC_URL {url} is not https. Mail programs may refuse the image, and browsers the copy button. Put a proxy "
    "with a certificate in front of the pixel server, and set PUBLIC_URL to its https:// address."
)
CHECKUP_LOCAL = _(
    "PUBLIC_URL {url} leads no further than your own network, so nobody outside can load an image. Set it to the "
    "https:// address at which the world reaches the pixel server."
)
HOPS = {
    "named": _(
        "Requests come through {hop} ({address}). Set TRUSTED_PROXIES={value}. Until then the pixel server cannot see "
        "where a request comes from, and opens count as weak."
    ),
    "unnamed": _(
        "Requests come through a proxy at {address}. Set TRUSTED_PROXIES={value}. Until then the pixel server cannot "
        "see where a request comes from, and opens count as weak."
    ),
    "silent": _(
        "Requests come through a proxy at {address} that does not say who asks. Let it send X-Forwarded-For "
        "(docs/operating.md shows how), and set TRUSTED_PROXIES={value}. Until then the pixel server cannot see where "
        "a request comes from, and opens count as weak."
    ),
}
CHECKUP_DATABASE = _(
    "The database is {path}. {why} All links would be lost then. Put it on a volume that lasts, or set DATABASE_URL "
    "to a PostgreSQL server."
)
CHECKUP_KEY_FILE = _(
    "The key file is {path}. {why} The pages of all cards would stop working then. Keep it on a volume that lasts, "
    "or pass it as a secret with KEY_FILE."
)
CHECKUP_LOST = {
    "memory": _("That place is memory, and a restart empties it."),
    "container": _("That place is inside a container, and is lost with it."),
    "platform": _("That place is on a disk that {platform} empties at every restart."),
}
CHECKUP_LIST_FAILS = _(
    "The list of address ranges {name} is {age} old, because it could not be fetched: {error}. Some opens may "
    "count as weak, or be missed. Check that this machine reaches the internet, or update Readback."
)
CHECKUP_LIST_KEPT = _(
    "The list of address ranges {name} is {age} old, and REFRESH_DAYS is 0. Some opens may count as weak, or be "
    "missed. Set REFRESH_DAYS to 7, or update Readback."
)
MOVED_AWAY = _(
    "This group is a supergroup now, and has a new number: {chat}. This bot serves invited chats only. Ask its "
    "operator to add that number to ALLOWED_CHATS."
)
ADMIN_MOVED = _(
    "A group became a supergroup: its number {old} in ALLOWED_CHATS is now {new}. Add {new} there, or nobody in that "
    "group gets an answer."
)
NOT_ALLOWED = _(
    "This bot serves invited chats only. Ask its operator to add the number {chat} to ALLOWED_CHATS."
)
