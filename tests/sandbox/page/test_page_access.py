"""The chat page for people who see, point or read differently."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from sandbox.browser import PROJECT
from tests.sandbox.page.stage import DESK, PHONE, Stage

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"

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


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_anybody_can_use_it(stage: Stage, size: tuple[int, int], colours: str) -> None:
    user = 120 + 2 * (size == DESK) + (colours == "dark")
    async with stage.window(user, size, color_scheme=colours, reduced_motion="reduce") as page:
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
        if size == PHONE:
            await page.get_by_role("button", name="Alpaca and Cloudflare").click()
        await page.get_by_role("button", name="Generate New Key").click()
        await expect(page.get_by_role("button", name="Copy Secret")).to_be_visible()
        assert await serious(page) == []
        assert await page.evaluate(SMALL) == []
