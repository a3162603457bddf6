"""Signed commands, checked with a verifier of the test's own."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deploy.answering import gone, last_event
from deploy.commands import UNKNOWN_COMMAND, CommandKey, WorkerClient
from deploy.deployment import Keys
from deploy.errors import StillThere, WorkerAbsent, WorkerError, WorkerRefused, WorkerUnreachable
from deploy.fields import LONGEST
from deploy.outcomes import Cancelled, Chosen, Day, Timer
from deploy.reports import Budget, Holding, Status
from deploy.secret import Secret
from tests.deploy.scripted import Act, Cut, FakeClock, Got, Hang, Raw, Scripted, said
from tests.deploy.site import COMMAND_KEY, KEYS

RUN: dict[str, Any] = {
    "id": 3, "slot": "20261123", "source": "command", "at": "2026-11-23T15:00:00Z", "ms": 12, "outcome": "traded",
    "reason": "Bought.", "market_open": True, "request_ids": ["abc"], "later": "unknown field",
    "orders": [{"symbol": "VTI", "side": "buy", "notional": "10.00", "client_order_id": "soar1-x", "status": "new"}],
}  # fmt: skip
STATUS: dict[str, Any] = {
    "script": "soar-paper-ab12cd34", "mode": "paper", "template": "0123456789ab", "deployment": "ab12cd34",
    "now": "2026-11-23T15:00:00Z", "paused": {"reason": "user", "since": "2026-11-23T14:00:00Z", "note": ""},
    "account": {"ending": "1234", "status": "ACTIVE", "currency": "USD", "cash": "99.5", "equity": 100.25},
    "plan": {"kind": "watch"}, "ceilings": {"per_order": "0.00"}, "last_tick": RUN, "last_order": RUN["orders"][0],
    "ticks": 3, "orders_today": RUN["orders"], "holds_cloudflare_token": True, "key_ending": "4F2A",
    "positions": [{"symbol": "VTI", "qty": "1", "market_value": "300", "unrealized_pl": "-1.5"}],
    "limits": {"per_order": "0.00", "daily_loss": "5.00"}, "armed": False, "schedule": "alarm",
    "next_tick": "2026-11-23T15:15:00Z",
    "budget": {"limit": "520.00", "invested": "10.00", "left": "510.00", "value": "10.25"},
    "holdings": [{"symbol": "VTI", "qty": "0.03", "cost": "10.00", "value": "10.25"}],
}  # fmt: skip
# What came with the commands to arm, set and so on; Workers deployed before do not say it.
NEWER = ("limits", "armed", "schedule", "next_tick", "budget", "holdings")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(got: Got, public: str, *, path: str) -> None:
    """Raises InvalidSignature unless `got` is signed as the Worker expects it."""
    time, nonce = got.headers["soar-time"], got.headers["soar-nonce"]
    assert len(bytes_of(nonce)) == 16
    assert "=" not in nonce + got.headers["soar-signature"]
    message = f"soar1\n{got.method}\n{path}\n{time}\n{nonce}\n{hashlib.sha256(got.body).hexdigest()}"
    key = Ed25519PublicKey.from_public_bytes(bytes_of(public))
    key.verify(bytes_of(got.headers["soar-signature"]), message.encode())


@pytest.fixture
def worker(server: Scripted, http: httpx.AsyncClient) -> WorkerClient:
    return WorkerClient(http, f"{server.url}/workers/ann/soar-x/", COMMAND_KEY, FakeClock())


def at(command: str) -> str:
    return f"POST /workers/ann/soar-x/v1/{command}"


@pytest.mark.asyncio
async def test_every_command_is_signed_over_its_own_path_and_body(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, STATUS))
    server.on(at("tick"), said(200, {"run": RUN}))
    server.on(at("pause"), said(200, {"paused": {"reason": "user", "since": "s", "note": ""}}))
    server.on(at("resume"), said(200, {"paused": None}))
    server.on(at("events"), said(200, {"events": [{"id": 7, "at": "t", "kind": "order", "text": "x"}], "next": 7}))
    server.on(at("rotate"), said(200, {"rotated": True, "key_ending": "0001"}))
    server.on(at("destroy"), said(202, {"destroying": True, "cancelled": 2, "warning": None}))

    assert (await worker.status()).ticks == 3
    assert (await worker.tick(dry=True)).outcome == "traded"
    assert (await worker.pause()).reason == "user"
    assert await worker.resume() is None
    news = await worker.events(after=6)
    assert (news.events[0].kind, news.pulse) == ("order", None)
    assert await worker.rotate(KEYS) == "0001"
    assert (await worker.destroy()).cancelled == 2

    bodies: list[Any] = [
        {}, {"dry": True}, {"reason": "user"}, {}, {"after": 6, "limit": 50},
        {"key_id": KEYS.key_id.reveal(), "secret": KEYS.secret.reveal()}, {},
    ]  # fmt: skip
    assert [got.json() for got in server.got] == bodies
    for got in server.got:
        verify(got, COMMAND_KEY.public, path=got.path.removeprefix("/workers/ann/soar-x"))
        assert got.headers["soar-time"] == "1800000000000"
    assert len({got.headers["soar-nonce"] for got in server.got}) == len(server.got)


@pytest.mark.asyncio
async def test_status_is_read_whole(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, STATUS))
    status = await worker.status()
    assert status.account is not None
    assert (status.account.ending, status.account.equity) == ("1234", "100.25")
    assert status.paused is not None
    assert status.last_tick is not None
    assert status.last_tick.orders[0].client_order_id == "soar1-x"
    assert status.last_order is not None
    assert status.last_order.notional == "10.00"
    assert status.positions[0].unrealized_pl == "-1.5"
    assert status.holds_cloudflare_token
    assert status.key_ending == "4F2A"


@pytest.mark.asyncio
async def test_of_a_flood_the_beginning_is_taken(server: Scripted, worker: WorkerClient) -> None:
    """Half a megabyte of signs that have to be escaped took a second of everybody's time, card by card."""
    flood = "<" * 100_000
    server.on(at("status"), said(200, {"template": flood, "plan": {"symbols": [flood], flood: 1}, "ticks": 3}))
    status = await worker.status()
    assert (len(status.template), status.ticks) == (LONGEST, 3)
    assert status.plan == {"symbols": ["<" * LONGEST], "<" * LONGEST: 1}
    deep = json.loads('{"a":' * 800 + "1" + "}" * 800)
    server.on(at("status"), said(200, {"plan": deep, "ticks": 4}))
    assert (await worker.status()).ticks == 4


