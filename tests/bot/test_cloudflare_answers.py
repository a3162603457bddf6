"""What Cloudflare can answer, and what comes of it: the user's sentence, what Soar did, what is in the account then.

The operations are the bot's own, with the sandbox's Cloudflare behind them; only time is not waited for. After each
failure the next attempt has to complete what was begun, and giving up has to empty the account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.operations.arriving import arrive
from bot.operations.connect import connect_account
from bot.operations.deploying import deploy_worker, undo
from bot.runner.port import Operation, Outcome
from bot.storage import workers
from bot.texts.render import render
from flows.effects import Tell
from flows.events import Context, Ended, Kind, Worker
from flows.languages import Language
from flows.machine import advance
from flows.plans import Mode, Watch, limits, limits_json
from flows.states import Account, Connected, Connecting, Held, NewWorker, Working
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.bot.counter import (
    ADDRESSED,
    CHAT,
    COMPLETE,
    NOTHING,
    NOW,
    NUMBERS,
    UPLOADED,
    Bench,
    opened,
    quiet,
    reads,
)
from tests.deploy.cloud import Sandbox

HELD = Held("t", NOW + 900)
UPLOAD, ADDRESS, SCHEDULE = "PUT script", "POST address", "PUT schedules"
ALL = (UPLOAD, ADDRESS, SCHEDULE)
PATHS = {
    UPLOAD: ("PUT", r"/workers/scripts/[^/]+$"),
    ADDRESS: ("POST", r"/subdomain$"),
    SCHEDULE: ("PUT", r"/schedules$"),
    "GET accounts": ("GET", r"/v4/accounts$"),
    "GET name": ("GET", r"/workers/subdomain$"),
    "GET scripts": ("GET", r"/workers/scripts$"),
    "PUT name": ("PUT", r"/workers/subdomain$"),
    "status": ("POST", r"/v1/status$"),
}
TRIED = ("GET accounts", "GET name", "GET scripts")
RUNNING = "Your bot is running"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


# -- a token is pasted ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pasted:
    name: str
    sentence: str
    did: str
    token: dict[str, Any] = field(default_factory=dict)
    value: str = ""
    at: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)


def refusal(code: int, message: str = "No", **more: object) -> dict[str, Any]:
    return {"kind": "refusal", "code": code, "message": message, **more}


SLOW = {"kind": "throttled", "retry_after": 300}
PASTED = [
    Pasted("all well", "Connected to Ann", ", ".join(TRIED)),
    Pasted("no name yet", "Your account needs an address name", ", ".join(TRIED), account={"subdomain": None}),
    Pasted("unknown", "Cloudflare does not know this token. I changed nothing", "GET accounts, GET verify",
           value="cfut_" + "x1Y2z" * 10),
    Pasted("expired", "This token has run out at Cloudflare. I changed nothing", "GET accounts, GET verify",
           token={"status": "expired"}),
    Pasted("disabled", "This token is switched off at Cloudflare. I changed nothing", "GET accounts, GET verify",
           token={"status": "disabled"}),
    Pasted("not yet valid", "This token is not valid yet. I changed nothing", "GET accounts, GET verify",
           token={"not_before": "2099-01-01T00:00:00Z"}),
    Pasted("from elsewhere", "works only from certain addresses, and mine is not one", "GET accounts",
           token={"ip_restricted": True}),
    Pasted("may not list accounts", "Account Settings: Read</b> is missing in this token. I changed nothing. Tap",
           "GET accounts", token={"permissions": ["workers_scripts:edit", "workers_scripts:read"]}),
    Pasted("may not touch Workers", "Workers Scripts: Edit</b> is missing in this token. I changed nothing. Tap",
           f"{', '.join(TRIED)}, 2 × GET verify", token={"permissions": ["account_settings:read"]}),
    Pasted("an account's", "Connected to Ann", ", ".join(TRIED), token={"kind": "account"}),
    Pasted("an account's that may not list", "Which account does this token belong to?", "GET accounts",
           token={"kind": "account", "lists_accounts": False}),
    Pasted("an old one", "Connected to Ann", ", ".join(TRIED), token={"kind": "old"}),
    Pasted("the Global API Key", "I did not use it. Please make a token", "", value="cfk_" + "aB3dE6gH9" * 5),
    Pasted("an empty list", "Account Settings: Read</b> is missing", "GET accounts", at="GET accounts",
           answer={"kind": "answer", "status": 200, "content_type": "application/json",
                   "body": '{"success":true,"errors":[],"messages":[],"result":[]}'}),
    Pasted("6003 with 6111", "Cloudflare does not know this token. I changed nothing", "GET accounts, GET verify",
           value="bad.header-bad.header-bad.header"),
    Pasted("throttled", "asks us to slow down, so I stopped. Please try again in five minutes", "GET accounts",
           at="GET accounts", answer=SLOW),
    Pasted("a 502 page", "I cannot reach Cloudflare now, though I tried several times", "4 × GET accounts",
           at="GET accounts", answer={"kind": "bad_gateway"}),
    Pasted("a hang", "I cannot reach Cloudflare now, though I tried several times", "4 × GET accounts",
           at="GET accounts", answer={"kind": "hang"}),
    Pasted("cut", "I cannot reach Cloudflare now, though I tried several times", "4 × GET accounts",
           at="GET accounts", answer={"kind": "cut"}),
    Pasted("10015 no such feature", "that I do not know (unknown), so I stopped. Nothing is lost", ", ".join(TRIED),
           at="GET scripts", answer=refusal(10015, "No access to this feature", status=403)),
    *(Pasted(f"{code} for a wrong token", "Cloudflare does not know this token. I changed nothing",
             "GET accounts, GET verify", at="GET accounts", answer=refusal(code, "Invalid", status=status),
             value="cfut_" + "x1Y2z" * 10)
      for code, status in ((1000, 401), (6003, 400), (9106, 403), (9109, 403), (10000, 403))),
    Pasted("1001 for an account's token", "Which account does this token belong to?", "GET accounts",
           at="GET accounts", answer=refusal(1001), token={"kind": "account"}),
    Pasted("7003 no route", "7003: Could not route", ", ".join(TRIED), at="GET name",
           answer=refusal(7003, "Could not route", status=404)),
]  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize("case", PASTED, ids=lambda case: case.name)
async def test_a_pasted_token(case: Pasted, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.delete("/faults")
    facts = {"name": "Ann", "subdomain": f"ann-{next(NUMBERS)}", **case.account}
    account = sandbox.post("/accounts", **facts)["id"]
    value = case.value or sandbox.post("/tokens", account=account, **case.token)["token"]
    if case.at:
        method, path = PATHS[case.at]
        sandbox.post("/faults", method=method, path=path, times=None, **case.answer)
    async with opened(sandbox, tmp_path, hangs=case.answer.get("kind") == "hang") as bench:
        ticket, since = await bench.held(Kind.TOKEN, value), sandbox.get("/calls")["next"]
        operation = Operation("0" * 16, CHAT, "connect", {"token": ticket})
        outcome = await connect_account(bench.shop, operation, quiet)
        did = bench.calls(since)
    sandbox.delete("/faults")
    told = reads(Connecting(NewWorker(Mode.PAPER, Watch(), "1" * 16), HELD, "0" * 16), "connect", outcome)
    assert case.sentence in told
    assert _counted(did) == _counted(case.did), "two of them are asked at the same time"
    assert bench.left(account) == NOTHING


@pytest.mark.asyncio
async def test_a_name_that_was_picked_costs_one_request_more(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.delete("/faults")
    account, name = sandbox.post("/accounts", name="Ann")["id"], f"ann-{next(NUMBERS)}"
    async with opened(sandbox, tmp_path) as bench:
        ticket = await bench.held(Kind.TOKEN, sandbox.post("/tokens", account=account)["token"])
        picked = {"token": ticket, "account": account, "account_name": "Ann", "name": name}
        since = sandbox.get("/calls")["next"]
        asked = await connect_account(bench.shop, Operation("0" * 16, CHAT, "connect", {"token": ticket}), quiet)
        assert (asked.code, _counted(bench.calls(since)).total()) == ("no_name", 3)
        since = sandbox.get("/calls")["next"]
        for _ in range(2):  # as after a crash: the name is its own by then
            named = await connect_account(bench.shop, Operation("0" * 16, CHAT, "connect", picked), quiet)
            assert (named.code, named.data["subdomain"]) == ("connected", name)
        assert bench.calls(since) == "2 × PUT name, GET name"


@pytest.mark.asyncio
async def test_a_foreign_program_of_the_name_to_be_is_seen_when_the_token_is_pasted(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.delete("/faults")
    account = sandbox.post("/accounts", name="Ann", subdomain=f"ann-{next(NUMBERS)}")["id"]
    token = sandbox.post("/tokens", account=account)["token"]
    worker = f"{next(NUMBERS):08x}{'0' * 8}"
    async with opened(sandbox, tmp_path) as bench:
        metadata = b'{"main_module": "w.js", "compatibility_date": "2026-06-01"}'
        files: list[Any] = [
            ("metadata", (None, metadata, "application/json")),
            ("w.js", ("w.js", b"export default {}", "application/javascript+module")),
        ]
        url = f"{sandbox.url}/client/v4/accounts/{account}/workers/scripts/soar-paper-{worker[:8]}"
        put = await bench.shop.cloudflare.http.put(url, files=files, headers={"Authorization": f"Bearer {token}"})
        put.raise_for_status()
        arguments = {"token": await bench.held(Kind.TOKEN, token), "worker": worker, "mode": "paper"}
        outcome = await connect_account(bench.shop, Operation("0" * 16, CHAT, "connect", arguments), quiet)
    state = Connecting(NewWorker(Mode.PAPER, Watch(), worker), HELD, "0" * 16)
    assert "A program of that name in your Cloudflare account is not mine" in reads(state, "connect", outcome)


def _counted(calls: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for call in filter(None, calls.split(", ")):
        count, _, name = call.rpartition(" × ")
        counted[name] += int(count or 1)
    return counted


# -- a Worker is deployed ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    name: str
    at: str
    answer: dict[str, Any]
    sentence: str
    did: str
    left: str
    times: int | None = None
    schedule: str = "cron"


def did(*calls: str) -> str:
    return ", ".join(calls)


UNKNOWN = "so I stopped. Nothing is lost. Please try again; if it stays, tell whoever runs this bot the number"
UNREACHABLE = "I cannot reach Cloudflare now, though I tried several times, so I stopped. Please try again in a minute."
ANSWERS = [
    Answer("all well", UPLOAD, refusal(1, times=0), RUNNING, did(*ALL), COMPLETE, times=0),
    Answer("971", UPLOAD, SLOW, "asks us to slow down, so I stopped", did(UPLOAD), NOTHING),
    Answer("971 that passes", UPLOAD, {"kind": "throttled", "retry_after": 3}, RUNNING, did(f"2 × {UPLOAD}", *ALL[1:]),
           COMPLETE, times=1),
    Answer("971 without Retry-After", SCHEDULE, {"kind": "throttled"}, "asks us to slow down, so I stopped",
           did(UPLOAD, ADDRESS, f"4 × {SCHEDULE}"), ADDRESSED),
    Answer("10000", UPLOAD, refusal(10000, status=403), "Workers Scripts: Edit</b> is missing in this token",
           did(UPLOAD, "GET verify"), NOTHING),
    Answer("10001", UPLOAD, refusal(10001, "Bad Content-Type", status=415), "10001: Bad Content-Type", did(UPLOAD),
           NOTHING),
    Answer("10002", UPLOAD, refusal(10002, status=500), UNREACHABLE, did(f"4 × {UPLOAD}"), NOTHING),
    Answer("10013 that passes", ADDRESS, refusal(10013, status=500), RUNNING,
           did(UPLOAD, f"2 × {ADDRESS}", SCHEDULE), COMPLETE, times=1),
    Answer("10014", SCHEDULE, refusal(10014, status=500), UNREACHABLE, did(UPLOAD, ADDRESS, f"4 × {SCHEDULE}"),
           ADDRESSED),
    Answer("10006", UPLOAD, refusal(10006, "Could not parse"), "10006: Could not parse", did(UPLOAD), NOTHING),
    Answer("10007 at the address", ADDRESS, refusal(10007, status=404), "Your bot is no longer in your Cloudflare",
           did(UPLOAD, ADDRESS), UPLOADED),
    Answer("10016", UPLOAD, refusal(10016, "Invalid Worker name"), "10016: Invalid Worker name", did(UPLOAD), NOTHING),
    Answer("10021", UPLOAD, refusal(10021, "SyntaxError"), "10021: SyntaxError", did(UPLOAD), NOTHING),
    Answer("10027", UPLOAD, refusal(10027, "Too large", status=413), UNKNOWN, did(UPLOAD), NOTHING),
    Answer("10034", UPLOAD, refusal(10034, status=403), "confirm your e-mail address first, so I put nothing in place",
           did(UPLOAD), NOTHING),
    Answer("10035", UPLOAD, {"kind": "conflict"}, "still busy with another change in your account, so I stopped",
           did(f"4 × {UPLOAD}"), NOTHING),
    Answer("10035 that passes", SCHEDULE, {"kind": "conflict"}, RUNNING, did(UPLOAD, ADDRESS, f"2 × {SCHEDULE}"),
           COMPLETE, times=1),
    Answer("10037", UPLOAD, refusal(10037, status=403), "holds 100 programs already, the most it may, so I put nothing",
           did(UPLOAD), NOTHING),
    Answer("10052", UPLOAD, refusal(10052, "Bad binding"), "10052: Bad binding", did(UPLOAD), NOTHING),
    Answer("10054", UPLOAD, refusal(10054, "Too long"), "10054: Too long", did(UPLOAD), NOTHING),
    Answer("10063 once", UPLOAD, refusal(10063, status=403), RUNNING, did(UPLOAD, "GET name", *ALL), COMPLETE, times=1),
    Answer("10068", UPLOAD, refusal(10068, "No handlers"), "10068: No handlers", did(UPLOAD), NOTHING),
    Answer("10070", UPLOAD, refusal(10070, "No class"), "10070: No class", did(UPLOAD), NOTHING),
    Answer("10072", SCHEDULE, refusal(10072), "so your bot wakes itself every 15 minutes", did(*ALL), ADDRESSED,
           schedule="alarm"),
    Answer("10097", UPLOAD, refusal(10097, "KV on free"), "10097: KV on free", did(UPLOAD), NOTHING),
    Answer("10100", SCHEDULE, refusal(10100, "Invalid cron"), "10100: Invalid cron", did(*ALL), ADDRESSED),
    Answer("100102", UPLOAD, refusal(100102, "Tag too large"), "100102: Tag too large", did(UPLOAD), NOTHING),
    Answer("100328", UPLOAD, refusal(100328, "Not on free"), "100328: Not on free", did(UPLOAD), NOTHING),
    Answer("100402", UPLOAD, refusal(100402, "Exports"), "100402: Exports", did(UPLOAD), NOTHING),
    Answer("an unknown code", UPLOAD, refusal(19999, "Something new"), "19999: Something new", did(UPLOAD), NOTHING),
    Answer("a 502 page", UPLOAD, {"kind": "bad_gateway"}, UNREACHABLE, did(f"4 × {UPLOAD}"), NOTHING),
    Answer("a 502 page that passes", UPLOAD, {"kind": "bad_gateway"}, RUNNING, did(f"2 × {UPLOAD}", *ALL[1:]), COMPLETE,
           times=1),
    Answer("cut in the middle of the upload", UPLOAD, {"kind": "cut"}, UNREACHABLE, did(f"4 × {UPLOAD}"), NOTHING),
    Answer("applied, but the answer lost", UPLOAD, {"kind": "cut_after"}, RUNNING, did(f"2 × {UPLOAD}", *ALL[1:]),
           COMPLETE, times=1),
    Answer("applied, every answer lost", UPLOAD, {"kind": "cut_after"}, UNREACHABLE, did(f"4 × {UPLOAD}"), UPLOADED),
    Answer("schedule applied, answer lost", SCHEDULE, {"kind": "cut_after"}, RUNNING,
           did(UPLOAD, ADDRESS, f"2 × {SCHEDULE}"), COMPLETE, times=1),
    Answer("a hang", ADDRESS, {"kind": "hang"}, UNREACHABLE, did(UPLOAD, f"4 × {ADDRESS}"), UPLOADED),
    Answer("an empty body", UPLOAD, {"kind": "answer", "status": 520, "body": ""}, UNREACHABLE, did(f"4 × {UPLOAD}"),
           NOTHING),
    Answer("404 from the new address", "status", {"kind": "answer", "status": 404, "body": "nothing here yet"},
           "Your bot is in place, its address is coming up", did(*ALL), COMPLETE),
    Answer("404 from the new address, once", "status", {"kind": "answer", "status": 404, "body": "nothing here yet"},
           RUNNING, did(*ALL), COMPLETE, times=1),
    Answer("1101 from the Worker", "status", {"kind": "answer", "status": 500, "body": "error code: 1101"},
           "Your bot is in place, its address is coming up", did(*ALL), COMPLETE),
    *(Answer(f"{page} from the Worker", "status", {"kind": "answer", "status": 503, "body": f"error code: {page}"},
             "Your bot is in place, its address is coming up", did(*ALL), COMPLETE) for page in (1027, 1042, 1102)),
    *(Answer(f"{code}", UPLOAD, refusal(code, "Odd"), f"{code}: Odd", did(UPLOAD), NOTHING) for code in (
        10003, 10004, 10005, 10023, 10026, 10040, 10053, 10055, 10056, 10069, 10074, 10142, 10208, 10210, 10211, 10222,
        100103, 100132, 100150)),
    Answer("10090", ADDRESS, refusal(10090, status=404), "Your bot is no longer in your Cloudflare",
           did(UPLOAD, ADDRESS), UPLOADED),
]  # fmt: skip


async def deploying(bench: Bench, arguments: dict[str, Any]) -> Outcome:
    given = {
        "key_id": await bench.held(Kind.KEY_ID, "PKTESTTESTTESTTEST01"),
        "secret": await bench.held(Kind.SECRET, "s" * 40),
    }
    return await deploy_worker(bench.shop, Operation("0" * 16, CHAT, "deploy", {**arguments, **given}), quiet)


@pytest.mark.asyncio
@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.name)
async def test_a_deploy(case: Answer, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.delete("/faults")
    name = f"ann-{next(NUMBERS)}"
    account = sandbox.post("/accounts", name="Ann", subdomain=name)["id"]
    worker = f"{next(NUMBERS):08x}{'0' * 8}"
    job = NewWorker(Mode.PAPER, Watch(), worker)
    access = Connected(HELD, Account(account, "Ann"), name)
    async with opened(sandbox, tmp_path, hangs=case.answer.get("kind") == "hang") as bench:
        arguments = {
            "token": await bench.held(Kind.TOKEN, sandbox.post("/tokens", account=account)["token"]),
            "mode": "paper", "worker": worker, "account": account, "subdomain": name, "keep": True,
            "plan": {"kind": "watch"}, "limits": limits_json(limits(Watch())),
        }  # fmt: skip
        method, path = PATHS[case.at]
        if case.times != 0:
            where = path if case.at == "status" else account + ".*" + path
            sandbox.post("/faults", method=method, path=where, times=case.times, **case.answer)
        since = sandbox.get("/calls")["next"]
        outcome = await deploying(bench, arguments)
        told = reads(Working(job, access, HELD, HELD, "0" * 16), "deploy", outcome)
        assert case.sentence in told
        assert bench.calls(since) == case.did
        assert bench.left(account) == case.left
        assert outcome.data.get("schedule", case.schedule) == case.schedule
        sandbox.delete("/faults")
        again = await deploying(bench, arguments)
        assert (again.code, again.data["answering"], bench.left(account)) == ("deployed", True, COMPLETE)
        undone = await undo(bench.shop, Operation("1" * 16, CHAT, "undo", arguments), quiet)
        assert (undone.code, bench.left(account)) == ("undone", NOTHING)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("looks", "code", "words"),
    [(86, "arrived", "answers at its new address"), (None, "not_arrived", "did not answer within four minutes")],
)
async def test_an_address_that_takes_three_minutes_or_never_comes(
    looks: int | None, code: str, words: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.delete("/faults")
    name = f"ann-{next(NUMBERS)}"
    account = sandbox.post("/accounts", name="Ann", subdomain=name)["id"]
    worker = f"{next(NUMBERS):08x}{'0' * 8}"
    async with opened(sandbox, tmp_path) as bench:
        arguments = {
            "token": await bench.held(Kind.TOKEN, sandbox.post("/tokens", account=account)["token"]),
            "mode": "paper", "worker": worker, "account": account, "subdomain": name, "keep": True,
            "plan": {"kind": "watch"}, "limits": limits_json(limits(Watch())),
        }  # fmt: skip
        fault = {"kind": "answer", "status": 404, "body": "There is nothing here yet", "times": looks}
        sandbox.post("/faults", method="POST", path=r"/v1/status$", **fault)
        clock = bench.shop.cloudflare.clock
        began = clock.now()
        first = await deploying(bench, arguments)
        assert not first.data["answering"]
        assert clock.now() - began <= 8, "the user is let go"
        outcome = await arrive(bench.shop, Operation("2" * 16, CHAT, "arrive", {"worker": worker}), quiet)
        sandbox.delete("/faults")
        assert outcome.code == code
        assert 160 < clock.now() - began < 260
        row = await bench.shop.worker(CHAT, worker)
        assert isinstance(row, workers.Worker)
    state = Connecting(NewWorker(Mode.PAPER, Watch(), "1" * 16), HELD, "9" * 16)
    known = Context(NOW, "f" * 16, (_seen(row),))
    (effect,) = advance(state, Ended("2" * 16, "arrive", code, outcome.data), known).effects
    assert isinstance(effect, Tell)
    assert words in render(effect.text, Language.ENGLISH)
    assert bench.left(account) == COMPLETE


def _seen(row: workers.Worker) -> Worker:
    return Worker(row.id, Mode.PAPER, row.script, row.cloudflare_account, row.holds_cloudflare_token)


def test_there_are_enough_of_them() -> None:
    assert len(PASTED) + len(ANSWERS) >= 60
