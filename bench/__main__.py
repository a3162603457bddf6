"""`python -m bench`: what Soar holds and what it costs, as one readable table; nothing is written into the project."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.account import LATENCY, account_costs
from bench.figures import over_runs, times
from bench.form_page import PAGE, page_costs
from bench.guard import guard_costs
from bench.limit import RATE, limited
from bench.lookout import lookout_costs
from bench.people import LAST, TO_SECRET
from bench.processes import Running, memory_mb
from sandbox.bot_process import HOUSE

NODE = HOUSE / ".venv" / "bin" / "node"
THINK, DEPLOY = 1.0, 2.0
REQUESTS_PER_DEPLOY = 5  # one after the other: three to Cloudflare, two to the Worker
REQUESTS_PER_CONNECT = 2
AT_THE_LIMIT, AT_THE_LIMIT_IN_ALL = 60, 180
REST = 3.0  # after the start, in which the bot loads what the first key check needs


def steady(people: int, rounds: int) -> dict[str, Any]:
    """Everybody onboards, with a second between steps and a deploy of two."""
    latency = DEPLOY / REQUESTS_PER_DEPLOY
    cycle = THINK * len([*TO_SECRET, LAST]) + DEPLOY + latency * REQUESTS_PER_CONNECT
    order = {"do": "steady", "think": THINK, "rounds": rounds, "ramp": cycle, "most": 10 * cycle * rounds}
    result = run(people, order, latency)
    return {**result, "most": people / (cycle + 2 * THINK)}  # the second set-up begins with two taps more


def burst(people: int) -> dict[str, Any]:
    """Everybody answers the last question in the same moment."""
    return run(people, {"do": "burst"}, 0.0, gathered=True)


def run(people: int, order: dict[str, Any], latency: float, *, gathered: bool = False) -> dict[str, Any]:
    """Carry one order out in a fresh world, with everybody `gathered` at the last question before."""
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder, Running(people, Path(folder)) as world:
        time.sleep(REST)
        idle = memory_mb(world.bot.pid)
        world.latency(latency)
        if gathered:
            world.crowd.told({"do": "gather", "papers": world.papers})
            time.sleep(REST)
        result = world.load({**order, "papers": world.papers})
        per_chat = 1000 * (result["peak"] - idle) / people
        return {**result, "idle": idle, "per_chat": per_chat, "startup": world.startup}


def report(runs: list[dict[str, Any]]) -> None:
    """Print what runs of one kind have given."""

    def over(name: str, unit: str, digits: int = 0) -> str:
        return over_runs([float(each[name]) for each in runs], unit, digits)

    print(times("update handed over → delete of its secret", [each["delete"] for each in runs]))
    print(times("secret sent → delete of it", [each["delete_from_sending"] for each in runs]))
    if "most" in runs[0]:
        print(times("tap handed over → the next screen", [each["screen"] for each in runs]))
        print(f"  set-ups a second: {over('rate', '', 1)}   users alone: {runs[0]['most']:.1f}")
    else:
        print(f"  all {runs[0]['onboardings']} deployed after {over('seconds', 's', 1)}")
    per_set_up = [1000 * each["cpu"] / each["onboardings"] for each in runs]
    print(f"  CPU of the bot for each set-up: {over_runs(per_set_up, 'ms')}   start-up: {over('startup', 's', 2)}")
    print(f"  memory: {over('idle', 'MB')} idle, {over('peak', 'MB')} at most, {over('per_chat', 'kB')} per chat")
    print(f"  taken by others of the machine meanwhile: {over('others', '%')}", flush=True)


def limits(people: int) -> None:
    """How near Soar comes to Telegram's limit."""
    found = limited(people, AT_THE_LIMIT)
    print(f"\n{people} people without pauses, {AT_THE_LIMIT} at once, at most {RATE:g} calls a second to Telegram")
    print(f"  calls for each set-up: {found.calls:.1f}; the limit allows {found.most:.0f} set-ups an hour")
    print(f"  reached: {found.an_hour:.0f} an hour, {found.share:.0f} %, with {found.a_second:.1f} calls a second")
    print(f"  update handed over → delete of its secret, p99: {found.delete_p99:.1f} ms", flush=True)


