"""The commands that Telegram offers in a chat follow what there is to do in it."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House, until
from tests.acceptance.newcomer import Newcomer

TENDING = {"status", "pause", "plan", "chart", "export", "lock", "rotate", "destroy", "verify"}


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


async def offered(ada: Newcomer, wanted: set[str], *, without: set[str]) -> None:
    """Wait until her menu has these commands and not the others."""

    async def fits() -> bool:
        names = {each["command"] for each in (await ada.phone.chat())["bot"]["commands"]}
        return names >= wanted | {"start", "help", "forget"} and not names & without

    await until(fits, f"her menu has not got {sorted(wanted)} without {sorted(without)}")


@pytest.mark.asyncio
async def test_a_menu_follows_her_from_the_first_hello_to_the_removal(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.sees("Hello!")
    await offered(ada, {"settings"}, without={"cancel", *TENDING})
    await ada.commands("/pause", "You have no bot yet. Let's set one up first.")
    await ada.commands("/cancel", "There is nothing to cancel.")
    await ada.agrees_again()
    await offered(ada, {"cancel"}, without=TENDING)
    await ada.connects()
    await ada.taps("I see my keys")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    await offered(ada, TENDING, without={"cancel", "resume", "unlock"})
    await ada.taps("⏸ Pause", "Paused")
    await offered(ada, {"resume", "unlock", "destroy"}, without={"pause", "cancel"})
    await ada.commands("/pause", "Paused")  # not offered, and answered all the same
    await ada.settles()
    await ada.phone.catches_up()
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.sees("is gone")
    await offered(ada, {"settings"}, without={"cancel", "resume", *TENDING})


@pytest.mark.asyncio
async def test_it_is_right_again_after_a_crash_and_gone_after_forgetting(ada: Newcomer) -> None:
    await ada.agrees()
    await offered(ada, {"cancel"}, without=TENDING)
    await ada.mischief.telegram("5xx", "deleteMyCommands", None, count=1000)
    await ada.commands("/forget", "Shall I forget you?")
    await ada.taps("Forget me", "I have forgotten everything")
    ada.house.bot.kill()
    await ada.mischief.ends()
    ada.house.restart()
    await offered(ada, {"settings"}, without={"cancel"})
    await until(lambda: _settled(ada), "something of her was kept")


async def _settled(ada: Newcomer) -> bool:
    return not ada.house.books.rows("select given from menus where chat_id = ?", ada.id)
