"""The methods about chats and files as such."""

from __future__ import annotations

from typing import Any, Final

from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments
from sandbox.telegram.chats import Chat
from sandbox.telegram.refusals import Refused, bad_request, forbidden, too_many_requests

CLOSE_AFTER: Final = 600.0
GIFTS: Final = {
    "unlimited_gifts": True, "limited_gifts": True, "unique_gifts": True, "premium_subscription": True,
    "gifts_from_channels": True,
}  # fmt: skip


def get_me(account: Account, _call: Arguments) -> dict[str, Any]:
    """Answer getMe; every optional mode is off, as the bot's owner should have it, unless it was switched on."""
    modes = (
        "can_join_groups", "can_read_all_group_messages", "supports_guest_queries", "supports_inline_queries",
        "can_connect_to_business", "has_main_web_app", "has_topics_enabled", "allows_users_to_create_topics",
        "can_manage_bots",
    )  # fmt: skip
    return {**account.described(), **{mode: mode in account.modes for mode in modes}}


def get_chat(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer getChat."""
    chat = account.chat(call.values["chat_id"])
    full = {**chat.described(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
    if chat.pinned is not None:
        full["pinned_message"] = account.seen_by_bot(chat, chat.messages[chat.pinned])
    return full


def leave_chat(account: Account, call: Arguments) -> bool:
    """Answer leaveChat."""
    chat = account.chat(call.values["chat_id"])
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    if chat.blocked:
        raise forbidden("bot is not a member of the group chat")
    chat.blocked = True
    chat.note("left", {"by": "bot"})
    return True


def pin_message(account: Account, call: Arguments) -> bool:
    """Answer pinChatMessage."""
    chat = _own(account, call)
    if call.values["message_id"] not in chat.messages:
        raise bad_request("message to pin not found")
    chat.pinned = call.values["message_id"]
    chat.note("pinned", {"id": chat.pinned})
    return True


def unpin_message(account: Account, call: Arguments) -> bool:
    """Answer unpinChatMessage."""
    chat = _own(account, call)
    if call.values.get("message_id", chat.pinned) != chat.pinned or chat.pinned is None:
        raise bad_request("message to unpin not found")
    chat.pinned = None
    chat.note("pinned", {"id": None})
    return True


def _own(account: Account, call: Arguments) -> Chat:
    if call.values.get("business_connection_id"):
        raise bad_request("business connection not found")
    chat = account.writable(call.values["chat_id"])
    if not chat.private:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def get_file(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer getFile."""
    file = account.files.get(call.values["file_id"])
    if file is None:
        raise bad_request("invalid file_id")
    return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size, "file_path": file.path}


def close(account: Account, _call: Arguments) -> bool:
    """Answer close, which is refused in a bot's first ten minutes."""
    left = account.started_at + CLOSE_AFTER - account.clock.now()
    if left > 0:
        raise too_many_requests(int(left) + 1)
    return True


def log_out(account: Account, _call: Arguments) -> bool:
    """Answer logOut; for ten minutes every further call is refused."""
    account.logged_out_at = account.clock.now()
    return True


def refuse_if_logged_out(account: Account) -> None:
    """Raise Refused while the bot is logged out."""
    if account.logged_out_at is not None:
        if account.clock.now() - account.logged_out_at < CLOSE_AFTER:
            raise Refused(400, "Logged out")
        account.logged_out_at = None
