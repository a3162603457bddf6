"""What is to be told is told, once, whatever happens between the commit and Telegram's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest

from bot.outbox import KEPT, LEASE, Outbox
from bot.runner.port import Operation, Outcome
from bot.storage import dialogs, outbox, workers
from bot.storage.forgetting import forget_chat
from bot.telegram.client import Sent
from flows.codec import Dialog, dump, dump_texts
from flows.states import OpenAlpaca
from flows.words import say
from tests.bot.inside import NOW, Inside, again, inside, message
from tests.storage.rows import worker

NUMBERS = count()


class Line:
    """Telegram, which answers as it is told; what it has taken is in `told`."""

    def __init__(self, *answers: Sent) -> None:
        self.answers = list(answers)
        self.told: list[tuple[int, str]] = []
        self.open, self.going = asyncio.Event(), asyncio.Event()  # until then: nothing arrives, nothing comes back
        self.open.set()
        self.going.set()

    async def send(self, chat_id: int, text: str) -> Sent:
        await self.open.wait()
        answer = self.answers.pop(0) if self.answers else Sent(1)
        if answer.message_id is not None:
            self.told.append((chat_id, text))
        await self.going.wait()
        return answer


async def is_to_be_told(
    bot: Inside, words: str, chat: int = 7, *, kind: outbox.Kind = "tell", after: float = 0
) -> None:
    lines = dump_texts((say("button.plain", text=words),))
    message = outbox.Message(f"m{next(NUMBERS):06}", chat, kind, lines, bot.time.at, bot.time.at + after)
    await bot.database.write(partial(outbox.put, message=message))


def box(bot: Inside, line: Line, *, alone: bool = True) -> Outbox:
    return Outbox(bot.database, line, clock=bot.time, alone=alone)


async def waiting(bot: Inside) -> int:
    return await bot.database.read(outbox.count)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@pytest.mark.asyncio
async def test_each_is_told_once_in_its_order() -> None:
    async with inside() as bot:
        line = Line()
        for words in ("one", "two", "three"):
            await is_to_be_told(bot, words)
        await is_to_be_told(bot, "later", after=60)
        sending = box(bot, line)
        await sending.flush()
        await sending.flush()
        assert line.told == [(7, "one"), (7, "two"), (7, "three")]
        bot.time.at += 60
        await sending.flush()
        assert line.told[3:] == [(7, "later")]
        assert await waiting(bot) == 0


@pytest.mark.asyncio
async def test_what_another_version_left_to_be_told_is_told_without_what_this_one_cannot_say() -> None:
    async with inside() as bot:
        for number, lines in enumerate(((say("of_tomorrow"), say("summary.title")), (say("of_tomorrow"),))):
            waits = outbox.Message(f"a{number}", 7, "tell", dump_texts(lines), bot.time.at, bot.time.at)
            await bot.database.write(partial(outbox.put, message=waits))
        await is_to_be_told(bot, "after it")
        line = Line()
        await box(bot, line).flush()
        assert line.told == [(7, "📅 <b>Your daily summary</b>"), (7, "after it")]
        assert await waiting(bot) == 0


@pytest.mark.asyncio
async def test_notices_that_waited_together_come_as_one_message() -> None:
    async with inside() as bot:
        line = Line()
        for words in ("a" * 2000, "b" * 2000, "c" * 2000):
            await is_to_be_told(bot, words, kind="notice")
        await is_to_be_told(bot, "an answer")
        await box(bot, line).flush()
        assert [len(text) for _, text in line.told] == [4002, 2000, 9]


@pytest.mark.asyncio
async def test_who_dies_between_sending_and_noting_it_tells_it_once_more_at_most() -> None:
    async with inside() as bot:
        line = Line()
        await is_to_be_told(bot, "news")
        await is_to_be_told(bot, "more news")
        line.going.clear()
        first = box(bot, line)
        await first.look()
        await until(lambda: line.told)
        await first.close(0)
        assert await waiting(bot) == 2
        line.going.set()
        second = box(bot, line)
        running = asyncio.create_task(second.run())
        await until(lambda: len(line.told) == 3)
        await second.settle()
        running.cancel()
        assert [text for _, text in line.told] == ["news", "news", "more news"]
        assert await waiting(bot) == 0


@pytest.mark.asyncio
async def test_two_processes_do_not_tell_the_same() -> None:
    async with inside() as bot:
        line = Line()
        for number in range(50):
            await is_to_be_told(bot, str(number), chat=number + 1)
        line.going.clear()
        here, there = box(bot, line, alone=False), box(bot, line, alone=False)
        await asyncio.gather(here.look(), there.look())
        await until(lambda: len(line.told) == 50)
        line.going.set()
        await here.settle()
        await there.settle()
        assert len(line.told) == len(set(line.told)) == 50
        assert await waiting(bot) == 0


@pytest.mark.asyncio
async def test_what_another_process_took_and_never_sent_is_sent_in_the_end() -> None:
    async with inside() as bot:
        line = Line()
        await is_to_be_told(bot, "news")
        due = await bot.database.read(partial(outbox.due, now=NOW))
        await bot.database.write(partial(outbox.claim, messages=due, until=NOW + LEASE))
        other = box(bot, line, alone=False)
        await other.flush()
        assert line.told == []
        bot.time.at += LEASE
        await other.flush()
        assert line.told == [(7, "news")]


@pytest.mark.asyncio
async def test_a_chat_that_blocks_soar_is_told_nothing_more_and_others_all() -> None:
    async with inside() as bot:
        line = Line(Sent(None, blocked=True))
        for chat in (7, 7, 8):
            await is_to_be_told(bot, f"to {chat}", chat)
        await box(bot, line).flush()
        assert line.told == [(8, "to 8")]
        assert await waiting(bot) == 0


@pytest.mark.asyncio
async def test_what_telegram_will_never_take_holds_up_nothing() -> None:
    async with inside() as bot:
        line = Line(Sent(None, refused=True))
        await is_to_be_told(bot, "too strange")
        await is_to_be_told(bot, "fine")
        await bot.database.write(partial(outbox.put, message=outbox.Message("m9", 7, "tell", "nonsense", NOW, NOW)))
        await box(bot, line).flush()
        assert line.told == [(7, "fine")]
        assert await waiting(bot) == 0


@pytest.mark.asyncio
async def test_what_does_not_get_through_is_tried_again_each_quarter_of_an_hour() -> None:
    async with inside() as bot:
        line = Line(*[Sent(None)] * 1000)
        await is_to_be_told(bot, "one")
        await is_to_be_told(bot, "two")
        sending = box(bot, line)
        while await waiting(bot) and bot.time.at < NOW + 2 * KEPT:
            await sending.flush()
            bot.time.at += 60
        assert NOW + KEPT < bot.time.at < NOW + KEPT + 2000, "after three days it is old news"
        tries = 1000 - len(line.answers)
        assert KEPT / 900 < tries < KEPT / 900 * 2.2 + 20, "two messages"


@pytest.mark.asyncio
async def test_a_clock_put_back_keeps_nothing_waiting() -> None:
    async with inside() as bot:
        line = Line()
        bot.time.at += 90 * 86_400
        await is_to_be_told(bot, "news")
        bot.time.at = NOW
        await box(bot, line).flush()
        assert line.told == [(7, "news")]


@pytest.mark.asyncio
async def test_a_second_message_waits_for_the_first() -> None:
    async with inside() as bot:
        line = Line(Sent(None), Sent(None))
        await is_to_be_told(bot, "one")
        await is_to_be_told(bot, "two")
        for _ in range(3):
            await box(bot, line).flush()
            bot.time.at += 300
        assert [text for _, text in line.told] == ["one", "two"]


@pytest.mark.asyncio
async def test_whoever_is_forgotten_is_told_nothing() -> None:
    async with inside() as bot:
        line = Line()
        await is_to_be_told(bot, "news")
        await bot.database.write(partial(forget_chat, chat_id=7))
        await box(bot, line).flush()
        assert line.told == []


@pytest.mark.asyncio
async def test_an_answer_that_came_while_something_else_was_on_is_not_lost_with_the_process() -> None:
    def paused(_operation: Operation) -> Outcome:
        return Outcome("done", "paused", {"worker": "w1", "running": False, "at": int(NOW)})

    async with inside(paused) as bot:
        row = dialogs.Dialog(7, 7, dump(Dialog(OpenAlpaca())), 1, 1, None, None, NOW)
        await bot.database.write(partial(dialogs.save, dialog=row, was=0))
        await bot.database.write(partial(workers.save, worker=worker("w1", chat_id=7)))
        bot.outbox.look = nothing  # type: ignore[method-assign]
        await bot.receives(message(1, text="/pause"))
        assert await waiting(bot) == 1
        heir = await again(bot)
        await heir.settles()
        assert [text for text in heir.line.texts(7) if "is paused" in text]
        assert await waiting(heir) == 0
        said = heir.line.said
        await heir.settles()
        assert heir.line.said == said


async def nothing() -> float:
    """Die before anything is sent."""
    return 60.0
