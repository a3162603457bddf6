"""Another plan and other ceilings for a Worker that runs; nothing else of it changes, wherever the work breaks off."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

import httpx
import pytest

from deploy.commands import WorkerClient
from deploy.comparison import Expected, compare
from deploy.errors import DeployError, NotAnswering, ScriptAbsent
from deploy.inspection import inspect
from deploy.steps import Site
from deploy.template import Template
from deploy.widening import ensure_widened, set_plan
from deploy.wire import open_http
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.deploy.cloud import Breaking, Home, Killed, Sandbox, assert_complete, go, move_in
from tests.deploy.scripted import FakeClock
from tests.deploy.site import COMMAND_KEY, DEPLOYMENT

PLAN = {"kind": "recurring", "symbols": ["BND"], "amount": "7.00", "every": "day"}
CEILINGS = {"per_order": "7.00", "per_day": "7.00", "budget": "140.00", "symbols": ["BND"]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


def wider(site: Site) -> Site:
    return dataclasses.replace(site, deployment=dataclasses.replace(site.deployment, plan=PLAN, ceilings=CEILINGS))


async def settled(sandbox: Sandbox, template: Template) -> Home:
    home = move_in(sandbox)
    async with open_http() as http:
        await go(home.site(http), template, first=True)
    return home


@pytest.mark.asyncio
async def test_only_plan_and_ceilings_change(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    async with open_http() as http:
        site = wider(home.site(http))
        await set_plan(site)
        found = (await inspect(site)).found
        assert found is not None
        expected = Expected(site.deployment, template, "", lambda account: account == DEPLOYMENT.alpaca_account_id)
        assert compare(found, expected).clean
        status = await ensure_widened(site, WorkerClient(http, site.deployment.url, COMMAND_KEY, FakeClock()))
    assert (dict(status.plan), dict(status.ceilings)) == (PLAN, CEILINGS)
    assert_complete(home)


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(2))
@pytest.mark.parametrize("error", [Killed(), httpx.ReadError("lost")], ids=["killed", "cut"])
async def test_a_widening_broken_off_anywhere_can_be_done_again(
    *, at: int, applied: bool, error: BaseException, sandbox: Sandbox, template: Template
) -> None:
    home = await settled(sandbox, template)
    async with httpx.AsyncClient(transport=Breaking(at, error, applied=applied)) as http:
        with contextlib.suppress(Killed, DeployError):
            await set_plan(wider(home.site(http)))
    async with open_http() as http:
        site = wider(home.site(http))
        await set_plan(site)
        await ensure_widened(site, WorkerClient(http, site.deployment.url, COMMAND_KEY, FakeClock()))
    assert_complete(home)


@pytest.mark.asyncio
async def test_a_worker_that_is_gone_is_not_made(sandbox: Sandbox) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        with pytest.raises(ScriptAbsent):
            await set_plan(wider(home.site(http)))
    assert sandbox.account(home.account_id)["scripts"] == []


@pytest.mark.asyncio
async def test_a_worker_that_keeps_its_old_ceilings_is_not_called_widened(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    async with open_http() as http:
        site = wider(home.site(http))
        with pytest.raises(NotAnswering):
            await ensure_widened(site, WorkerClient(http, site.deployment.url, COMMAND_KEY, FakeClock()), patience=3)
