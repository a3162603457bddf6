"""A Worker that is deployed without keys, and how its private form's bindings fare in all that happens later."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.adopting import adopt
from deploy.commands import CommandKey
from deploy.comparison import Comparison, Difference, Expected, compare
from deploy.inspection import inspect, own_bindings
from deploy.rekeying import change_keys
from deploy.slips import LIFETIME, Slip, ticket_of
from deploy.steps import Site
from deploy.template import Module, Template
from deploy.updating import update
from deploy.widening import set_plan
from deploy.wire import open_http
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.deploy.cloud import Home, Sandbox, go, move_in
from tests.deploy.site import COMMAND_KEY, DEPLOYMENT, KEYS


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Served(create_app(public_url="", execution=False)) as served:
        sandbox = Sandbox(served.url)
        yield sandbox
        sandbox.close()


def of_the_form(site: Site) -> Site:
    return dataclasses.replace(site, deployment=dataclasses.replace(site.deployment, alpaca_account_id=""))


def secrets(home: Home) -> dict[str, str]:
    found: dict[str, str] = home.sandbox.get(f"/scripts/{DEPLOYMENT.script}/secrets?account={home.account_id}")
    return found


async def stamp(site: Site) -> Any:
    return next(each.value for each in await own_bindings(site) if each.name == "KEYS_STAMP")


async def compared(site: Site, template: Template) -> Comparison:
    inspected = await inspect(site)
    assert inspected.found is not None
    expected = Expected(site.deployment, template, template.digest, lambda account: account == "")
    return compare(inspected.found, expected)


@pytest.mark.asyncio
async def test_a_bot_without_keys_is_as_it_should_be(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        since = sandbox.get("/calls")["next"]
        deployed = await go(site, template, first=True, keyless=True)
        assert len(sandbox.api_calls(since)) == 3
        assert (deployed.answering, deployed.first_run) == (True, None)
        assert secrets(home).keys() == {"CLOUDFLARE_API_TOKEN", "KEYS_SEAL"}
        assert (await compared(site, template)).clean


@pytest.mark.asyncio
async def test_each_deploy_has_a_seal_and_a_stamp_of_its_own(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        seen = []
        for keyless in (True, False, True):
            await go(site, template, keyless=keyless)
            held = secrets(home)
            assert ("APCA_API_KEY_ID" in held) is not keyless, "no earlier keys are left over, none is forgotten"
            seen += [held["KEYS_SEAL"], await stamp(site)]
        assert len(set(seen)) == len(seen)


@pytest.mark.asyncio
async def test_an_older_bot_gets_its_form_with_an_update(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    main, *rest = template.modules
    older = Template((Module(main.name, main.content + b"\n// of yesterday\n"), *rest))
    async with open_http() as http:
        site = of_the_form(home.site(http))
        await go(site, older, first=True)
        await without_form(site)
        expected = Expected(site.deployment, template, older.digest, lambda account: account == "")
        inspected = await inspect(site)
        assert inspected.found is not None
        assert compare(inspected.found, expected) == Comparison("earlier", ())
        await update(site, template, present=[binding.name for binding in inspected.found.bindings])
        assert secrets(home)["APCA_API_KEY_ID"] == KEYS.key_id.reveal()
        assert (await compared(site, template)).clean


async def without_form(site: Site) -> None:
    """Leave a Worker as it was before there was a private form."""
    from deploy.cloudflare import Body  # noqa: PLC0415
    from deploy.deployment import _json_part  # noqa: PLC0415
    from deploy.steps import write  # noqa: PLC0415

    names = [each.name for each in await own_bindings(site) if each.name not in {"FORM", "KEYS_STAMP", "KEYS_SEAL"}]
    kept = {"bindings": [{"type": "inherit", "name": name} for name in names]}
    await write(site, "PATCH", "settings", body=Body(lambda: (_json_part("settings", kept),)))


@pytest.mark.asyncio
async def test_an_update_keeps_seal_and_stamp_and_renews_who_may_open_the_form(
    sandbox: Sandbox, template: Template
) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        await go(site, template, first=True, keyless=True)
        before = (secrets(home), await stamp(site))
        moved = dataclasses.replace(site.deployment, form={**site.deployment.form, "bot": 654321})
        site = dataclasses.replace(site, deployment=moved)
        assert (await compared(site, template)).differences == (Difference("form_changed", "FORM"),)
        await update(site, template)
        assert (secrets(home), await stamp(site)) == before
        assert (await compared(site, template)).clean
        await set_plan(site)
        assert (secrets(home), await stamp(site)) == before


@pytest.mark.asyncio
async def test_an_update_leaves_out_keys_that_no_longer_count(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        await go(site, template, first=True)
        before = (secrets(home), await stamp(site))
        await update(site, template, sealed=True)
        left = {name: value for name, value in before[0].items() if not name.startswith("APCA")}
        assert (secrets(home), await stamp(site)) == (left, before[1])
        assert (await compared(site, template)).clean


@pytest.mark.asyncio
async def test_new_keys_from_outside_end_what_was_sealed(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        await go(site, template, first=True, keyless=True)
        before = (secrets(home), await stamp(site))
        await change_keys(site, KEYS)
        pair = {"APCA_API_KEY_ID": KEYS.key_id.reveal(), "APCA_API_SECRET_KEY": KEYS.secret.reveal()}
        assert secrets(home) == before[0] | pair
        assert await stamp(site) != before[1]
        assert (await compared(site, template)).clean


@pytest.mark.asyncio
async def test_whoever_takes_a_bot_over_owns_its_form(sandbox: Sandbox, template: Template) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        await go(site, template, first=True, keyless=True)
        key = CommandKey.generate()
        form = {**site.deployment.form, "owner": 777}
        deployment = dataclasses.replace(site.deployment, form=form, command_key=key.public)
        site = dataclasses.replace(site, deployment=deployment)
        await adopt(site, key, await own_bindings(site))
        assert (await compared(site, template)).clean


@pytest.mark.asyncio
@pytest.mark.parametrize("gone", ["KEYS_SEAL", "APCA_API_SECRET_KEY"])
async def test_a_secret_that_somebody_took_away_is_missed(sandbox: Sandbox, template: Template, gone: str) -> None:
    home = move_in(sandbox)
    async with open_http() as http:
        site = of_the_form(home.site(http))
        await go(site, template, first=True)
        bearer = {"Authorization": f"Bearer {home.token.reveal()}"}
        path = f"/client/v4/accounts/{home.account_id}/workers/scripts/{DEPLOYMENT.script}/secrets/{gone}"
        (await http.delete(home.sandbox.url + path, headers=bearer)).raise_for_status()
        assert (await compared(site, template)).differences == (Difference("secret_missing", gone),)


def test_a_ticket_can_be_made_again_and_nothing_of_it_opens_without_the_key() -> None:
    slip = Slip.fresh(1_800_000_000.7)
    assert slip.expires == 1_800_000_000 + LIFETIME
    assert len(slip.id) == 22
    ticket, again = ticket_of(slip, "soar-paper-1", COMMAND_KEY), ticket_of(slip, "soar-paper-1", COMMAND_KEY)
    assert (ticket, ticket.code) == (again, again.code)
    assert ticket.text.startswith(f"f1.{slip.id}.{slip.expires}.")
    assert len(ticket.code) == 6
    assert ticket.code.isdigit()
    assert ticket.digest == hashlib.sha256(ticket.text.encode()).hexdigest()
    others = {ticket_of(slip, "soar-paper-2", COMMAND_KEY), ticket_of(slip, "soar-paper-1", CommandKey.generate())}
    assert ticket not in others
    assert Slip.fresh(1_800_000_000).id != slip.id
    assert ticket.link("https://a.workers.dev/", "zh-CN") == f"https://a.workers.dev/form#t={ticket.text}&l=zh-CN"
    assert ticket.text not in repr(ticket)
    assert ticket.code not in repr(ticket)
