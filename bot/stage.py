"""Where a step becomes visible: store it, then start the work it asks for, show the screen, tell what is to be told."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.conversation import Conversation, Occasion, Result, Shown, Turn
from bot.runner.port import Operation, Runner
from bot.storage import dialogs, tickets
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.telegram.anchors import Anchors
from bot.telegram.client import Telegram
from bot.texts.render import label
from flows.effects import CancelOperation, SendConsents, ShowPicture, StartOperation, Tell
from flows.events import Context, Kind
from flows.languages import Language
from flows.machine import asks, strict, view

log = logging.getLogger(__name__)
MOST_REMEMBERED = 20_000
GiveBack = Callable[[Sequence[tickets.Ticket]], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guard must know of a chat: is a secret awaited, and which; what the buttons say, in its language."""

    strict: bool
    asks: frozenset[Kind]
    buttons: frozenset[str] = frozenset()
    language: Language = Language.ENGLISH


def _button_words(shown: Shown) -> frozenset[str]:
    """List what a screen's buttons say, as they are drawn and as somebody would type it."""
    rows = view(shown.dialog, Context(0, "", shown.workers)).rows
    labels = [label(button.label, shown.language) for row in rows for button in row]
    bare = [" ".join(re.findall(r"\w+", each)) for each in labels]
    return frozenset((*labels, *bare, *(each.lower() for each in bare)))


class Stage:
    """Takes occasions to their end. Everything after the commit happens in tasks of its own."""

    def __init__(
        self,
        database: Database,
        conversation: Conversation,
        telegram: Telegram,
        anchors: Anchors,
        *,
        told: Callable[[], None],
        illustrate: Callable[[int, str, Language], Coroutine[Any, Any, None]],
        offer: Callable[[Shown], None],
    ) -> None:
        """`told` is called when something waits to be told, `illustrate` sends a chat a picture and says what it is.

        `offer` has a chat's commands fit what it shows.

        The runner is given later, since it reports back here.
        """
        self._database = database
        self._conversation = conversation
        self._telegram = telegram
        self._anchors = anchors
        self._told = told
        self._illustrate = illustrate
        self._offer = offer
        self._give_back: GiveBack | None = None
        self._runner: Runner | None = None
        self._enlisted = False
        self._standings: dict[int, Standing] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def runs(self, runner: Runner, *, enlisted: bool = False) -> None:
        """Give the runner that carries operations out; `enlisted` when the step's transaction has told it already."""
        self._runner = runner
        self._enlisted = enlisted

    def lends(self, give_back: GiveBack) -> None:
        """Give who ends the tokens that Cloudflare lent, once a step has let go of them."""
        self._give_back = give_back

    async def standing(self, chat_id: int | None) -> Standing:
        """Tell how strict to be with a chat's messages."""
        if chat_id is None:
            return Standing(strict=False, asks=frozenset())
        known = None if self._database.shared else self._standings.get(chat_id)
        if known is not None:
            return known
        return self._remember(await self.look(chat_id))

    async def language(self, chat_id: int) -> Language:
        """Tell in which language to speak to a chat; English while the database cannot say."""
        try:
            return (await self.standing(chat_id)).language
        except StorageError:
            return Language.ENGLISH

    def _remember(self, shown: Shown) -> Standing:
        state = shown.dialog.state
        standing = Standing(
            strict(state), asks(state), _button_words(shown) if strict(state) else frozenset(), shown.language
        )
        if self._database.shared:  # another replica may have taken the chat further
            return standing
        if len(self._standings) >= MOST_REMEMBERED:
            self._standings.pop(next(iter(self._standings)))
        self._standings[shown.chat_id] = standing
        return standing

    async def take(self, occasion: Occasion, beside: Callable[[Connection], bool] | None = None) -> Turn:
        """Store one step, `beside` in the same transaction, and see to what follows. Raises StorageError.

        When `beside` says False the occasion has been before, and nothing else happens.
        """
        step = self._conversation.step(occasion)
        look = self._conversation.look(occasion.chat_id)

        def work(connection: Connection) -> Turn:
            if beside is not None:
                dialogs.hold(connection, occasion.chat_id)
            if beside is not None and not beside(connection):
                return Turn(Result.DUPLICATE, look(connection))
            return step(connection)

        turn = await self._database.write(work)
        if not self._database.shared:
            self._remember(turn.shown)
        if turn.result is Result.TAKEN:
            self._follow(turn)
        elif turn.result is Result.STALE:
            self._anchors.show(turn.shown)
        return turn

    def _follow(self, turn: Turn) -> None:
        chat_id = turn.shown.chat_id
        for effect in turn.effects:
            if isinstance(effect, StartOperation):
                self._submit(chat_id, effect)
            elif isinstance(effect, CancelOperation):
                self.later(self._cancel(effect.id))
            elif isinstance(effect, Tell | SendConsents):
                self._told()
            elif isinstance(effect, ShowPicture):
                self.later(self._illustrate(chat_id, effect.name, turn.shown.language))
        if turn.shredded:
            self.later(self._shred())
        if turn.lent and self._give_back is not None:
            self.later(self._give_back(turn.lent))
        if turn.outgrown:
            self.later(self._remove(chat_id, turn.outgrown))
        if turn.changed or turn.move.resend:
            self._anchors.show(turn.shown, resend=turn.move.resend)
        self._offer(turn.shown)

    async def look(self, chat_id: int) -> Shown:
        """Read what a chat shows."""
        return await self._database.read(self._conversation.look(chat_id))

    async def show(self, chat_id: int, *, resend: bool = False) -> None:
        """Show a chat's screen as it is stored."""
        self._anchors.show(await self.look(chat_id), resend=resend)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the commit, without holding up who asked."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait for what was begun."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    def _submit(self, chat_id: int, effect: StartOperation) -> None:
        if self._runner is None:
            return
        if self._enlisted:
            self._runner.look_now()
        else:
            self._runner.submit(Operation(effect.id, chat_id, effect.kind, effect.arguments))

    async def _cancel(self, operation_id: str) -> None:
        if self._runner is not None:
            await self._runner.cancel(operation_id)

    async def _remove(self, chat_id: int, message_ids: Sequence[int]) -> None:
        await self._telegram.delete(chat_id, message_ids)

    async def _shred(self) -> None:
        try:
            await self._database.shred()
        except StorageError as error:
            log.warning("log not truncated yet", extra={"why": error.code})
