"""One step of one conversation, in one transaction: what has come, the state it meets, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial

from sqlalchemy import Connection

from bot import speech, wishes
from bot.consequences import Occurrence, carry_out, receipt
from bot.meaning import meant
from bot.opener import Opener
from bot.operations_store import Enlist
from bot.storage import deletions, dialogs, pictures, tickets, updates, workers
from flows import events
from flows.codec import Dialog, dump, load
from flows.effects import Effect, KeepLanguage, Move
from flows.footing import rest
from flows.forming import FormOpen
from flows.jobs import GRANTED
from flows.languages import Language, spoken
from flows.machine import FRESH, advance
from flows.machine import tickets as carried
from flows.pictures import pictures_of
from flows.plans import Mode
from flows.states import State
from flows.words import Text, say

RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Which update brings an event, so that it is handled once."""

    update_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What has happened to a chat: a button's `version` and the `message` it is on, and messages still to delete."""

    chat_id: int
    user_id: int
    event: events.Event | None
    arrival: Arrival | None = None
    language: str = ""
    version: int | None = None
    message: int | None = None
    sealed: Sequence[tickets.Ticket] = ()
    undeleted: Sequence[int] = ()


class Result(Enum):
    """What became of an occasion."""

    TAKEN = auto()
    DUPLICATE = auto()
    STALE = auto()
    NOTED = auto()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chat's anchor is to show, and in which language; `telegrams` is the one Telegram tells."""

    chat_id: int
    dialog: Dialog
    version: int
    anchor: int | None
    workers: tuple[events.Worker, ...]
    language: Language = Language.ENGLISH
    form: events.FormLink | None = None
    telegrams: Language = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that has been taken and stored.

    `outgrown` are messages of ours that have had their time, `lent` the tokens to give back, still sealed.
    """

    result: Result
    shown: Shown
    move: Move = field(default_factory=lambda: Move(FRESH.state))
    shredded: bool = False
    changed: bool = True
    outgrown: tuple[int, ...] = ()
    lent: tuple[tickets.Ticket, ...] = ()

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What is left to be done after the commit."""
        return self.move.effects


@dataclass(frozen=True, slots=True)
class _Speech:
    """The language a chat has chosen, and the one Telegram has told last, as it tells it."""

    chosen: Language | None = None
    seen: str = ""

    @property
    def language(self) -> Language:
        return spoken(self.chosen, self.seen)

    @property
    def telegrams(self) -> Language:
        return spoken(None, self.seen)

    def after(self, effects: Sequence[Effect]) -> _Speech:
        kept = [effect for effect in effects if isinstance(effect, KeepLanguage)]
        return replace(self, chosen=kept[-1].language) if kept else self


class Conversation:
    """Takes steps; its works run inside the database's write transaction and may run twice."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        fresh_id: Callable[[], str],
        enlist: Enlist | None = None,
        opener: Opener | None = None,
    ) -> None:
        """Take time (unix seconds) and ids (16 hex digits) from outside.

        `enlist` tells a dispatcher of an operation in the transaction that adds its row; `opener` makes the link of a
        private form that is open.
        """
        self._opener = opener
        self._clock = clock
        self._fresh_id = fresh_id
        self._enlist = enlist

    def step(self, occasion: Occasion) -> Callable[[Connection], Turn]:
        """Prepare the work for one occasion; time and id are fixed here, so that running it twice gives the same."""
        return partial(self._take, occasion=occasion, now=self._clock(), fresh_id=self._fresh_id())

    def look(self, chat_id: int) -> Callable[[Connection], Shown]:
        """Prepare reading what a chat's anchor shows."""
        return partial(self._look, chat_id=chat_id)

    def _look(self, connection: Connection, *, chat_id: int) -> Shown:
        row = dialogs.load(connection, chat_id)
        shown = _shown(chat_id, row, _dialog(row, ()), _workers(connection, chat_id), _speech(row))
        return self._with_form(connection, shown)

    def _with_form(self, connection: Connection, shown: Shown) -> Shown:
        """Add the way into the private form, where the screen shows one."""
        state = shown.dialog.state
        if not isinstance(state, FormOpen) or self._opener is None:
            return shown
        worker = workers.get(connection, state.job.worker)
        if worker is None or worker.chat_id != shown.chat_id:
            return shown
        return replace(shown, form=self._opener(worker, state, shown.language))

    def _take(self, connection: Connection, *, occasion: Occasion, now: float, fresh_id: str) -> Turn:
        row = dialogs.hold(connection, occasion.chat_id)
        known = _workers(connection, occasion.chat_id)
        dialog = _dialog(row, known)
        before = _speech(row)
        tongue = _Speech(before.chosen, occasion.language or before.seen)
        shown = self._with_form(connection, _shown(occasion.chat_id, row, dialog, known, tongue))
        if not _note(connection, occasion, now):
            return Turn(Result.DUPLICATE, shown)
        if occasion.event is None:
            return Turn(Result.NOTED, shown)
        if occasion.version is not None and occasion.version != shown.version:
            return Turn(Result.STALE, shown)
        shown, older = _anchored(shown, occasion.message)
        context = events.Context(int(now), fresh_id, known, language=tongue.chosen, telegrams=tongue.telegrams)
        event = meant(dialog, occasion.event, context, shown.language)
        if isinstance(event, events.Command | events.Tapped):
            context = replace(context, notices=wishes.read(connection, occasion.chat_id))
        move = advance(dialog.state, event, context)
        lent = _lent(connection, occasion, dialog.state, move.state, now)
        shredded = _keep_tickets(connection, occasion, dialog.state, move.state)
        forgotten = carry_out(
            connection, Occurrence(occasion.chat_id, now, fresh_id, shown.language, self._enlist), move.effects
        )
        seen = _seen_enough(connection, occasion.chat_id, dialog.state, move.state)
        outgrown = tuple(each for each in (older, seen) if each is not None)
        after = Dialog(move.state, move.notice or _still_true(dialog, event, move))
        if forgotten is not None:
            blank = Dialog(move.state, receipt(forgotten))
            shown = Shown(occasion.chat_id, blank, 0, shown.anchor, (), shown.language, telegrams=shown.telegrams)
            return Turn(Result.TAKEN, shown, move, shredded=True, outgrown=outgrown, lent=lent)
        tongue = tongue.after(move.effects)
        same = row is not None and dialog == after and tongue == before
        version = shown.version if same else self._save(connection, occasion, row, after, shown.anchor, now, tongue)
        if same and isinstance(occasion.event, events.Said | events.Pasted):
            move = replace(move, resend=True)  # the same remark twice must not look like silence
        shown = replace(shown, dialog=after, version=version, language=tongue.language, telegrams=tongue.telegrams)
        shown = self._with_form(connection, shown)
        return Turn(Result.TAKEN, shown, move, shredded, changed=not same, outgrown=outgrown, lent=lent)

    @staticmethod
    def _save(  # noqa: PLR0917  (the parts of one row)
        connection: Connection,
        occasion: Occasion,
        row: dialogs.Dialog | None,
        after: Dialog,
        anchor: int | None,
        now: float,
        tongue: _Speech,
    ) -> int:
        version = row.version + 1 if row else 1
        saved = dialogs.Dialog(
            chat_id=occasion.chat_id,
            user_id=occasion.user_id,
            state=dump(after),
            version=version,
            rendered_version=row.rendered_version if row else 0,
            anchor_message_id=anchor,
            language=tongue.seen or None,
            updated_at=now,
            chosen_language=tongue.chosen,
        )
        dialogs.save(connection, saved, was=row.version if row else 0)
        return version


