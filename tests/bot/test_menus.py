"""Each chat is offered the commands that make sense where it stands, and Telegram is asked only where that changes."""

from __future__ import annotations

from functools import partial
from itertools import count

import pytest

from bot.runner.port import Operation, Outcome
from bot.storage import menus, workers
from flows.events import Worker
from flows.keys import NewWorker
from flows.plans import Mode, Watch
from flows.situation import ALWAYS, fitting
from flows.states import Held as Ticket
from flows.states import Home, OwnToken, Welcome, Working
from tests.bot.inside import Inside, again, inside, message, tap
from tests.storage.rows import worker

UPDATES = count(1)
WITH_A_BOT = ALWAYS | {"status", "pause", "plan", "chart", "export", "lock", "rotate", "verify", "destroy"}


async def says(bot: Inside, text: str, language: str = "en") -> None:
    raw = message(next(UPDATES), text=text)
    raw["message"]["from"]["language_code"] = language
    await bot.receives(raw)


async def taps(bot: Inside, action: str) -> None:
    data = next(each["callback_data"] for each in bot.line.buttons(7) if f":{action}" in each.get("callback_data", ""))
    raw = tap(next(UPDATES), data, on=bot.line.newest(7))
    raw["callback_query"]["from"]["language_code"] = "en"
    await bot.receives(raw)


def offered(bot: Inside) -> set[str] | None:
    """List what the chat alone is offered; None where it has everybody's commands."""
    own = bot.line.commands.get(7)
    return None if own is None else set(own)


async def has_a_bot(bot: Inside) -> None:
    await bot.database.write(partial(workers.save, worker=worker("a" * 16, chat_id=7)))


class Held:
    """A Worker that says whether it holds."""

    def __init__(self) -> None:
        self.paused = False

    def ends(self, operation: Operation) -> Outcome:
        assert operation.kind == "status"
        return Outcome("done", "status", {"worker": "a" * 16, "running": not self.paused})


@pytest.mark.asyncio
async def test_a_newcomer_has_everybodys_commands_and_cancel_comes_with_a_set_up() -> None:
    async with inside() as bot:
        await says(bot, "/start")
        assert bot.line.listings == []
        await taps(bot, "begin")
        assert offered(bot) == ALWAYS | {"cancel"}
        await taps(bot, "next")
        await taps(bot, "help")
        await taps(bot, "back")
        assert len(bot.line.listings) == 1, "it was sent again though nothing had changed"
        await says(bot, "/cancel")
        await taps(bot, "yes")
        assert offered(bot) is None
        assert bot.line.listings == [(7, bot.line.listings[0][1]), (7, [])]


@pytest.mark.asyncio
async def test_pause_and_destroy_are_there_while_there_is_a_bot() -> None:
    bot_says = Held()
    async with inside(bot_says.ends) as bot:
        await has_a_bot(bot)
        await says(bot, "/start")
        assert offered(bot) == WITH_A_BOT
        bot_says.paused = True
        await says(bot, "/status")
        assert offered(bot) == (WITH_A_BOT - {"pause"}) | {"resume", "unlock"}
        await bot.database.write(partial(workers.remove, worker_id="a" * 16))
        await says(bot, "/start")
        assert offered(bot) is None
        await says(bot, "/pause")
        assert "You have no bot yet" in bot.line.texts(7)[-1], "a command that is not offered is answered all the same"


@pytest.mark.asyncio
async def test_they_are_in_the_language_of_the_chat() -> None:
    async with inside() as bot:
        await says(bot, "/start")
        await says(bot, "/language")
        await taps(bot, "language:ru")
        assert offered(bot) == ALWAYS
        assert any("а" <= letter <= "я" for letter in bot.line.commands[7]["help"].lower())
        await says(bot, "/start", "ru")  # Telegram shows everybody's in Russian, too
        assert offered(bot) is None


@pytest.mark.asyncio
async def test_what_a_crash_cut_off_comes_after_the_next_start() -> None:
    async with inside() as bot:
        bot.line.takes_lists = False
        await says(bot, "/start")
        await taps(bot, "begin")
        assert offered(bot) is None
        bot.line.takes_lists = True
        heir = await again(bot)
        await heir.menus.settle()
        assert offered(heir) == ALWAYS | {"cancel"}
        before = len(heir.line.listings)
        later = await again(heir)
        await later.menus.settle()
        assert len(later.line.listings) == before, "a start sent what Telegram has already"
        await later.ends()


@pytest.mark.asyncio
async def test_forgetting_takes_the_chats_own_list_back_even_after_a_crash() -> None:
    async with inside() as bot:
        await has_a_bot(bot)
        await says(bot, "/start")
        bot.line.takes_lists = False
        await says(bot, "/forget")
        await taps(bot, "yes")
        assert offered(bot) == WITH_A_BOT
        bot.line.takes_lists = True
        heir = await again(bot)
        await heir.menus.settle()
        assert offered(heir) is None
        assert await heir.database.read(partial(menus.given, chat_id=7)) is None
        await heir.ends()


def bots(*paused: bool) -> tuple[Worker, ...]:
    return tuple(Worker(f"{n:016x}", Mode.PAPER, f"soar-{n}", "a", False, each) for n, each in enumerate(paused))


@pytest.mark.parametrize(
    ("paused", "there"),
    [
        ((), set()),
        ((False,), {"pause"}),
        ((True,), {"resume", "unlock"}),
        ((True, False), {"pause", "resume", "unlock"}),
    ],
)
def test_what_is_held_can_be_let_go_and_the_other_way_round(paused: tuple[bool, ...], there: set[str]) -> None:
    assert fitting(Home(), bots(*paused)) & {"pause", "resume", "unlock"} == there


def test_a_deploy_can_be_cancelled_and_a_change_of_keys_cannot() -> None:
    held = Ticket("t", 1)
    deploy = Working(NewWorker(Mode.PAPER, Watch(), "0" * 16), OwnToken(), held, held, "1" * 16)
    assert "cancel" in fitting(deploy, ())
    assert "cancel" not in fitting(Welcome(), ())
