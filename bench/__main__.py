"""`python -m bench`: what Soar holds and what it costs, as one readable table; nothing is written into the project."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.account import account_costs
from bench.processes import Running, memory_mb
from sandbox.bot_process import HOUSE

NODE = HOUSE / ".venv" / "bin" / "node"
THINK, DEPLOY = 1.0, 2.0
REQUESTS_PER_DEPLOY = 5  # one after the other: three to Cloudflare, two to the Worker


def quantile(values: list[float], share: float) -> float:
    """Give a quantile in milliseconds; not a number for no values."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def show(name: str, values: list[float]) -> None:
    """Print one row of times."""
    shares = "  ".join(f"p{round(100 * share):<3}{quantile(values, share):8.1f}" for share in (0.5, 0.9, 0.99))
    print(f"  {name:<44}{shares}  ms   n={len(values)}")


def steady(people: int, rounds: int) -> None:
    """Everybody onboards, with a second between steps and a deploy of two."""
    print(f"\n{people} chats, {THINK:g} s between steps, a deploy of {DEPLOY:g} s, {rounds} set-ups each")
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder, Running(people, Path(folder)) as world:
        idle = memory_mb(world.bot.pid)
        world.latency(DEPLOY / REQUESTS_PER_DEPLOY)
        ramp = 10 * THINK + DEPLOY * 1.4
        order = {"do": "steady", "papers": world.papers, "think": THINK, "rounds": rounds, "ramp": ramp}
        _report(world.load(order), people, idle, world.startup)


def burst(people: int) -> None:
    """Everybody answers the last question in the same moment."""
    print(f"\n{people} secrets in the same moment")
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder, Running(people, Path(folder)) as world:
        idle = memory_mb(world.bot.pid)
        _report(world.load({"do": "burst", "papers": world.papers, "rest": 3.0}), people, idle, world.startup)


def _report(result: dict[str, Any], people: int, idle: float, startup: float) -> None:
    show("update read by the bot → delete of its secret", result["delete"])
    show("tap → the next screen", result["screen"])
    onboardings = result["onboardings"]
    print(f"  set-ups per second: {result['rate']:.1f}   CPU per set-up: {1000 * result['cpu'] / onboardings:.0f} ms")
    grown = (result["peak"] - idle) / people
    print(f"  memory: {idle:.0f} MB idle, {result['peak']:.0f} MB peak, {1000 * grown:.0f} kB per chat")
    print(f"  start-up: {startup:.2f} s   load of the machine now: {os.getloadavg()[0]:.1f}")


def accounts() -> None:
    """What a set-up costs in the user's account."""
    print("\nin the user's account, 100 ms for each request")
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder:
        for cost in asyncio.run(account_costs(Path(folder))):
            print(f"  {cost.what:<44}{cost.requests} requests, {cost.commands} commands, {cost.seconds:.1f} s")


def main() -> None:
    """Measure what is asked for; all of it without arguments."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--people", type=int, default=200, help="chats in the steady run (200)")
    parser.add_argument("--rounds", type=int, default=2, help="set-ups of each chat in the steady run (2)")
    parser.add_argument("--burst", type=int, metavar="N", help="only a burst of N secrets")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; bot, crowd and stand-ins share them")
    if chosen.burst:
        burst(chosen.burst)
        return
    steady(chosen.people, chosen.rounds)
    burst(chosen.people)
    accounts()
    print("\nthe Worker", flush=True)
    subprocess.run([NODE, "bench/worker_cpu.mjs"], cwd=HOUSE, check=True)  # noqa: S603  (our own program)


if __name__ == "__main__":
    main()
