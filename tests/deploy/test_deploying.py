"""The steps in their order, against scripted answers: how many requests, what when something is in the way."""

from __future__ import annotations

import asyncio
import dataclasses

import httpx
import pytest

from deploy.accounts import connect, look
from deploy.answering import come_up
from deploy.cloudflare import Cloudflare
from deploy.commands import WorkerClient
from deploy.errors import (
    AccountRefused,
    DeployError,
    ForeignScript,
    KeysNeeded,
    NotAnswering,
    PermissionMissing,
    ScriptAbsent,
)
from deploy.steps import Deployed, Site, State, Step, deploy, ensure_schedule, remaining, remove
from deploy.template import Template
from deploy.updating import update
from tests.deploy.scripted import Act, Cut, FakeClock, Got, Held, Raw, Scripted, bad, good, said, until
from tests.deploy.site import ACCOUNT, COMMAND_KEY, DEPLOYMENT, KEYS, SCRIPT_PATH, TOKEN, WORKERS_PATH

WORKER = f"/workers/ann/{DEPLOYMENT.script}/v1"
OURS = {"id": DEPLOYMENT.script, "tags": list(DEPLOYMENT.tags)}
PUT, ADDRESS, SCHEDULE = f"PUT {SCRIPT_PATH}", f"POST {SCRIPT_PATH}/subdomain", f"PUT {SCRIPT_PATH}/schedules"
STATUS, TICK, ALARM = f"POST {WORKER}/status", f"POST {WORKER}/tick", f"POST {WORKER}/alarm"
NAME, SCRIPTS = f"GET {WORKERS_PATH}/subdomain", f"GET {WORKERS_PATH}/scripts"


class Progress:
    def __init__(self) -> None:
        self.seen: list[tuple[Step, State]] = []

    async def __call__(self, step: Step, state: State) -> None:
        self.seen.append((step, state))

    @property
    def done(self) -> list[str]:
        return [step.value for step, state in self.seen if state is State.DONE]


@pytest.fixture
def progress() -> Progress:
    return Progress()


@pytest.fixture
def site(server: Scripted, cloudflare: Cloudflare) -> Site:
    """A site whose account has a name and nothing else, and where all goes well."""
    server.on("GET /accounts", good([{"id": ACCOUNT, "name": "Ann"}]))
    server.on(NAME, good({"subdomain": "ann"}))
    server.on(SCRIPTS, good([]))
    server.on(PUT, good({"id": DEPLOYMENT.script}))
    server.on(ADDRESS, good({"enabled": True}))
    server.on(SCHEDULE, good({"schedules": []}))
    server.on(f"DELETE {SCRIPT_PATH}", good(None))
    server.on(STATUS, said(200, {"deployment": DEPLOYMENT.deployment_id}))
    server.on(TICK, said(200, {"run": {"id": 1, "outcome": "idle"}}))
    deployment = dataclasses.replace(DEPLOYMENT, worker_url_template=server.url + "/workers/{subdomain}/{script}")
    return Site(cloudflare, TOKEN, deployment)


def worker_of(site: Site) -> WorkerClient:
    return WorkerClient(site.cloudflare.http, site.deployment.url, COMMAND_KEY, site.cloudflare.clock)


async def go(
    site: Site,
    template: Template,
    progress: Progress,
    *,
    keys: bool = True,
    first: bool = True,
    patience: float = 240.0,
) -> Deployed:
    return await deploy(
        site,
        keys=KEYS if keys else None,
        template=template,
        command_key=COMMAND_KEY,
        progress=progress,
        first=first,
        patience=patience,
    )