def accounts() -> None:
    """What a set-up costs in the user's account."""
    print(f"\nIn the user's account, {1000 * LATENCY:.0f} ms for each request; path: requests one after another")
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder:
        for cost in asyncio.run(account_costs(Path(folder))):
            counted = f"{cost.requests} to Cloudflare ({cost.changes} change), {cost.commands} to the Worker"
            ratio = cost.work / (cost.path * LATENCY)
            took = f"path {cost.path}, {cost.work:.2f} s = {ratio:.2f} × path; in the chat {cost.seconds:.2f} s"
            wrangler = f"   wrangler: {cost.wrangler[0]}, {cost.wrangler[1]:.2f} s" if cost.wrangler else ""
            print(f"  {cost.what:<28}{counted:<46}{took:<54}{wrangler}", flush=True)


def lookout() -> None:
    """What looking after a thousand Workers costs."""
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder:
        cost = lookout_costs(Path(folder))
    print(f"\nLooking after {cost.count} Workers, each every {cost.every / 60:.0f} minutes by one request")
    print(f"  of each account's 100,000 free requests a day: {cost.requests_a_day:.0f}")
    for name, used in (("nothing new", cost.quiet), ("news from each", cost.news)):
        core = 100 * used / cost.every
        print(f"  {name:<24}{1000 * used / cost.count:.2f} ms of Soar's CPU a look, {core:.2f} % of a core", flush=True)


def form_page() -> None:
    """What the private form's page costs a browser."""
    print(f"\nThe private form's page, {PAGE.stat().st_size} bytes; its script until it can be used")
    for cost in asyncio.run(page_costs()):
        speed = "at full speed" if cost.slower == 1 else f"slowed {cost.slower} times"
        print(f"  {speed:<24}{cost.usual:.1f} ms, at most {cost.most:.1f} ms", flush=True)


def main() -> None:
    """Measure what is asked for; all of it without arguments."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--people", type=int, default=200, help="chats in the steady run (200)")
    parser.add_argument("--rounds", type=int, default=2, help="set-ups of each chat in the steady run (2)")
    parser.add_argument("--runs", type=int, default=2, help="steady runs, of which the medians are shown (2)")
    parser.add_argument("--steady", action="store_true", help="only the steady run")
    parser.add_argument("--limit", type=int, metavar="N", help="only N people at Telegram's own limit")
    parser.add_argument("--burst", type=int, metavar="N", help="only a burst of N secrets")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, shared by bot, crowd and stand-ins; load {os.getloadavg()[0]:.1f} before; ", end="")
    print(f"Python {platform.python_version()}")
    if chosen.limit:
        limits(chosen.limit)
        return
    if not chosen.burst:
        print(f"\n{chosen.people} chats, {THINK:g} s between steps, a deploy of {DEPLOY:g} s", end="")
        print(f", {chosen.rounds} set-ups each; {chosen.runs} runs, medians", flush=True)
        report([steady(chosen.people, chosen.rounds) for _ in range(chosen.runs)])
    if not chosen.steady:
        print(f"\n{chosen.burst or chosen.people} secrets in the same moment, deploys without latency", flush=True)
        report([burst(chosen.burst or chosen.people)])
    if not chosen.steady and not chosen.burst:
        print("\nJudging one message")
        for name, microseconds in guard_costs():
            print(f"  {name:<24}{microseconds:.0f} µs", flush=True)
        limits(AT_THE_LIMIT_IN_ALL)
        lookout()
        accounts()
        form_page()
        print("\nThe Worker", flush=True)
        subprocess.run([NODE, "bench/worker_cpu.mjs"], cwd=HOUSE, check=True)  # noqa: S603  (our own program)
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