def test_of_a_worker_that_tells_a_whole_key_only_the_end_is_taken() -> None:
    told = Status.read(
        {"key_ending": "PKWHOLEKEY4F2A", "keys": {"ending": "PKWHOLEKEY4F2A", "account_ending": "91234"}}
    )
    assert told.keys is not None
    assert (told.key_ending, told.keys.ending, told.keys.account_ending) == ("4F2A", "4F2A", "1234")


@pytest.mark.asyncio
async def test_what_a_worker_may_do_is_read(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, STATUS))
    status = await worker.status()
    assert not status.armed
    assert (status.schedule, status.next_tick) == ("alarm", "2026-11-23T15:15:00Z")
    assert status.limits == {"per_order": "0.00", "daily_loss": "5.00"}
    assert status.budget == Budget("520.00", "10.00", "510.00", "10.25")
    assert status.holdings == (Holding("VTI", "0.03", "10.00", "10.25"),)


@pytest.mark.asyncio
async def test_a_worker_from_before_there_was_arming_counts_as_armed(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, {name: value for name, value in STATUS.items() if name not in NEWER}))
    status = await worker.status()
    assert status.armed
    assert (status.schedule, status.next_tick) == ("cron", "")
    assert status.limits == status.ceilings
    assert (status.budget, status.holdings) == (None, ())


@pytest.mark.asyncio
async def test_the_commands_that_change_what_it_does(server: Scripted, worker: WorkerClient) -> None:
    plan, limits = {"kind": "watch"}, {"per_order": "5.00"}
    server.on(at("arm"), said(200, {"armed": True}))
    server.on(at("set"), said(200, {"plan": plan, "limits": limits, "armed": False}))
    server.on(at("cancel"), said(200, {"cancelled": 2, "left": 1, "warning": "One may be open."}))
    server.on(at("lock"), said(200, {"locked": True}))
    server.on(at("unlock"), said(200, {"locked": False}))
    server.on(at("alarm"), said(200, {"schedule": "alarm", "next": "2026-11-23T15:15:00Z"}))

    assert await worker.arm()
    assert await worker.set(plan=plan) == Chosen(plan, limits, armed=False)
    assert await worker.set(limits=limits) == Chosen(plan, limits, armed=False)
    assert await worker.cancel() == Cancelled(2, 1, "One may be open.")
    assert await worker.lock()
    assert not await worker.unlock()
    assert await worker.alarm(on=True) == Timer("alarm", "2026-11-23T15:15:00Z")

    assert [got.json() for got in server.got] == [{}, {"plan": plan}, {"limits": limits}, {}, {}, {}, {"on": True}]