@pytest.mark.asyncio
async def test_a_first_deploy_takes_three_requests_and_three_more(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    await connect(site.cloudflare, TOKEN)
    await look(site.cloudflare, TOKEN, ACCOUNT)
    assert len(server.got) == 3
    deployed = await go(site, template, progress)
    assert server.lines[3:5] == [PUT, ADDRESS]
    assert set(server.lines[5:7]) == {SCHEDULE, STATUS}, "they go out together"
    assert server.lines[7:] == [TICK]
    assert progress.done == ["ensure_script", "ensure_address", "ensure_schedule", "ensure_answering", "first_tick"]
    assert deployed.first_run is not None
    assert deployed.first_run.outcome == "idle"
    assert (deployed.url, deployed.schedule) == (site.deployment.url, "cron")
    bodies = {got.line: got.json() for got in server.got if got.line in {ADDRESS, SCHEDULE}}
    assert bodies == {ADDRESS: {"enabled": True, "previews_enabled": False}, SCHEDULE: [{"cron": "*/15 * * * *"}]}


@pytest.mark.asyncio
async def test_a_replay_looks_first(server: Scripted, site: Site, template: Template, progress: Progress) -> None:
    server.on(SCRIPTS, good([OURS]))
    await go(site, template, progress, first=False)
    assert server.lines[:4] == [NAME, SCRIPTS, PUT, ADDRESS]
    assert sorted(server.lines[4:]) == sorted([SCHEDULE, STATUS, TICK])
    assert progress.done[0] == "ensure_name"


@pytest.mark.asyncio
@pytest.mark.parametrize("first", [True, False])
async def test_without_keys_an_earlier_upload_is_needed(
    *, first: bool, server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    with pytest.raises(KeysNeeded):
        await go(site, template, progress, keys=False, first=first)
    assert PUT not in server.lines
    server.on(SCRIPTS, good([OURS]))
    await go(site, template, progress, keys=False, first=first)
    assert b"keep_bindings" in next(got.body for got in server.got if got.line == PUT)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "tags", [None, [], ["soar"], ["soar", "soar-deployment-00000000"], ["soar-deployment-ab12cd34"]]
)
@pytest.mark.parametrize("keys", [True, False])
async def test_what_is_not_this_deployment_is_never_overwritten_or_removed(
    *, tags: list[str] | None, keys: bool, server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(SCRIPTS, good([{"id": DEPLOYMENT.script, "tags": tags}]))
    for attempt in (go(site, template, progress, keys=keys, first=False), remove(site)):
        with pytest.raises(ForeignScript):
            await attempt
    assert {got.method for got in server.got} == {"GET"}


@pytest.mark.asyncio
async def test_a_name_that_vanished_is_made_again(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(PUT, bad(403, 10063, "You need a workers.dev subdomain"), good({}))
    server.on(NAME, bad(404, 10007, "none"))
    server.on(f"PUT {WORKERS_PATH}/subdomain", good({"subdomain": "ann"}))
    await go(site, template, progress)
    assert server.lines[:5] == [PUT, NAME, f"PUT {WORKERS_PATH}/subdomain", PUT, ADDRESS]


@pytest.mark.asyncio
async def test_a_name_that_changed_changes_the_address(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(NAME, good({"subdomain": "anna"}))
    server.on(STATUS.replace("/ann/", "/anna/"), said(200, {"deployment": DEPLOYMENT.deployment_id}))
    server.on(TICK.replace("/ann/", "/anna/"), said(200, {"run": {"id": 1}}))
    deployed = await go(site, template, progress, first=False)
    assert deployed.subdomain == "anna"
    assert "/anna/" in deployed.url


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("step", "answer", "code"),
    [
        (PUT, bad(403, 10034, "Verify your e-mail"), "email_unverified"),
        (PUT, bad(403, 10037, "Limit"), "script_limit"),
        (SCHEDULE, bad(400, 10100, "Invalid cron"), "unknown"),
        (ADDRESS, Raw(502, b"<html>"), "unreachable"),
        (PUT, bad(400, 10021, "SyntaxError"), "unknown"),
        (PUT, bad(400, 10033, "Invalid"), "name_invalid"),
    ],
)
async def test_what_stops_a_deploy_has_a_name(
    *, step: str, answer: Act, code: str, server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(step, answer)
    with pytest.raises(DeployError) as caught:
        await go(site, template, progress)
    assert caught.value.code == code
    assert isinstance(caught.value, AccountRefused) == (code in {"email_unverified", "script_limit"})


@pytest.mark.asyncio
async def test_a_token_that_may_only_read_is_found_out_when_writing(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(PUT, bad(403, 10000, "Authentication error"))
    server.on("GET /user/tokens/verify", good({"id": "x", "status": "active"}))
    with pytest.raises(PermissionMissing) as caught:
        await go(site, template, progress)
    assert caught.value.permission == "workers_scripts:edit"


@pytest.mark.asyncio
async def test_a_new_address_is_waited_for(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    nothing_yet: list[Act] = [Raw(404, b"<h1>"), Raw(530, b"<h1>"), Cut(), Cut(), said(401, {"error": "unauthorized"})]
    server.on(STATUS, *nothing_yet, said(200, {"deployment": "00000000"}), said(200, {"deployment": "ab12cd34"}))
    deployed = await go(site, template, progress)
    assert deployed.first_run is not None
    assert isinstance(site.cloudflare.clock, FakeClock)
    assert site.cloudflare.clock.slept == [0.25, 0.5, 1.0, 2.0, 3.0]


@pytest.mark.asyncio
async def test_an_address_that_takes_its_time_does_not_hold_up_the_deploy(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(STATUS, Raw(404, b"<h1>There is nothing here yet</h1>"))
    deployed = await go(site, template, progress, patience=8.0)
    assert (deployed.answering, deployed.first_run, deployed.schedule) == (False, None, "cron")
    assert TICK not in server.lines
    assert isinstance(site.cloudflare.clock, FakeClock)
    assert sum(site.cloudflare.clock.slept) <= 8


@pytest.mark.asyncio
async def test_an_address_that_was_404_for_three_minutes_comes_up(server: Scripted, site: Site) -> None:
    clock = site.cloudflare.clock
    assert isinstance(clock, FakeClock)
    since = clock.now()

    def answer(_got: Got) -> Act:
        early = clock.now() - since < 180
        fields = {"deployment": DEPLOYMENT.deployment_id, "run": {"id": 1, "outcome": "idle"}}
        return Raw(404, b"<h1>There is nothing here yet</h1>") if early else said(200, fields)

    server.routes.clear()
    server.otherwise = answer
    _, run = await come_up(worker_of(site), DEPLOYMENT.deployment_id, "cron")
    assert run is not None
    assert 180 <= clock.now() - since < 190


@pytest.mark.asyncio
async def test_an_address_that_never_comes(server: Scripted, site: Site) -> None:
    server.on(STATUS, Raw(404, b"<h1>There is nothing here yet</h1>"))
    with pytest.raises(NotAnswering) as caught:
        await come_up(worker_of(site), DEPLOYMENT.deployment_id, "cron")
    assert caught.value.retryable
    assert isinstance(site.cloudflare.clock, FakeClock)
    assert 230 < sum(site.cloudflare.clock.slept) <= 240


@pytest.mark.asyncio
async def test_without_a_free_cron_the_worker_is_told_to_wake_itself(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(SCHEDULE, bad(400, 10072, "This account has reached its limit of 5 cron triggers"))
    server.on(ALARM, said(200, {"schedule": "alarm", "next": "2026-06-01T12:15:00Z"}))
    deployed = await go(site, template, progress)
    assert (deployed.schedule, deployed.answering) == ("alarm", True)
    assert next(got.json() for got in server.got if got.line == ALARM) == {"on": True}
    assert server.lines.index(ALARM) < server.lines.index(TICK), "armed before the first look"


@pytest.mark.asyncio
async def test_a_worker_too_old_to_wake_itself_needs_a_cron(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(SCHEDULE, bad(400, 10072, "limit"))
    server.on(ALARM, said(404, {"error": "unknown_command", "message": "There is no such command."}))
    with pytest.raises(AccountRefused) as caught:
        await go(site, template, progress)
    assert caught.value.code == "cron_limit"


@pytest.mark.asyncio
async def test_an_account_over_its_budget_of_crons_keeps_the_one_that_is_there(server: Scripted, site: Site) -> None:
    server.on(SCHEDULE, bad(400, 10072, "limit"))
    server.on(SCHEDULE.replace("PUT", "GET"), good({"schedules": [{"cron": "*/15 * * * *"}]}), good({"schedules": []}))
    assert await ensure_schedule(site) == "cron"
    assert await ensure_schedule(site) == "alarm"


@pytest.mark.asyncio
async def test_a_cron_that_has_become_free_ends_the_alarm(
    server: Scripted, site: Site, template: Template, progress: Progress
) -> None:
    server.on(STATUS, said(200, {"deployment": DEPLOYMENT.deployment_id, "schedule": "alarm"}))
    server.on(ALARM, said(200, {"schedule": "cron", "next": ""}))
    await go(site, template, progress)
    assert next(got.json() for got in server.got if got.line == ALARM) == {"on": False}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answers", "asked", "reported"),
    [
        ([said(200, {})], 2, False),
        ([said(500, {"error": "internal"})], 1, False),
        ([Raw(500, b"Error 1101"), said(200, {"run": {"id": 1}})], 2, True),
    ],
)
async def test_a_first_tick_without_a_report_does_not_undo_a_deploy(
    *,
    answers: list[Act],
    asked: int,
    reported: bool,
    server: Scripted,
    site: Site,
    template: Template,
    progress: Progress,
) -> None:
    server.on(TICK, *answers)
    deployed = await go(site, template, progress)
    assert (deployed.first_run is not None) == reported
    assert server.lines.count(TICK) == asked


@pytest.mark.asyncio
async def test_an_update_is_two_changes_that_keep_all_but_the_code(
    server: Scripted, site: Site, template: Template
) -> None:
    assert (
        await update(site, template, present=("COMMAND_KEY", "DEPLOYMENT", "STATE", "MINE", "APCA_API_KEY_ID"))
        == "cron"
    )
    assert server.lines == [PUT, SCHEDULE]
    assert server.got[0].query["bindings_inherit"] == "strict"
    body = server.got[0].body
    for name in ("COMMAND_KEY", "DEPLOYMENT", "MINE", "APCA_API_KEY_ID"):
        assert f'{{"type": "inherit", "name": "{name}"}}'.encode() in body
    assert b'"name": "CEILINGS", "json"' in body, "what the new code needs besides is added"
    assert KEYS.secret.reveal().encode() not in body
    assert TOKEN.reveal().encode() not in body


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("listed", "error"), [([], ScriptAbsent), ([{"id": DEPLOYMENT.script, "tags": []}], ForeignScript)]
)
async def test_an_update_that_finds_nothing_to_inherit_says_why(
    listed: list[object], error: type[DeployError], server: Scripted, site: Site, template: Template
) -> None:
    server.on(PUT, bad(400, 10057, "inherit binding 'COMMAND_KEY' is invalid"))
    server.on(SCRIPTS, good(listed))
    with pytest.raises(error):
        await update(site, template, present=("COMMAND_KEY", "DEPLOYMENT", "STATE"))
    assert server.lines == [PUT, SCRIPTS]


@pytest.mark.asyncio
async def test_remove_and_what_remains(server: Scripted, site: Site) -> None:
    server.on(SCRIPTS, good([OURS]), good([OURS]), good([OURS]), good([]))
    assert await remaining(site)
    assert await remove(site)
    assert server.got[-1].query == {"force": "true"}
    server.on(f"DELETE {SCRIPT_PATH}", Cut(), bad(404, 10007, "gone"))
    assert not await remove(site)
    assert not await remaining(site)
    assert not await remove(site)


@pytest.mark.asyncio
async def test_writes_to_one_account_go_one_after_another(server: Scripted, http: httpx.AsyncClient) -> None:
    cloudflare, gate = Cloudflare(http, server.url), asyncio.Event()
    a, b = (f"/accounts/{account}/workers/x" for account in "ab")
    server.on(f"PUT {a}", Held(gate, good(None)))
    server.on(f"PUT {b}", good(None))
    server.on(f"GET {a}", good(None))
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(cloudflare.write(TOKEN, "PUT", a, account_id="a"))
        await until(lambda: len(server.got) == 1)
        await cloudflare.write(TOKEN, "PUT", b, account_id="b")
        await cloudflare.read(TOKEN, a)
        assert server.lines == [f"PUT {a}", f"PUT {b}", f"GET {a}"]
        gate.set()
    assert server.lines.count(f"PUT {a}") == 3
