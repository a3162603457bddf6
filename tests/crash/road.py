"""One bot that is killed at one point of the whole road, started again, and judged by what is left at the end."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from sandbox.sites import Sites
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone
from tests.crash.nursery import Bot, Nursery
from tests.crash.person import Person, Stuck
from tests.crash.points import Point, read_points, was_killed

SOMEBODY: Final = 501
SENDS_AT_MOST: Final = 1  # more than a bot that is never killed


@dataclass(slots=True)
class Life:
    """A person, a bot with its data, and the accounts around them."""

    nursery: Nursery
    folder: Path
    world: StandIns
    client: httpx.AsyncClient
    phone: Phone
    person: Person
    bots: list[Bot] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The bot's data folder."""
        return self.folder / "data"

    @property
    def sites(self) -> Sites:
        """Cloudflare's and Alpaca's own pages."""
        return self.person.sites

    def start(self, **how: Any) -> Bot:
        """Start a bot on this life's data."""
        bot = self.nursery.bot(self.world.settings(self.data, **self.settings), self.folder / "bot.log", **how)
        self.bots.append(bot)
        return bot

    async def stop(self) -> None:
        """Stop the bot that runs now."""
        await self.bots[-1].stop()

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the bot's database, from outside."""
        address = f"file:{self.data / 'soar.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as database:
            return database.execute(question, values).fetchall()

    async def unacknowledged(self) -> int:
        """Count the updates that Telegram still keeps for the bot."""
        answer = await self.client.get(f"{self.world.telegram.url}/_sandbox")
        return int(answer.raise_for_status().json()["bots"][0]["pending_updates"])

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """List the bot's calls of one of Telegram's methods."""
        answer = await self.client.get(f"{self.world.telegram.url}/_sandbox/calls", params={"method": method})
        calls: list[dict[str, Any]] = answer.raise_for_status().json()["calls"]
        return calls


@asynccontextmanager
async def begin(
    nursery: Nursery, folder: Path, *, execution: bool = True, private: bool = False
) -> AsyncIterator[Life]:
    """Prepare a life; nothing of a bot runs yet, whatever runs at the end is killed."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with StandIns(execution=execution) as world:
        async with (
            httpx.AsyncClient(timeout=60, trust_env=False) as client,
            Phone(world.telegram.url, SOMEBODY, client=client) as phone,
        ):
            sites = Sites(world, client)
            await sites.cloudflare_account("Ada's account")
            await sites.market(open=False)
            life = Life(nursery, folder, world, client, phone, Person(phone, sites, private=private))
            try:
                yield life
            finally:
                for bot in life.bots:
                    bot.kill()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a life went: `faults` is what must not be, `again` what the person had to do a second time."""

    point: Point | None
    killed: bool
    sends: int
    again: tuple[str, ...]
    faults: tuple[str, ...]
    passed: tuple[Point, ...] = ()


async def live(
    nursery: Nursery,
    folder: Path,
    point: Point | None,
    *,
    usual_sends: int | None = None,
    sabotage: str = "",
    private: bool = False,
) -> Outcome:
    """Go the whole road with a bot that ends at `point` and is started again; without one, write the points down.

    `usual_sends` is how many messages a bot sends that is never killed, `sabotage` what is broken in the first bot;
    `private` has the keys go through the bot's own form.
    """
    record = folder / "points"
    faults: list[str] = []
    async with begin(nursery, folder, private=private) as life:
        record.touch()
        life.start(record=record, stop=point, sabotage=sabotage)
        keeper = asyncio.create_task(_keep_alive(life))
        try:
            await road(life, faults)
        except Stuck as stuck:
            faults.append(f"nobody must be stuck, but {stuck}")
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        passed = tuple(read_points(record))
        await life.stop()
        sends = len([call for call in await life.calls("sendMessage") if call["status"] in {0, 200}])
        faults += [what async for what in _left_over(life)]
    again = tuple(life.person.again)
    most = None if usual_sends is None else usual_sends + SENDS_AT_MOST + again.count("/start")
    if most is not None and sends > most:
        faults.append(f"at most {most} messages were to be sent, but {sends} were")
    return Outcome(point, was_killed(record), sends, again, tuple(faults), passed)


async def _keep_alive(life: Life) -> None:
    """Start the bot again whenever it has ended, as a service manager would."""
    while True:
        await life.bots[-1].end()
        life.start()


async def road(life: Life, faults: list[str]) -> None:
    """Go on from wish to wish, and look behind after each."""
    person = life.person
    await person.goes_on("a bot")
    faults += await _wrong(_holds(life, person.pairs[0]), "one Worker with the first pair")
    await person.goes_on("pause")
    await person.goes_on("resume")
    await person.goes_on("rotate")
    faults += await _wrong(_holds(life, person.pairs[1]), "one Worker with the second pair")
    await person.goes_on("destroy")
    faults += await _wrong(_none(life), "no Worker after its removal")


async def _wrong(holds: Awaitable[bool], what: str) -> list[str]:
    return [] if await holds else [f"there was to be {what}"]


async def _holds(life: Life, pair: tuple[str, str]) -> bool:
    scripts = await life.sites.scripts()
    if len(scripts) != 1:
        return False
    held = await life.sites.secrets(str(scripts[0]["name"]))
    return (held.get("APCA_API_KEY_ID"), held.get("APCA_API_SECRET_KEY")) == pair


async def _none(life: Life) -> bool:
    return not await life.sites.scripts()


async def _left_over(life: Life) -> AsyncIterator[str]:
    """Look for what must not be there once the bot has stopped."""
    chat = str(await life.phone.chat())
    if any(value in chat for value in life.person.pasted):
        yield "a secret message stayed in the chat"
    for table, where in (
        ("tickets", "1"),
        ("workers", "1"),
        ("pending_deletions", "not told"),
        ("operations", "state in ('queued', 'running')"),
        ("updates", "parked is not null"),
    ):
        (count,) = life.rows(f"select count(*) from {table} where {where}")[0]  # noqa: S608  (names written above)
        if count:
            yield f"{count} row(s) left in {table}"
    if any(_found_in(value, _files(life.folder)) for value in life.person.pasted):
        yield "a secret stands in the data folder or in the log"


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _found_in(value: str, files: Iterable[Path]) -> bool:
    return any(value.encode() in path.read_bytes() for path in files)


async def until(look: Callable[[], Awaitable[object]], complaint: str, seconds: float = 30.0) -> None:
    """Look again and again until there is something to see. Raises TimeoutError with the complaint."""
    deadline = time.monotonic() + seconds
    while not await look():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        await asyncio.sleep(0.05)
