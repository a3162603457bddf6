"""Alpaca and Cloudflare beside the chat."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.sandbox.page.stage import DESK, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_phone_has_the_sites_in_a_drawer(stage: Stage) -> None:
    async with stage.chat(115, permissions=["clipboard-read", "clipboard-write"]) as page:
        stage.says(115, "Make a key", [{"text": "Open Alpaca", "url": "https://app.alpaca.markets/paper/dashboard"}])
        await page.get_by_role("link", name="Open Alpaca").click()
        drawer = page.get_by_role("dialog", name="Sites")
        await expect(drawer.get_by_role("tab", name="Alpaca")).to_be_focused()
        await expect(drawer.get_by_role("button", name="Open the real site")).to_be_visible()
        await drawer.get_by_role("button", name="Generate New Key").click()
        for label in ("Key ID", "Secret"):
            await drawer.get_by_role("button", name=f"Copy {label}").click()
            value = await drawer.locator(f"[data-value='{label}']").inner_text()
            await page.wait_for_function("v => navigator.clipboard.readText().then(t => t === v)", arg=value)
        await drawer.get_by_role("button", name="Done, I have copied it").click()
        await expect(drawer.locator("[data-value]")).to_have_count(0)
        await drawer.get_by_role("tab", name="Alpaca").press("ArrowRight")
        await drawer.get_by_role("button", name="Create token").click()
        await expect(drawer.locator("[data-value='API token']")).to_have_text(re.compile("^cfut_"))
        await drawer.get_by_role("button", name="Back to the chat").click()
        await expect(drawer).to_have_count(0)


async def test_a_wide_screen_has_the_sites_beside_the_chat(stage: Stage) -> None:
    async with stage.chat(116, DESK) as page:
        alpaca, cloudflare = page.get_by_role("region", name="Alpaca"), page.get_by_role("region", name="Cloudflare")
        await alpaca.get_by_role("button", name="Open market").click()
        await expect(alpaca.get_by_role("heading", name="Market open")).to_be_visible()
        pair = stage.control("paper", "/keys", {})
        order = {"symbol": "VTI", "notional": "10", "side": "buy", "type": "market", "time_in_force": "day"}
        headers = {"APCA-API-KEY-ID": pair["key_id"], "APCA-API-SECRET-KEY": pair["secret"]}
        stage.post(f"{stage.urls['paper']}/v2/orders", order, headers)
        await expect(alpaca.get_by_role("listitem").filter(has_text="Buy VTI")).to_contain_text("filled")
        await alpaca.get_by_role("button", name="Live").click()
        await expect(alpaca.get_by_text("Buy VTI")).to_have_count(0)
        stage.deploy("soar-paper-ab12cd34")
        worker = cloudflare.locator(".worker")
        await expect(worker).to_contain_text("APCA_API_KEY_ID")
        await worker.get_by_role("button", name="Fire the schedule now").click()
        await expect(worker).to_contain_text("Runs1")
        assert "PKEXAMPLE" not in await page.content()


async def test_no_sites_no_panels(stage: Stage) -> None:
    async with stage.chat(117) as page:
        await page.route("**/_sandbox/panels", lambda route: route.fulfill(status=404, body="{}"))
        await page.reload()
        await expect(page.locator(".own")).to_contain_text("/start")
        await expect(page.get_by_role("button", name="Alpaca and Cloudflare")).to_be_hidden()


async def test_market_days_pass_at_the_press_of_a_button(stage: Stage) -> None:
    async with stage.chat(118, DESK) as page:
        alpaca = page.get_by_role("region", name="Alpaca")
        await alpaca.get_by_role("button", name="Close market").click()
        await expect(alpaca.get_by_role("heading", name="Market closed")).to_be_visible()
        await alpaca.get_by_role("button", name="To next market open").click()
        await expect(alpaca.get_by_role("heading", name="Market open")).to_be_visible()
        await expect(page.locator("#toasts")).to_contain_text("09:50 in New York.")
        stage.says(118, "Good morning")
        day = await page.evaluate("import('/page/time.js').then(m => new Date(m.now()).toDateString())")
        await expect(page.locator(f"[data-day-line='{day}']")).to_have_text("Today")
        ahead = await page.evaluate("import('/page/time.js').then(m => m.now() - Date.now())")
        assert ahead > 60_000, "the page goes by the clock that was moved, not by the browser's"
        for step in ("+1 day", "+1 hour"):
            await alpaca.get_by_role("button", name=step).click()
            await expect(page.locator("#toasts")).to_contain_text("09:50" if step == "+1 day" else "10:50")


async def test_only_a_sandbox_with_a_time_of_its_own_offers_to_move_it(stage: Stage) -> None:
    async with stage.chat(119, DESK) as page:
        beside = await page.evaluate("fetch('/_sandbox/panels').then(r => r.json())")
        beside.pop("time_url")
        await page.route("**/_sandbox/panels", lambda route: route.fulfill(json=beside))
        await page.reload()
        await expect(page.get_by_role("button", name="Close market")).to_be_visible()
        await expect(page.get_by_role("button", name="To next market open")).to_have_count(0)


async def test_time_moves_to_stops_that_exist(stage: Stage) -> None:
    refused = stage.try_post(f"{stage.urls['telegram']}/_sandbox/time", {"to": "yesterday"})
    assert refused.status_code == 400
