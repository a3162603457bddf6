"""Checks reply markups as strictly as the original and keeps what a chat shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.telegram.formatting import checked_url
from sandbox.telegram.refusals import bad_request

CALLBACK_DATA_BYTES: Final = 64
COPY_TEXT_LENGTH: Final = 256
PLACEHOLDER_LENGTH: Final = 64
BUTTONS_IN_ALL: Final = 100
BUTTONS_IN_A_ROW: Final = 8
STYLES: Final = frozenset({"danger", "success", "primary"})

# What a button can do: exactly one of these. `disabled` came with Bot API 10.3 and does nothing when tapped.
_ACTIONS: Final = frozenset(
    {
        "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay", "disabled",
    }
)  # fmt: skip
_LOOKS: Final = frozenset({"text", "style", "icon_custom_emoji_id"})
_REPLY_ACTIONS: Final = frozenset(
    {"request_users", "request_chat", "request_managed_bot", "request_contact", "request_location", "request_poll",
     "web_app"}
)  # fmt: skip
_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "inline_keyboard": frozenset({"force_reply"}),
    "keyboard": frozenset(
        {"is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective", "force_reply"}
    ),
    "remove_keyboard": frozenset({"selective"}),
    "force_reply": frozenset({"input_field_placeholder", "selective"}),
}


@dataclass(frozen=True, slots=True)
class Markup:
    """A checked reply markup: its kind is the field of the Bot API that tells the four kinds apart."""

    kind: str
    raw: dict[str, Any]

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        """Give the rows of buttons, none for the kinds without."""
        rows: list[list[dict[str, Any]]] = self.raw.get(self.kind, []) if self.kind.endswith("keyboard") else []
        return rows if isinstance(rows, list) else []


def read_markup(raw: dict[str, Any] | None, *, private: bool) -> Markup | None:
    """Check a reply markup; None for an absent or empty one. Raises Refused."""
    if not raw:
        return None
    kind = next((kind for kind in _FIELDS if raw.get(kind)), None)
    if kind is None:
        if raw.get("inline_keyboard") == []:
            return None
        raise bad_request("object expected as reply markup")
    _only(raw, _FIELDS[kind] | {kind}, "reply markup")
    placeholder = raw.get("input_field_placeholder")
    if placeholder is not None and not (isinstance(placeholder, str) and 1 <= len(placeholder) <= PLACEHOLDER_LENGTH):
        raise bad_request("REPLY_MARKUP_PLACEHOLDER_INVALID" if isinstance(placeholder, str) else "wrong placeholder")
    if kind == "inline_keyboard":
        rows = _rows(raw[kind], "inline keyboard")
        rows = [[_inline_button(button, private=private) for button in row] for row in rows if row]
        return Markup(kind, {**raw, kind: rows}) if rows else None
    if kind == "keyboard":
        rows = _rows(raw[kind], "reply keyboard")
        return Markup(kind, {**raw, kind: [[_reply_button(button) for button in row] for row in rows if row]})
    return Markup(kind, raw)


def _rows(rows: object, what: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse {what} markup JSON object: field must be of type Array of Array")
    if sum(map(len, rows)) > BUTTONS_IN_ALL or any(len(row) > BUTTONS_IN_A_ROW for row in rows):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return rows


def _only(raw: dict[str, Any], known: frozenset[str], what: str) -> None:
    if unknown := next((name for name in raw if name not in known), None):
        raise bad_request(f'unknown field "{unknown}" in {what}')


def _text_of(button: dict[str, Any], what: str) -> str:
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if "style" in button and button["style"] not in STYLES:
        raise bad_request(f"can't parse {what}: Invalid button style specified")
    return text


def _inline_button(button: object, *, private: bool) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    _only(button, _ACTIONS | _LOOKS, "inline keyboard button")
    _text_of(button, "inline keyboard button")
    actions = [name for name in button if name in _ACTIONS]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one optional field must be used")
    _check_action(actions[0], button[actions[0]], private=private)
    return button


def _check_action(action: str, value: object, *, private: bool) -> None:
    match action, value:
        case "callback_data", str(data):
            _check_length(data.encode(), CALLBACK_DATA_BYTES, "BUTTON_DATA_INVALID")
        case "copy_text", {"text": str(text)}:
            _check_length(text, COPY_TEXT_LENGTH, "BUTTON_COPY_TEXT_INVALID")
        case "url", str(url):
            _check_url(url, "inline keyboard button URL")
        case "login_url", {"url": str(url)}:
            _check_url(url, "inline keyboard button login URL")
        case "web_app", {"url": str(url)}:
            _check_web_app(url, private=private)
        case (("switch_inline_query" | "switch_inline_query_current_chat"), str()):
            pass
        case (("switch_inline_query_chosen_chat" | "callback_game" | "disabled"), dict()):
            pass
        case "pay", bool():
            raise bad_request("BUTTON_TYPE_INVALID")
        case _:
            raise bad_request(f'can\'t parse inline keyboard button: Field "{action}" has a wrong type')


def _check_length(value: str | bytes, most: int, refusal: str) -> None:
    if not 1 <= len(value) <= most:
        raise bad_request(refusal)


def _check_url(url: str, what: str) -> None:
    if reason := _fault_of(url):
        raise bad_request(f"{what} '{url}' is invalid: {reason}")


def _fault_of(url: str) -> str | None:
    scheme = url.partition("://")[0].lower() if "://" in url else "http"
    if not url:
        return "URL host is empty"
    if scheme not in {"http", "https", "tg"}:
        return "Unsupported URL protocol"
    return None if " " not in url and checked_url(url) else "Wrong HTTP URL"


def _check_web_app(url: str, *, private: bool) -> None:
    what = f"inline keyboard button Web App URL '{url}' is invalid: "
    if not private:
        raise bad_request("BUTTON_TYPE_INVALID")
    if not url.lower().startswith("https://"):
        raise bad_request(what + "Only HTTPS links are allowed")
    if reason := _fault_of(url):
        raise bad_request(what + reason)


def _reply_button(button: object) -> dict[str, Any]:
    shaped = {"text": button} if isinstance(button, str) else button
    if not isinstance(shaped, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
    _only(shaped, _REPLY_ACTIONS | _LOOKS, "keyboard button")
    _text_of(shaped, "keyboard button")
    return shaped


def seen_buttons(markup: Markup | None) -> list[list[dict[str, Any]]]:
    """Describe the inline buttons under a message as a person's app shows them."""
    if markup is None or markup.kind != "inline_keyboard":
        return []
    return [[_seen(button) for button in row] for row in markup.rows]


def _seen(button: dict[str, Any]) -> dict[str, Any]:
    seen = {"text": button["text"]}
    match button:
        case {"callback_data": data}:
            seen["data"] = data
        case {"web_app": {"url": url}}:
            seen["web_app"] = url
        case {"copy_text": {"text": text}}:
            seen["copy_text"] = text
        case {"disabled": _}:
            seen["disabled"] = True
        case {"url": url} | {"login_url": {"url": url}}:
            seen["url"] = url
    if "style" in button:
        seen["style"] = button["style"]
    return seen
