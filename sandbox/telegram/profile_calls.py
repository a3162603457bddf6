"""The methods by which a bot describes itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments
from sandbox.telegram.profile import DEFAULT_MENU, DEFAULT_SCOPE, Scope
from sandbox.telegram.refusals import bad_request

COMMANDS_AT_MOST: Final = 100
NAME_LENGTH: Final = 64
DESCRIPTION_LENGTH: Final = 512
SHORT_DESCRIPTION_LENGTH: Final = 120
COMMAND_DESCRIPTION_LENGTH: Final = 256
_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
_SCOPES: Final = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def set_commands(account: Account, call: Arguments) -> bool:
    """Answer setMyCommands; an empty list deletes."""
    commands = call.values["commands"]
    if len(commands) > COMMANDS_AT_MOST:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_command(command) for command in commands]
    key = _scope(account, call.values), _language(call.values)
    if checked:
        account.profile.commands[key] = checked
    else:
        account.profile.commands.pop(key, None)
    _announce(account, key[0][1])
    return True


def get_commands(account: Account, call: Arguments) -> list[dict[str, Any]]:
    """Answer getMyCommands."""
    return account.profile.commands.get((_scope(account, call.values), _language(call.values)), [])


def delete_commands(account: Account, call: Arguments) -> bool:
    """Answer deleteMyCommands."""
    key = _scope(account, call.values), _language(call.values)
    account.profile.commands.pop(key, None)
    _announce(account, key[0][1])
    return True


def _command(command: object) -> dict[str, Any]:
    match command:
        case {"command": str(name), "description": str(description)}:
            name = name.removeprefix("/")
            if not _COMMAND.fullmatch(name):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(description) <= COMMAND_DESCRIPTION_LENGTH:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
            return {"command": name, "description": description}
        case _:
            raise bad_request('can\'t parse BotCommand: Can\'t find field "command" or "description"')


def _scope(account: Account, values: Mapping[str, Any]) -> Scope:
    raw = values.get("scope")
    if not raw:
        return DEFAULT_SCOPE
    kind = raw.get("type")
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if any(name not in raw for name in _SCOPES[kind]):
        raise bad_request("can't parse BotCommandScope: chat_id is empty")
    if not _SCOPES[kind]:
        return kind, None
    chat = account.chat(raw["chat_id"])
    return (f"{kind}:{raw['user_id']}" if kind == "chat_member" else kind), chat.id


def _language(values: Mapping[str, Any]) -> str:
    code: str = values.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def set_name(account: Account, call: Arguments) -> bool:
    """Answer setMyName."""
    return _set(account, account.profile.names, call, "name", NAME_LENGTH)


def get_name(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer getMyName."""
    return {"name": account.profile.names.get(_language(call.values)) or account.profile.name(None)}


def set_description(account: Account, call: Arguments) -> bool:
    """Answer setMyDescription."""
    return _set(account, account.profile.descriptions, call, "description", DESCRIPTION_LENGTH)


def get_description(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer getMyDescription."""
    texts = account.profile.descriptions
    return {"description": texts.get(_language(call.values)) or texts.get("", "")}


def set_short_description(account: Account, call: Arguments) -> bool:
    """Answer setMyShortDescription."""
    texts = account.profile.short_descriptions
    return _set(account, texts, call, "short_description", SHORT_DESCRIPTION_LENGTH)


def get_short_description(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer getMyShortDescription."""
    texts = account.profile.short_descriptions
    return {"short_description": texts.get(_language(call.values)) or texts.get("", "")}


def _set(account: Account, texts: dict[str, str], call: Arguments, name: str, length: int) -> bool:
    text, language = call.values.get(name, ""), _language(call.values)
    if len(text) > length:
        raise bad_request("BOT_TITLE_INVALID" if name == "name" else "BOT_DESCRIPTION_INVALID")
    if text:
        texts[language] = text
    elif language or name != "name":
        texts.pop(language, None)
    else:
        raise bad_request("BOT_TITLE_INVALID")
    _announce(account)
    return True


def set_menu(account: Account, call: Arguments) -> bool:
    """Answer setChatMenuButton, for one chat or for all that have none of their own."""
    button = _menu(call.values.get("menu_button") or DEFAULT_MENU)
    if "chat_id" in call.values:
        account.profile.chat_menus[account.chat(call.values["chat_id"]).id] = button
    else:
        account.profile.menu = button
    _announce(account, call.values.get("chat_id"))
    return True


def get_menu(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer getChatMenuButton."""
    if "chat_id" not in call.values:
        return account.profile.menu
    return account.profile.chat_menus.get(account.chat(call.values["chat_id"]).id, account.profile.menu)


def _menu(raw: dict[str, Any]) -> dict[str, Any]:
    match raw:
        case {"type": "default" | "commands"}:
            return {"type": raw["type"]}
        case {"type": "web_app", "text": str(text), "web_app": {"url": str(url)}} if text:
            if not url.startswith("https://"):
                raise bad_request(f"menu button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
            return {"type": "web_app", "text": text, "web_app": {"url": url}}
        case _:
            raise bad_request("can't parse menu button: unsupported type specified")


def _announce(account: Account, only: object = None) -> None:
    chats = [account.chats[only]] if isinstance(only, int) else account.chats.values()
    for chat in chats:
        chat.note("commands", account.profile.shown(chat.id, chat.person.language_code, private=chat.private))
