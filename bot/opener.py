"""The way into an open private form: the link with its ticket, made when it is drawn and stored nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from bot.operations.workshop import COMMAND_KEY
from bot.storage import workers
from bot.tickets import SealingKeys
from bot.vault.keyring import CannotOpen, Context
from deploy.commands import CommandKey
from deploy.slips import Slip, ticket_of
from flows.events import FormLink
from flows.forming import FormOpen
from flows.languages import Language

# What the form's page calls the languages it speaks (IETF tags).
TAGS: Final = {Language.PORTUGUESE: "pt-BR", Language.CHINESE: "zh-CN"}
Opener: TypeAlias = "Callable[[workers.Worker, FormOpen, Language], FormLink | None]"


def opener(keyring: SealingKeys) -> Opener:
    """Prepare making links; None where the key ring has lost a Worker's command key."""

    def opened(row: workers.Worker, state: FormOpen, language: Language) -> FormLink | None:
        try:
            sealed = keyring.open(row.command_key, Context(COMMAND_KEY, row.chat_id, row.id))
        except CannotOpen:
            return None
        ticket = ticket_of(Slip(state.form, state.expires), row.script, CommandKey.load(sealed))
        # Telegram shows pages over HTTPS only, and only in private chats, whose ids are above zero.
        app = row.chat_id > 0 and row.url.startswith("https://")
        return FormLink(ticket.link(row.url, TAGS.get(language, language.telegram)), ticket.code, app)

    return opened
