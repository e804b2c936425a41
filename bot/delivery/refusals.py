"""Tells Telegram's refusals apart. Its error codes do not tell them apart: its own sentences do.

Most sentences are in the sources of Telegram's Bot API server and of the library beneath it; words in
capitals come from Telegram itself. tests/corpus/refusals.tsv lists them, each with its source.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """The reason of a refusal, by what helps."""

    UNCHANGED = "unchanged"
    """The chat shows exactly this already."""
    GONE = "gone"
    """The message to edit was deleted."""
    FIXED = "fixed"
    """The message to edit is there, and cannot be edited."""
    CHAT = "chat"
    """Telegram takes no message for this chat. What it is owed is kept, as if it had blocked the bot."""
    TOPIC = "topic"
    """The topic is closed or deleted."""
    REPLY = "reply"
    """The message to reply to is gone."""
    TIMES = "times"
    """The Bot API server is older than date-time entities (Bot API 9.5)."""
    MARKS = "marks"
    """Something about the marks in the text, such as bold."""
    COPYING = "copying"
    """The Bot API server is older than buttons that copy a text (Bot API 7.11)."""
    COPIED = "copied"
    """The text behind a button that copies it."""
    ADDRESSES = "addresses"
    """The address behind a button."""
    BUTTONS = "buttons"
    """Something else about the buttons."""
    LENGTH = "length"
    """The text is too long."""
    FILE = "file"
    """The file, or that the chat takes no such file."""
    UNKNOWN = "unknown"
    """Tried once in its plainest form, then parked, where /status shows it."""


_SENTENCES = {
    "message is not modified": Refusal.UNCHANGED,
    "message_not_modified": Refusal.UNCHANGED,
    # Before `message_id_invalid`, which is a part of it.
    "reply_message_id_invalid": Refusal.REPLY,
    "message to be replied not found": Refusal.REPLY,
    "reply message not found": Refusal.REPLY,
    "replied message not found": Refusal.REPLY,
    "quote_text_invalid": Refusal.REPLY,
    "reply_to_invalid": Refusal.REPLY,
    "message to edit not found": Refusal.GONE,
    "message_id_invalid": Refusal.GONE,
    "msg_id_invalid": Refusal.GONE,
    "message can't be edited": Refusal.FIXED,
    "message_edit_time_expired": Refusal.FIXED,
    "message_author_required": Refusal.FIXED,
    "message_edit_forbidden": Refusal.FIXED,
    "there is no text in the message to edit": Refusal.FIXED,
    "message thread not found": Refusal.TOPIC,
    "topic not found": Refusal.TOPIC,
    "topic_closed": Refusal.TOPIC,
    "topic_deleted": Refusal.TOPIC,
    "topic_id_invalid": Refusal.TOPIC,
    "invalid forum topic identifier": Refusal.TOPIC,
    'unsupported start tag "tg-time"': Refusal.TIMES,
    "can't parse entities": Refusal.MARKS,
    "can't parse messageentity": Refusal.MARKS,
    "entity_": Refusal.MARKS,
    "entities_too_long": Refusal.MARKS,
    "entity begin": Refusal.MARKS,
    "invalid tg://": Refusal.MARKS,
    "unsupported parse_mode": Refusal.MARKS,
    "text buttons are unallowed": Refusal.COPYING,
    "button_copy_text_invalid": Refusal.COPIED,
    "copied text": Refusal.COPIED,
    "button_url_invalid": Refusal.ADDRESSES,
    "url_invalid": Refusal.ADDRESSES,
    "url host is empty": Refusal.ADDRESSES,
    "button url": Refusal.ADDRESSES,
    "wrong http url": Refusal.ADDRESSES,
    "unsupported url protocol": Refusal.ADDRESSES,
    "button_": Refusal.BUTTONS,
    "keyboard": Refusal.BUTTONS,
    "reply markup": Refusal.BUTTONS,
    "reply_markup_": Refusal.BUTTONS,
    "message is too long": Refusal.LENGTH,
    "message_too_long": Refusal.LENGTH,
    "text is too long": Refusal.LENGTH,
    "caption is too long": Refusal.LENGTH,
    "caption_too_long": Refusal.LENGTH,
    "photo": Refusal.FILE,
    "image_process_failed": Refusal.FILE,
    "wrong file identifier": Refusal.FILE,
    "wrong remote file": Refusal.FILE,
    "file must be non-empty": Refusal.FILE,
    "file is too big": Refusal.FILE,
    "file_part": Refusal.FILE,
    "entity too large": Refusal.FILE,
    "document": Refusal.FILE,
    "media_empty": Refusal.FILE,
    "media_invalid": Refusal.FILE,
    "send_media_forbidden": Refusal.FILE,
    "send_docs_forbidden": Refusal.FILE,
    "failed to upload": Refusal.FILE,
    "can't upload file": Refusal.FILE,
    "chat not found": Refusal.CHAT,
    "chat_id_invalid": Refusal.CHAT,
    "channel_invalid": Refusal.CHAT,
    "channel_private": Refusal.CHAT,
    "peer_id_invalid": Refusal.CHAT,
    "user_id_invalid": Refusal.CHAT,
    "user not found": Refusal.CHAT,
    "user is deactivated": Refusal.CHAT,
    "user_deactivated": Refusal.CHAT,
    "user_deleted": Refusal.CHAT,
    "user_is_blocked": Refusal.CHAT,
    "user_is_bot": Refusal.CHAT,
    "bot was blocked": Refusal.CHAT,
    "bot was kicked": Refusal.CHAT,
    "bot is not a member": Refusal.CHAT,
    "group chat was": Refusal.CHAT,
    "chat_write_forbidden": Refusal.CHAT,
    "chat_guest_send_forbidden": Refusal.CHAT,
    "send_plain_forbidden": Refusal.CHAT,
    "chat_restricted": Refusal.CHAT,
    "chat_admin_required": Refusal.CHAT,
    "chat_forbidden": Refusal.CHAT,
    "user_banned_in_channel": Refusal.CHAT,
    "user_restricted": Refusal.CHAT,
    "privacy": Refusal.CHAT,
    "frozen_method_invalid": Refusal.CHAT,
    "not enough rights": Refusal.CHAT,
    "no rights to send": Refusal.CHAT,
    "no write access": Refusal.CHAT,
    "can't access the chat": Refusal.CHAT,
    "need administrator rights": Refusal.CHAT,
    "allow_payment_required": Refusal.CHAT,
    "can't initiate conversation": Refusal.CHAT,
}
"""The first sentence that occurs decides."""


def refusal_of(description: str) -> Refusal:
    """Return the reason in Telegram's description of an error."""
    text = description.lower()
    return next((refusal for sentence, refusal in _SENTENCES.items() if sentence in text), Refusal.UNKNOWN)
