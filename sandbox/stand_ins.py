"""All stand-ins together, on loopback, and the settings that point a bot at them."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.server import ServedAlpaca
from sandbox.cloudflare.server import create_app as cloudflare_app
from sandbox.serving import Served
from sandbox.telegram.clock import Clock
from sandbox.telegram.launching import Launcher
from sandbox.telegram.server import DEMO_TOKEN, DEMO_USERNAME
from sandbox.telegram.server import create_app as telegram_app
from sandbox.time.timeline import Timeline
from sandbox.time.travel import ROUTE, Travel


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each stand-in answers; 0 picks a free port."""

    telegram: int = 0
    cloudflare: int = 0
    alpaca: tuple[int, int, int] = (0, 0, 0)

    @classmethod
    def from_first(cls, first: int) -> Self:
        """Five ports in a row: chat page, Cloudflare, Alpaca paper, live and data."""
        return cls(first, first + 1, (first + 2, first + 3, first + 4))


class StandIns:
    """Telegram, Cloudflare and Alpaca on this machine; a context manager."""

    def __init__(
        self,
        ports: Ports = Ports(),
        *,
        execution: bool = True,
        crons: bool = False,
        workdir: Path | None = None,
        exchange: Exchange | None = None,
        timeline: Timeline | None = None,
    ) -> None:
        """`execution` runs uploaded Workers for real, `crons` fires their schedules by the clock.

        With a `timeline`, which the bot must follow too, time can be moved on.
        """
        exchange = exchange or (Exchange(wall=timeline.moment) if timeline is not None else Exchange())
        self.alpaca = ServedAlpaca(exchange, ports.alpaca)
        cloudflare = cloudflare_app(public_url="", execution=execution, crons=crons, workdir=workdir, timeline=timeline)
        self.cloudflare = Served(cloudflare, ports.cloudflare)
        beside: dict[str, object] = {
            "cloudflare_url": self.cloudflare.url,
            "alpaca": {"paper_url": self.alpaca.paper_url, "live_url": self.alpaca.live_url},
        }
        travel, clock = [], Clock()
        if timeline is not None:
            clock = Clock(timeline.now)
            travel = Travel(timeline, exchange, self.cloudflare.url).routes()
            beside["time_url"] = ROUTE
        bots = {DEMO_TOKEN: DEMO_USERNAME}
        self.launcher = Launcher()
        app = telegram_app(tokens=bots, clock=clock, panels=beside, beside=travel, launcher=self.launcher)
        self.telegram = Served(app, ports.telegram)
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Start all of them."""
        for server in (self.alpaca, self.cloudflare, self.telegram):
            self._running.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all of them."""
        self._running.close()

    def settings(self, data_dir: Path, **more: str) -> dict[str, str]:
        """Give the environment for a bot that is to live here."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SOAR_")}
        return inherited | {
            "SOAR_TELEGRAM_TOKEN": DEMO_TOKEN,
            "SOAR_TELEGRAM_API_URL": self.telegram.url,
            "SOAR_TELEGRAM_WEBAPP_KEY": self.launcher.public,
            "SOAR_CLOUDFLARE_API_URL": f"{self.cloudflare.url}/client/v4",
            "SOAR_WORKER_URL_TEMPLATE": f"{self.cloudflare.url}/workers/{{subdomain}}/{{script}}",
            "SOAR_ALPACA_PAPER_URL": self.alpaca.paper_url,
            "SOAR_ALPACA_LIVE_URL": self.alpaca.live_url,
            "SOAR_ALPACA_DATA_URL": self.alpaca.data_url,
            "SOAR_TELEGRAM_RATE": "0",  # nothing here limits calls unless it is told to
            "SOAR_UNDO_SECONDS": "0.3",  # long enough to be seen, short enough for whoever waits for the end
            "SOAR_DATA_DIR": str(data_dir),
            **more,
        }
