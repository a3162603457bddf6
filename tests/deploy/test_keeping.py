"""A Cloudflare token put into a Worker that runs, or taken out; nothing else changes, wherever the work breaks off."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from deploy.commands import WorkerClient
from deploy.deployment import Deployment
from deploy.errors import DeployError, ForeignScript, ScriptAbsent, WorkerAbsent
from deploy.inspection import own_bindings
from deploy.keeping import give_token, seen_holding, take_token
from deploy.secret import Secret
from deploy.steps import Site
from deploy.template import Template
from deploy.wire import open_http
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.deploy.cloud import Breaking, Home, Killed, Sandbox, go, move_in
from tests.deploy.scripted import FakeClock
from tests.deploy.site import COMMAND_KEY, DEPLOYMENT

TOKEN = "CLOUDFLARE_API_TOKEN"
CHANGES: dict[str, Callable[[Site], Awaitable[None]]] = {"give": give_token, "take": take_token}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


def deployed(home: Home, site: Site, **facts: Any) -> Site:
    deployment: Deployment = dataclasses.replace(site.deployment, **facts)
    return dataclasses.replace(site, deployment=deployment, token=home.token)


def secrets(home: Home) -> dict[str, str]:
    found: dict[str, str] = home.sandbox.get(f"/scripts/{DEPLOYMENT.script}/secrets?account={home.account_id}")
    return found


async def all_of(site: Site) -> list[tuple[str, str, str]]:
    return sorted((each.name, each.kind, str(each.value)) for each in await own_bindings(site))


def changes_of(sandbox: Sandbox, since: int) -> list[str]:
    return [call.split()[0] for call in sandbox.api_calls(since) if not call.startswith("GET")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "keeps", "writes"),
    [("give", False, ["PATCH"]), ("give", True, ["PATCH"]), ("take", True, ["DELETE"]), ("take", False, [])],
)
async def test_only_the_token_changes(
    change: str, *, keeps: bool, writes: list[str], sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        await go(deployed(home, home.site(http), keep_token=keeps), template, first=True)
        another = Secret(sandbox.post("/tokens", account=home.account_id)["token"])
        site = dataclasses.replace(home.site(http), token=another)
        before, held = await all_of(site), secrets(home)
        since = sandbox.get("/calls")["next"]
        await CHANGES[change](site)
        assert (changes_of(sandbox, since), len(sandbox.api_calls(since))) == (writes, 1 + len(writes))
        holds = change == "give"
        held = {name: value for name, value in held.items() if name != TOKEN}
        assert secrets(home) == (held | {TOKEN: another.reveal()} if holds else held)
        assert [each for each in await all_of(site) if each[0] != TOKEN] == [
            each for each in before if each[0] != TOKEN
        ]
        worker = WorkerClient(http, site.deployment.url, COMMAND_KEY, FakeClock())
        assert await seen_holding(worker, holds=holds, patience=5) is True
        assert await seen_holding(worker, holds=not holds, patience=5) is False


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(2))
@pytest.mark.parametrize("error", [Killed(), httpx.ReadError("lost")], ids=["killed", "cut"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_broken_off_anywhere_can_be_done_again(
    *, change: str, at: int, applied: bool, error: BaseException, sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        await go(deployed(home, home.site(http), keep_token=change == "take"), template, first=True)
    async with httpx.AsyncClient(transport=Breaking(at, error, applied=applied)) as http:
        with contextlib.suppress(Killed, DeployError):
            await CHANGES[change](home.site(http))
    async with open_http() as http:
        await CHANGES[change](home.site(http))
    assert (TOKEN in secrets(home)) == (change == "give")
    assert {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY", "KEYS_SEAL"} <= secrets(home).keys()


@pytest.mark.asyncio
async def test_one_that_was_put_there_by_hand_as_a_plain_variable_goes_too(
    sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = deployed(home, home.site(http), keep_token=False)
        await go(site, template, first=True)
        by_hand = {"bindings": [{"type": "plain_text", "name": TOKEN, "text": "x"}]}
        await settings(site, by_hand)
        assert (TOKEN, "plain_text", "x") in await all_of(site)
        await take_token(site)
        assert TOKEN not in {name for name, *_ in await all_of(site)}
        await settings(site, by_hand)
        await give_token(site)
        assert secrets(home)[TOKEN] == home.token.reveal()


async def settings(site: Site, more: dict[str, Any]) -> None:
    from deploy.cloudflare import Body  # noqa: PLC0415
    from deploy.deployment import _json_part  # noqa: PLC0415
    from deploy.steps import write  # noqa: PLC0415

    names = [each.name for each in await own_bindings(site) if each.name != TOKEN]
    kept = [{"type": "inherit", "name": name} for name in names]
    whole = {"bindings": [*kept, *more["bindings"]]}
    await write(site, "PATCH", "settings", body=Body(lambda: (_json_part("settings", whole),)))


@pytest.mark.asyncio
@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_is_made_and_nothing_of_somebody_elses_touched(
    change: str, sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        with pytest.raises(ScriptAbsent):
            await CHANGES[change](home.site(http))
        assert sandbox.account(home.account_id)["scripts"] == []
        await go(home.site(http), template, first=True)
        before = secrets(home)
        foreign = deployed(home, home.site(http), deployment_id="ffffffff")
        with pytest.raises(ForeignScript):
            await CHANGES[change](foreign)
    assert secrets(home) == before


@pytest.mark.asyncio
async def test_a_worker_that_says_nothing_is_not_taken_for_one_that_says_no(
    sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = home.site(http)
        worker = WorkerClient(http, site.deployment.url, COMMAND_KEY, FakeClock())
        with pytest.raises(WorkerAbsent):
            await worker.clear_token()
        assert await seen_holding(worker, holds=True, patience=3) is None
        await go(site, template, first=True)
        assert await worker.clear_token()
        assert await seen_holding(worker, holds=False, patience=3) is True
