"""Starts bots quickly: the bot's modules are loaded once here, and each bot is a fork of this process.

Orders come as JSON lines, the process id of each new bot goes out. From then on a bot lives as `bot.process.start` has
it live, and ends with this process at the latest.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from tests.crash.clockwork import Shifted

CLOCK = Shifted()
time.time = CLOCK  # before the bot's modules take hold of it

from bot.alpaca import load  # noqa: E402
from bot.process import CannotStart, start  # noqa: E402
from bot.settings import BadSettings, Settings  # noqa: E402
from tests.crash.points import Point, trace  # noqa: E402
from tests.crash.sabotage import SABOTAGE  # noqa: E402

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the orders end."""
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system clears up after ended bots
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_a_bot(json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _become_a_bot(order: dict[str, Any]) -> NoReturn:
    status = 70
    try:
        _settle_in(order)
        start(Settings.read())
        status = 0
    except (CannotStart, BadSettings) as error:
        sys.stderr.write(f"soar: {error}\n")
        status = 2
    finally:
        sys.stderr.flush()
        os._exit(status)


def _settle_in(order: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    if order.get("clock"):
        CLOCK.follow(Path(order["clock"]))
    if order.get("sabotage"):
        SABOTAGE[order["sabotage"]]()
    if order.get("record"):
        trace(Path(order["record"]), Point(*order["stop"]) if order.get("stop") else None)


if __name__ == "__main__":
    main()
