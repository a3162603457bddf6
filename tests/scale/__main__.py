"""`make scale`: many chats, replicas over PostgreSQL; updates reach any, some twice or late; one is killed often.

python -m tests.scale [--chats N] [--replicas N] [--at-once N] [--kill-every S] [--outage S]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox.bot_process import BotProcess
from sandbox.telegram.phone import Phone
from tests.scale.crowd import Patient, faults_of, secrets_found
from tests.scale.fleet import Fleet, open_fleet
from tests.scale.front import Front

FIRST_CHAT = 800_001
TICKS = os.sysconf("SC_CLK_TCK")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201  (a command speaks)


@dataclass(slots=True)
class Run:
    """What happens to a fleet, and what was seen of it."""

    fleet: Fleet
    chats: int
    at_once: int
    kill_every: float
    outage: float
    lot: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311  (which replica is killed)
    done: int = 0
    kills: int = 0
    again: int = 0
    used: float = 0.0  # seconds of CPU of replicas that are no more
    took: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def live(self) -> None:
        """Bring everybody to a running bot while replicas die."""
        troubles = [asyncio.create_task(self._kill()), asyncio.create_task(self._cut_off())]
        slots = asyncio.Semaphore(self.at_once)
        # A connection each: an idle one may be closed by its server in the moment it is used again.
        limits = httpx.Limits(max_connections=2 * self.at_once, max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=120, trust_env=False, limits=limits) as client:
            await asyncio.gather(*(self._onboard(slots, client, number) for number in range(self.chats)))
        for trouble in troubles:
            trouble.cancel()
        await asyncio.gather(*troubles, return_exceptions=True)

    async def _onboard(self, slots: asyncio.Semaphore, client: httpx.AsyncClient, number: int) -> None:
        house = self.fleet.house
        async with slots:
            phone = Phone(house.world.telegram.url, FIRST_CHAT + number, client=client)
            person = Patient(house, client, phone, f"P{number}")
            began = time.monotonic()
            try:
                script = await person.gets_a_bot()
                self.took.append(time.monotonic() - began)
                self.faults += [f"{number}: {fault}" for fault in await faults_of(person, script)]
            except Exception as error:  # noqa: BLE001  (told at the end)
                self.faults.append(f"{number}: {type(error).__name__} {str(error)[:700]}")
            self.again += person.again
            self.done += 1
            if self.done % 50 == 0:
                say(f"{self.done:>5} of {self.chats}, {self.kills} replicas killed, {len(self.faults)} faults")

    async def _kill(self) -> None:
        while self.kill_every:
            await asyncio.sleep(self.kill_every)
            victim = self.lot.choice(self.fleet.replicas)
            if victim.ended():
                continue
            self.used += cpu_of(victim)
            victim.kill()
            self.kills += 1
            await asyncio.sleep(self.lot.uniform(0.5, 3.0))
            victim.start()

    async def _cut_off(self) -> None:
        if self.outage:
            await asyncio.sleep(5)
            await asyncio.to_thread(self.fleet.server.stop, how="immediate")
            say(f"the database is away for {self.outage:g} s")
            await asyncio.sleep(self.outage)
            await asyncio.to_thread(self.fleet.server.start)
            say("the database is back")

    def cpu(self) -> float:
        """Add up the seconds of CPU the replicas have used."""
        return self.used + sum(cpu_of(bot) for bot in self.fleet.replicas if not bot.ended())


def cpu_of(bot: BotProcess) -> float:
    """Read how many seconds of CPU a replica has used, from its start on."""
    fields = Path(f"/proc/{bot.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def report(run: Run, seconds: float, cpu: float) -> None:
    """Print what was seen."""
    front, took = run.fleet.front, sorted(run.took) or [0.0]
    say(
        f"{len(run.took)} of {run.chats} onboardings in {seconds:.0f} s ({len(run.took) / seconds:.1f} a second), "
        f"{len(run.fleet.replicas)} replicas, {run.kills} killed with -9; "
        f"{front.delivered} updates, {front.repeated} twice, {front.held} held back; "
        f"{run.again} taps had to be repeated"
    )
    say(
        f"one took {took[len(took) // 2]:.1f} s in the middle, {took[int(len(took) * 0.99)]:.1f} s at p99, "
        f"{took[-1]:.1f} s at most; {1000 * cpu / max(1, len(run.took)):.0f} ms of CPU each, starts included"
    )
    for fault in run.faults:
        say(f"WRONG {fault}")


def main() -> int:
    """Run; 0 when every check held."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale")
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=60)
    parser.add_argument("--kill-every", type=float, default=20.0)
    parser.add_argument("--outage", type=float, default=0.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soar-scale-") as folder:
        with open_fleet(Path(folder), size=chosen.replicas, front=Front()) as fleet:
            run = Run(fleet, chosen.chats, chosen.at_once, chosen.kill_every, chosen.outage)
            idle, began = run.cpu(), time.monotonic()
            asyncio.run(run.live())
            report(run, time.monotonic() - began, run.cpu() - idle)
            left = secrets_found(fleet, Path(folder))
        for fault in left:
            say(f"WRONG {fault}")
    return 1 if run.faults or left or len(run.took) < chosen.chats else 0


if __name__ == "__main__":
    sys.exit(main())
