"""Sends the drawn pictures: one at a time in a chat, and it goes when the conversation goes on."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bot.pictures.places import picture
from bot.storage import pictures
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.telegram.client import Telegram
from bot.texts.render import render
from flows.languages import Language
from flows.words import say

log = logging.getLogger(__name__)


class Illustrator:
    """Knows which message of a chat is its picture."""

    def __init__(self, database: Database, telegram: Telegram) -> None:
        """Keep the ids in `database`, so that a picture can also be taken away after a restart."""
        self._database = database
        self._telegram = telegram

    async def show(self, chat_id: int, name: str, language: Language) -> None:
        """Send a picture with what there is to know about it, in the place of the one before."""
        png = await asyncio.to_thread(picture, name)
        caption = render(say(f"where.{name}"), language)
        sent = await self._telegram.send_picture(chat_id, png, caption, name=f"{name}.png")
        if sent.message_id is None:
            return
        try:
            before = await self._database.write(partial(pictures.put, chat_id=chat_id, message_id=sent.message_id))
        except StorageError as error:
            log.warning("picture not noted", extra={"why": error.code})
            return
        if before is not None:
            await self._telegram.delete(chat_id, [before])