def _still_true(dialog: Dialog, event: events.Event, move: Move) -> Text | None:
    """Keep a notice that has nothing to do with what has come: work or time that the screen does not wait for."""
    aside = isinstance(event, events.Ended | events.Elapsed) and move.state == dialog.state
    return dialog.notice if aside else None


def _anchored(shown: Shown, tapped: int | None) -> tuple[Shown, int | None]:
    """Take a newer message than the one remembered for the anchor: a crash came between sending and storing it."""
    if tapped is None or tapped <= (shown.anchor or 0):
        return shown, None
    return replace(shown, anchor=tapped), shown.anchor


def _note(connection: Connection, occasion: Occasion, now: float) -> bool:
    arrival = occasion.arrival
    if arrival is not None and not updates.add(
        connection, update_id=arrival.update_id, chat_id=occasion.chat_id, kind=arrival.kind, now=now
    ):
        return False
    for message_id in occasion.undeleted:
        deletions.add(connection, chat_id=occasion.chat_id, message_id=message_id, now=now)
    return True


def _seen_enough(connection: Connection, chat_id: int, before: State, after: State) -> int | None:
    """Find the picture of a screen that is being left."""
    names = pictures_of(before)
    return None if not names or names == pictures_of(after) else pictures.take(connection, chat_id)


def _keep_tickets(connection: Connection, occasion: Occasion, before: State, after: State) -> bool:
    """Store the tickets the next state carries and delete those it no longer does; True when any was deleted."""
    kept = carried(after)
    for ticket in occasion.sealed:
        if ticket.id in kept:
            tickets.put(connection, ticket)
    return sum(tickets.delete_one(connection, ticket) for ticket in carried(before) - kept) > 0


def _lent(
    connection: Connection, occasion: Occasion, before: State, after: State, now: float
) -> tuple[tickets.Ticket, ...]:
    """Take along what Cloudflare lent and the next state does not carry: after the commit it is given back."""
    kept = carried(after)
    found = (tickets.get(connection, each, now=now) for each in sorted(carried(before) - kept))
    unwanted = (each for each in occasion.sealed if each.id not in kept)
    return tuple(each for each in (*found, *unwanted) if each is not None and each.id.startswith(GRANTED))


def _dialog(row: dialogs.Dialog | None, known: tuple[events.Worker, ...]) -> Dialog:
    if row is None:
        return FRESH
    dialog = load(row.state)
    if dialog is not None:
        return dialog
    return Dialog(rest(events.Context(0, "", known)), say("notice.safe_screen"))


def _speech(row: dialogs.Dialog | None) -> _Speech:
    return _Speech(speech.chosen(row.chosen_language), row.language or "") if row else _Speech()


def _shown(
    chat_id: int, row: dialogs.Dialog | None, dialog: Dialog, known: tuple[events.Worker, ...], spoke: _Speech
) -> Shown:
    version, anchor = (row.version, row.anchor_message_id) if row else (0, None)
    return Shown(chat_id, dialog, version, anchor, known, spoke.language, telegrams=spoke.telegrams)


def _workers(connection: Connection, chat_id: int) -> tuple[events.Worker, ...]:
    return tuple(
        events.Worker(
            id=worker.id,
            mode=Mode(worker.mode),
            script=worker.script,
            account=worker.cloudflare_account,
            holds_token=worker.holds_cloudflare_token,
            paused=worker.state == "paused",
        )
        for worker in workers.for_chat(connection, chat_id)
        if worker.state != "deploying"
    )
