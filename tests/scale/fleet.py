"""Replicas of the bot as processes of their own, over one real PostgreSQL and behind one front."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.vault.keyring import Keyring
from sandbox.bot_process import BotProcess
from sandbox.serving import Served
from sandbox.stand_ins import StandIns
from tests.acceptance.house import House
from tests.postgres import Server, either
from tests.scale.front import PATH, Front

SECRET = "a-webhooks-secret-of-tests"


@dataclass(frozen=True, slots=True)
class Fleet:
    """The replicas and what they share."""

    house: House
    server: Server
    front: Front
    replicas: tuple[BotProcess, ...]
    standby: Server | None = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_fleet(
    folder: Path, *, size: int, front: Front, durable: bool = True, standby: bool = False, **settings: str
) -> Iterator[Fleet]:
    """Start everything, and end it; with a `standby` the replicas know two servers, and use the one that is up."""
    ring = Keyring.generate().text().reveal()
    with ExitStack() as running:
        server = Server(durable=durable)
        running.callback(server.remove)
        server.start()
        url, spare = server.url(), None
        if standby:
            spare = Server(durable=durable, behind=server)
            running.callback(spare.remove)
            spare.start()
            server.waits_for_standby()
            url = either(server, spare)
        world = running.enter_context(StandIns(execution=False))
        served = running.enter_context(Served(front.app()))
        bots: list[BotProcess] = []
        for number in range(size):
            port = _free_port()
            environment = world.settings(
                folder / f"data{number}",
                SOAR_DATABASE_URL=url,
                SOAR_MASTER_KEYS=ring,
                SOAR_TICKET_KEYS_DIR=str(folder / "ticket-keys"),
                SOAR_WEBHOOK_URL=served.url + PATH,
                SOAR_WEBHOOK_SECRET=SECRET,
                SOAR_LISTEN=f"127.0.0.1:{port}",
                **settings,
            )
            bots.append(BotProcess(environment, folder / f"replica{number}.log"))
            front.replicas.append(f"http://127.0.0.1:{port}")
        for bot in bots:
            running.callback(bot.stop)
            bot.start()
        for bot in bots:
            bot.ready()
        house = House(world, bots[0], folder / "data0", url)
        yield Fleet(house, server, front, tuple(bots), spare)
