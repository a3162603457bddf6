"""`python -m bench.beside`: Soar beside its peers, in one run; prints a table for docs and draws the plot.

Each walks the same road with the same crowd and the same Telegram, one after the other on the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.contestants import ALL, REQUESTS_PER_CONNECT, REQUESTS_PER_DEPLOY, Contestant
from bench.figures import quantile
from bench.people import LAST, TO_SECRET
from bench.plot import draw
from bench.processes import World, memory_mb

THINK, DEPLOY = 1.0, 2.0
CYCLE: Final = THINK * len([*TO_SECRET, LAST]) + DEPLOY + DEPLOY / REQUESTS_PER_DEPLOY * REQUESTS_PER_CONNECT
REST: Final = 3.0  # seconds after the start
DELETED: Final = 10  # secrets gone when it is killed
LONGEST: Final = 90.0  # seconds to come round after that
Figures = dict[str, Any]


def steady(who: Contestant, people: int, rounds: int) -> Figures:
    """Everybody onboards `rounds` times, a second between steps, a deploy of two; at most five times as long."""
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder, who.runs(people, Path(folder), DEPLOY) as world:
        time.sleep(REST)
        idle = memory_mb(world.bot.pid)
        order = {"do": "steady", "think": THINK, "rounds": rounds, "ramp": CYCLE, "most": 5 * CYCLE * rounds}
        result = world.load({**order, "papers": world.papers})
    return {**_quantiles(result), "idle": idle, "startup": world.startup, "waiting": result["waiting"]}


def burst(who: Contestant, people: int) -> Figures:
    """Everybody answers the last question in the same moment, deploys without a pause."""
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder, who.runs(people, Path(folder), 0) as world:
        time.sleep(REST)
        gathered = _gathered(world)
        result = world.load({"do": "burst"})
    return {**_quantiles(result), "seconds": result["seconds"], "memory": gathered}


def killed(who: Contestant, people: int) -> Figures:
    """Kill it with -9 while the first half of the secrets come in; the others are pasted while it is down."""
    with tempfile.TemporaryDirectory(prefix="soar-bench-") as folder, who.runs(people, Path(folder), 0) as world:
        _gathered(world)
        time.sleep(who.flush)
        world.crowd.told({"do": "rush", "deleted": DELETED})
        world.bot.kill()
        world.crowd.told({"do": "late"})
        world.bot.log.write_bytes(b"")
        world.bot.start().ready()
        result = world.crowd.told({"do": "aftermath", "most": LONGEST})
    return {"pasted": people, "left": result["secrets_left"], "done": result["done"]}


def _gathered(world: World) -> float:
    """Bring everybody to the last question; gives the bot's memory then."""
    world.crowd.told({"do": "gather", "papers": world.papers})
    time.sleep(REST)
    return memory_mb(world.bot.pid)


def _quantiles(result: Figures) -> Figures:
    return {
        "p50": 1000 * quantile(result["delete"], 0.5),
        "p99": 1000 * quantile(result["delete"], 0.99),
        "rate": result["rate"],
        "cpu": 1000 * result["cpu"] / max(1, result["onboardings"]),
        "lost": len(result["lost"]),
        "calls": result["calls"] / max(1, result["onboardings"]),
        "others": result["others"],
    }


def measured(who: Contestant, people: int, many: int, rounds: int) -> Figures:
    """All figures of one of them."""
    found: Figures = {"name": who.name}
    runs: dict[str, Callable[[], Figures]] = {
        "steady": partial(steady, who, people, rounds),
        "burst": partial(burst, who, people),
        "flood": partial(burst, who, many),
        "killed": partial(killed, who, people),
    }
    for name, run in runs.items():
        found[name] = run()
        print(f"{who.name}: {name} {json.dumps(found[name])}", flush=True)
    # What a thousand need more than two hundred do: neither the start nor what is loaded once is in it.
    grown = found["flood"]["memory"] - found["burst"]["memory"]
    found["per_chat"] = 1000 * grown / (many - people)
    return found


def table(all_found: Sequence[Figures], people: int, many: int) -> str:
    """Write the table, in Markdown."""
    head = ["", *(each["name"] for each in all_found)]
    rows = [
        [f"{people} chats, a second between steps: p50, p99 until the delete", *_pairs(all_found, "steady")],
        ["set-ups a second", *(f"{each['steady']['rate']:.1f}" for each in all_found)],
        ["CPU for each", *(f"{each['steady']['cpu']:.0f} ms" for each in all_found)],
        [f"{people} secrets at once: p50, p99 until the delete", *_pairs(all_found, "burst")],
        ["set-ups a second from there", *(f"{each['burst']['rate']:.0f}" for each in all_found)],
        [f"{many} secrets at once: p50, p99 until the delete", *_pairs(all_found, "flood")],
        ["set-ups a second from there", *(f"{each['flood']['rate']:.0f}" for each in all_found)],
        ["CPU for each, from there", *(f"{each['flood']['cpu']:.1f} ms" for each in all_found)],
        ["memory, idle", *(f"{each['steady']['idle']:.0f} MB" for each in all_found)],
        ["for each chat that waits", *(f"{each['per_chat']:.1f} kB" for each in all_found)],
        ["start-up", *(f"{each['steady']['startup']:.2f} s" for each in all_found)],
        ["killed with -9: secrets left in the chats", *(_share(each["killed"], "left") for each in all_found)],
        ["people who have their bot afterwards", *(_share(each["killed"], "done") for each in all_found)],
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _pairs(all_found: Sequence[Figures], name: str) -> list[str]:
    return [f"{_time(each[name]['p50'])}, {_time(each[name]['p99'])}{_remark(each[name])}" for each in all_found]


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds:.1f} ms"


def _remark(figures: Figures) -> str:
    lost = f"; {figures['lost']} people stuck" if figures["lost"] else ""
    return lost + (f"; {figures['waiting']} still waiting" if figures.get("waiting") else "")


def _share(figures: Figures, name: str) -> str:
    return f"{figures[name]} of {figures['pasted']}"


def main() -> None:
    """Measure all of them, or those named."""
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=__doc__)
    parser.add_argument("--people", type=int, default=200, help="chats, also of the smaller burst (200)")
    parser.add_argument("--many", type=int, default=1000, help="chats of the larger burst (1000)")
    parser.add_argument("--rounds", type=int, default=2, help="set-ups of each chat in the steady run (2)")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="those whose name has this in it")
    parser.add_argument("--plot", type=Path, help="draw the times until the delete into this file (SVG)")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, shared by all; load {os.getloadavg()[0]:.1f} before", flush=True)
    all_found = [
        measured(who, chosen.people, chosen.many, chosen.rounds)
        for who in ALL
        if not chosen.only or any(part.lower() in who.name.lower() for part in chosen.only)
    ]
    print(f"load {os.getloadavg()[0]:.1f} after\n\n{table(all_found, chosen.people, chosen.many)}")
    if chosen.plot:
        chosen.plot.parent.mkdir(parents=True, exist_ok=True)
        chosen.plot.write_text(draw(all_found, chosen.people, chosen.many))


if __name__ == "__main__":
    main()
