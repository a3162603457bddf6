"""What Soar costs in the user's account, deploy to removal: requests, and seconds at 100 ms each."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.template import Module, read_template
from sandbox.bot_process import BotProcess
from sandbox.play import Play
from sandbox.sites import Sites
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone

LATENCY: Final = 0.1
PERSON: Final = 700
DEPLOYED, ROTATED, UPDATED, REMOVED = "deploy, from the Secret on", "change of both keys", "update", "removal"
# wrangler 4.164, measured on this stand-in at 100 ms for each request; 0.8 s of each are its own start.
WRANGLER: Final = {DEPLOYED: (10, 1.86), UPDATED: (11, 2.02), ROTATED: (1, 0.86), REMOVED: (4, 1.14)}


@dataclass(frozen=True, slots=True)
class Cost:
    """One piece of work as the user sees it, from the paste or tap to the screen that says it is done.

    `requests` go to Cloudflare's API, of which `changes` change something, `commands` to the Worker; `path` is how many
    of both came one after another. `work` are the seconds from the first request's arrival to the last one's answer,
    `seconds` those of the user, with the chat around it. `wrangler` is what Cloudflare's own command line takes for the
    same, on the same stand-in at the same latency: requests and seconds.
    """

    what: str
    requests: int
    changes: int
    commands: int
    path: int
    work: float
    seconds: float
    wrangler: tuple[int, float] | None = None


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

    async def upload(
        self, account: str, script: str, metadata: dict[str, Any], modules: dict[str, bytes], token: str
    ) -> None:
        """Upload a Worker past Soar."""
        files: list[Any] = [("metadata", (None, json.dumps(metadata).encode(), "application/json"))]
        files += [(name, (name, content, Module(name, content).content_type)) for name, content in modules.items()]
        base = self._url.removesuffix("/_sandbox")
        url = f"{base}/client/v4/accounts/{account}/workers/scripts/{script}"
        bearer = {"Authorization": f"Bearer {token}"}
        (await self._client.put(url, files=files, headers=bearer)).raise_for_status()

    async def costs(self, what: str, task: Callable[[], Awaitable[object]]) -> Cost:
        """Measure one piece of work."""
        await self._calls()
        began = time.monotonic()
        await task()
        seconds = time.monotonic() - began
        calls = await self._calls()
        asked = [method for method, path, _ in calls if "/client/v4/" in path]
        changes = sum(method != "GET" for method in asked)
        times = [at for _, _, at in calls]
        work = max(times) - min(times) + LATENCY
        commands = len(calls) - len(asked)
        return Cost(what, len(asked), changes, commands, _critical(times), work, seconds, WRANGLER.get(what))

    async def _calls(self) -> list[tuple[str, str, float]]:
        """Give method, path and time of every call since the last question."""
        answer = (await self._client.get(f"{self._url}/calls", params={"since": self._since})).json()
        self._since = answer["next"]
        calls = answer["calls"]
        return [(each["method"], each["path"], datetime.fromisoformat(each["at"]).timestamp()) for each in calls]


def _critical(times: Sequence[float]) -> int:
    """Count the longest chain of requests of which each began when the one before had been answered."""
    chain, free = 0, 0.0
    for at in sorted(times):
        if at >= free:
            chain, free = chain + 1, at + LATENCY * 0.95
    return chain


async def account_costs(folder: Path) -> list[Cost]:
    """Set bots up and look after one, over a slow network to Cloudflare.

    Uploads are measured with Workers that are kept and not run: starting a runtime is this machine's work, not
    Soar's or Cloudflare's. What a Worker does itself, such as changing its keys, is measured with one that really runs.
    """
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        with _world(folder / "kept", execution=False) as world:
            costs = await _uploads(world, client, folder / "kept")
        with _world(folder / "run", execution=True) as world:
            return [*costs, *await _looking_after(world, client, folder / "run")]


@contextmanager
def _world(folder: Path, *, execution: bool) -> Iterator[StandIns]:
    folder.mkdir()
    with StandIns(execution=execution) as world, BotProcess(world.settings(folder / "data"), folder / "bot.log"):
        yield world


async def _uploads(world: StandIns, client: httpx.AsyncClient, folder: Path) -> list[Cost]:
    meter = Meter(world, client)
    async with Phone(world.telegram.url, PERSON) as ada, Phone(world.telegram.url, PERSON + 1) as bob:
        named, nameless = (Play(phone, Sites(world, client), folder / "data") for phone in (ada, bob))
        account = await named.sites.cloudflare_account("Ada's account", subdomain="ada")
        await meter.latency(LATENCY)
        costs = [*await _set_up(named, meter), *await _updated(named, meter, account)]
        account = await nameless.sites.cloudflare_account("Bob's account")
        return [*costs, await _nameless(nameless, meter, account)]


async def _looking_after(world: StandIns, client: httpx.AsyncClient, folder: Path) -> list[Cost]:
    meter = Meter(world, client)
    async with Phone(world.telegram.url, PERSON) as phone:
        play = Play(phone, Sites(world, client), folder / "data")
        await play.sites.cloudflare_account("Ada's account", subdomain="ada")
        await _set_up(play, meter)
        await meter.latency(LATENCY)
        return await _afterwards(play, meter)


async def _set_up(play: Play, meter: Meter) -> list[Cost]:
    token = await play.sites.token()
    await _to_the_token(play)
    trying = await meter.costs("token tried, when pasted", lambda: _pasting(play, "Connected to", token))
    await play.taps("Yes, my bot keeps it", "Now make the keys")
    await play.taps("I see my keys", "Paste the Key ID")
    key_id, secret = await play.sites.keys()
    await _pasting(play, "Now paste the Secret", key_id)
    return [trying, await meter.costs(DEPLOYED, lambda: _pasting(play, "Your bot is running", secret))]


async def _nameless(play: Play, meter: Meter, account: str) -> Cost:
    """The whole of a first deploy into an account that has no workers.dev name yet, taps included."""
    token = await play.sites.token(account=account)
    await _to_the_token(play)

    async def whole() -> None:
        await _pasting(play, "Your account needs an address name", token)
        await play.taps("Use ", "Connected to")
        await play.taps("Yes, my bot keeps it", "Now make the keys")
        await play.taps("I see my keys", "Paste the Key ID")
        await _pasting(play, "Your bot is running", *await play.sites.keys())

    return await meter.costs("all of it, with a new name", whole)


async def _to_the_token(play: Play) -> None:
    phone = play.phone
    await phone.says("/start")
    await phone.sees("Hello!")
    await play.taps("Let's start", "Open Alpaca and sign in")
    await play.taps("I am signed in", "Practice or real money?")
    await play.taps("📝 PAPER", "What shall your bot do?")
    await play.taps("Buy $10.00 of VTI", "Please check")
    await play.taps("I agree", "Connect Cloudflare")


async def _updated(play: Play, meter: Meter, account: str) -> list[Cost]:
    async def updating() -> None:
        await play.phone.says("replace")
        await play.phone.sees("Updated", within=60)

    token = await play.sites.token(account=account)
    await _other_code(play, meter, account)
    await play.phone.says("/verify")
    await play.phone.sees("A Cloudflare token, please")
    check = await meter.costs("check of what runs", lambda: _pasting(play, "The code is not what is published", token))
    await play.taps("Replace that code", "type REPLACE")
    return [check, await meter.costs(UPDATED, updating)]


async def _afterwards(play: Play, meter: Meter) -> list[Cost]:
    async def destroying() -> None:
        await play.phone.says("destroy")
        await play.phone.sees("is gone", within=60)

    pair = await play.sites.keys()
    await play.taps("🔑 Change keys", "Now make the keys")
    rotation = await meter.costs(ROTATED, lambda: _pasting(play, "Both keys are changed", *pair))
    await play.taps("🗑 Remove", "type DESTROY")
    return [rotation, await meter.costs(REMOVED, destroying)]


async def _other_code(play: Play, meter: Meter, account: str) -> None:
    """Put other code in place of the Worker's, as its owner may."""
    (worker,) = await play.sites.scripts()
    metadata = {
        "main_module": "worker.js",
        "compatibility_date": "2026-06-01",
        "exports": {"SoarState": {"type": "durable-object", "storage": "sqlite"}},
        "tags": worker["tags"],
        "keep_bindings": ["secret_text", "plain_text", "json", "durable_object_namespace"],
    }
    modules = {module.name: module.content for module in read_template().modules}
    modules["worker.js"] += b"\n// mine\n"
    await meter.upload(account, worker["name"], metadata, modules, await play.sites.token(account=account))


async def _pasting(play: Play, then: str, *values: str) -> None:
    await play.pastes(*values)
    await play.phone.sees(then, within=60)
