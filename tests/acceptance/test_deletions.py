"""Messages with secrets go, whatever Telegram does."""

from __future__ import annotations

import pytest

from tests.acceptance.house import until
from tests.acceptance.newcomer import Newcomer


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
    for failure in ({"kind": "hang"}, {"kind": "429", "retry_after": 1}, {"kind": "5xx"}):
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
