"""The chat page for people who see, point or read differently."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from sandbox.browser import PROJECT
from tests.sandbox.page.stage import DESK, PHONE, Stage

APP = "https://worker.example/form"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"

FORM = "<!doctype html><html lang=en><title>Form</title><main><h1>Form</h1><button>Send</button></main></html>"
SMALL = """() => [...document.querySelectorAll("button, a.key, a.act, select, textarea, [role=tab]")]
    .filter(e => e.checkVisibility())
    .map(e => [e.getAttribute("aria-label") ?? e.textContent, e.offsetWidth, e.offsetHeight])
    .filter(([, width, height]) => width < 44 || height < 44)"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def serious(page: Page) -> list[str]:
    """What axe finds serious or worse."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']}: {node['html'][:140]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


async def sheets(stage: Stage, page: Page, user: int) -> None:
    """What opens above the chat: commands, files, a message's menu, an alert, a bot's own page."""
    stage.says(user, "مرحبا <code>PK12</code>", [{"text": "نعم", "callback_data": "y"}])
    stage.says(user, "Private", [{"text": "Form", "web_app": {"url": APP}}], [{"text": "Tap", "callback_data": "t"}])
    await page.get_by_role("button", name="Menu").click()
    await expect(page.get_by_role("group", name="Commands")).to_be_visible()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Attach").click()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    await page.locator(".own").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_be_visible()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    await page.route(f"{APP}*", lambda route: route.fulfill(body=FORM, content_type="text/html"))
    await page.get_by_role("button", name="Form").click()
    await expect(page.frame_locator("iframe").get_by_role("button", name="Send")).to_be_visible()
    sheet = page.get_by_role("dialog", name="Form")
    await expect(sheet.get_by_role("link", name="Open in a new tab")).to_have_attribute(
        "href", re.compile(f"^{APP}#tgWebAppData=")
    )
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    stage.heard(user)
    await page.get_by_role("button", name="Tap").click()
    stage.bot("answerCallbackQuery", callback_query_id=tapped(stage, user), text="Read this", show_alert=True)
    await expect(page.get_by_role("button", name="OK", exact=True)).to_be_focused()
    assert await serious(page) == []
    await page.keyboard.press("Enter")


def tapped(stage: Stage, user: int) -> str:
    return str(stage.heard(user)[0]["callback_query"]["id"])


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_anybody_can_use_it(stage: Stage, size: tuple[int, int], colours: str) -> None:
    user = 120 + 2 * (size == DESK) + (colours == "dark")
    async with stage.window(user, size, asks=APP, color_scheme=colours, reduced_motion="reduce") as page:
        assert await serious(page) == []
        await page.get_by_role("button", name="Start", exact=True).click()
        styles = [{"text": kind, "callback_data": kind, "style": kind} for kind in ("primary", "success", "danger")]
        long = "A quote that can be opened. " * 12
        words = f"<b>Hi</b> <code>PK1</code> <blockquote expandable>{long}</blockquote>"
        stage.says(user, words, styles, protect_content=True)
        stage.says(user, "Plain", [{"text": "Off", "disabled": {}}, {"text": "Site", "url": "https://example.com"}])
        await expect(page.get_by_role("button", name="danger")).to_be_visible()
        assert await serious(page) == []
        await page.get_by_role("button", name="You are Ada").click()
        assert await serious(page) == []
        await page.keyboard.press("Escape")
        if (size == PHONE) == (colours == "dark"):
            await sheets(stage, page, user)
        if size == PHONE:
            await page.get_by_role("button", name="Alpaca and Cloudflare").click()
        await page.get_by_role("button", name="Generate New Key").click()
        await expect(page.get_by_role("button", name="Copy Secret")).to_be_visible()
        assert await serious(page) == []
        if size == PHONE:
            await page.get_by_role("tab", name="Cloudflare").click()
        await page.get_by_role("button", name="Create token").click()
        await expect(page.get_by_role("button", name="Copy API token")).to_be_visible()
        assert await serious(page) == []
        assert await page.evaluate(SMALL) == []
