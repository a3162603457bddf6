"""`python -m bench.soak`: many people set a bot up in one process, which is looked at in between; 0 when nothing grew.

Everybody is somebody new. What the process holds when it rests is compared with what it held at rest after the first
few hundred; what the database holds when all that is old is tidied away must belong to a bot that runs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final, Self
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from bench.processes import Running, World, cpu_seconds, memory_mb
from bot.housekeeping import DAY, Housekeeping
from bot.storage.database import Database

REST: Final = 120.0  # seconds: idle connections are kept for 50, and closed within as much again
LOOKS: Final = 4  # Workers being asked at a moment; the more there are, the more often that is
SAMPLES: Final = 10  # a second apart; the least counts, since the lookout is always about to ask somebody
LIFETIME: Final = 31 * DAY  # nothing is kept for longer unless it belongs to a bot that runs
FLAT: Final = 1.10
KB_A_BOT: Final = 8.0  # rows and indexes that a bot's owner keeps: dialog, Worker, lookout, consent and its wording
LOG_MB: Final = 16.0  # SQLite's log, which is truncated again and again
PASSING: Final = ("updates", "operations", "tickets", "pending_deletions", "outbox", "pictures")


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds of the machine."""

    megabytes: float
    tasks: int
    threads: int
    files: int
    connections: int

    @classmethod
    def by(cls, pid: int, metrics: str) -> Self:
        """Look at it now."""
        links = list(_links(pid))
        sockets = sum(link.startswith("socket:") for link in links)
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        return cls(memory_mb(pid), int(measured(metrics, "soar_tasks")), threads, len(links) - sockets, sockets)

    def __str__(self) -> str:
        """Write it in words."""
        return (
            f"{self.megabytes:.1f} MB, {self.tasks} tasks, {self.threads} threads, {self.files} files, "
            f"{self.connections} connections"
        )

    def grown(self, before: Self) -> list[str]:
        """Say what is more than it may be."""
        wrong = [f"memory: {self.megabytes:.1f} MB, before {before.megabytes:.1f}"]
        wrong = wrong if self.megabytes > FLAT * before.megabytes else []
        spare = {"tasks": LOOKS, "connections": LOOKS}
        names = [each.name for each in fields(self)][1:]
        counts = zip(names, astuple(self)[1:], astuple(before)[1:], strict=True)
        more = [f"{name}: {now}, before {then}" for name, now, then in counts if now > then + spare.get(name, 0)]
        return wrong + more


def _links(pid: int) -> Iterator[str]:
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            yield os.readlink(entry)  # noqa: PTH115  (a socket's name is no path)
        except FileNotFoundError:
            continue


def measured(address: str, name: str) -> float:
    """Read one of the bot's own figures."""
    with urlopen(f"http://{address}/metrics", timeout=30) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return next(sample.value for family in families for sample in family.samples if sample.name == name)


def at_rest(pid: int, metrics: str, sleep: Callable[[float], None] = time.sleep) -> Held:
    """Let it come to rest; give the least of everything."""
    sleep(REST)
    seen = []
    for _ in range(SAMPLES):
        seen.append(astuple(Held.by(pid, metrics)))
        sleep(1)
    return Held(*map(min, zip(*seen, strict=True)))


def free_address() -> str:
    """Find a port for the bot's figures."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@dataclass(slots=True)
class Soak:
    """One run in one world."""

    world: World
    metrics: str
    at_once: int
    done: int = 0
    cpu: float = 0.0  # milliseconds for each set-up of the last wave

    def wave(self, people: int) -> list[str]:
        """Bring so many new people to a running bot; says what went wrong."""
        pid = self.world.bot.pid
        before = cpu_seconds(pid)
        order = {"do": "wave", "at_once": self.at_once, "papers": self.world.more_papers(people)}
        result = self.world.crowd.told(order)
        self.done += people
        self.cpu = 1000 * (cpu_seconds(pid) - before) / people
        say(
            f"{self.done:>6} set up, {people / result['seconds']:.1f} a second, {self.cpu:.0f} ms of CPU each; "
            f"{Held.by(pid, self.metrics)}"
        )
        return [f"{result['secrets_left']} secrets left in chats"] if result["secrets_left"] else []


def say(line: str) -> None:
    """Print a line at once, with the time."""
    print(time.strftime("%H:%M:%S"), line, flush=True)


async def tidied(path: Path) -> None:
    """Tidy up as the bot itself will in a month."""
    database = Database(f"sqlite:///{path}")
    try:
        await Housekeeping(database, clock=lambda: time.time() + LIFETIME).tidy()
        await database.shred()
    finally:
        await database.close()


def kept(path: Path, bots: int) -> list[str]:
    """Look at what is in the database for so many bots; says what should not be there."""
    with closing(sqlite3.connect(path)) as database:

        def count(of: str) -> int:
            return int(database.execute(of).fetchone()[0])

        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: count(f"SELECT count(*) FROM {name}") for name in sorted(names)}  # noqa: S608  (a table's name)
        size, free, pages = (count(f"PRAGMA {what}") for what in ("page_size", "freelist_count", "page_count"))
    used = size * (pages - free) / 1000 / bots
    say(f"kept for {bots} bots: {used:.1f} kB each of {size * pages / 1e6:.1f} MB; rows: {rows}")
    wrong = [f"{rows[name]} rows left in {name}" for name in PASSING if rows[name]]
    if rows["workers"] != bots:
        wrong.append(f"{rows['workers']} Workers known of {bots}")
    return wrong + ([f"{used:.1f} kB kept for each bot"] if used > KB_A_BOT else [])


def soak(chosen: argparse.Namespace, folder: Path) -> list[str]:
    """Run it; says what was wrong."""
    address, path = free_address(), folder / "data" / "soar.sqlite3"
    with Running(0, folder, SOAR_METRICS_LISTEN=address) as world:
        run = Soak(world, address, chosen.at_once)
        wrong = run.wave(chosen.warm_up)
        first, first_cpu = at_rest(world.bot.pid, address), run.cpu
        say(f"at rest after {run.done}: {first}")
        while run.done < chosen.onboardings:
            wrong += run.wave(min(chosen.wave, chosen.onboardings - run.done))
        last = at_rest(world.bot.pid, address)
        say(f"at rest after {run.done}: {last}")
        say(f"CPU for each set-up: {first_cpu:.0f} ms in the first wave, {run.cpu:.0f} in the last")
        wrong += last.grown(first)
        log = path.with_name(path.name + "-wal").stat().st_size / 1e6
        wrong += [f"{log:.1f} MB of log"] if log > LOG_MB else []
    asyncio.run(tidied(path))
    return wrong + kept(path, run.done)


def main() -> int:
    """Run; 0 when nothing grew and nothing was left."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=10_000, help="people who set a bot up (10,000)")
    parser.add_argument("--warm-up", type=int, default=500, help="of them, before the first look (500)")
    parser.add_argument("--wave", type=int, default=250, help="between two lines of output (250)")
    parser.add_argument("--at-once", type=int, default=40, help="side by side (40)")
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soar-soak-") as folder:
        wrong = soak(chosen, Path(folder))
    for fault in wrong:
        say(f"WRONG {fault}")
    say(f"{time.monotonic() - began:.0f} s; {'nothing grew, nothing was left' if not wrong else 'see above'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
