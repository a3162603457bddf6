"""The work behind the private form, with the sandbox's Cloudflare behind it; only time is not waited for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.keycheck import Good
from bot.opener import opener
from bot.operations.forms import ABSENCES, LATER_LOOK, await_keys, open_form, prepare
from bot.operations.rotating import same_account
from bot.operations.workshop import account_hash
from bot.runner.port import Operation, Outcome
from bot.storage import workers
from bot.telegram.keyboards import keyboard
from deploy.slips import LIFETIME, Slip, ticket_of
from flows.codec import Dialog
from flows.events import Context, Kind
from flows.forming import FormOpen
from flows.languages import Language
from flows.machine import view
from flows.plans import Mode, Watch, limits, limits_json
from flows.states import NewKeys
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.bot.counter import CHAT, COMPLETE, NOW, NUMBERS, Bench, opened, quiet
from tests.deploy.cloud import Sandbox
from tests.deploy.scripted import FakeClock


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


async def prepared(bench: Bench, sandbox: Sandbox, *, keep: bool = False) -> tuple[Outcome, workers.Worker]:
    sandbox.delete("/faults")
    name = f"cy-{next(NUMBERS)}"
    account = sandbox.post("/accounts", name="Cy", subdomain=name)["id"]
    worker = f"{next(NUMBERS):08x}{'0' * 8}"
    token = sandbox.post("/tokens", account=account)["token"]
    arguments: dict[str, Any] = {
        "token": await bench.held(Kind.TOKEN, token), "mode": "paper", "worker": worker, "account": account,
        "subdomain": name, "keep": keep, "plan": {"kind": "watch"}, "limits": limits_json(limits(Watch())),
    }  # fmt: skip
    outcome = await prepare(bench.shop, Operation("0" * 16, CHAT, "prepare", arguments), quiet)
    row = await bench.shop.worker(CHAT, worker)
    assert row is not None
    assert bench.left(account) == COMPLETE
    return outcome, row


def says(sandbox: Sandbox, form: str, times: int | None, left: int = LIFETIME, **keys: object) -> None:
    """Have Workers tell this of their form, so many times."""
    status = {
        "keys": {"state": "none", **keys},
        "form": {"state": form, "expires": NOW + left, "tries": 0, "last": ""},
        "plan": {"kind": "watch"},
    }
    sandbox.post(
        "/faults", path=r"/v1/status$", times=times, kind="answer", status=200, body=json.dumps(status),
        content_type="application/json",
    )  # fmt: skip


def waiting(row: workers.Worker, *, left: int = LIFETIME) -> Operation:
    return Operation("1" * 16, CHAT, "keys", {"worker": row.id, "expires": NOW + left, "first": True})


@pytest.mark.asyncio
async def test_a_bot_is_put_in_place_without_keys_and_its_form_opened(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        outcome, row = await prepared(bench, sandbox)
        assert outcome.code == "prepared"
        assert outcome.data["expires"] == NOW + LIFETIME
        assert row.alpaca_account_hash == account_hash(row.id, "")
        assert (row.key_ending, row.alpaca_account_ending) == ("", "")


@pytest.mark.asyncio
async def test_it_waits_ever_less_often_until_the_form_was_used(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        says(sandbox, "open", 12)
        says(sandbox, "used", None, state="held", ending="4F2A", account_ending="1234")
        outcome = await await_keys(bench.shop, waiting(row), quiet)
        assert outcome.code == "connected"
        assert (outcome.data["key_ending"], outcome.data["account_ending"]) == ("4F2A", "1234")
        clock = bench.shop.cloudflare.clock
        assert isinstance(clock, FakeClock)
        pauses = clock.slept[-12:]
        assert pauses == sorted(pauses)
        assert (pauses[0], pauses[-1]) == (2.0, LATER_LOOK)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("form", "code"), [("expired", "form_expired"), ("locked", "form_locked"), ("none", "form_closed")]
)
async def test_a_form_that_is_over_ends_the_wait(sandbox: Sandbox, tmp_path: Path, form: str, code: str) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        says(sandbox, form, None)
        assert (await await_keys(bench.shop, waiting(row), quiet)).code == code


@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["open", "used", "locked"])
async def test_a_form_that_was_replaced_is_not_waited_for(sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    """Whoever looks after the newer one tells of it, and nobody tells it twice."""
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        says(sandbox, form, None, state="held", account_ending="1234")
        assert (await await_keys(bench.shop, waiting(row, left=LIFETIME - 5), quiet)).code == "form_closed"


@pytest.mark.asyncio
async def test_after_days_the_last_look_still_sees_that_it_was_used(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        says(sandbox, "used", None, -300_000, state="held", account_ending="1234")
        assert (await await_keys(bench.shop, waiting(row, left=-300_000), quiet)).code == "connected"
        sandbox.delete("/faults")
        says(sandbox, "open", None, -300_000)  # a Worker whose clock is late
        assert (await await_keys(bench.shop, waiting(row, left=-300_000), quiet)).code == "form_expired"


@pytest.mark.asyncio
async def test_a_line_that_breaks_ends_no_wait_and_a_bot_that_goes_does(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        sandbox.post("/faults", path=r"/v1/status$", times=4, kind="cut")
        says(sandbox, "used", None, state="held")
        assert (await await_keys(bench.shop, waiting(row), quiet)).code == "connected"
        await bench.shop.database.write(lambda connection: workers.remove(connection, row.id))
        assert (await await_keys(bench.shop, waiting(row), quiet)).code == "worker_forgotten"


@pytest.mark.asyncio
async def test_an_address_that_is_away_for_a_moment_ends_no_wait(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        nothing = {
            "path": r"/v1/status$",
            "kind": "answer",
            "status": 404,
            "body": "<h1>There is nothing here yet</h1>",
        }
        sandbox.post("/faults", times=ABSENCES - 1, **nothing)
        says(sandbox, "used", None, state="held")
        assert (await await_keys(bench.shop, waiting(row), quiet)).code == "connected"
        sandbox.delete("/faults")
        sandbox.post("/faults", times=None, **nothing)
        assert (await await_keys(bench.shop, waiting(row), quiet)).code == "worker_absent"


@pytest.mark.asyncio
@pytest.mark.parametrize("error", ["unknown command", "no_form"])
async def test_a_bot_that_has_no_form_is_named_so(sandbox: Sandbox, tmp_path: Path, error: str) -> None:
    async with opened(sandbox, tmp_path) as bench:
        _, row = await prepared(bench, sandbox)
        sandbox.post(
            "/faults", path=r"/v1/form$", times=None, kind="answer", status=404, body=json.dumps({"error": error}),
            content_type="application/json",
        )  # fmt: skip
        asked = Operation("2" * 16, CHAT, "form", {"worker": row.id})
        assert (await open_form(bench.shop, asked, quiet)).code == "worker_outdated"


@pytest.mark.asyncio
async def test_the_link_is_made_anew_for_each_drawing_and_is_an_app_over_https_alone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox, tmp_path) as bench:
        outcome, row = await prepared(bench, sandbox)
        state = FormOpen(NewKeys(row.id, Mode.PAPER, "a"), str(outcome.data["form"]), NOW + LIFETIME, "0" * 16)
        way = opener(bench.shop.keyring)
        plain = way(row, state, Language.PORTUGUESE)
        ticket = ticket_of(Slip(state.form, state.expires), row.script, bench.shop.command_key(row))
        assert plain is not None
        assert plain.link == f"{row.url}/form#t={ticket.text}&l=pt-BR"
        assert (plain.code, plain.app) == (ticket.code, False)
        assert ticket.text not in repr(plain)
        app = way(replace(row, url="https://soar-paper-1.cy.workers.dev"), state, Language.CHINESE)
        assert app is not None
        assert app.app
        drawn = keyboard(view(Dialog(state), Context(NOW, "", form=app)), 1, _Anywhere(), Language.ENGLISH)
        (button,) = (each for line in (drawn or {})["inline_keyboard"] for each in line if "web_app" in each)
        assert button["web_app"] == {"url": f"https://soar-paper-1.cy.workers.dev/form#t={ticket.text}&l=zh-CN"}
        drawn = keyboard(
            view(Dialog(replace(state, plain=True)), Context(NOW, "", form=app)), 1, _Anywhere(), Language.ENGLISH
        )
        assert "web_app" not in str(drawn)
        assert f"'url': '{app.link}'" in str(drawn)


class _Anywhere(dict[Any, str]):
    """Every place has an address."""

    def __missing__(self, key: object) -> str:
        return f"https://{key}.example"


def test_whose_account_a_pasted_pair_is_of() -> None:
    good = Good("id-1", "1234", "ACTIVE", "USD", None, None)
    row = _row("id-1", "1234")
    assert same_account(row, good)
    assert not same_account(row, Good("id-2", "1234", "ACTIVE", "USD", None, None))
    unknown = _row("", "1234")
    assert same_account(unknown, good), "the Worker itself knows the account"
    assert not same_account(unknown, Good("id-2", "9999", "ACTIVE", "USD", None, None))
    assert same_account(_row("", ""), good)


def _row(account: str, ending: str) -> workers.Worker:
    return workers.Worker(
        id="a" * 16, chat_id=CHAT, mode="paper", script="s", cloudflare_account="c", subdomain="d", url="u",
        alpaca_account_hash=account_hash("a" * 16, account), alpaca_account_ending=ending, command_key=b"", plan={},
        ceilings={}, template="", holds_cloudflare_token=False, key_ending="", state="running", created_at=0.0,
    )  # fmt: skip
