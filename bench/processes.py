"""The processes of a run: the crowd, the places it has accounts at, the bot; and what the bot uses of the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.places import ask
from sandbox.bot_process import BOT, HOUSE, BotProcess

TOKEN = "7000000001:bench-telegram-bot-token-00000000000"  # noqa: S105  (opens nothing)
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Helper:
    """A process of the bench that speaks JSON, a line at a time; it ends when its standard input does."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it."""
        self._process = subprocess.Popen(  # noqa: S603  (our own modules)
            [sys.executable, "-m", module, *arguments],
            cwd=HOUSE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def heard(self) -> Any:  # noqa: ANN401  (whatever it says)
        """Wait for its next line. Raises RuntimeError when it has ended."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("a process of the bench has ended; what it said stands above")
        return json.loads(line)

    def told(self, order: dict[str, Any] | int) -> Any:  # noqa: ANN401
        """Give an order and wait for its result."""
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        return self.heard()

    def close(self) -> None:
        """Let it end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


class Peak:
    """Watches a process's memory while something runs."""

    def __init__(self, pid: int) -> None:
        """Watch nothing yet."""
        self._pid = pid
        self.mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(0.25):
            self.mb = max(self.mb, memory_mb(self._pid))

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._over.set()
        self._thread.join()


def machine_seconds() -> float:
    """CPU time that all processes of the machine have used."""
    user, nice, system, _idle, _wait, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(rest)) / TICKS


@dataclass(slots=True)
class World:
    """Everything that runs; `startup` is the bot's, in seconds."""

    places: Helper | None  # a peer asks nobody but Telegram
    crowd: Helper
    bot: BotProcess
    cloudflare: str
    papers: list[dict[str, str]]
    startup: float

    def latency(self, seconds: float) -> None:
        """Let every request to Cloudflare or a Worker take so long."""
        if self.places is not None:
            ask(f"{self.cloudflare}/_sandbox/latency", {"seconds": seconds, "workers_seconds": seconds})

    def more_papers(self, people: int) -> list[dict[str, str]]:
        """Sign so many more people up."""
        if self.places is None:
            raise RuntimeError("nobody to sign up at")
        made: list[dict[str, str]] = self.places.told(people)
        return made

    def load(self, order: dict[str, Any]) -> dict[str, Any]:
        """Have the crowd do something; adds what it cost the bot, and the share of the machine that others took."""
        began, machine, bot, helpers = time.monotonic(), machine_seconds(), cpu_seconds(self.bot.pid), self._helpers()
        with Peak(self.bot.pid) as peak:
            result: dict[str, Any] = self.crowd.told(order)
        result["cpu"] = cpu_seconds(self.bot.pid) - bot
        others = machine_seconds() - machine - result["cpu"] - (self._helpers() - helpers)
        result["others"] = max(0.0, 100 * others / (time.monotonic() - began) / (os.cpu_count() or 1))
        result["peak"] = peak.mb
        return result

    def _helpers(self) -> float:
        return sum(cpu_seconds(each.pid) for each in (self.places, self.crowd) if each is not None)


def surroundings(where: dict[str, Any], telegram: str) -> dict[str, str]:
    """Give a bot's environment among these places and this Telegram, with no setting of whoever runs it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SOAR_")} | {
        "SOAR_TELEGRAM_TOKEN": TOKEN,
        "SOAR_TELEGRAM_API_URL": telegram,
        "SOAR_TELEGRAM_RATE": "0",
        "SOAR_CLOUDFLARE_API_URL": f"{where['cloudflare']}/client/v4",
        "SOAR_WORKER_URL_TEMPLATE": f"{where['cloudflare']}/workers/{{subdomain}}/{{script}}",
        "SOAR_ALPACA_PAPER_URL": where["alpaca"]["paper"],
        "SOAR_ALPACA_LIVE_URL": where["alpaca"]["live"],
        "SOAR_ALPACA_DATA_URL": where["alpaca"]["data"],
    }


class Running:
    """A fresh world; a context manager."""

    def __init__(self, people: int, folder: Path, *, command: Sequence[str] = BOT, **settings: str) -> None:
        """Nothing runs yet; `settings` are more of the bot's, `command` starts another than the usual one."""
        self._command = command
        self._people = people
        self._folder = folder
        self._settings = settings
        self._open = ExitStack()

    def __enter__(self) -> World:
        """Start everything, the bot last."""
        places = Helper("bench.places", str(self._people))
        self._open.callback(places.close)
        crowd = Helper("bench.crowd")
        self._open.callback(crowd.close)
        where, telegram = places.heard(), crowd.heard()["url"]
        self._folder.mkdir(parents=True, exist_ok=True)
        environment = surroundings(where, telegram) | {"SOAR_DATA_DIR": str(self._folder / "data"), **self._settings}
        bot = BotProcess(environment, self._folder / "bot.log", command=self._command)
        began = time.monotonic()
        self._open.enter_context(bot)
        startup = time.monotonic() - began
        return World(places, crowd, bot, where["cloudflare"], where["papers"], startup)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        self._open.close()
