"""The bot as a process, the stand-ins around it, and ways to look behind and to make things go wrong."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import StandIns

PATIENCE = 20.0
Found = TypeVar("Found")


async def until(look: Callable[[], Awaitable[Found | None]], complaint: str, seconds: float = PATIENCE) -> Found:
    """Look again and again until there is something to see. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < deadline, complaint
        await asyncio.sleep(0.02)
    return found


@dataclass(frozen=True, slots=True)
class Books:
    """The bot's database, read from outside: SQLite in the data folder, or PostgreSQL at `url`."""

    data: Path
    url: str = ""

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url.replace("+psycopg", "")) as postgres:
                return postgres.execute(question.replace("?", "%s").encode(), values).fetchall()
        with closing(sqlite3.connect(f"file:{self.data / 'soar.sqlite3'}?mode=ro", uri=True, timeout=5)) as database:
            return database.execute(question, values).fetchall()

    def writes(self, statement: str, *values: object) -> None:
        """Change what the bot remembers, as an earlier version of it would have left it."""
        with closing(sqlite3.connect(self.data / "soar.sqlite3", timeout=5)) as database, database:
            database.execute(statement, values)

    def tickets(self, chat: int) -> int:
        return int(self.rows("select count(*) from tickets where chat_id = ?", chat)[0][0])

    def unfinished(self, chat: int) -> int:
        asked = "select count(*) from operations where chat_id = ? and state in ('queued', 'running')"
        return int(self.rows(asked, chat)[0][0])

    def kinds(self, chat: int) -> list[str]:
        """List the operations of a chat, oldest first."""
        asked = "select kind from operations where chat_id = ? order by created_at"
        return [kind for (kind,) in self.rows(asked, chat)]

    def workers(self, chat: int) -> list[str]:
        return [script for (script,) in self.rows("select script from workers where chat_id = ?", chat)]

    def undeleted(self, chat: int) -> list[int]:
        return [message for (message,) in self.rows("select message_id from pending_deletions where chat_id = ?", chat)]

    def parked(self) -> list[tuple[int, str]]:
        return [(one, kind) for one, kind in self.rows("select update_id, kind from updates where parked is not null")]


@dataclass(frozen=True, slots=True)
class House:
    """One bot among its stand-ins; many people write to it."""

    world: StandIns
    bot: BotProcess
    data: Path
    database: str = ""

    @property
    def books(self) -> Books:
        return Books(self.data, self.database)

    def restart(self) -> None:
        """Start the bot again after it was killed or stopped."""
        self.bot.log.write_bytes(b"")
        self.bot.start().ready()


@contextmanager
def open_house(folder: Path, *, execution: bool, **settings: str) -> Iterator[House]:
    """Start the stand-ins and a bot between them; `execution` runs deployed Workers for real."""
    data = folder / "data"
    with StandIns(execution=execution) as world:
        bot = BotProcess(world.settings(data, **settings), folder / "bot.log")
        with bot:
            yield House(world, bot, data)


@dataclass(frozen=True, slots=True)
class Mischief:
    """Makes the stand-ins go wrong, and counts what they were asked."""

    house: House
    client: httpx.AsyncClient

    async def cloudflare(self, kind: str, path: str, **more: object) -> None:
        """One request fails, or `times` (None: all that match)."""
        await self._post(self.house.world.cloudflare.url, {"kind": kind, "path": path, **more})

    async def alpaca(self, kind: str, mode: str = "paper", **more: object) -> None:
        world = self.house.world.alpaca
        url = world.paper_url if mode == "paper" else world.live_url
        await self._post(url, {"kind": kind, "path": "/v2/account$", **more})

    async def telegram(self, kind: str, method: str, chat: int | None, **more: object) -> None:
        """One call about a chat fails, or `count`; without a chat, any."""
        more = {"method": method, **({} if chat is None else {"chat_id": chat}), **more}
        await self._post(self.house.world.telegram.url, {"kind": kind, **more})

    async def _post(self, base: str, body: dict[str, object]) -> None:
        (await self.client.post(f"{base}/_sandbox/faults", json=body)).raise_for_status()

    async def ends(self) -> None:
        """Let everything work again."""
        world = self.house.world
        for base in (world.cloudflare.url, world.alpaca.paper_url, world.alpaca.live_url, world.telegram.url):
            (await self.client.delete(f"{base}/_sandbox/faults")).raise_for_status()

    async def asked_cloudflare(self, *parts: str) -> list[dict[str, Any]]:
        """List the requests to Cloudflare whose "METHOD path" has all these parts in it."""
        answer = await self.client.get(f"{self.house.world.cloudflare.url}/_sandbox/calls")
        calls: list[dict[str, Any]] = answer.raise_for_status().json()["calls"]
        return [call for call in calls if all(part in f"{call['method']} {call['path']}" for part in parts)]

    async def reached(self, *parts: str) -> None:
        """Wait until a request with these parts has reached Cloudflare."""
        await until(lambda: self.asked_cloudflare(*parts), f"no request {parts}")

    async def asked_telegram(self, method: str, chat: int) -> list[dict[str, Any]]:
        """List the bot's calls of one method about one chat."""
        url = f"{self.house.world.telegram.url}/_sandbox/calls"
        answer = await self.client.get(url, params={"method": method})
        return [call for call in answer.raise_for_status().json()["calls"] if call["chat_id"] == chat]

    async def alpaca_struck(self) -> None:
        """Wait until the failures ordered for practice accounts have happened."""
        url = f"{self.house.world.alpaca.paper_url}/_sandbox/faults"

        async def struck() -> bool:
            return not (await self.client.get(url)).raise_for_status().json()["faults"]

        await until(struck, "nobody asked Alpaca")
