"""What a deploy, a change of keys and a removal cost in the user's account: requests, and seconds at 100 ms each."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from sandbox.bot_process import BotProcess
from sandbox.play import Play, road
from sandbox.sites import Sites
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone

LATENCY = 0.1
PERSON = 700


@dataclass(frozen=True, slots=True)
class Cost:
    """One piece of work: requests to Cloudflare's API, commands to the Worker, and seconds until the chat said so."""

    what: str
    requests: int
    commands: int
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

    async def counted(self) -> tuple[int, int]:
        """Give requests to the API and to Workers since the last call."""
        answer = (await self._client.get(f"{self._url}/calls", params={"since": self._since})).json()
        self._since = answer["next"]
        paths = [call["path"] for call in answer["calls"]]
        return sum("/client/v4/" in path for path in paths), sum("/workers/" in path[:9] for path in paths)

    async def costs(self, what: str, work: Callable[[], Awaitable[object]]) -> Cost:
        """Measure one piece of work."""
        await self.counted()
        began = time.monotonic()
        await work()
        seconds = time.monotonic() - began
        return Cost(what, *await self.counted(), seconds)


async def account_costs(folder: Path) -> list[Cost]:
    """Play a road with real Workers and a slow network to Cloudflare."""
    with StandIns() as world, BotProcess(world.settings(folder / "data"), folder / "bot.log"):
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client, Phone(world.telegram.url, PERSON) as phone:
            play, meter = Play(phone, Sites(world, client), folder / "data"), Meter(world, client)
            await meter.latency(LATENCY)
            costs = [await meter.costs("first deploy, all of it, with a new name", lambda: road(play))]
            pair = await play.sites.keys()
            await play.taps("🔑 Change keys", "Now make the keys")

            async def rotate() -> None:
                await play.pastes(*pair)
                await phone.sees("Both keys are changed", within=60)

            async def destroy() -> None:
                await phone.says("destroy")
                await phone.sees("is gone", within=60)

            costs.append(await meter.costs("change of both keys", rotate))
            await play.taps("🗑 Remove", "type DESTROY")
            costs.append(await meter.costs("removal", destroy))
            return costs
