"""Keyboards under messages, with Telegram's checks."""

from typing import Any
from urllib.parse import urlsplit

from demo.telegram.errors import ApiError, bad_request

ACTIONS = (
    "url",
    "callback_data",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)
NEWER = frozenset({"copy_text"})
"""Actions that an old Bot API server does not know."""
MOST_BUTTONS = 100
MOST_IN_A_ROW = 8


def check_markup(markup: object, *, old: bool = False) -> dict[str, Any] | None:
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": _rows(markup["inline_keyboard"], old=old)}
    if markup.get("force_reply"):
        _check_placeholder(markup)
    return markup


def _check_placeholder(markup: dict[str, Any]) -> None:
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(str(placeholder)) <= 64:
        raise bad_request("REPLY_MARKUP_INVALID")


def _rows(rows: object, *, old: bool) -> list[list[dict[str, Any]]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    checked = [[_button(button, old=old) for button in row] for row in rows if row]
    if sum(map(len, checked)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in checked):
        raise bad_request("reply markup is too long")
    return checked


def _button(button: object, *, old: bool) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise _unreadable('can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    # A server sees no action in one that it does not know (Client.cpp of tdlib/telegram-bot-api).
    known = [name for name in ACTIONS if not (old and name in NEWER)]
    used = [name for name in known if button.get(name) not in (None, "")]
    if not used:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if len(used) > 1:
        # Telegram takes the first one and silently drops the rest. A refusal shows the mistake.
        raise _unreadable(f"exactly one action is allowed, found {' and '.join(used)}")
    _check_action(button, used[0])
    return button


def _unreadable(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _check_action(button: dict[str, Any], action: str) -> None:
    value = button[action]
    if action == "callback_data" and not 1 <= len(str(value).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "copy_text":
        _check_copy_text(value)
    if action == "url":
        check_button_url(str(value))


def _check_copy_text(value: object) -> None:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def check_button_url(url: str) -> None:
    if url.lower().startswith("tg:"):
        return
    reason = _wrong(url)
    if reason:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {reason}")


def _wrong(url: str) -> str | None:
    scheme, _, _ = url.rpartition("://")
    if scheme and scheme.lower() not in ("http", "https"):
        return "Unsupported URL protocol"
    try:
        host = urlsplit(url if scheme else f"http://{url}").hostname or ""
    except ValueError:
        return "Wrong HTTP URL"
    # Telegram refuses host names without a dot and IPv6 addresses. It accepts IPv4 (Bot API, 2026-09).
    return None if "." in host and ":" not in host else "Wrong HTTP URL"


def buttons(markup: dict[str, Any] | None) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = (markup or {}).get("inline_keyboard", [])
    return rows
