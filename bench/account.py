"""What a deploy, a change of keys and a removal cost in the user's account: requests, and seconds at 100 ms each."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from sandbox.bot_process import BotProcess
from sandbox.play import Play
from sandbox.sites import Sites
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone

LATENCY: Final = 0.1
PERSON: Final = 700


@dataclass(frozen=True, slots=True)
class Cost:
    """One piece of work as the user sees it, from the paste or tap to the screen that says it is done.

    `requests` go to Cloudflare's API, `commands` to the Worker; `path` is how many of both came one after another.
    """

    what: str
    requests: int
    commands: int
    path: int
    seconds: float


class Meter:
    """Counts what reaches the Cloudflare stand-in."""

    def __init__(self, world: StandIns, client: httpx.AsyncClient) -> None:
        """Start from whatever has been before."""
        self._url = f"{world.cloudflare.url}/_sandbox"
        self._client = client
        self._since = 0

    async def latency(self, seconds: float) -> None:
        """Let every request to the API and to Workers take so long."""
        await self._client.post(f"{self._url}/latency", json={"seconds": seconds, "workers_seconds": seconds})

    async def costs(self, what: str, work: Callable[[], Awaitable[object]]) -> Cost:
        """Measure one piece of work."""
        await self._calls()
        began = time.monotonic()
        await work()
        seconds = time.monotonic() - began
        calls = await self._calls()
        requests = sum("/client/v4/" in path for path, _ in calls)
        return Cost(what, requests, len(calls) - requests, _critical([at for _, at in calls]), seconds)

    async def _calls(self) -> list[tuple[str, float]]:
        """Give path and time of every call since the last question."""
        answer = (await self._client.get(f"{self._url}/calls", params={"since": self._since})).json()
        self._since = answer["next"]
        return [(call["path"], datetime.fromisoformat(call["at"]).timestamp()) for call in answer["calls"]]


def _critical(times: Sequence[float]) -> int:
    """Count the longest chain of requests of which each began when the one before had been answered."""
    chain, free = 0, 0.0
    for at in sorted(times):
        if at >= free:
            chain, free = chain + 1, at + LATENCY * 0.95
    return chain


async def account_costs(folder: Path) -> list[Cost]:
    """Play a road with real Workers and a slow network to Cloudflare, into an account that has a workers.dev name."""
    with StandIns() as world, BotProcess(world.settings(folder / "data"), folder / "bot.log"):
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client, Phone(world.telegram.url, PERSON) as phone:
            play, meter = Play(phone, Sites(world, client), folder / "data"), Meter(world, client)
            await meter.latency(LATENCY)
            await play.sites.cloudflare_account("Ada's account", subdomain="ada")
            return [*await _set_up(play, meter), *await _afterwards(play, meter)]


async def _set_up(play: Play, meter: Meter) -> list[Cost]:
    phone, token = play.phone, await play.sites.token()
    await phone.says("/start")
    await phone.sees("Hello!")
    await play.taps("Let's start", "Open Alpaca and sign in")
    await play.taps("I am signed in", "Practice or real money?")
    await play.taps("📝 PAPER", "What shall your bot do?")
    await play.taps("Buy $10.00 of VTI", "Please check")
    await play.taps("I agree", "Connect Cloudflare")
    trying = await meter.costs("the token is tried", lambda: _pasting(play, "Connected to", token))
    await play.taps("Yes, my bot keeps it", "Now make the keys")
    await play.taps("I see my keys", "Paste the Key ID")
    key_id, secret = await play.sites.keys()
    await _pasting(play, "Now paste the Secret", key_id)
    return [trying, await meter.costs("the Worker is deployed", lambda: _pasting(play, "Your bot is running", secret))]


async def _afterwards(play: Play, meter: Meter) -> list[Cost]:
    async def destroying() -> None:
        await play.phone.says("destroy")
        await play.phone.sees("is gone", within=60)

    pair = await play.sites.keys()
    await play.taps("🔑 Change keys", "Now make the keys")
    rotation = await meter.costs("both keys are changed", lambda: _pasting(play, "Both keys are changed", *pair))
    await play.taps("🗑 Remove", "type DESTROY")
    return [rotation, await meter.costs("the Worker is removed", destroying)]


async def _pasting(play: Play, then: str, *values: str) -> None:
    await play.pastes(*values)
    await play.phone.sees(then, within=60)
