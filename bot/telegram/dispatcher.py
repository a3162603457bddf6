"""What happens to one update, in this order: judge it, delete what may be a secret, take the step, answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, assert_never

from sqlalchemy import Connection

from bot.conversation import Arrival, Occasion, Result, Turn
from bot.intake.contents import message_in
from bot.intake.guard import Verdict, judge
from bot.oauth.pages import carried
from bot.pasting import paste_event
from bot.stage import Stage, Standing
from bot.storage import deletions, tickets, updates
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.telegram.client import Deleted, Telegram
from bot.telegram.deletions import WINDOW, Deletions
from bot.telegram.inbound import Elsewhere, Membership, Origin, Poison, Press, Words, chat_of, kind_of, read
from bot.telegram.rush import Rush
from bot.telegram.watch import Unwatched, Watch
from bot.texts.direction import without
from bot.texts.render import render, toast
from bot.tickets import Tickets
from flows.events import Command, Event, Kind, Pasted, Said, Tapped
from flows.jobs import Held
from flows.languages import Language, spoken
from flows.words import Text, say

log = logging.getLogger(__name__)
Enter = Callable[[int, str], Awaitable[tuple[Held, tickets.Ticket] | None]]
MOST_DELETED = 100  # messages a call, https://core.telegram.org/bots/api#deletemessages
SHORTEST_HOLD, LONGEST_HOLD = 5.0, 60.0  # seconds


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
        new_incident: Callable[[], str],
        allowed: frozenset[int],
        watch: Watch | None = None,
        enter: Enter | None = None,
        rush: Rush | None = None,
    ) -> None:
        """`allowed` lists the users Soar talks to; empty means everyone.

        `enter` gives what was agreed to on Cloudflare's page, for the word that comes back into the chat. `rush` is
        where others see how many deletes are under way.
        """
        self._telegram = telegram
        self._database = database
        self._stage = stage
        self._sealer = sealer
        self._deletions = deletions
        self._clock = clock
        self._new_incident = new_incident
        self._allowed = allowed
        self._watch = watch or Unwatched()
        self._enter = enter
        self._rush = rush or Rush()
        self._slow: dict[int, float] = {}  # chats whose deletes Telegram puts off, and until when

    async def handle(self, raw: Mapping[str, Any]) -> None:
        """Handle one raw update. Raises StorageError when it could not be stored."""
        standing, verdict, undeleted = await self._guard(raw)
        await self._rush.over()  # the step takes ten times as long as somebody else's delete
        incoming = read(raw, self._telegram.bot)
        match incoming:
            case Words():
                await self._words(incoming, verdict, standing, undeleted)
            case Press():
                await self._press(incoming)
            case Poison():
                await self._poison(raw, incoming, verdict, undeleted)
            case Elsewhere(origin):
                noted = await self._note(origin, undeleted)
                if verdict.delete and noted is Result.NOTED:
                    self._stage.later(self._say(origin.user_id, say("paste.in_group")))
                self._stage.later(self._telegram.leave(origin.chat_id))
            case Membership(origin):
                await self._note(origin, ())
            case _:
                assert_never(incoming)

    async def park(self, raw: Mapping[str, Any]) -> None:
        """Set aside an update that fails again and again: its number and kind are kept, nothing else."""
        *_, undeleted = await self._guard(raw)
        chat_id, incident = chat_of(raw), self._new_incident()
        await self._note_all([raw], chat_id, undeleted, parked="failing")
        about = {"incident": incident, "update": raw["update_id"], "kind": kind_of(raw)[:40]}
        log.error("update set aside", extra=about)
        self._answer_tap(raw)
        if chat_id is not None and chat_id > 0:
            unknown = say("error.unknown", code="update", incident=incident, detail="")
            self._stage.later(self._say(chat_id, unknown))

    async def skim(self, raws: Sequence[Mapping[str, Any]]) -> None:
        """Pass over updates of one chat that are too many to be taken one by one: only what looks secret is deleted."""
        chat_id = chat_of(raws[0])
        standing = await self._stage.standing(chat_id)
        verdicts = [judge(raw, expecting_secret=standing.strict, buttons=standing.buttons) for raw in raws]
        going = sorted({one for verdict in verdicts if verdict.delete for one in verdict.message_ids})
        undeleted: list[int] = []
        for first in range(0, len(going), MOST_DELETED):
            undeleted += await self._delete(chat_id, going[first : first + MOST_DELETED])
        await self._note_all(raws, chat_id, undeleted)
        for raw in raws:
            self._answer_tap(raw)
        if chat_id is not None and chat_id > 0 and (not self._allowed or chat_id in self._allowed):
            self._stage.later(self._say(chat_id, say("notice.too_many")))

    async def _guard(self, raw: Mapping[str, Any]) -> tuple[Standing, Verdict, tuple[int, ...]]:
        """Judge an update, and delete what may be a secret; gives the messages that are still there."""
        try:
            standing = await self._stage.standing(chat_of(raw))
        except StorageError:
            # Nobody can say what the chat is at, but a key that can be seen goes all the same.
            seen = judge(raw, expecting_secret=False)
            if seen.delete:
                await self._remove(raw, seen)
            raise
        verdict = judge(raw, expecting_secret=standing.strict, buttons=standing.buttons)
        return standing, verdict, await self._remove(raw, verdict) if verdict.delete else ()

    async def _remove(self, raw: Mapping[str, Any], verdict: Verdict) -> tuple[int, ...]:
        """Delete what an update has brought; gives the messages that are still there."""
        undeleted = await self._delete(verdict.chat_id, verdict.message_ids)
        self._watch.deleted(raw, gone=not undeleted)
        return undeleted

    async def _delete(self, chat_id: int | None, message_ids: Sequence[int]) -> tuple[int, ...]:
        """Delete at once; returns the messages that are still there, which `Deletions` is to see to."""
        if chat_id is None or not message_ids:
            return ()
        if chat_id in self._slow and 0 < self._slow[chat_id] - self._clock() <= LONGEST_HOLD:
            return tuple(message_ids)  # asking Telegram once more so soon would only hold up what comes after
        with self._rush.deleting():
            outcome, wait = await self._telegram.delete(chat_id, message_ids)
        self._slow.pop(chat_id, None)
        if outcome is Deleted.LATER:
            self._slow[chat_id] = self._clock() + min(LONGEST_HOLD, max(SHORTEST_HOLD, wait))
        return () if outcome is Deleted.DONE else tuple(message_ids)

    async def _note_all(
        self, raws: Sequence[Mapping[str, Any]], chat_id: int | None, undeleted: Sequence[int], parked: str = ""
    ) -> None:
        """Store that updates need no more attention, and what is still to be deleted, in one transaction."""
        now = self._clock()

        def work(connection: Connection) -> None:
            for raw in raws:
                about: dict[str, Any] = {"chat_id": chat_id, "kind": kind_of(raw)[:40], "now": now}
                if parked:
                    updates.park(connection, update_id=raw["update_id"], reason=parked, **about)
                else:
                    updates.add(connection, update_id=raw["update_id"], **about)
            for message_id in undeleted:
                deletions.add(connection, chat_id=chat_id or 0, message_id=message_id, now=now)

        await self._database.write(work)
        for raw in raws:
            self._watch.settled(raw["update_id"], kind_of(raw), "parked" if parked else "skimmed")
        if undeleted:
            self._deletions.added()

    def _answer_tap(self, raw: Mapping[str, Any]) -> None:
        """Let a button stop spinning whose tap is not taken."""
        query = raw.get("callback_query")
        callback_id = query.get("id") if isinstance(query, Mapping) else None
        if isinstance(callback_id, str):
            self._stage.later(self._moved_on(callback_id, chat_of(raw)))

    async def _moved_on(self, callback_id: str, chat_id: int | None) -> None:
        language = Language.ENGLISH if chat_id is None else await self._stage.language(chat_id)
        await self._telegram.answer(callback_id, toast(say("toast.moved_on"), language))

    async def tell_undeletable(self, chat_id: int) -> None:
        """Say that a message of the user's stayed; in a group nothing is ever said."""
        if chat_id < 0:
            return
        await self._say(chat_id, say("paste.not_deletable"))

    async def _words(self, words: Words, verdict: Verdict, standing: Standing, undeleted: tuple[int, ...]) -> None:
        if not self._may(words.origin):
            await self._refuse(words.origin, undeleted)
            return
        brought = await self._carried(words)
        event, rows = brought or self._event(words, verdict, standing)
        turn = await self._take(words.origin, event, rows=rows, undeleted=undeleted)
        too_old = verdict.delete and words.date and self._clock() - words.date > WINDOW
        if too_old and turn.result is Result.TAKEN:
            self._stage.later(self.tell_undeletable(words.origin.chat_id))
        if turn.result is Result.TAKEN and (turn.move.tidy or brought):
            self._stage.later(self._tidy(words))
        if turn.result is Result.TAKEN and brought and not rows:
            self._stage.later(self._say(words.origin.chat_id, say("notice.connect_stray")))

    async def _carried(self, words: Words) -> tuple[Event, tuple[tickets.Ticket, ...]] | None:
        """Take what somebody brings along from Cloudflare's page, as if it had been pasted here."""
        word = carried(words.text) if self._enter is not None and not words.edited else None
        if word is None or self._enter is None:
            return None
        found = await self._enter(words.origin.chat_id, word)
        if found is None:
            return Command("start"), ()
        held, row = found
        return Pasted(((Kind.TOKEN, held),)), (row,)

    def _event(
        self, words: Words, verdict: Verdict, standing: Standing
    ) -> tuple[Event | None, tuple[tickets.Ticket, ...]]:
        if verdict.delete:
            return paste_event(verdict, words.origin.chat_id, standing.asks, self._sealer)
        if words.edited:
            return None, ()
        text = without(words.text).strip()  # what is copied from a text that goes leftward may hold signs nobody sees
        if text.startswith("/"):
            return Command(text[1:].split(maxsplit=1)[0].split("@")[0].lower() if text[1:].strip() else ""), ()
        return Said(text), ()

    async def _tidy(self, words: Words) -> None:
        await self._telegram.delete(words.origin.chat_id, words.message_ids)

    async def _press(self, press: Press) -> None:
        if not self._may(press.origin):
            await self._note(press.origin, ())
            language = spoken(None, press.origin.language)
            await self._telegram.answer(press.callback_id, toast(say("notice.private"), language))
            return
        data = press.data
        event = Tapped(data.action, data.argument) if data else None
        version = data.version if data else None
        turn = await self._take(press.origin, event, version=version, message=press.message_id or None)
        passing = turn.move.toast if turn.result is Result.TAKEN else None
        if turn.result is Result.STALE or event is None:
            passing = say("toast.moved_on")
        words = toast(passing, turn.shown.language) if passing else ""
        self._stage.later(self._telegram.answer(press.callback_id, words))

    async def _poison(
        self, raw: Mapping[str, Any], poison: Poison, verdict: Verdict, undeleted: tuple[int, ...]
    ) -> None:
        message = message_in(raw) is not None
        if message and poison.chat_id is not None and poison.chat_id > 0:
            origin = Origin(poison.update_id, poison.chat_id, poison.chat_id, "", poison.kind)
            if self._may(origin):
                await self._take(origin, Pasted(problem="file") if verdict.delete else Said(""), undeleted=undeleted)
        await self._note_all([raw], verdict.chat_id or poison.chat_id, undeleted, parked="unreadable")
        self._answer_tap(raw)

    async def _refuse(self, origin: Origin, undeleted: tuple[int, ...]) -> None:
        if await self._note(origin, undeleted) is Result.NOTED:
            self._stage.later(self._say(origin.chat_id, say("notice.private"), spoken(None, origin.language)))

    async def _say(self, chat_id: int, text: Text, language: Language | None = None) -> None:
        """Say something that is no step of the conversation, in the chat's language unless another is given."""
        await self._telegram.send(chat_id, render(text, language or await self._stage.language(chat_id)))

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
        self._watch.settled(origin.update_id, origin.kind, turn.result.name.lower())
        if undeleted:
            self._deletions.added()
        return turn

    def _may(self, origin: Origin) -> bool:
        return not self._allowed or origin.user_id in self._allowed
