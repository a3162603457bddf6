"""`python -m tests.scale.ratio`: the same work by 1, 2 and 3 replicas over PostgreSQL, behind webhooks.

The crowd and its Telegram are the bench's, each update goes to a replica drawn by lot; nobody is killed.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import quantile
from bench.processes import TICKS, Helper, cpu_seconds, surroundings
from bot.vault.keyring import Keyring
from sandbox.bot_process import BotProcess
from tests.postgres import Server
from tests.scale.fleet import SECRET

REST = 15.0  # seconds in which nobody writes, to see what a replica costs by itself
WARM_UP = 30  # people before those that are counted


@dataclass(frozen=True, slots=True)
class Ratio:
    """What so many replicas have done; CPU in milliseconds a set-up, idle in percent of a core for each replica."""

    replicas: int
    a_second: float
    cpu: float
    database: float
    idle: float
    p50: float
    p99: float
    refused: int


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  (a command speaks)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_of_server(server: Server) -> float:
    """Add up what the server's processes have used, those that have ended included."""
    parent = int((server.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    used = 0.0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, fields = int(entry.parent.name), entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if pid == parent:
            used += sum(map(int, fields[11:15])) / TICKS
        elif int(fields[1]) == parent:
            used += sum(map(int, fields[11:13])) / TICKS
    return used


@dataclass(slots=True)
class World:
    """Everything that runs."""

    server: Server
    places: Helper
    crowd: Helper
    bots: list[BotProcess]

    def cpu(self) -> float:
        return sum(cpu_seconds(bot.pid) for bot in self.bots)

    def wave(self, people: int, at_once: int) -> dict[str, Any]:
        papers = self.places.told(people)
        result: dict[str, Any] = self.crowd.told({"do": "wave", "papers": papers, "at_once": at_once})
        return result


def open_world(running: ExitStack, folder: Path, size: int) -> World:
    server = Server()
    running.callback(server.remove)
    server.start()
    places, crowd = Helper("bench.places", "0"), Helper("bench.crowd")
    running.callback(places.close)
    running.callback(crowd.close)
    where, telegram = places.heard(), crowd.heard()["url"]
    around = surroundings(where, telegram) | {
        "SOAR_DATABASE_URL": server.url(),
        "SOAR_MASTER_KEYS": Keyring.generate().text().reveal(),
        "SOAR_TICKET_KEYS_DIR": str(folder / "ticket-keys"),
        "SOAR_WEBHOOK_URL": f"{telegram}/hook",
        "SOAR_WEBHOOK_SECRET": SECRET,
    }
    bots, hooks = [], []
    for number in range(size):
        address = f"127.0.0.1:{free_port()}"
        own = {"SOAR_DATA_DIR": str(folder / f"data{number}"), "SOAR_LISTEN": address}
        bots.append(BotProcess(around | own, folder / f"replica{number}.log"))
        hooks.append(f"http://{address}/hook")
    for bot in bots:  # one after the other: the first makes the tables
        running.callback(bot.stop)
        bot.start().ready(60)
    crowd.told({"do": "hook", "replicas": hooks, "secret": SECRET})
    return World(server, places, crowd, bots)


def measured(size: int, people: int, at_once: int) -> Ratio:
    with tempfile.TemporaryDirectory(prefix="soar-ratio-") as folder, ExitStack() as running:
        world = open_world(running, Path(folder), size)
        world.wave(WARM_UP * size, at_once)
        time.sleep(2)
        idle = world.cpu()
        time.sleep(REST)
        idle = world.cpu() - idle
        before, server = world.cpu(), cpu_of_server(world.server)
        result = world.wave(people, at_once)
        used, server = world.cpu() - before, cpu_of_server(world.server) - server
        assert not result["secrets_left"]
        return Ratio(
            replicas=size,
            a_second=people / result["seconds"],
            cpu=1000 * used / people,
            database=1000 * server / people,
            idle=100 * idle / REST / size,
            p50=1000 * quantile(result["delete"], 0.5),
            p99=1000 * quantile(result["delete"], 0.99),
            refused=result["refused"],
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale.ratio", description=__doc__)
    parser.add_argument("--people", type=int, default=400, help="set-ups counted (400)")
    parser.add_argument("--at-once", type=int, default=40, help="side by side (40)")
    parser.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 3])
    chosen = parser.parse_args()
    say(f"{chosen.people} set-ups without pauses, {chosen.at_once} at once, webhooks, PostgreSQL")
    found = [measured(size, chosen.people, chosen.at_once) for size in chosen.replicas]
    for each in found:
        say(
            f"  {each.replicas} replicas: {each.a_second:.1f} a second ({each.a_second / found[0].a_second:.2f} ×), "
            f"CPU {each.cpu:.0f} ms each ({each.cpu / found[0].cpu:.2f} ×), PostgreSQL's {each.database:.0f} ms; "
            f"arrival → delete p50 {each.p50:.1f}, p99 {each.p99:.1f} ms; idle {each.idle:.1f} % of a core each; "
            f"{each.refused} updates brought again"
        )


if __name__ == "__main__":
    main()
