"""What a look at a Worker shows, whatever comes back: one signed request, and never an exception."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.lookout.sight import MOST_EVENTS, Look, Seen, Unseen, looks
from bot.operations.waking import wake
from bot.operations.workshop import COMMAND_KEY, Places, Workshop
from bot.runner.port import Operation
from bot.storage.workers import Worker, save
from bot.vault.keyring import Context, Keyring
from deploy.cloudflare import Cloudflare
from deploy.template import Template
from tests.bot.inside import inside
from tests.deploy.scripted import Act, Cut, Hang, Raw, Scripted, said
from tests.deploy.site import COMMAND_KEY as KEY
from tests.deploy.test_commands import STATUS, verify
from tests.storage.rows import worker

RING = Keyring.generate()
EVENT = {"id": 8, "at": "2026-11-23T15:00:00Z", "kind": "trade", "text": "Order placed."}
PULSE = {"run": "2026-11-23T15:00:00Z", "paused": "keys"}
NEWS = {"events": [EVENT], "next": 8, "pulse": PULSE}
AT = 1_795_446_000.0  # 2026-11-23T15:00:00Z


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Scripted]:
    async with Scripted() as server:
        yield server


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Workshop]:
    nothing: Any = None
    async with httpx.AsyncClient() as http, inside() as bot:
        cloudflare = Cloudflare(http, "http://127.0.0.1:9")
        places, template = Places({}, "", "", ""), Template(())
        yield Workshop(bot.database, nothing, RING, nothing, cloudflare, template, places, lambda: AT)


@pytest.fixture
def row(server: Scripted) -> Worker:
    sealed = RING.seal(KEY.private, Context(COMMAND_KEY, 1, "w1"))
    return replace(worker(command_key=sealed), url=f"{server.url}/workers/ann/soar-x", last_event=7)


@pytest.fixture
def look(shop: Workshop) -> Look:
    return looks(shop, patience=0.5)


def answers(act: Act, command: str = "events") -> tuple[str, Act]:
    return f"POST /workers/ann/soar-x/v1/{command}", act


@pytest.mark.asyncio
async def test_a_look_is_one_signed_request(server: Scripted, look: Look, row: Worker) -> None:
    server.on(*answers(said(200, NEWS)))
    seen = await look(row)
    assert isinstance(seen, Seen)
    assert (seen.events[0].id, seen.next, seen.run, seen.paused, seen.more) == (8, 8, AT, "keys", False)
    (got,) = server.got
    assert got.json() == {"after": 7, "limit": MOST_EVENTS}
    verify(got, KEY.public, path="/v1/events")


@pytest.mark.asyncio
async def test_an_older_worker_is_asked_for_its_status_as_well(server: Scripted, look: Look, row: Worker) -> None:
    server.on(*answers(said(200, {"events": [], "next": 7})))
    server.on(*answers(said(200, STATUS), "status"))
    seen = await look(row)
    assert isinstance(seen, Seen)
    assert (seen.run, seen.paused) == (AT, "user")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("act", "trouble"),
    [
        (Raw(404, b"<html>nothing here"), "absent"),
        (Raw(500, b"error code: 1101"), "unreachable"),
        (Raw(200, b"[1]"), "unreachable"),
        (Cut(), "unreachable"),
        (Hang(), "unreachable"),
        (said(401, {"error": "unauthorized"}), "refused"),
        (said(500, {"error": "internal", "message": "Something went wrong inside the bot."}), "unreachable"),
    ],
)
async def test_trouble_has_a_name(server: Scripted, look: Look, row: Worker, act: Act, trouble: str) -> None:
    server.on(*answers(act))
    assert await look(row) == Unseen(trouble)  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_a_lost_command_key_and_a_broken_row_end_nothing(look: Look, row: Worker) -> None:
    assert await look(replace(row, id="w2")) == Unseen("key_lost")
    assert await look(replace(row, url="http://[")) == Unseen("unreachable")


@pytest.mark.asyncio
async def test_nonsense_from_a_worker_is_no_error(server: Scripted, look: Look, row: Worker) -> None:
    odd = {"events": [1, {"id": "x"}, EVENT | {"kind": 5}], "next": "far", "pulse": {"run": "soon", "paused": 1}}
    server.on(*answers(said(200, odd)))
    seen = await look(row)
    assert isinstance(seen, Seen)
    assert (seen.next, seen.run) == (0, None)


async def _report(_step: str, _detail: object = None) -> None:
    pass


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("act", "code"),
    [
        (said(200, {"schedule": "alarm", "next": "2026-11-23T15:15:00Z"}), "woken"),
        (said(404, {"error": "unknown command", "message": "There is no such command."}), "worker_outdated"),
        (Raw(404, b""), "worker_absent"),
        (Raw(502, b""), "worker_unreachable"),
    ],
)
async def test_one_tap_has_it_wake_itself(server: Scripted, shop: Workshop, row: Worker, act: Act, code: str) -> None:
    server.on(*answers(act, "alarm"))
    server.on(*answers(said(200, STATUS), "status"))
    await shop.database.write(lambda connection: save(connection, row))
    outcome = await wake(shop, Operation("o1", 1, "wake", {"worker": "w1"}), _report)
    assert outcome.code == code
    assert server.got[0].json() == {"on": True}
    gone = await wake(shop, Operation("o2", 2, "wake", {"worker": "w1"}), _report)
    assert gone.code == "worker_forgotten"
