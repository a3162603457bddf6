"""What Cloudflare can answer once a Worker is up: new keys, an update and a farewell with a token of the user's.

As for a deploy: the user's sentence, what Soar did, what is in the account then; and the next attempt completes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.operations.connect import connect_account
from bot.operations.deploying import deploy_worker
from bot.operations.rotating import rotate
from bot.operations.tending import destroy
from bot.operations.verifying import update
from bot.operations.workshop import script_name
from bot.runner.port import Operation, Outcome
from bot.storage import workers
from bot.texts.render import body
from flows.codec import Dialog
from flows.events import Context, Ended, Kind
from flows.inspected import AtWork
from flows.languages import Language
from flows.machine import advance, view
from flows.plans import Mode, Watch, limits, limits_json
from flows.screen import Link, Place
from flows.states import (
    Account,
    Connected,
    Connecting,
    Destroying,
    Held,
    Inspection,
    NewKeys,
    NewWorker,
    OwnToken,
    State,
    Working,
)
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.bot.counter import CHAT, COMPLETE, NOTHING, NOW, NUMBERS, Bench, opened, quiet, reads
from tests.deploy.cloud import Sandbox

HELD = Held("t", NOW + 900)
SEEN, KEYS, CODE, CLOCK, LIST, FAREWELL = (
    "GET settings",
    "PATCH settings",
    "PUT script",
    "PUT schedules",
    "GET scripts",
    "DELETE script",
)
PATHS = {
    KEYS: ("PATCH", r"/settings$"),
    CODE: ("PUT", r"/workers/scripts/[^/]+$"),
    CLOCK: ("PUT", r"/schedules$"),
    LIST: ("GET", r"/workers/scripts$"),
    FAREWELL: ("DELETE", r"/workers/scripts/[^/]+$"),
}
OPERATIONS = {"rotate": rotate, "update": update, "destroy": destroy}
DONE = {"rotate": "Both keys are changed", "update": "Updated: what runs is what is", "destroy": "is gone"}
SLOW = "asks us to slow down, so I stopped. Please try again in five minutes"
UNREACHABLE = "I cannot reach Cloudflare now, though I tried several times, so I stopped. Please try again in a minute."
GONE = "Your bot is no longer in your Cloudflare account"
LACKING = "Workers Scripts: Edit</b> is missing in this token. I changed nothing"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


def refusal(code: int, message: str = "No", **more: object) -> dict[str, Any]:
    return {"kind": "refusal", "code": code, "message": message, **more}


@dataclass(frozen=True)
class Answer:
    what: str
    name: str
    at: str
    answer: dict[str, Any]
    sentence: str
    did: str
    left: str = COMPLETE
    times: int | None = None


THROTTLED = {"kind": "throttled", "retry_after": 300}
ANSWERS = [
    Answer("rotate", "all well", KEYS, refusal(1), DONE["rotate"], f"{SEEN}, {KEYS}", times=0),
    Answer("rotate", "971", KEYS, THROTTLED, SLOW, f"{SEEN}, {KEYS}"),
    Answer("rotate", "10000", KEYS, refusal(10000, status=403), LACKING, f"{SEEN}, {KEYS}, GET verify"),
    Answer("rotate", "10007", KEYS, refusal(10007, status=404), GONE, f"{SEEN}, {KEYS}"),
    Answer("rotate", "10035", KEYS, {"kind": "conflict"}, "busy with another change in your account",
           f"{SEEN}, 4 × {KEYS}"),
    Answer("rotate", "10056", KEYS, refusal(10056, "Too large"), "10056: Too large", f"{SEEN}, {KEYS}"),
    Answer("rotate", "10215", KEYS, refusal(10215, status=409), "Deploy that version in Cloudflare's dashboard",
           f"{SEEN}, {KEYS}"),
    Answer("rotate", "applied, answer lost", KEYS, {"kind": "cut_after"}, DONE["rotate"],
           f"{SEEN}, 2 × {KEYS}", times=1),
    Answer("rotate", "a 502 page", KEYS, {"kind": "bad_gateway"}, UNREACHABLE, f"{SEEN}, 4 × {KEYS}"),
    Answer("update", "all well", CODE, refusal(1), DONE["update"], f"{SEEN}, {CODE}, {CLOCK}", times=0),
    Answer("update", "971", CODE, THROTTLED, SLOW, f"{SEEN}, {CODE}"),
    Answer("update", "10000", CODE, refusal(10000, status=403), LACKING, f"{SEEN}, {CODE}, GET verify"),
    Answer("update", "10021", CODE, refusal(10021, "SyntaxError"), "10021: SyntaxError", f"{SEEN}, {CODE}"),
    Answer("update", "10057", CODE, refusal(10057), "A variable of your bot has gone since I looked",
           f"{SEEN}, {CODE}, {LIST}"),
    Answer("update", "10072", CLOCK, refusal(10072), DONE["update"], f"{SEEN}, {CODE}, {CLOCK}, GET schedules"),
    Answer("update", "applied, answer lost", CODE, {"kind": "cut_after"}, DONE["update"],
           f"{SEEN}, 2 × {CODE}, {CLOCK}", times=1),
    Answer("update", "a hang", CODE, {"kind": "hang"}, UNREACHABLE, f"{SEEN}, 4 × {CODE}"),
    Answer("update", "a hang at the clock", CLOCK, {"kind": "hang"}, UNREACHABLE, f"{SEEN}, {CODE}, 4 × {CLOCK}"),
    Answer("destroy", "all well", LIST, refusal(1), DONE["destroy"], f"{LIST}, {FAREWELL}", NOTHING, times=0),
    Answer("destroy", "971", LIST, THROTTLED, SLOW, LIST),
    Answer("destroy", "10000", FAREWELL, refusal(10000, status=403), LACKING, f"{LIST}, {FAREWELL}, GET verify"),
    Answer("destroy", "10007", FAREWELL, refusal(10007, status=404), DONE["destroy"], f"{LIST}, {FAREWELL}"),
    Answer("destroy", "10142", FAREWELL, refusal(10142, "Still in use"), "10142: Still in use", f"{LIST}, {FAREWELL}"),
    Answer("destroy", "10013", FAREWELL, refusal(10013, status=500), UNREACHABLE, f"{LIST}, 4 × {FAREWELL}"),
    Answer("destroy", "applied, answer lost", FAREWELL, {"kind": "cut_after"}, DONE["destroy"],
           f"{LIST}, 2 × {FAREWELL}", NOTHING, times=1),
    Answer("destroy", "a 502 page", FAREWELL, {"kind": "bad_gateway"}, UNREACHABLE, f"{LIST}, 4 × {FAREWELL}"),
]  # fmt: skip


@dataclass
class Up:
    """A Worker that is up, in an account of its own."""

    bench: Bench
    sandbox: Sandbox
    account: str
    worker: str

    async def token(self, **choices: object) -> str:
        value = self.sandbox.post("/tokens", account=self.account, **choices)["token"]
        return await self.bench.held(Kind.TOKEN, value)

    async def does(self, what: str) -> Outcome:
        arguments: dict[str, Any] = {"worker": self.worker, "token": await self.token(), "mode": "paper"}
        if what == "rotate":
            arguments["key_id"] = await self.bench.held(Kind.KEY_ID, "PKTESTTESTTESTTEST02")
            arguments["secret"] = await self.bench.held(Kind.SECRET, "t" * 40)
        return await OPERATIONS[what](self.bench.shop, Operation("3" * 16, CHAT, what, arguments), quiet)

    def state(self, what: str) -> State:
        access = Connected(HELD, Account(self.account, "Ann"), "")
        match what:
            case "rotate":
                job = NewKeys(self.worker, Mode.PAPER, self.account)
                return Working(job, access, HELD, HELD, "0" * 16)
            case "update":
                look = Inspection(self.worker, Mode.PAPER, self.account)
                return AtWork("update", look, access, "0" * 16, self.worker, Mode.PAPER)
            case _:
                return Destroying(self.worker, Mode.PAPER, "0" * 16, access)


async def deployed(bench: Bench, sandbox: Sandbox) -> Up:
    sandbox.delete("/faults")
    name = f"bea-{next(NUMBERS)}"
    account = sandbox.post("/accounts", name="Bea", subdomain=name)["id"]
    up = Up(bench, sandbox, account, f"{next(NUMBERS):08x}{'0' * 8}")
    arguments = {
        "token": await up.token(), "mode": "paper", "worker": up.worker, "account": account, "subdomain": name,
        "keep": True, "plan": {"kind": "watch"}, "limits": limits_json(limits(Watch())),
        "key_id": await bench.held(Kind.KEY_ID, "PKTESTTESTTESTTEST01"),
        "secret": await bench.held(Kind.SECRET, "s" * 40),
    }  # fmt: skip
    outcome = await deploy_worker(bench.shop, Operation("0" * 16, CHAT, "deploy", arguments), quiet)
    assert (outcome.code, bench.left(account)) == ("deployed", COMPLETE)
    row = {"state": "running", "subdomain": name, "url": outcome.data["url"]}
    await bench.shop.database.write(lambda connection: workers.change(connection, up.worker, **row))
    return up


@pytest.mark.asyncio
@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: f"{case.what}: {case.name}")
async def test_what_comes_later(case: Answer, sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path, hangs=case.answer.get("kind") == "hang") as bench:
        up = await deployed(bench, sandbox)
        if case.what == "destroy":  # a Worker that is told to would delete itself
            sandbox.post(
                "/faults", method="POST", path=r"/v1/destroy$", times=None, kind="answer", status=500, body="1101"
            )
        if case.times != 0:
            method, path = PATHS[case.at]
            sandbox.post("/faults", method=method, path=up.account + ".*" + path, times=case.times, **case.answer)
        since = sandbox.get("/calls")["next"]
        outcome = await up.does(case.what)
        assert case.sentence in reads(up.state(case.what), case.what, outcome)
        assert bench.calls(since) == case.did
        assert bench.left(up.account) == case.left
        sandbox.delete("/faults")
        again = await up.does(case.what)
        assert DONE[case.what] in reads(up.state(case.what), case.what, again)
        assert bench.left(up.account) == (NOTHING if case.what == "destroy" else COMPLETE)


@pytest.mark.asyncio
async def test_after_five_minutes_it_says_that_it_could_not_make_sure(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        up = await deployed(bench, sandbox)
        said = {"kind": "answer", "content_type": "application/json", "times": None}
        paused = '{"paused": {"reason": "user", "since": "", "note": ""}}'
        sandbox.post("/faults", method="POST", path=r"/v1/pause$", status=200, body=paused, **said)
        sandbox.post("/faults", method="POST", path=r"/v1/destroy$", status=202, body='{"destroying":true}', **said)
        clock = bench.shop.cloudflare.clock
        began, since = clock.now(), sandbox.get("/calls")["next"]
        outcome = await destroy(bench.shop, Operation("3" * 16, CHAT, "destroy", {"worker": up.worker}), quiet)
        sandbox.delete("/faults")
        assert not bench.calls(since), "without a token nothing can be asked of Cloudflare"
    assert outcome.code == "unsure"
    assert 280 < clock.now() - began <= 310
    state = Destroying(up.worker, Mode.PAPER, "0" * 16, OwnToken())
    move = advance(state, Ended("0" * 16, "destroy", "unsure", outcome.data), Context(NOW, "f" * 16))
    screen = view(Dialog(move.state, move.notice), Context(NOW, "f" * 16))
    assert f"I could not make sure that {script_name('paper', up.worker)} is gone" in body(screen, Language.ENGLISH)
    links = [button.place for row in screen.rows for button in row if isinstance(button, Link)]
    assert links == [Place.CLOUDFLARE_WORKERS, Place.ALPACA_PAPER, Place.CLOUDFLARE_TOKENS]


@pytest.mark.asyncio
async def test_a_token_for_a_worker_that_is_up_costs_two_requests(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        up = await deployed(bench, sandbox)
        arguments = {"token": await up.token(), "account": up.account, "tended": up.worker}
        since = sandbox.get("/calls")["next"]
        outcome = await connect_account(bench.shop, Operation("4" * 16, CHAT, "connect", arguments), quiet)
        assert (outcome.code, outcome.data["strays"]) == ("connected", [])
        assert bench.calls(since) == f"GET accounts, {LIST}"
        await bench.shop.database.write(partial(workers.remove, worker_id=up.worker))
        again = await connect_account(bench.shop, Operation("5" * 16, CHAT, "connect", arguments), quiet)
        assert again.data.get("strays") is None, "a Worker that is not on record is nobody's to look after"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (10031, "Somebody else has that name, so your account has none yet. Please try another."),
        (10032, "10032: No"),
        (10033, "That name will not do"),
        (10034, "confirm your e-mail address first"),
    ],
)
async def test_a_name_that_is_refused(code: int, words: str, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.delete("/faults")
    account, worker = sandbox.post("/accounts", name="Cy")["id"], f"{next(NUMBERS):08x}{'0' * 8}"
    sandbox.post("/faults", method="PUT", path=rf"{account}/workers/subdomain$", times=None, **refusal(code))
    async with opened(sandbox, tmp_path) as bench:
        ticket = await bench.held(Kind.TOKEN, sandbox.post("/tokens", account=account)["token"])
        arguments = {"token": ticket, "account": account, "account_name": "Cy", "name": f"cy-{next(NUMBERS)}"}
        outcome = await connect_account(bench.shop, Operation("6" * 16, CHAT, "connect", arguments), quiet)
    sandbox.delete("/faults")
    assert words in reads(Connecting(NewWorker(Mode.PAPER, Watch(), worker), HELD, "0" * 16), "connect", outcome)
    assert script_name("paper", worker) not in str(sandbox.account(account))
