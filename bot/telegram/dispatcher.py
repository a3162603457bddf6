"""What happens to one update, in this order: judge it, delete what may be a secret, take the step, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, assert_never

from bot.conversation import Arrival, Occasion, Result, Turn
from bot.intake.guard import Verdict, judge
from bot.pasting import paste_event
from bot.stage import Stage, Standing
from bot.storage import tickets, updates
from bot.storage.database import Database
from bot.telegram.client import Deleted, Telegram
from bot.telegram.deletions import WINDOW, Deletions
from bot.telegram.inbound import Elsewhere, Membership, Origin, Poison, Press, Words, chat_of, kind_of, read
from bot.texts.render import label, render
from bot.tickets import Tickets
from flows.events import Command, Event, Pasted, Said, Tapped
from flows.words import say


class Dispatcher:
    """Handles updates; `handle` returns once an update's outcome is stored, and only then may it be acknowledged."""

    def __init__(
        self,
        *,
        telegram: Telegram,
        database: Database,
        stage: Stage,
        sealer: Tickets,
        deletions: Deletions,
        clock: Callable[[], float],
        allowed: frozenset[int],
    ) -> None:
        """`allowed` lists the users Soar talks to; empty means everyone."""
        self._telegram = telegram
        self._database = database
        self._stage = stage
        self._sealer = sealer
        self._deletions = deletions
        self._clock = clock
        self._allowed = allowed

    async def handle(self, raw: Mapping[str, Any]) -> None:
        """Handle one raw update. Raises StorageError when it could not be stored."""
        standing = await self._stage.standing(chat_of(raw))
        verdict = judge(raw, expecting_secret=standing.strict)
        undeleted = await self._delete(verdict) if verdict.delete else ()
        incoming = read(raw, self._telegram.bot)
        match incoming:
            case Words():
                await self._words(incoming, verdict, standing, undeleted)
            case Press():
                await self._press(incoming)
            case Poison():
                await self._poison(incoming, verdict, undeleted)
            case Elsewhere(origin):
                noted = await self._note(origin, undeleted)
                if verdict.delete and noted is Result.NOTED:
                    self._stage.later(self._say(origin.user_id, "paste.in_group"))
                self._stage.later(self._telegram.leave(origin.chat_id))
            case Membership(origin):
                await self._note(origin, ())
            case _:
                assert_never(incoming)

    async def park(self, raw: Mapping[str, Any]) -> None:
        """Set aside an update that fails again and again: its number and kind are kept, nothing else."""
        await self._park(int(raw.get("update_id", 0)), chat_of(raw), kind_of(raw), "failing")

    async def _park(self, update_id: int, chat_id: int | None, kind: str, reason: str) -> None:
        now = self._clock()
        work = partial(updates.park, update_id=update_id, chat_id=chat_id, kind=kind[:40], reason=reason, now=now)
        await self._database.write(work)

    async def _delete(self, verdict: Verdict) -> tuple[int, ...]:
        """Delete at once; returns the messages that are still there and are to be tried again."""
        if verdict.chat_id is None or not verdict.message_ids:
            return ()
        outcome, _ = await self._telegram.delete(verdict.chat_id, verdict.message_ids)
        if outcome is Deleted.IMPOSSIBLE and verdict.chat_id > 0:
            self._stage.later(self.tell_undeletable(verdict.chat_id))
        return verdict.message_ids if outcome is Deleted.LATER else ()

    async def tell_undeletable(self, chat_id: int) -> None:
        """Say that a message of the user's stayed."""
        await self._say(chat_id, "paste.not_deletable")

    async def _words(self, words: Words, verdict: Verdict, standing: Standing, undeleted: tuple[int, ...]) -> None:
        if not self._may(words.origin):
            await self._refuse(words.origin, undeleted)
            return
        event, rows = self._event(words, verdict, standing)
        turn = await self._take(words.origin, event, rows=rows, undeleted=undeleted)
        too_old = verdict.delete and words.date and self._clock() - words.date > WINDOW
        if too_old and turn.result is Result.TAKEN:
            self._stage.later(self.tell_undeletable(words.origin.chat_id))
        if turn.result is Result.TAKEN and turn.move.tidy:
            self._stage.later(self._tidy(words))

    def _event(
        self, words: Words, verdict: Verdict, standing: Standing
    ) -> tuple[Event | None, tuple[tickets.Ticket, ...]]:
        if verdict.delete:
            return paste_event(verdict, words.origin.chat_id, standing.asks, self._sealer)
        if words.edited:
            return None, ()
        text = words.text.strip()
        if text.startswith("/"):
            return Command(text[1:].split(maxsplit=1)[0].split("@")[0].lower() if text[1:].strip() else ""), ()
        return Said(text), ()

    async def _tidy(self, words: Words) -> None:
        await self._telegram.delete(words.origin.chat_id, words.message_ids)

    async def _press(self, press: Press) -> None:
        if not self._may(press.origin):
            await self._note(press.origin, ())
            await self._telegram.answer(press.callback_id, label(say("notice.private")))
            return
        data = press.data
        event = Tapped(data.action, data.argument) if data else None
        version = data.version if data else None
        turn = await self._take(press.origin, event, version=version, message=press.message_id or None)
        toast = turn.move.toast if turn.result is Result.TAKEN else None
        if turn.result is Result.STALE or event is None:
            toast = say("toast.moved_on")
        self._stage.later(self._telegram.answer(press.callback_id, label(toast) if toast else ""))

    async def _poison(self, poison: Poison, verdict: Verdict, undeleted: tuple[int, ...]) -> None:
        if verdict.delete and poison.chat_id is not None and poison.chat_id > 0:
            origin = Origin(poison.update_id, poison.chat_id, poison.chat_id, "", poison.kind)
            await self._take(origin, Pasted(problem="file"), undeleted=undeleted)
        await self._park(poison.update_id, poison.chat_id, poison.kind, "unreadable")

    async def _refuse(self, origin: Origin, undeleted: tuple[int, ...]) -> None:
        if await self._note(origin, undeleted) is Result.NOTED:
            self._stage.later(self._say(origin.chat_id, "notice.private"))

    async def _say(self, chat_id: int, message_id: str) -> None:
        await self._telegram.send(chat_id, render(say(message_id)))

    async def _note(self, origin: Origin, undeleted: tuple[int, ...]) -> Result:
        return (await self._take(origin, None, undeleted=undeleted)).result

    async def _take(
        self,
        origin: Origin,
        event: Event | None,
        *,
        rows: tuple[tickets.Ticket, ...] = (),
        undeleted: tuple[int, ...] = (),
        version: int | None = None,
        message: int | None = None,
    ) -> Turn:
        occasion = Occasion(
            chat_id=origin.chat_id,
            user_id=origin.user_id,
            event=event,
            arrival=Arrival(origin.update_id, origin.kind),
            language=origin.language,
            version=version,
            message=message,
            sealed=rows,
            undeleted=undeleted,
        )
        turn = await self._stage.take(occasion)
        if undeleted:
            self._deletions.added()
        return turn

    def _may(self, origin: Origin) -> bool:
        return not self._allowed or origin.user_id in self._allowed
