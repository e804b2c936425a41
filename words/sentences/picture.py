"""The picture of a link's story: plain text, because its font has no emoji."""

from words.sentence import _, layout

PICTURE_TITLE = layout("#{number} · {state}")
PICTURE_ZONE = _("Times in {zone}")
PICTURE_SILENCE = _("{span} of silence")
PICTURE_NOTHING = _("nothing has happened yet")
PICTURE_NOTE = _("noted", "a note in the story of a link")
PICTURE_ONCE = layout("{kind}")
PICTURE_COUNTED = layout("{kind} ({count}×)")