@pytest.mark.asyncio
async def test_a_sale_is_previewed_and_done(server: Scripted, worker: WorkerClient) -> None:
    sale = {"symbol": "VTI", "qty": "0.03", "value": "10.25", "status": "dry", "reason": ""}
    done = {
        "orders": [sale | {"status": "filled"}],
        "complete": True,
        "market_open": True,
        "message": "Sold.",
        "paused": {"reason": "closed", "since": "s", "note": "n"},
    }
    server.on(at("close"), said(200, {"orders": [sale], "complete": False, "market_open": False}), said(200, done))
    preview = await worker.close(dry=True)
    assert [(each.symbol, each.qty, each.value, each.status) for each in preview.orders] == [
        ("VTI", "0.03", "10.25", "dry")
    ]
    assert (preview.complete, preview.market_open, preview.paused) == (False, False, None)
    sold = await worker.close(dry=False)
    assert (sold.complete, sold.message, sold.orders[0].status) == (True, "Sold.", "filled")
    assert sold.paused is not None
    assert sold.paused.reason == "closed"
    assert [got.json() for got in server.got] == [{"dry": True}, {"dry": False}]


@pytest.mark.asyncio
async def test_what_it_remembers_is_read_in_pages(server: Scripted, worker: WorkerClient) -> None:
    day = {"date": "2026-11-23", "value": "1", "invested": "2", "profit": "-1", "cash": "3", "equity": None}
    server.on(at("history"), said(200, {"days": [day]}))
    server.on(
        at("export"), said(200, {"rows": [{"id": 7}, {"id": 8}], "next": 8}), said(200, {"rows": [], "next": None})
    )
    assert await worker.history() == (Day("2026-11-23", "1", "2", "-1", "3", ""),)
    first = await worker.export("orders", limit=2)
    assert (first.rows, first.next) == (({"id": 7}, {"id": 8}), 8)
    assert (await worker.export("orders", after=8)).next is None
    assert [got.json() for got in server.got] == [
        {"days": 90}, {"table": "orders", "after": 0, "limit": 2}, {"table": "orders", "after": 8, "limit": 500},
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_an_older_worker_says_that_it_does_not_know_a_command(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("arm"), said(404, {"error": UNKNOWN_COMMAND, "message": "There is no such command."}))
    with pytest.raises(WorkerRefused) as caught:
        await worker.arm()
    assert caught.value.reason == UNKNOWN_COMMAND


@pytest.mark.asyncio
async def test_an_odd_answer_is_never_good_news(server: Scripted, worker: WorkerClient) -> None:
    for command in ("arm", "lock", "unlock", "set", "close"):
        server.on(at(command), said(200, {"armed": "yes", "locked": 1, "complete": "sure", "orders": [1]}))
    assert not await worker.arm()
    assert not await worker.lock()
    assert await worker.unlock()
    assert not (await worker.set(plan={})).armed
    assert not (await worker.close(dry=False)).complete


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "odd",
    [{}, dict.fromkeys(STATUS), {name: [1, {"x": 2}] for name in STATUS}, dict.fromkeys(STATUS, "x")],
)
async def test_an_odd_status_does_no_harm(odd: dict[str, object], server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, odd))
    status = await worker.status()
    assert status.ticks == 0
    assert not status.holds_cloudflare_token


REFUSALS: list[tuple[str, Act, type[WorkerError], str, int]] = [
    ("unsigned", said(401, {"error": "unauthorized"}), WorkerRefused, "unauthorized", 1),
    ("unknown command", said(404, {"error": "unknown command", "message": "No."}), WorkerRefused, "unknown command", 1),
    ("its own trouble", said(500, {"error": "internal", "message": "Oops."}), WorkerRefused, "internal", 1),
    ("no Worker there", Raw(404, b"<h1>There is nothing here yet</h1>"), WorkerAbsent, "404", 1),
    ("404 in JSON", said(404, {"detail": "x"}), WorkerAbsent, "404", 1),
    ("exception page", Raw(500, b"<h1>Error 1101</h1>"), WorkerUnreachable, "error 1101", 1),
    ("cpu page", Raw(503, b"error code: 1102"), WorkerUnreachable, "error 1102", 1),
    ("daily limit", Raw(429, b"error code: 1027"), WorkerUnreachable, "error 1027", 1),
    ("a stranger's page", Raw(200, b"<html>hello</html>"), WorkerUnreachable, "HTTP 200", 1),
    ("a list", Raw(200, b"[1]", "application/json"), WorkerUnreachable, "HTTP 200", 1),
    ("too much", Raw(200, b"x" * 600_000), WorkerUnreachable, "oversized", 2),
    ("packed", Raw(200, b"x", headers={"Content-Encoding": "gzip"}), WorkerUnreachable, "HTTP 200", 1),
    ("cut", Cut(), WorkerUnreachable, "reset", 2),
    ("hang", Hang(), WorkerUnreachable, "timeout", 2),
]


