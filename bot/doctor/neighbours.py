"""Cloudflare and Alpaca: are they reached, and does their clock agree with ours."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.doctor.asking import Answer, Ask, Unreached
from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Settings

UNEASY, TOO_FAR = 10.0, 60.0  # seconds; a Worker takes commands that are at most 120 seconds old
SERVER_ERROR: Final = 500


async def examine(settings: Settings, ask: Ask) -> list[Finding]:
    """Ask each for something it refuses without keys: a refusal is an answer."""
    places = {
        "cloudflare": f"{settings.cloudflare_api_url.rstrip('/')}/user/tokens/verify",
        "alpaca paper": f"{settings.alpaca_paper_url.rstrip('/')}/v2/account",
        "alpaca live": f"{settings.alpaca_live_url.rstrip('/')}/v2/account",
        "alpaca data": f"{settings.alpaca_data_url.rstrip('/')}/v2/stocks/trades/latest?symbols=VTI",
    }
    answers = await asyncio.gather(*(ask(url) for url in places.values()))
    found = [_reached(name, answer) for name, answer in zip(places, answers, strict=True)]
    told = [answer.ahead for answer in answers if isinstance(answer, Answer) and answer.ahead is not None]
    return [*found, _clock(told)]


def _reached(name: str, answer: Answer | Unreached) -> Finding:
    if isinstance(answer, Unreached):
        return fail(
            name, f"it is not reached ({answer.why})", "look at the network, a proxy, and the setting of its URL"
        )
    if answer.status >= SERVER_ERROR:
        return warn(name, f"it answers {answer.status}", "look at its status page; what waits goes on by itself")
    return ok(name, "it answers")


def _clock(ahead: list[float]) -> Finding:
    """Judge by the clock that is nearest to ours: one that is wrong itself proves nothing."""
    if not ahead:
        return warn("clock", "nobody told the time", "see that this machine's clock is set by NTP")
    off = min(ahead, key=abs)
    words = f"it is {abs(off):.0f} seconds {'slow' if off > 0 else 'fast'}"
    if abs(off) >= TOO_FAR:
        return fail("clock", words, "set it by NTP: Workers refuse commands that are two minutes old")
    if abs(off) >= UNEASY:
        return warn("clock", words, "set it by NTP")
    return ok("clock", "it agrees with the others'")
