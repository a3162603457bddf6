"""The bot's own operations with the sandbox's Cloudflare behind them; only time is not waited for."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.keycheck import Check, Good, KeyChecker
from bot.operations.workshop import Places, Workshop
from bot.runner.port import Outcome
from bot.storage import tickets
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.texts.render import body
from bot.tickets import Tickets
from bot.vault.keyring import Keyring
from deploy.cloudflare import Cloudflare
from deploy.secret import Secret
from deploy.template import read_template
from deploy.wire import open_http
from flows.codec import Dialog
from flows.events import Context, Ended, Kind
from flows.languages import Language
from flows.machine import advance, view
from flows.states import State
from tests.deploy.cloud import Sandbox
from tests.deploy.scripted import FakeClock

NOW = 1_800_000_000
CHAT = 700
NUMBERS = itertools.count(1)
NOTHING, UPLOADED, ADDRESSED, COMPLETE = "nothing", "uploaded", "addressed", "complete"


class Pair:
    """The key check's port: every pair is good."""

    def prepare(self) -> None:
        return

    async def check(self, *_: object) -> Check:
        return Good("904837e3-3b76-47ec-b432-046db621571b", "6RZ1", "ACTIVE", "USD", None, None)


@dataclass
class Bench:
    """The bot's operations among their stand-ins."""

    sandbox: Sandbox
    shop: Workshop

    async def held(self, kind: Kind, value: str) -> str:
        held, row = self.shop.tickets.seal(CHAT, kind, Secret(value))
        await self.shop.database.write(lambda connection: tickets.put(connection, row))
        return held.ticket

    def calls(self, since: int) -> str:
        """Say what was asked of Cloudflare, in order; repetitions are counted."""
        found = [_short(call) for call in self.sandbox.api_calls(since)]
        runs = [(name, len(list(group))) for name, group in itertools.groupby(found)]
        return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in runs)

    def left(self, account: str) -> str:
        scripts = self.sandbox.account(account)["scripts"]
        if not scripts:
            return NOTHING
        (script,) = scripts
        if not script["workers_dev"]:
            return UPLOADED
        return COMPLETE if script["schedules"] == ["*/15 * * * *"] else ADDRESSED


def _short(call: str) -> str:
    method, path = call.split(" ")
    tail = path.split("?")[0].rsplit("/", 2)
    names = {"subdomain": "name" if tail[-2] == "workers" else "address", "scripts": "scripts", "verify": "verify"}
    name = names.get(tail[-1], tail[-1])
    return f"{method} {'script' if tail[-2] == 'scripts' else 'account' if tail[-2] == 'accounts' else name}"


@asynccontextmanager
async def opened(sandbox: Sandbox, folder: Path, *, hangs: bool = False) -> AsyncIterator[Bench]:
    """Open a bench; only where an answer `hangs` is it given up soon, so that a busy machine is not taken for one."""
    url = f"sqlite:///{folder / 'soar.sqlite3'}"
    upgrade(url)
    database, clock = Database(url), FakeClock(float(NOW))
    keyring = Keyring.generate()
    async with open_http() as http:
        shop = Workshop(
            database=database,
            tickets=Tickets(keyring, database, clock=lambda: float(NOW), fresh_id=lambda: f"{next(NUMBERS):016x}"),
            keyring=keyring,
            checker=cast("KeyChecker", Pair()),
            cloudflare=Cloudflare(http, f"{sandbox.url}/client/v4", clock, attempt_seconds=0.5 if hangs else 20.0),
            template=read_template(),
            places=Places(
                alpaca={"paper": "http://127.0.0.1:9", "live": "http://127.0.0.1:9"},
                alpaca_data="http://127.0.0.1:9",
                cloudflare_api=f"{sandbox.url}/client/v4",
                worker=sandbox.url + "/workers/{subdomain}/{script}",
            ),
            clock=lambda: float(NOW),
        )
        yield Bench(sandbox, shop)
    await database.close()


async def quiet(_step: str, _detail: object = None) -> None:
    return


def reads(state: State, kind: str, outcome: Outcome) -> str:
    """What the user reads when the operation has ended so."""
    data = {**outcome.data, "incident": "1nc1de47"} if outcome.code == "unknown" else dict(outcome.data)
    ended = Ended("0" * 16, kind, outcome.code or "", data)
    context = Context(NOW, "f" * 16)
    move = advance(state, ended, context)
    return body(view(Dialog(move.state, move.notice), context), Language.ENGLISH)
