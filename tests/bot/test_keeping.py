"""The work behind the token that a bot keeps, with the sandbox's Cloudflare behind it; only time is not waited for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.operations.keeping import give, take
from bot.runner.port import Operation, Outcome
from bot.storage import workers
from flows.events import Kind
from flows.jobs import GRANTED
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.bot.counter import CHAT, Bench, opened, quiet
from tests.bot.test_forms import prepared
from tests.deploy.cloud import Sandbox

GIVEN = {"holds_token": True, "answering": True}
TAKEN = {"holds_token": False, "answering": True}
UNSEEN = {"holds_token": False, "answering": False}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


def asked(row: workers.Worker, token: str | None = None) -> Operation:
    return Operation("1" * 16, CHAT, "take_token", {"worker": row.id, "token": token})


def told(outcome: Outcome) -> dict[str, object]:
    return {name: value for name, value in outcome.data.items() if name != "worker"}


async def own_token(bench: Bench, row: workers.Worker) -> str:
    value = bench.sandbox.post("/tokens", account=row.cloudflare_account)["token"]
    return await bench.held(Kind.TOKEN, value)


def held(bench: Bench, row: workers.Worker) -> bool:
    secrets = bench.sandbox.get(f"/scripts/{row.script}/secrets?account={row.cloudflare_account}")
    return "CLOUDFLARE_API_TOKEN" in secrets


@pytest.mark.asyncio
async def test_a_token_is_given_and_given_up_however_often_it_is_tried(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        ticket = await own_token(bench, row)
        for _ in range(2):  # a process that was killed at the end of it does it again
            outcome = await give(bench.shop, asked(row, ticket), quiet)
            assert (outcome.code, told(outcome), held(bench, row)) == ("token_given", GIVEN, True)
        for _ in range(2):
            outcome = await take(bench.shop, asked(row), quiet)
            assert (outcome.code, told(outcome), held(bench, row)) == ("token_taken", TAKEN, False)
        assert (await give(bench.shop, asked(row, "gone"), quiet)).code == "token_gone"
        assert (await give(bench.shop, asked(row), quiet)).code == "token_gone"
        assert (await take(bench.shop, asked(row, "gone"), quiet)).code == "token_gone"
        assert (await give(bench.shop, asked(row, f"{GRANTED}1"), quiet)).code == "token_lent"
        await bench.shop.database.write(lambda connection: workers.remove(connection, row.id))
        assert (await give(bench.shop, asked(row, ticket), quiet)).code == "worker_forgotten"
        assert (await take(bench.shop, asked(row), quiet)).code == "worker_forgotten"


UNKNOWN = {"kind": "answer", "status": 404, "body": json.dumps({"error": "unknown command", "message": "?"})}
REFUSED = {"kind": "answer", "status": 502, "body": json.dumps({"error": "cloudflare_refused", "message": "No."})}
LYING = {"kind": "answer", "status": 200, "body": json.dumps({"holds_cloudflare_token": False})}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "path", "code"),
    [
        (UNKNOWN, "/v1/token_clear$", "worker_outdated"),
        (REFUSED, "/v1/token_clear$", "token_dead"),
        (LYING, "/v1/token_clear$", "worker_refused"),
        ({"kind": "answer", "status": 404, "body": "nothing is here yet"}, "/v1/", "worker_absent"),
        ({"kind": "answer", "status": 500, "body": "error code: 1101"}, "/v1/", "worker_unreachable"),
        ({"kind": "cut"}, "/v1/token_clear$", "worker_unreachable"),
    ],
    ids=["older", "dead", "says so and does not", "absent", "silent", "cut"],
)
async def test_what_a_bot_cannot_do_itself_is_done_from_outside(
    fault: dict[str, object], path: str, code: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox, keep=True)
        sandbox.post("/faults", path=path, times=None, **fault)
        assert (await take(bench.shop, asked(row), quiet)).code == code
        assert held(bench, row)
        outcome = await take(bench.shop, asked(row, await own_token(bench, row)), quiet)
        assert (outcome.code, outcome.data["holds_token"], held(bench, row)) == ("token_taken", False, False)
        assert outcome.data["answering"] is (path != "/v1/")


@pytest.mark.asyncio
async def test_a_lost_answer_is_found_out_by_asking(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox, keep=True)
        sandbox.post("/faults", path="/v1/token_clear$", times=2, kind="cut_after")
        outcome = await take(bench.shop, asked(row), quiet)
        assert (outcome.code, told(outcome)) == ("token_taken", TAKEN)


@pytest.mark.asyncio
async def test_without_its_command_key_it_is_done_from_outside_and_not_confirmed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox, keep=True)
        await bench.shop.database.write(lambda each: workers.change(each, row.id, command_key=b"lost"))
        assert (await take(bench.shop, asked(row), quiet)).code == "command_key_lost"
        ticket = await own_token(bench, row)
        outcome = await take(bench.shop, asked(row, ticket), quiet)
        assert (outcome.code, told(outcome), held(bench, row)) == ("token_taken", UNSEEN, False)
        outcome = await give(bench.shop, asked(row, ticket), quiet)
        assert (outcome.code, outcome.data["answering"], held(bench, row)) == ("token_given", False, True)


@pytest.mark.asyncio
async def test_a_token_that_may_not_do_it_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        weak = sandbox.post("/tokens", account=row.cloudflare_account, permissions=["account_settings:read"])["token"]
        outcome = await give(bench.shop, asked(row, await bench.held(Kind.TOKEN, weak)), quiet)
        assert (outcome.code, outcome.data["detail"]) == ("permission_missing", "Workers Scripts: Edit")
        assert not held(bench, row)
