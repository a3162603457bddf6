"""The sandbox for people: every stand-in, the bot in it, and the chat page in the browser."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from pathlib import Path

import httpx

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import Ports, StandIns
from sandbox.telegram.server import DEMO_TOKEN
from sandbox.time.timeline import Timeline

HOME = Path(".demo")


def demonstrate(port: int, *, fresh: bool = False) -> None:
    """Run until Ctrl+C. The stand-ins forget everything when they stop, so the bot starts anew with them."""
    if fresh or HOME.exists():
        shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(mode=0o700)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    timeline = Timeline(HOME / "time")
    with _stand_ins(port, timeline) as world:
        _furnish(world)
        log = HOME / "bot.log"
        with BotProcess(world.settings(HOME / "data", SOAR_UNDO_SECONDS="15"), log, timeline) as bot:
            _greet(world, log)
            while not stop.wait(0.5) and not bot.ended():
                pass
            if bot.ended():
                print(f"The bot has ended by itself; {log} says why.")


def _stand_ins(port: int, timeline: Timeline) -> StandIns:
    try:
        return StandIns(Ports.from_first(port), crons=True, timeline=timeline)
    except OSError as error:
        problem = error.strerror
    print(
        f"The sandbox needs the ports {port} to {port + 4} on this machine, and one of them is taken ({problem}).\n"
        "Is another demo running? Otherwise choose others, for example: .venv/bin/soar demo --port 9080",
        file=sys.stderr,
    )
    sys.exit(2)


def _furnish(world: StandIns) -> None:
    """Give the bot its name, and the visitor accounts to play with, as a newcomer would have after signing up."""
    with httpx.Client(trust_env=False) as http:
        http.post(f"{world.telegram.url}/bot{DEMO_TOKEN}/setMyName", json={"name": "Soar"}).raise_for_status()
        http.post(f"{world.cloudflare.url}/_sandbox/accounts", json={"name": "Your account"}).raise_for_status()


def _greet(world: StandIns, log: Path) -> None:
    print(
        f"\n  Soar is running in its sandbox.  Open {world.telegram.url}\n\n"
        "  Tap Start and follow the chat. Beside it (on a phone: behind its Sandbox button) you find the\n"
        "  stand-ins for Cloudflare and Alpaca, where you make the token and the keys to paste.\n"
        f"  Nothing leaves this machine. The bot logs to {log}. Stop with Ctrl+C.\n",
        flush=True,
    )
