"""The real Worker in Cloudflare's own runtime, deployed, commanded, given new keys, updated and told to go."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

import httpx
import pytest

from deploy.answering import ensure_answering, gone
from deploy.clock import SystemClock
from deploy.commands import CommandKey, WorkerClient
from deploy.deployment import Keys
from deploy.errors import CloudflareRefused, NotAnswering, WorkerAbsent, WorkerRefused
from deploy.rekeying import change_keys
from deploy.secret import Secret
from deploy.steps import Site, remaining
from deploy.template import Module, Template
from deploy.updating import update
from deploy.wire import open_http
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.deploy.cloud import Breaking, Killed, Sandbox, go, move_in
from tests.deploy.scripted import FakeClock
from tests.deploy.site import COMMAND_KEY, DEPLOYMENT

NEW = Keys(Secret("PKNEWNEWNEWNEWNEW9ZZ"), Secret("NewSecret" + "n" * 31))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="")) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


def on_real_time(site: Site, api: str) -> Site:
    deployment = dataclasses.replace(site.deployment, cloudflare_api_url=f"{api}/client/v4")
    return dataclasses.replace(site, deployment=deployment)


@pytest.mark.asyncio
async def test_a_life(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = on_real_time(home.site(http, SystemClock()), sandbox.url)
        deployed = await go(site, template, first=True)
        assert deployed.first_run is not None
        assert deployed.first_run.outcome == "failed"  # no broker listens in this test
        for module in template.modules:
            there = (
                f"{sandbox.url}/_sandbox/scripts/{DEPLOYMENT.script}/modules/{module.name}?account={home.account_id}"
            )
            assert (await http.get(there)).content == module.content

        worker = WorkerClient(http, deployed.url, COMMAND_KEY)

        status = await worker.status()
        assert (status.script, status.mode, status.deployment) == (DEPLOYMENT.script, "paper", "ab12cd34")
        assert (status.template, status.key_ending) == (template.version, "0001")
        assert (status.ticks, status.holds_cloudflare_token) == (1, True)
        assert status.last_tick is not None
        assert (await worker.events()).next >= 0

        assert (await worker.pause()).reason == "user"
        await change_keys(site, NEW)
        await update(site, template)
        status = await worker.status()
        assert status.paused is not None  # the pause has survived new keys and new code
        assert status.key_ending == "W9ZZ"
        assert await worker.resume() is None
        assert (await worker.status()).paused is None

        with pytest.raises(WorkerRefused) as caught:
            await worker.rotate(Keys(Secret("PKCANARYROTATION0001"), Secret("CANARY" + "r" * 34)))
        assert caught.value.reason == "alpaca_unreachable"

        assert (await worker.destroy()).cancelled == 0
        assert await gone(worker, patience=10)
        assert not await remaining(site)
        with pytest.raises(WorkerAbsent):
            await worker.status()


@pytest.mark.asyncio
async def test_a_stranger_and_another_key_get_nothing(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        deployed = await go(home.site(http, SystemClock()), template, first=True)
        for method, path in (("GET", ""), ("GET", "/v1/status"), ("POST", "/v1/pause")):
            assert (await http.request(method, deployed.url + path)).status_code == 401
        stranger = WorkerClient(http, deployed.url, CommandKey.generate())
        with pytest.raises(WorkerRefused) as caught:
            await stranger.pause()
        assert caught.value.reason == "unauthorized"
        with pytest.raises(NotAnswering, match="unauthorized"):
            await ensure_answering(dataclasses.replace(stranger, clock=FakeClock(time.time())), "ab12cd34")
        assert (await WorkerClient(http, deployed.url, COMMAND_KEY).status()).paused is None


@pytest.mark.asyncio
async def test_killed_before_the_worker_answers_it_still_comes_up(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with httpx.AsyncClient(transport=Breaking(0, Killed(), applied=True)) as http:
        with pytest.raises(Killed):
            await go(home.site(http, SystemClock()), template, first=True)
    async with open_http() as http:
        deployed = await go(home.site(http, SystemClock()), template, keys=False)
        status = await WorkerClient(http, deployed.url, COMMAND_KEY).status()
    assert (status.key_ending, status.ticks) == ("0001", 1)


@pytest.mark.asyncio
async def test_code_that_does_not_start_is_refused_with_cloudflares_words(sandbox: Sandbox) -> None:
    home = move_in(sandbox)
    broken = Template((Module("worker.js", b"export default {"),))
    async with open_http() as http:
        with pytest.raises(CloudflareRefused) as caught:
            await go(home.site(http), broken, first=True)
    assert caught.value.cloudflare_code == 10021
    assert sandbox.account(home.account_id)["scripts"] == []
