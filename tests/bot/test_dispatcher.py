"""What must hold for every update: keys go first, everything is answered, one chat cannot hold up the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import pytest

from bot.conversation import Occasion, Turn
from bot.stage import Stage
from bot.storage import deletions
from bot.storage.errors import StorageError
from bot.telegram.client import Deleted
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.receiver import ATTEMPTS, MOST_WAITING
from bot.telegram.rush import FEW
from tests.bot.inside import NOW, Inside, inside, message, tap
from tests.bot.line import Line

KEY = "PKQ7W2E9R4T8Y1U6I3OP"
SECRET = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n"


def failing(error: type[Exception] | Exception) -> Callable[..., Awaitable[None]]:
    async def fail(*_arguments: object, **_options: object) -> None:
        raise error

    return fail


async def pending(bot: Inside, chat: int = 7) -> list[int]:
    rows = await bot.database.read(lambda connection: deletions.for_chat(connection, chat))
    return [row.message_id for row in rows if not row.told]


@pytest.mark.asyncio
async def test_a_message_nobody_can_read_is_answered_and_noted() -> None:
    async with inside() as bot:
        unreadable = message(1, text="hello")
        del unreadable["message"]["date"]
        await bot.receives(unreadable)
        assert "I did not understand that" in bot.line.texts(7)[0]
        assert await bot.handled() == {1: "unreadable"}


@pytest.mark.asyncio
async def test_in_a_rush_all_deletes_go_before_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty people paste at once, and Telegram answers one delete after the other."""
    rush, asked, all_asked = range(1, 41), list[int](), asyncio.Event()
    turns, delete = asyncio.Lock(), Line.delete

    async def one_by_one(line: Line, chat: int, ids: Sequence[int], *, patience: float = 2.0) -> tuple[Deleted, float]:
        asked.append(chat)
        if len(asked) == len(rush):
            all_asked.set()
        await all_asked.wait()
        async with turns:
            await asyncio.sleep(0)
            return await delete(line, chat, ids, patience=patience)

    monkeypatch.setattr(Line, "delete", one_by_one)
    monkeypatch.setattr("bot.telegram.rush.LONGEST_COURTESY", 10.0)
    async with inside() as bot:
        gone_before: list[int] = []
        take = bot.stage.take

        async def taking(occasion: Occasion) -> Turn:
            gone_before.append(len(bot.line.gone))
            return await take(occasion)

        monkeypatch.setattr(bot.stage, "take", taking)
        await bot.receives(*(message(number, chat=number, text=KEY) for number in rush))
        assert len(gone_before) == len(rush)
        assert min(gone_before) >= len(rush) - FEW


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["message", "guest_message", "business_message", "something_of_tomorrow"])
async def test_a_key_in_an_update_nobody_can_read_goes(kind: str) -> None:
    async with inside() as bot:
        unreadable = message(1, text=KEY, kind=kind)
        del unreadable[kind]["date"]
        await bot.receives(unreadable)
        assert bot.line.gone == {(7, 1)}
        assert "deleted that file unread" in bot.line.texts(7)[0]
        assert await bot.handled() == {1: "unreadable"}


@pytest.mark.asyncio
async def test_a_key_that_stays_in_an_unreadable_group_message_is_tried_again() -> None:
    async with inside() as bot:
        unreadable = message(1, text=KEY)
        unreadable["message"]["chat"] = {"id": -9, "type": "group"}
        bot.line.deletes = [Deleted.LATER]
        await bot.receives(unreadable)
        assert await pending(bot, -9) == [1]


@pytest.mark.asyncio
async def test_a_tap_nobody_can_read_is_answered() -> None:
    async with inside() as bot:
        unreadable = tap(1, "v1:begin")
        del unreadable["callback_query"]["from"]
        await bot.receives(unreadable)
        assert "moved on already" in bot.line.answered["c1"]


@pytest.mark.asyncio
async def test_a_fault_of_ours_has_one_number_in_the_chat_and_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dispatcher, "_words", failing(ZeroDivisionError))
    async with inside() as bot:
        bot.line.deletes = [Deleted.LATER] * (ATTEMPTS + 1)
        with caplog.at_level(logging.ERROR):
            await bot.receives(message(1, text=KEY), message(2, 8, text="/start"))
        assert "<code>fa17ed00</code>" in bot.line.texts(7)[0]
        aside = [vars(each) for each in caplog.records if each.message == "update set aside"]
        assert [(each["update"], each["incident"]) for each in aside] == [(1, "fa17ed00"), (2, "fa17ed00")]
        assert await bot.handled() == {1: "failing", 2: "failing"}
        assert await pending(bot) == [1], "the key is still in the chat and nobody sees to it"


@pytest.mark.asyncio
async def test_what_can_never_be_stored_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dispatcher, "_press", failing(StorageError("integrity", retryable=False)))
    async with inside() as bot:
        await bot.receives(tap(1, "v1:begin"), message(2, 8, text="/start"))
        assert (await bot.handled())[1] == "failing"
        assert "Hello!" in bot.line.texts(8)[0]


