"""What looking after Workers costs: Soar's own time for a look over HTTP, and the requests of one Worker's day.

Run as a program it is the other side: Workers that answer as real ones do.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.processes import Helper
from bot.lookout.pace import Pace
from bot.lookout.rounds import Rounds
from bot.lookout.sight import looks
from bot.operations.workshop import COMMAND_KEY, Places, Workshop
from bot.storage import outbox, workers
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.workers import Worker
from bot.transport import Transport
from bot.vault.keyring import Context, Keyring
from deploy.cloudflare import Cloudflare
from deploy.commands import CommandKey
from deploy.wire import open_http
from sandbox.serving import Served

DAY: Final = 86_400.0
NEWS: Final = {"id": 1, "at": "2027-01-15T15:00:00.000Z", "kind": "trade", "text": "Order placed: buy $10.00 of VTI."}


@dataclass(frozen=True, slots=True)
class LookoutCost:
    """CPU of this process in seconds for one look at each of `count` Workers, and the requests of a Worker's day."""

    count: int
    quiet: float
    news: float
    requests_a_day: float
    every: float


class Time:
    """A clock that jumps from round to round."""

    def __init__(self) -> None:
        """Begin now."""
        self.at = time.time()

    def __call__(self) -> float:
        """Unix seconds."""
        return self.at


def lookout_costs(folder: Path, count: int = 1000) -> LookoutCost:
    """Look at so many Workers three times: once to warm up, once with nothing new, once with news from each."""
    with ExitStack() as running:
        there = Helper("bench.lookout")
        running.callback(there.close)
        return asyncio.run(_measure(folder, there, count))


async def _measure(folder: Path, there: Helper, count: int) -> LookoutCost:
    url = f"sqlite:///{folder / 'soar.sqlite3'}"
    upgrade(url)
    database, clock, keyring = Database(url), Time(), Keyring.generate()
    pace = Pace(per_second=1e9)
    await database.write(partial(_people, keyring=keyring, url=there.heard()["url"], count=count, now=clock.at))
    async with open_http(transport=Transport(128)) as http:
        shop = _shop(database, keyring, Cloudflare(http, "http://127.0.0.1:9"), clock)
        look = looks(shop, patience=pace.patience)
        ids = map(str, range(10**9))
        rounds = Rounds(database, look, pace=pace, clock=clock, fresh_id=lambda: next(ids), told=lambda: None)
        used = []
        for news in (False, False, True):
            there.told({"news": news})
            clock.at += pace.every
            used.append(await _cpu(rounds))
    told = await database.read(outbox.count)
    await database.close()
    if told != count:
        raise RuntimeError(f"{told} of {count} Workers were heard")
    return LookoutCost(count, used[1], used[2], DAY / pace.every, pace.every)


async def _cpu(rounds: Rounds) -> float:
    await rounds.round()  # takes in who is new
    began = time.process_time()
    while await rounds.round() == 0:
        pass
    return time.process_time() - began


def _people(connection: Connection, *, keyring: Keyring, url: str, count: int, now: float) -> None:
    for number in range(count):
        worker, chat = f"{number:016x}", number + 1
        sealed = keyring.seal(CommandKey.generate().private, Context(COMMAND_KEY, chat, worker))
        row = Worker(
            worker, chat, "paper", f"soar-paper-{number:08x}", "c0ffee", "ann", f"{url}/{worker}", "", "", sealed,
            {"kind": "watch"}, {}, "1", True, "0000", "running", now,
        )  # fmt: skip
        workers.save(connection, row)


def _shop(database: Database, keyring: Keyring, cloudflare: Cloudflare, clock: Callable[[], float]) -> Workshop:
    nothing: Any = None
    places = Places({}, "", "", "")
    return Workshop(database, nothing, keyring, nothing, cloudflare, nothing, places, clock)


def main() -> None:
    """Answer for Workers until standard input ends; each line of it says whether they have news."""
    having = {"news": False}

    async def answer(_request: Request) -> Response:
        pulse = {"run": datetime.now(UTC).isoformat(), "paused": None}
        events = [NEWS] if having["news"] else []
        return JSONResponse({"events": events, "next": len(events), "pulse": pulse})

    with Served(Starlette(routes=[Route("/{worker}/v1/events", answer, methods=["POST"])])) as served:
        print(json.dumps({"url": served.url}), flush=True)
        for line in sys.stdin:
            having.update(json.loads(line))
            print("{}", flush=True)


if __name__ == "__main__":
    main()
