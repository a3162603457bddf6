"""One step in one transaction: what is stored, what is shown, what is let go of."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.conversation import Arrival, Conversation, Occasion, Result, Turn
from bot.storage import deletions, dialogs, tickets
from bot.storage.database import Database
from bot.storage.schema import upgrade
from flows.codec import Dialog, dump
from flows.events import Command, Event, Kind, Pasted, Said, Tapped
from flows.jobs import GRANTED
from flows.plans import Mode, Watch
from flows.states import AskToken, Connecting, Held, NewWorker, OpenAlpaca, PickMode, State, Welcome

CHAT = 7
NOW = 1_800_000_000.0


class Desk:
    """A database and a conversation with a clock that stands still."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ids = (f"{number:016x}" for number in itertools.count())
        self.conversation = Conversation(clock=lambda: NOW, fresh_id=lambda: next(self.ids))

    async def take(self, event: Event | None, update: int = 0, **more: object) -> Turn:
        arrival = Arrival(update, "message") if update else None
        return await self.database.write(self.conversation.step(Occasion(CHAT, CHAT, event, arrival, **more)))  # type: ignore[arg-type]

    async def be(self, state: State, version: int = 1) -> None:
        row = dialogs.Dialog(CHAT, CHAT, dump(Dialog(state)), version, 0, None, None, NOW)
        await self.database.write(lambda c: dialogs.save(c, row, was=0))


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    url = f"sqlite:///{tmp_path / 'soar.sqlite3'}"
    upgrade(url)
    database = Database(url)
    yield Desk(database)
    await database.close()


@pytest.mark.asyncio
async def test_an_update_is_handled_once(desk: Desk) -> None:
    first = await desk.take(Command("start"), 1)
    assert first.result is Result.TAKEN
    assert (await desk.take(Tapped("begin"), 1)).result is Result.DUPLICATE


@pytest.mark.asyncio
async def test_a_tap_made_for_another_version_changes_nothing(desk: Desk) -> None:
    await desk.take(Command("start"), 1)
    assert (await desk.take(Tapped("begin"), 2, version=9)).result is Result.STALE
    after = await desk.take(Tapped("begin"), 3, version=1)
    assert isinstance(after.shown.dialog.state, OpenAlpaca)
    assert (await desk.take(Tapped("begin"), 4, version=1)).result is Result.STALE


@pytest.mark.asyncio
async def test_a_buttons_words_may_be_typed(desk: Desk) -> None:
    await desk.be(OpenAlpaca())
    turn = await desk.take(Said("  i AM signed in! "), 1)
    assert isinstance(turn.shown.dialog.state, PickMode)


@pytest.mark.asyncio
async def test_a_ticket_is_stored_only_if_the_next_state_carries_it(desk: Desk) -> None:
    held = Held("t1", int(NOW) + 900)
    row = tickets.Ticket("t1", CHAT, "token", b"sealed", "k1", NOW + 900)
    await desk.be(Welcome())
    await desk.take(Pasted(((Kind.TOKEN, held),)), 1, sealed=(row,))
    assert await desk.database.read(tickets.alive) == 0
    await desk.database.write(lambda c: c.execute(text("delete from dialogs")))
    await desk.be(AskToken(NewWorker(Mode.PAPER, Watch(), "0" * 16)))
    turn = await desk.take(Pasted(((Kind.TOKEN, held),)), 2, sealed=(row,))
    assert isinstance(turn.shown.dialog.state, Connecting)
    assert await desk.database.read(tickets.alive) == 1
    turn = await desk.take(Tapped("cancel"), 3)
    turn = await desk.take(Tapped("yes"), 4)
    assert turn.shredded
    assert await desk.database.read(tickets.alive) == 0


@pytest.mark.asyncio
async def test_what_cloudflare_lent_is_given_back_also_where_nobody_asked_for_it(desk: Desk) -> None:
    held = Held(f"{GRANTED}{'0' * 26}", int(NOW) + 900)
    row = tickets.Ticket(held.ticket, CHAT, "token", b"sealed", "k1", NOW + 900)
    await desk.be(Welcome())
    turn = await desk.take(Pasted(((Kind.TOKEN, held),)), 1, sealed=(row,))
    assert turn.lent == (row,)
    assert await desk.database.read(tickets.alive) == 0
    pasted = tickets.Ticket("t1", CHAT, "token", b"sealed", "k1", NOW + 900)
    turn = await desk.take(Pasted(((Kind.TOKEN, Held("t1", int(NOW) + 900)),)), 2, sealed=(pasted,))
    assert turn.lent == (), "a pasted token is its owner's"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "stored", ["", "{", '{"schema":99}', '{"schema":1,"state":{"is":"Gone with the wind"},"notice":null}']
)
async def test_a_state_nobody_knows_leads_to_a_safe_screen(desk: Desk, stored: str) -> None:
    row = dialogs.Dialog(CHAT, CHAT, stored, 4, 0, None, None, NOW)
    await desk.database.write(lambda c: dialogs.save(c, row, was=0))
    turn = await desk.take(Said("hello?"), 1)
    assert isinstance(turn.shown.dialog.state, Welcome)
    assert turn.shown.version == 5


@pytest.mark.asyncio
async def test_the_same_remark_twice_is_shown_anew(desk: Desk) -> None:
    await desk.be(Welcome())
    assert (await desk.take(Said("what?"), 1)).changed
    again = await desk.take(Said("what?"), 2)
    assert not again.changed
    assert again.move.resend


@pytest.mark.asyncio
async def test_forgetting_keeps_only_what_is_still_to_be_deleted(desk: Desk) -> None:
    await desk.take(Command("start"), 1)
    await desk.take(Said("x"), 2, undeleted=(55,))
    await desk.take(Command("forget"), 3)
    await desk.take(Tapped("yes"), 4)
    assert await desk.database.read(lambda c: dialogs.load(c, CHAT)) is None
    assert [row.message_id for row in await desk.database.read(lambda c: deletions.for_chat(c, CHAT))] == [55]
    assert (await desk.take(Tapped("yes"), 4)).result is Result.DUPLICATE
