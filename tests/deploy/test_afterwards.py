"""Reading a Worker back, newer code for it, and taking over one that nobody has a record of, in the sandbox's account.

Each change is also killed, or loses its line, at any of its requests: the next attempt completes it.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from deploy.accounts import read_scripts
from deploy.adopting import adopt, clear, leftovers
from deploy.commands import CommandKey
from deploy.comparison import Comparison, Difference, Expected, compare
from deploy.errors import DeployError, ForeignScript, PermissionMissing, ScriptAbsent
from deploy.inspection import Found, inspect, own_bindings
from deploy.secret import Secret
from deploy.steps import Site, remove
from deploy.template import Module, Template
from deploy.updating import update
from deploy.wire import open_http
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.deploy.cloud import Breaking, Home, Killed, Sandbox, assert_complete, go, move_in
from tests.deploy.site import DEPLOYMENT

NEW_KEY = CommandKey.generate()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


@pytest.fixture
def older(template: Template) -> Template:
    main, *rest = template.modules
    return Template((Module(main.name, main.content + b"\n// of yesterday\n"), *rest[:-1]))


async def settled(sandbox: Sandbox, template: Template, *, named: bool = True) -> Home:
    home = move_in(sandbox, named=named)
    async with open_http() as http:
        await go(home.site(http), template, first=True)
    return home


def expected(site: Site, template: Template, digest: str = "") -> Expected:
    return Expected(site.deployment, template, digest, lambda account: account == DEPLOYMENT.alpaca_account_id)


async def compared(home: Home, template: Template, digest: str = "") -> tuple[Found, Comparison]:
    async with open_http() as http:
        site = home.site(http)
        inspected = await inspect(site)
        assert inspected.found is not None
        return inspected.found, compare(inspected.found, expected(site, template, digest))


async def changed_by_hand(home: Home, template: Template, **binding: Any) -> None:
    """The owner uploads something under the same name."""
    metadata: dict[str, Any] = {
        "main_module": "worker.js",
        "compatibility_date": "2026-06-01",
        "exports": {"SoarState": {"type": "durable-object", "storage": "sqlite"}},
        "tags": list(DEPLOYMENT.tags),
        "keep_bindings": ["secret_text", "plain_text", "json", "durable_object_namespace"],
        "bindings": [binding] if binding else [],
    }
    files: list[Any] = [("metadata", (None, httpx.Response(200, json=metadata).content, "application/json"))]
    files += [(m.name, (m.name, m.content, "application/javascript+module")) for m in template.modules]
    path = f"/client/v4/accounts/{home.account_id}/workers/scripts/{DEPLOYMENT.script}"
    async with open_http() as http:
        bearer = {"Authorization": f"Bearer {home.token.reveal()}"}
        answer = await http.put(home.sandbox.url + path, files=files, headers=bearer)
    answer.raise_for_status()


@pytest.mark.asyncio
async def test_what_was_deployed_is_read_back_byte_for_byte(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    since = sandbox.get("/calls")["next"]
    found, comparison = await compared(home, template)
    assert {call.split()[0] for call in sandbox.api_calls(since)} == {"GET"}, "nothing is changed by looking"
    assert len(sandbox.api_calls(since)) == 6
    assert sorted(found.modules, key=lambda m: m.name) == sorted(template.modules, key=lambda m: m.name)
    assert comparison == Comparison("published", ())
    assert comparison.clean
    assert not comparison.update


@pytest.mark.asyncio
async def test_an_earlier_version_is_known_by_the_whole_digest_kept_elsewhere(
    sandbox: Sandbox, template: Template, older: Template
) -> None:
    home = await settled(sandbox, older)
    _, comparison = await compared(home, template, older.digest)
    assert comparison == Comparison("earlier", ())
    assert comparison.update
    for worthless in ("", older.version, template.digest):
        _, comparison = await compared(home, template, worthless)
        assert comparison.code == "changed", "what the Worker says of itself proves nothing"


@pytest.mark.asyncio
async def test_changed_added_and_missing_modules_are_named(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    main, second, *rest = template.modules
    by_hand = Template((Module(main.name, main.content + b" "), *rest, Module("mine.js", b"export {};")))
    await changed_by_hand(home, by_hand)
    _, comparison = await compared(home, template, template.digest)
    assert comparison.code == "changed"
    code = {each for each in comparison.differences if each.kind.startswith("module")}
    wanted = {("module_changed", main.name), ("module_missing", second.name), ("module_added", "mine.js")}
    assert {(each.kind, each.name) for each in code} == wanted


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("binding", "difference"),
    [
        (
            {"type": "json", "name": "CEILINGS", "json": {"per_order": "9999.00"}},
            Difference("variable_changed", "CEILINGS"),
        ),
        ({"type": "plain_text", "name": "ACCOUNT_ID", "text": "another"}, Difference("variable_changed", "ACCOUNT_ID")),
        ({"type": "plain_text", "name": "COMMAND_KEY", "text": "x"}, Difference("variable_changed", "COMMAND_KEY")),
        ({"type": "plain_text", "name": "TEMPLATE", "text": "x"}, Difference("variable_changed", "TEMPLATE")),
        ({"type": "secret_text", "name": "MODE", "text": "paper"}, Difference("variable_changed", "MODE")),
        ({"type": "plain_text", "name": "EXTRA", "text": "x"}, Difference("binding_added", "EXTRA")),
    ],
)
async def test_changed_and_extra_bindings_are_named(
    binding: dict[str, Any], difference: Difference, sandbox: Sandbox, template: Template
) -> None:
    home = await settled(sandbox, template)
    await changed_by_hand(home, template, **binding)
    _, comparison = await compared(home, template, template.digest)
    assert (comparison.code, comparison.differences) == ("published", (difference,))
    assert not comparison.clean


@pytest.mark.asyncio
async def test_missing_secrets_schedules_and_addresses_are_named(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    base = f"{sandbox.url}/client/v4/accounts/{home.account_id}/workers/scripts/{DEPLOYMENT.script}"
    async with open_http() as http:
        bearer = {"Authorization": f"Bearer {home.token.reveal()}"}
        await http.put(f"{base}/schedules", json=[{"cron": "0 0 * * *"}], headers=bearer)
        await http.post(f"{base}/subdomain", json={"enabled": False, "previews_enabled": True}, headers=bearer)
        await http.delete(f"{base}/secrets/APCA_API_SECRET_KEY", headers=bearer)
    _, comparison = await compared(home, template)
    assert set(comparison.differences) == {
        Difference("secret_missing", "APCA_API_SECRET_KEY"),
        Difference("schedule_missing", "*/15 * * * *"),
        Difference("schedule_added", "0 0 * * *"),
        Difference("address_off"),
        Difference("previews_on"),
    }


@pytest.mark.asyncio
async def test_a_worker_that_lost_its_mark_is_told(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    path = f"/client/v4/accounts/{home.account_id}/workers/scripts/{DEPLOYMENT.script}/script-settings"
    async with open_http() as http:
        bearer = {"Authorization": f"Bearer {home.token.reveal()}"}
        (await http.patch(sandbox.url + path, json={"tags": ["hers"]}, headers=bearer)).raise_for_status()
    _, comparison = await compared(home, template)
    assert comparison == Comparison("published", (Difference("mark_missing"),))


@pytest.mark.asyncio
async def test_a_worker_that_is_gone_is_seen_to_be_gone(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    async with open_http() as http:
        await remove(home.site(http))
        inspected = await inspect(home.site(http))
    assert (inspected.found, inspected.scripts) == (None, ())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "change",
    [
        {"kind": "bad_gateway"},
        {"kind": "answer", "status": 200, "body": "<html>", "content_type": "text/html"},
        {"kind": "answer", "status": 200, "body": "--x", "content_type": "multipart/form-data"},
        {"kind": "answer", "status": 200, "body": "--x\r\n\r\n", "content_type": "multipart/form-data; boundary=x"},
    ],
    ids=["502", "a page", "no boundary", "cut short"],
)
async def test_modules_that_cannot_be_read_are_not_called_changed(
    change: dict[str, object], sandbox: Sandbox, template: Template
) -> None:
    home = await settled(sandbox, template)
    sandbox.delete("/faults")
    sandbox.post("/faults", path=f"{home.account_id}.*/content/v2", times=None, **change)
    with pytest.raises(DeployError) as caught:
        await compared(home, template)
    sandbox.delete("/faults")
    assert caught.value.code == "unreachable"


@pytest.mark.asyncio
async def test_a_token_that_may_not_read_workers_is_named(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    weak = sandbox.post("/tokens", account=home.account_id, permissions=["account_settings:read"])["token"]
    with pytest.raises(PermissionMissing):
        await compared(dataclasses.replace(home, token=Secret(weak)), template)


# -- newer code -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_an_update_keeps_what_the_owner_added(sandbox: Sandbox, template: Template, older: Template) -> None:
    home = await settled(sandbox, older)
    await changed_by_hand(home, older, type="plain_text", name="EXTRA", text="mine")
    found, _ = await compared(home, template, older.digest)
    since = sandbox.get("/calls")["next"]
    async with open_http() as http:
        await update(home.site(http), template, present=[binding.name for binding in found.bindings])
    assert len(sandbox.api_calls(since)) == 2
    found, comparison = await compared(home, template)
    assert comparison == Comparison("published", (Difference("binding_added", "EXTRA"),))
    assert found.variable("EXTRA") == "mine"
    assert_complete(home)


@pytest.mark.asyncio
async def test_an_update_never_makes_a_worker_and_never_overwrites_a_foreign_one(
    sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        with pytest.raises(ScriptAbsent):
            await update(home.site(http), template)
        assert sandbox.account(home.account_id)["scripts"] == []
        path = f"/client/v4/accounts/{home.account_id}/workers/scripts/{DEPLOYMENT.script}"
        foreign = {"main_module": "w.js", "compatibility_date": "2026-06-01"}
        files: Any = [
            ("metadata", (None, httpx.Response(200, json=foreign).content, "application/json")),
            ("w.js", ("w.js", b"export default {}", "application/javascript+module")),
        ]
        bearer = {"Authorization": f"Bearer {home.token.reveal()}"}
        (await http.put(sandbox.url + path, files=files, headers=bearer)).raise_for_status()
        for attempt in (
            update(home.site(http), template),
            update(home.site(http), template, present=["HERS"]),
            own_bindings(home.site(http)),
            clear(home.site(http), NEW_KEY),
        ):
            with pytest.raises(ForeignScript):
                await attempt
        code = await http.get(
            f"{sandbox.url}/_sandbox/scripts/{DEPLOYMENT.script}/modules/w.js?account={home.account_id}"
        )
    assert code.content == b"export default {}"


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(2))
@pytest.mark.parametrize("error", [Killed(), httpx.ReadError("lost")], ids=["killed", "cut"])
async def test_an_update_broken_off_anywhere_can_be_done_again(
    *, at: int, applied: bool, error: BaseException, sandbox: Sandbox, template: Template, older: Template
) -> None:
    home = await settled(sandbox, older)
    await broken(home, error, at, lambda site: update(site, template), applied=applied)
    async with open_http() as http:
        await update(home.site(http), template)
    _, comparison = await compared(home, template)
    assert comparison.clean
    assert_complete(home)
    await empties(home)


# -- a Worker without a record ----------------------------------------------------------------------------------------


def stranger(site: Site) -> Site:
    """The same Worker as somebody sees it who has lost its record."""
    return dataclasses.replace(site, deployment=dataclasses.replace(site.deployment, command_key=NEW_KEY.public))


@pytest.mark.asyncio
async def test_a_worker_without_a_record_is_found_and_obeys_a_new_key(sandbox: Sandbox, template: Template) -> None:
    home = await settled(sandbox, template)
    async with open_http() as http:
        site = stranger(home.site(http))
        scripts = await read_scripts(site.cloudflare, site.token, home.account_id)
        (leftover,) = leftovers(scripts, frozenset())
        assert (leftover.script, leftover.mode, leftover.deployment_id) == (DEPLOYMENT.script, "paper", "ab12cd34")
        assert leftovers(scripts, frozenset({DEPLOYMENT.script})) == ()
        status, schedule = await adopt(site, NEW_KEY, await own_bindings(site))
        found = await inspect(site)
    assert (status.deployment, schedule) == ("ab12cd34", "cron")
    assert found.found is not None
    assert found.found.variable("COMMAND_KEY") == NEW_KEY.public
    assert compare(found.found, expected(site, template)).clean, "only its command key was changed"
    assert_complete(home)


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("error", [Killed(), httpx.ReadError("lost")], ids=["killed", "cut"])
async def test_an_adoption_broken_off_anywhere_can_be_done_again(
    *, at: int, applied: bool, error: BaseException, sandbox: Sandbox, template: Template
) -> None:
    home = await settled(sandbox, template)

    async def adopting(site: Site) -> object:
        return await adopt(stranger(site), NEW_KEY, await own_bindings(site))

    await broken(home, error, at, adopting, applied=applied)
    async with open_http() as http:
        await adopting(home.site(http))
        keys = [each.value for each in await own_bindings(home.site(http)) if each.name == "COMMAND_KEY"]
    assert keys == [NEW_KEY.public]
    assert_complete(home)
    await empties(home)


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("error", [Killed(), httpx.ReadError("lost")], ids=["killed", "cut"])
async def test_a_clearing_broken_off_anywhere_can_be_done_again(
    *, at: int, applied: bool, error: BaseException, sandbox: Sandbox, template: Template
) -> None:
    home = await settled(sandbox, template)
    await broken(home, error, at, lambda site: clear(stranger(site), NEW_KEY), applied=applied)
    await empties(home)


async def broken(
    home: Home, error: BaseException, at: int, work: Callable[[Site], Awaitable[object]], *, applied: bool
) -> None:
    """Do something over a line that breaks, or in a process that dies, at one request."""
    async with httpx.AsyncClient(transport=Breaking(at, error, applied=applied)) as http:
        with contextlib.suppress(Killed, DeployError):
            await work(home.site(http))


async def empties(home: Home) -> None:
    async with open_http() as http:
        await clear(stranger(home.site(http)), NEW_KEY)
        assert not await clear(stranger(home.site(http)), NEW_KEY)
    assert home.sandbox.account(home.account_id)["scripts"] == []
