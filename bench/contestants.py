"""Who is measured beside whom: Soar, Soar without the network behind it, and three bots of its peers."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.road import READY
from bench.processes import TOKEN, Helper, Running, World
from sandbox.bot_process import HOUSE, RUNNING, BotProcess

THEIR_PYTHON: Final = HOUSE / ".venv-peers" / "bin" / "python"
REQUESTS_PER_DEPLOY: Final = 5  # one after the other: three to Cloudflare, two to the Worker
REQUESTS_PER_CONNECT: Final = 2


class NoPeers(RuntimeError):  # noqa: N818  (says what is missing)
    """The peers' environment has not been made."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One of them; `module` is what is run, nothing for Soar itself."""

    name: str
    module: str = ""
    own: bool = False  # in Soar's environment
    flush: float = 0.0  # seconds after which it has written down what it keeps

    @contextmanager
    def runs(self, people: int, folder: Path, deploy: float) -> Iterator[World]:
        """Start it for so many people, with deploys of `deploy` seconds. Raises NoPeers."""
        if not self.module:
            with Running(people, folder) as world:
                world.latency(deploy / REQUESTS_PER_DEPLOY)
                yield world
            return
        with self._alone(people, folder, deploy) as world:
            yield world

    @contextmanager
    def _alone(self, people: int, folder: Path, deploy: float) -> Iterator[World]:
        python = Path(sys.executable) if self.own else THEIR_PYTHON
        if not python.exists():
            raise NoPeers("make bench-peers sets the peers' environment up")
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as running:
            crowd = Helper("bench.crowd")
            running.callback(crowd.close)
            url: str = crowd.heard()["url"]
            bot = BotProcess(
                self._environment(folder, url, deploy),
                folder / "bot.log",
                command=(str(python), "-m", self.module),
                running=RUNNING if self.own else READY,
            )
            began = time.monotonic()
            running.enter_context(bot)
            running.callback(bot.kill)  # asked to stop, one that serves one chat after another first serves all
            made_up = [_papers(number) for number in range(people)]
            yield World(None, crowd, bot, "", made_up, time.monotonic() - began)

    def _environment(self, folder: Path, url: str, deploy: float) -> Mapping[str, str]:
        around = {name: value for name, value in os.environ.items() if not name.startswith("SOAR_")}
        pauses = {"CONNECT": deploy / REQUESTS_PER_DEPLOY * REQUESTS_PER_CONNECT, "DEPLOY": deploy}
        return around | {
            "PEER_API_URL": url,
            "PEER_TOKEN": TOKEN,
            "PEER_FOLDER": str(folder),
            **{f"PEER_{name}_SECONDS": str(value) for name, value in pauses.items()},
            "SOAR_TELEGRAM_TOKEN": TOKEN,
            "SOAR_TELEGRAM_API_URL": url,
            "SOAR_TELEGRAM_RATE": "0",
            "SOAR_DATA_DIR": str(folder / "data"),
        }


def _papers(number: int) -> dict[str, str]:
    return {
        "token": f"cfut_{number:048x}"[:53],
        "key_id": f"PK{number:018d}",
        "secret": f"{number:08d}" + "aB3dE5gH" * 4,
    }


SOAR: Final = Contestant("Soar")
BARE: Final = Contestant("Soar, deploys paused", "bench.without_network", own=True)
PEERS: Final = (
    Contestant("PTB, ConversationHandler", "bench.peers.ptb_conversation", flush=62.0),
    Contestant("PTB, concurrent", "bench.peers.ptb_concurrent"),
    Contestant("aiogram, FSM", "bench.peers.aiogram_fsm"),
)
ALL: Final = (SOAR, BARE, *PEERS)
