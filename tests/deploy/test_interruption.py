"""A deploy that is killed, or loses its line, at any request: the next attempt completes it, and destroy empties it.

Runs against the sandbox's Cloudflare over HTTP; Workers are kept but not run, as only the account's state matters.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from deploy.accounts import connect, look
from deploy.names import claim_name
from deploy.steps import remaining, remove
from deploy.template import Template
from deploy.updating import update
from deploy.wire import open_http
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.deploy.cloud import Breaking, Killed, Sandbox, assert_complete, go, move_in


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("named", [True, False])
async def test_requests_of_the_whole_way(*, named: bool, sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox, named=named)
    since = sandbox.get("/calls")["next"]
    async with open_http() as http:
        site = home.site(http)
        (account,) = await connect(site.cloudflare, home.token)
        found = await look(site.cloudflare, home.token, account.id)
        assert found.scripts == ()
        if found.subdomain is None:
            await claim_name(site.cloudflare, home.token, account.id, site.deployment.subdomain)
        pasted = len(sandbox.api_calls(since))
        deployed = await go(site, template, first=True)
    assert pasted == (3 if named else 4)
    assert len(sandbox.api_calls(since)) == pasted + 3
    assert deployed.first_run is not None
    assert_complete(home)


@pytest.mark.asyncio
@pytest.mark.parametrize("keys_left", [True, False], ids=["keys at hand", "key ticket gone"])
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(5))
async def test_killed_at_any_request(
    *, at: int, applied: bool, keys_left: bool, sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with httpx.AsyncClient(transport=Breaking(at, Killed(), applied=applied)) as http:
        with pytest.raises(Killed):
            await go(home.site(http), template, first=True)
    uploaded = bool(sandbox.account(home.account_id)["scripts"])
    async with open_http() as http:
        site = home.site(http)
        await go(site, template, keys=keys_left or not uploaded)
        assert_complete(home)
        await go(site, template, keys=False)
        assert_complete(home)
        assert await remove(site)
        assert not await remaining(site)
    assert sandbox.account(home.account_id)["scripts"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize("at", range(7))
async def test_a_replay_that_is_killed_can_be_replayed(at: int, sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        await go(home.site(http), template, first=True)
    async with httpx.AsyncClient(transport=Breaking(at, Killed(), applied=True)) as http:
        with pytest.raises(Killed):
            await go(home.site(http), template, keys=False)
    async with open_http() as http:
        await go(home.site(http), template, keys=False)
    assert_complete(home)


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(5))
async def test_a_lost_line_is_mended_within_the_same_attempt(
    *, at: int, applied: bool, sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    breaking = Breaking(at, httpx.ReadError("lost"), applied=applied)
    async with httpx.AsyncClient(transport=breaking) as http:
        deployed = await go(home.site(http), template, first=True)
    assert len(breaking.sent) == 6
    assert deployed.first_run is not None
    assert_complete(home)


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(2))
async def test_killed_while_removing(*, at: int, applied: bool, sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        await go(home.site(http), template, first=True)
    async with httpx.AsyncClient(transport=Breaking(at, Killed(), applied=applied)) as http:
        with pytest.raises(Killed):
            await remove(home.site(http))
    async with open_http() as http:
        await remove(home.site(http))
    assert sandbox.account(home.account_id)["scripts"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "bad_gateway"},
        {"kind": "conflict"},
        {"kind": "throttled", "retry_after": 3},
        {"kind": "cut"},
        {"kind": "cut_after"},
        {"kind": "refusal", "code": 10013},
    ],
    ids=lambda fault: fault["kind"],
)
@pytest.mark.parametrize("path", ["/workers/scripts/[^/]+$", "/subdomain$", "/schedules$"])
async def test_each_trouble_at_each_write_passes(
    fault: dict[str, object], path: str, sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    sandbox.delete("/faults")
    sandbox.post("/faults", **fault, path=f"/client/v4/accounts/{home.account_id}.*{path}", times=1)
    async with open_http() as http:
        await go(home.site(http), template, first=True)
    assert [fault["hits"] for fault in sandbox.get("/faults")["faults"]] == [1]
    assert_complete(home)


@pytest.mark.asyncio
async def test_an_update_leaves_the_secrets(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        await go(home.site(http), template, first=True)
        await update(home.site(http), template)
    assert_complete(home)
