"""Messages with secrets go, whatever Telegram does and whatever happens to the bot."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House, until
from tests.acceptance.newcomer import Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


async def forgotten(ada: Newcomer) -> None:
    """Wait until nothing is left to delete."""

    async def empty() -> bool:
        return not ada.house.books.undeleted(ada.id)

    await until(empty, "a deletion is still noted")


@pytest.mark.asyncio
async def test_a_delete_that_fails_is_tried_again_while_the_talk_goes_on(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    for failure in ({"kind": "hang"}, {"kind": "429", "retry_after": 1}, {"kind": "5xx"}, {"kind": "drop_before"}):
        await ada.mischief.telegram(method="deleteMessages", chat=ada.id, **failure)
    message = await ada.says(key_id)
    await ada.sees("Now paste the Secret")
    (row,) = ada.house.books.rows("select * from pending_deletions where chat_id = ?", ada.id)
    assert key_id not in str(row)
    await ada.phone.gone(message, within=20)
    await forgotten(ada)
    await ada.pastes(secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_a_delete_that_was_done_but_not_answered_is_no_trouble(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.mischief.telegram("drop_after", "deleteMessages", ada.id)
    await ada.pastes(key_id, then="Now paste the Secret")
    await ada.pastes(secret, then="Your bot is running")
    await forgotten(ada)


@pytest.mark.asyncio
async def test_a_delete_survives_the_death_of_the_bot(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, _ = await ada.keys()
    ada.keeps_to_herself(key_id)
    await ada.mischief.telegram("5xx", "deleteMessages", ada.id, count=1000)
    message = await ada.says(key_id)
    await ada.sees("Now paste the Secret")
    ada.house.bot.kill()
    await ada.mischief.ends()
    assert ada.house.books.undeleted(ada.id) == [message]
    ada.house.restart()
    await ada.phone.gone(message, within=20)
    await forgotten(ada)


@pytest.mark.asyncio
async def test_a_bot_killed_before_the_delete_deletes_after_its_start(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    ada.house.bot.kill()
    messages = [await ada.says(key_id), await ada.says(secret)]
    ada.house.restart()
    for message in messages:
        await ada.phone.gone(message, within=20)
    await ada.sees("Your bot is running")
    await ada.settles()
