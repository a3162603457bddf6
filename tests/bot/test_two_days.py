"""Somebody closes Telegram half-way and comes back two days later: the place is kept, what was secret is not."""

from __future__ import annotations

import pytest

from flows.events import Kind
from flows.states import Account, AskSecret, Connected
from tests.bot.inside import inside
from tests.bot.test_languages import JOB, at, reads, says, seal

DAYS = 2 * 86_400


@pytest.mark.asyncio
async def test_two_days_later_it_goes_on_where_it_was_with_what_has_run_out_asked_again() -> None:
    async with inside() as bot:
        token, token_row = seal(bot, Kind.TOKEN, "cf-token")
        key_id, key_row = seal(bot, Kind.KEY_ID, "PKQ7W2E9R4T8Y1U6I3OP")
        await at(bot, AskSecret(JOB, Connected(token, Account("a1", "Ada"), "ada"), key_id), token_row, key_row)
        await says(bot, "/start")
        assert "Now paste the Secret" in reads(bot)
        bot.time.at += DAYS
        await bot.sweeps()
        assert await bot.tickets_held() == set(), "nothing secret is kept for somebody who is away"
        assert "The Cloudflare token you gave is too old by now" in reads(bot)
        await says(bot, "/start")
        assert "Connect Cloudflare" in reads(bot)
        assert "Step 5 of 8" in reads(bot), "mode, plan and consent stand"
