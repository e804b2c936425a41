"""The picture of a link's story: plain text, because its font has no emoji."""

from words.sentence import _, layout, plural

PICTURE_TITLE = layout("#{number} · {state}")
PICTURE_ZONE = _("Times in {zone}")
PICTURE_SILENCE = _("{span} of silence")
PICTURE_MORE = plural("… {count} more entry …", "… {count} more entries …")
PICTURE_OLDER = plural("… {count} earlier fetch …", "… {count} earlier fetches …")
PICTURE_NOTHING = _("nothing has happened yet")
PICTURE_NOTE = _("noted", "a note in the story of a link")
PICTURE_ONCE = layout("{kind}")
PICTURE_COUNTED = layout("{kind} ({count}×)")
