"""The Bot API methods this stand-in answers, and the parameters each one takes (Bot API 10.0).

One line per parameter group: `name:kind`, with `!` for a required one. Kinds: `int`, `bool`, `str`, `chat` (an id or
an @name), `list` and `object` (JSON, as text in forms), `media` (an upload, an `attach://` name, a file id or a URL).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one parameter of a method must look like."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Method:
    """One method under its published spelling, with its parameters by name."""

    name: str
    parameters: Mapping[str, Parameter]


_TO_CHAT: Final = "business_connection_id:str chat_id:chat! message_thread_id:int"
_SENDING: Final = (
    "direct_messages_topic_id:int disable_notification:bool protect_content:bool allow_paid_broadcast:bool"
    " message_effect_id:str suggested_post_parameters:object reply_parameters:object reply_markup:object"
)
_CAPTION: Final = "caption:str parse_mode:str caption_entities:list"
_EDITED: Final = "business_connection_id:str chat_id:chat message_id:int inline_message_id:str reply_markup:object"
_SCOPED: Final = "scope:object language_code:str"

_TABLE: Final[Mapping[str, str]] = {
    "getMe": "",
    "logOut": "",
    "close": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:list",
    "setWebhook": (
        "url:str! certificate:media ip_address:str max_connections:int allowed_updates:list"
        " drop_pending_updates:bool secret_token:str"
    ),
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "sendMessage": f"{_TO_CHAT} text:str! parse_mode:str entities:list link_preview_options:object {_SENDING}",
    "sendPhoto": f"{_TO_CHAT} photo:media! {_CAPTION} show_caption_above_media:bool has_spoiler:bool {_SENDING}",
    "sendDocument": (
        f"{_TO_CHAT} document:media! thumbnail:media {_CAPTION} disable_content_type_detection:bool {_SENDING}"
    ),
    "sendChatAction": f"{_TO_CHAT} action:str!",
    "editMessageText": f"{_EDITED} text:str! parse_mode:str entities:list link_preview_options:object",
    "editMessageCaption": f"{_EDITED} {_CAPTION} show_caption_above_media:bool",
    "editMessageMedia": f"{_EDITED} media:object!",
    "editMessageReplyMarkup": _EDITED,
    "deleteMessage": "chat_id:chat! message_id:int!",
    "deleteMessages": "chat_id:chat! message_ids:list!",
    "answerCallbackQuery": "callback_query_id:str! text:str show_alert:bool url:str cache_time:int",
    "setMyCommands": f"commands:list! {_SCOPED}",
    "getMyCommands": _SCOPED,
    "deleteMyCommands": _SCOPED,
    "setMyName": "name:str language_code:str",
    "getMyName": "language_code:str",
    "setMyDescription": "description:str language_code:str",
    "getMyDescription": "language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "getMyShortDescription": "language_code:str",
    "setChatMenuButton": "chat_id:int menu_button:object",
    "getChatMenuButton": "chat_id:int",
    "getChat": "chat_id:chat!",
    "leaveChat": "chat_id:chat!",
    "pinChatMessage": "business_connection_id:str chat_id:chat! message_id:int! disable_notification:bool",
    "unpinChatMessage": "business_connection_id:str chat_id:chat! message_id:int",
    "getFile": "file_id:str!",
}


def _method(name: str, columns: str) -> Method:
    parameters = {}
    for column in columns.split():
        parameter, _, kind = column.partition(":")
        parameters[parameter] = Parameter(parameter, kind.rstrip("!"), kind.endswith("!"))
    return Method(name, parameters)


METHODS: Final[Mapping[str, Method]] = {name: _method(name, columns) for name, columns in _TABLE.items()}
"""Every method by its published name."""

_BY_LOWER_NAME: Final = {name.lower(): method for name, method in METHODS.items()}


def method_named(name: str) -> Method | None:
    """Find a method the way the original does: whatever the case of its letters."""
    return _BY_LOWER_NAME.get(name.lower())
