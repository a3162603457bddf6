"""Which function answers which method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from sandbox.telegram import chat_calls, editing, profile_calls, receiving, sending
from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments, checked
from sandbox.telegram.methods import METHODS, Method

Answer = Callable[[Account, Arguments], Any]

AT_ONCE: Final[Mapping[str, Answer]] = {
    "getMe": chat_calls.get_me,
    "logOut": chat_calls.log_out,
    "close": chat_calls.close,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageMedia": editing.edit_media,
    "editMessageReplyMarkup": editing.edit_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": editing.answer_tap,
    "setMyCommands": profile_calls.set_commands,
    "getMyCommands": profile_calls.get_commands,
    "deleteMyCommands": profile_calls.delete_commands,
    "setMyName": profile_calls.set_name,
    "getMyName": profile_calls.get_name,
    "setMyDescription": profile_calls.set_description,
    "getMyDescription": profile_calls.get_description,
    "setMyShortDescription": profile_calls.set_short_description,
    "getMyShortDescription": profile_calls.get_short_description,
    "setChatMenuButton": profile_calls.set_menu,
    "getChatMenuButton": profile_calls.get_menu,
    "getChat": chat_calls.get_chat,
    "leaveChat": chat_calls.leave_chat,
    "pinChatMessage": chat_calls.pin_message,
    "unpinChatMessage": chat_calls.unpin_message,
    "getFile": chat_calls.get_file,
}
IN_TIME: Final[Mapping[str, Callable[[Account, Arguments], Awaitable[Any]]]] = {
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
}
UNANSWERED: Final = METHODS.keys() - AT_ONCE.keys() - IN_TIME.keys()
"""Methods in the table without an answer; there must be none."""


async def answered(account: Account, method: Method, arguments: Arguments) -> dict[str, Any]:
    """Check and carry out a call; returns the body of the answer. Raises Refused."""
    call = checked(method, arguments)
    at_once = AT_ONCE.get(method.name)
    result = at_once(account, call) if at_once is not None else await IN_TIME[method.name](account, call)
    if isinstance(result, receiving.Said):
        return {"ok": True, **result}
    return {"ok": True, "result": result}