@pytest.mark.asyncio
async def test_a_key_goes_while_the_database_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stage, "look", failing(StorageError("locked", retryable=True)))
    async with inside() as bot:
        with pytest.raises(StorageError):
            await bot.dispatcher.handle(message(1, text=f"{KEY} {SECRET}"))
        assert bot.line.gone == {(7, 1)}
        assert await bot.handled() == {}


@pytest.mark.asyncio
async def test_a_message_that_cannot_be_deleted_is_told_even_if_the_telling_comes_late() -> None:
    async with inside() as bot:
        bot.line.deletes = [Deleted.IMPOSSIBLE, Deleted.IMPOSSIBLE]
        await bot.receives(message(1, text=KEY))
        assert await pending(bot) == [1]
        await bot.deletions._round()
        assert "I could not delete a message" in bot.line.texts(7)[-1]
        assert await pending(bot) == []


@pytest.mark.asyncio
async def test_one_that_stays_does_not_keep_the_others() -> None:
    async with inside() as bot:
        bot.line.deletes = [Deleted.LATER]
        await bot.receives(message(1, text=KEY), message(2, text=KEY), message(3, text=KEY))
        assert await pending(bot) == [1, 2, 3], "after a failure, the next are not tried at once"
        bot.line.deletes = [Deleted.IMPOSSIBLE, Deleted.DONE, Deleted.IMPOSSIBLE, Deleted.DONE]
        await bot.deletions._round()
        assert bot.line.gone & {(7, 1), (7, 2), (7, 3)} == {(7, 1), (7, 3)}
        assert await pending(bot) == []


@pytest.mark.asyncio
async def test_a_message_too_old_to_be_deleted_is_told_of() -> None:
    async with inside() as bot:
        await bot.receives(message(1, text=KEY, date=int(NOW) - 49 * 3600))
        assert any("I could not delete a message" in text for text in bot.line.texts(7))


@pytest.mark.asyncio
async def test_a_delete_is_tried_for_48_hours_and_then_told() -> None:
    async with inside() as bot:
        bot.line.deletes = [Deleted.LATER] * 1000
        await bot.receives(message(1, text=KEY))
        while bot.time.at < NOW + 47.9 * 3600:
            bot.time.at += 600
            await bot.deletions._round()
        assert await pending(bot) == [1]
        assert not any("I could not delete" in text for text in bot.line.texts(7))
        bot.time.at += 600
        await bot.deletions._round()
        assert await pending(bot) == []
        assert "I could not delete a message" in bot.line.texts(7)[-1]


@pytest.mark.asyncio
async def test_nothing_is_said_to_a_group_whose_message_stays() -> None:
    async with inside() as bot:
        raw = message(1, text=KEY)
        raw["message"]["chat"] = {"id": -9, "type": "group", "title": "Friends"}
        bot.line.deletes = [Deleted.IMPOSSIBLE, Deleted.IMPOSSIBLE]
        await bot.receives(raw)
        await bot.deletions._round()
        assert bot.line.texts(-9) == []
        assert bot.line.left == [-9]
        assert "You posted something that looks like a key in a group" in bot.line.texts(7)[0]


@pytest.mark.asyncio
async def test_a_clock_put_back_does_not_put_off_a_delete() -> None:
    async with inside() as bot:
        bot.line.deletes = [Deleted.LATER, Deleted.LATER]
        await bot.receives(message(1, text=KEY))
        await bot.deletions._round()
        bot.time.at -= 7200
        await bot.deletions._round()
        assert bot.line.gone == {(7, 1)}


@pytest.mark.asyncio
async def test_a_flood_is_bounded_and_its_keys_go() -> None:
    async with inside() as bot:
        flood = [message(number, text=KEY if number % 2 else "hello there") for number in range(1, 100)]
        await bot.receives(*flood, message(100, 8, text="/start"))
        assert set(await bot.handled()) == set(range(1, 101))
        assert bot.line.gone >= {(7, number) for number in range(1, 100, 2)}
        assert any("I passed over some of it" in text for text in bot.line.texts(7))
        assert bot.line.said <= 2 * MOST_WAITING + 5
        assert "Hello!" in bot.line.texts(8)[0]


@pytest.mark.asyncio
async def test_a_flood_whose_deletes_hang_does_not_make_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(_line: Line, chat: int, _ids: Sequence[int], *, patience: float = 0) -> tuple[Deleted, float]:
        await asyncio.sleep(0.3 + 0 * patience)
        assert chat == 7
        return Deleted.LATER, 1.0

    monkeypatch.setattr(Line, "delete", slow)
    async with inside() as bot:
        began = asyncio.get_running_loop().time()
        flood = [message(number, text=KEY) for number in range(1, 181)]
        neighbours = [message(200 + chat, chat, text="/start") for chat in range(8, 18)]
        await bot.receives(*flood, *neighbours)
        assert asyncio.get_running_loop().time() - began < 10, "180 deletes one after the other take a minute"
        assert len(await pending(bot)) == 180
        assert all("Hello!" in bot.line.texts(chat)[0] for chat in range(8, 18))