@pytest.mark.asyncio
@pytest.mark.parametrize("row", REFUSALS, ids=[row[0] for row in REFUSALS])
async def test_what_is_no_good_answer(
    row: tuple[str, Act, type[WorkerError], str, int], server: Scripted, worker: WorkerClient
) -> None:
    _, act, kind, detail, asked = row
    server.on(at("status"), act)
    with pytest.raises(kind) as caught:
        await dataclasses.replace(worker, seconds=0.1 if isinstance(act, Hang) else 10.0).status()
    assert detail in caught.value.detail
    assert len(server.got) == asked
    assert caught.value.__context__ is None


@pytest.mark.asyncio
@pytest.mark.parametrize("command", ["tick", "pause"])
async def test_an_answer_without_its_main_part_is_none(command: str, server: Scripted, worker: WorkerClient) -> None:
    server.on(at(command), said(200, {}))
    with pytest.raises(WorkerUnreachable):
        await (worker.tick() if command == "tick" else worker.pause())


@pytest.mark.asyncio
async def test_a_pause_that_stays_is_told(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("resume"), said(200, {"paused": {"reason": "keys", "since": "s", "note": "n"}}))
    paused = await worker.resume()
    assert paused is not None
    assert paused.reason == "keys"


@pytest.mark.asyncio
async def test_a_broken_line_is_tried_once_more_with_a_new_nonce(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("pause"), Cut(), said(200, {"paused": {"reason": "user"}}))
    await worker.pause()
    assert len({got.headers["soar-nonce"] for got in server.got}) == 2


@pytest.mark.asyncio
async def test_destroy_and_rotate_are_sent_once(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("destroy"), Cut())
    server.on(at("rotate"), Cut())
    with pytest.raises(WorkerUnreachable):
        await worker.destroy()
    with pytest.raises(WorkerUnreachable):
        await worker.rotate(KEYS)
    assert len(server.got) == 2


@pytest.mark.asyncio
async def test_a_refused_rotation_says_why_and_never_echoes_the_keys(server: Scripted, worker: WorkerClient) -> None:
    echo = f"{KEYS.key_id.reveal()} {KEYS.secret.reveal()}"
    server.on(at("rotate"), said(502, {"error": "cloudflare_refused", "message": echo, "cloudflare_code": 10000}))
    with pytest.raises(WorkerRefused) as caught:
        await worker.rotate(Keys(KEYS.key_id, KEYS.secret))
    assert (caught.value.reason, caught.value.cloudflare_code) == ("cloudflare_refused", 10000)
    assert "CANARY" not in str(caught.value)


@pytest.mark.asyncio
async def test_gone_is_seen_without_a_token(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, STATUS), Raw(500, b"<h1>Error 1101</h1>"), Cut(), Cut(), Raw(404, b"<h1>"))
    assert await gone(worker)


@pytest.mark.asyncio
async def test_what_does_not_go_is_not_called_gone(server: Scripted, worker: WorkerClient) -> None:
    server.on(at("status"), said(200, STATUS))
    assert not await gone(worker)
    assert isinstance(worker.clock, FakeClock)
    assert 290 < sum(worker.clock.slept) <= 300


@pytest.mark.asyncio
async def test_one_that_cannot_delete_itself_is_believed_at_once(server: Scripted, worker: WorkerClient) -> None:
    def page(*texts: str, first: int = 1) -> Raw:
        events = [{"id": n, "at": "", "kind": "other", "text": text} for n, text in enumerate(texts, first)]
        return said(200, {"events": events, "next": first + len(texts) - 1})

    earlier = "The bot could not delete itself. That was last week."
    server.on(at("events"), page(*[earlier] * 200), page("A trade.", first=201), Raw(500, b"<h1>1101"))
    before = await last_event(worker)
    assert before == 201
    again = page("The bot could not delete itself. Its token is dead.", first=202)
    server.on(at("events"), page(first=202), Raw(500, b"<h1>1101"), again)
    with pytest.raises(StillThere):
        await gone(worker, after=before)
    assert isinstance(worker.clock, FakeClock)
    assert sum(worker.clock.slept) <= 5
    server.on(at("events"), Raw(500, b"<h1>1101"))
    assert await last_event(worker) is None


def test_a_stored_key_comes_back() -> None:
    assert CommandKey.load(COMMAND_KEY.private) == COMMAND_KEY
    assert len(bytes_of(COMMAND_KEY.public)) == 32
    assert COMMAND_KEY.private.reveal() not in repr(COMMAND_KEY)


@pytest.mark.parametrize("text", ["x", "ü" * 43, "A" * 42, "!" * 43, "A" * 86])
def test_what_is_no_key_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="not a command key") as caught:
        CommandKey.load(Secret(text))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_key_pair_cannot_be_taken_apart_by_accident() -> None:
    with pytest.raises(TypeError):
        dataclasses.asdict(COMMAND_KEY)
