"""The whole road on the chat page in languages nobody here needs to read: at a desk, and by the private form."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from flows.languages import Language
from sandbox.bot_process import BotProcess
from sandbox.browser import browser
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Shown
from sandbox.time.timeline import Timeline
from tests.showcase.road import actions, leads_to, offers, spoken, version

pytestmark = [pytest.mark.long, pytest.mark.asyncio]
PATIENCE = 30_000
ASTRAY = """() => [...document.querySelectorAll(".message, .panel, .key")]
    .filter(e => e.checkVisibility())
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth)
    .map(e => e.textContent)"""


@dataclass(slots=True)
class Reader:
    """Somebody at a desk who knows what a button does, whatever it says."""

    page: Page
    http: httpx.AsyncClient
    world: StandIns
    user: int
    screen: Shown | None = None

    async def sees(self, then: Callable[[Shown], bool]) -> Shown:
        """Wait for a screen of the bot, and for the page to show it as it is."""
        before, deadline = version(self.screen) if self.screen else 0, time.monotonic() + PATIENCE / 1000
        while True:
            answer = await self.http.get(f"{self.world.telegram.url}/_sandbox/chats/{self.user}")
            messages = [each for each in answer.raise_for_status().json()["messages"] if each["from"] == "bot"]
            found = next((each for each in reversed(messages) if version(each) > before and then(each)), None)
            if found is not None:
                break
            assert time.monotonic() < deadline, [each["html"] for each in messages] + [
                each["buttons"] for each in messages
            ]
            await asyncio.sleep(0.05)
        self.screen = found
        for row in found["buttons"]:
            for button in row:
                await expect(self.key(button["text"])).to_be_visible(timeout=PATIENCE)
        return found

    def message(self) -> Locator:
        assert self.screen is not None
        return self.page.locator(f"[data-message-id='{self.screen['id']}']")

    def key(self, label: str) -> Locator:
        return self.message().locator(".key").get_by_text(label, exact=True)

    async def taps(self, action: str, then: Callable[[Shown], bool]) -> None:
        assert self.screen is not None
        await self.key(actions(self.screen)[action]).click()
        await self.sees(then)

    async def copies(self, name: str, value: str) -> str:
        """Make something at a site beside the chat, and read what it shows this once."""
        region = self.page.get_by_role("region", name=name)
        shown = region.locator(f"[data-value='{value}']")
        await expect(shown).to_be_visible()
        return await shown.inner_text()

    async def pastes(self, text: str, then: Callable[[Shown], bool]) -> None:
        box = self.page.get_by_role("textbox", name="Message")
        await box.fill(text)
        await box.press("Enter")
        await expect(self.page.locator(".own", has_text=text)).to_have_count(0, timeout=PATIENCE)
        await self.sees(then)


async def comes_to_the_token(reader: Reader) -> None:
    """From Start to the question for a token."""
    await reader.page.get_by_role("button", name="Start", exact=True).click()
    await reader.sees(offers("begin"))
    await reader.taps("begin", offers("next"))
    await reader.taps("next", offers("mode:paper"))
    await reader.taps("mode:paper", offers("suggested"))
    await reader.taps("suggested", offers("agree"))
    await reader.taps("agree", leads_to("api-tokens"))


async def walks(reader: Reader) -> None:
    """From Start to a bot that runs, with the token and the keys made in the panels."""
    page = reader.page
    await comes_to_the_token(reader)
    await page.get_by_role("button", name="Create token").click()
    await reader.pastes(await reader.copies("Cloudflare", "API token"), offers("name"))
    await reader.taps("name", offers("keep:yes"))
    await reader.taps("keep:yes", offers("next", "picture:generate_key"))
    await page.get_by_role("button", name="Generate New Key").click()
    await reader.taps("next", offers("picture", without="next"))
    key_id, secret = [await reader.copies("Alpaca", each) for each in ("Key ID", "Secret")]
    await reader.pastes(key_id, offers("picture", without="next"))
    await reader.pastes(secret, offers("arm"))


async def watches(reader: Reader) -> None:
    """The Worker has appeared; it is started; a market day later the order book has filled."""
    page = reader.page
    worker = page.get_by_role("region", name="Cloudflare").locator(".worker")
    await expect(worker).to_contain_text("APCA_API_SECRET_KEY")
    await reader.taps("arm", offers("do:status", without="arm"))
    await page.get_by_role("button", name="To next market open").click()
    order = page.get_by_role("region", name="Alpaca").get_by_role("listitem").filter(has_text="Buy VTI")
    await expect(order).to_contain_text("filled", timeout=PATIENCE)
    await reader.taps("do:status", offers("do:pause"))
    await reader.taps("do:pause", offers("do:resume"))


async def reads_well(reader: Reader, language: Language) -> None:
    """The text runs as its language does, names and keys stay whole, and nothing runs over an edge."""
    text = reader.message().locator(".words")
    assert await text.get_attribute("lang") == as_telegram_says(language)
    lines: Any = await text.evaluate("""e => {
        const style = getComputedStyle(e), code = e.querySelector("code");
        return [style.unicodeBidi, code && getComputedStyle(code).direction, code && getComputedStyle(code).unicodeBidi]
    }""")
    assert lines == ["plaintext", "ltr", "isolate"]
    for quote in await text.locator("blockquote").all():
        arabic = "\u0600" <= next(letter for letter in await quote.inner_text() if letter.isalpha()) <= "\u06ff"
        assert await quote.evaluate("e => getComputedStyle(e).direction") == ("rtl" if arabic else "ltr")
    said = await text.inner_text()
    arabic = sum("\u0600" <= letter <= "\u06ff" for letter in said)
    assert (arabic > 40) is language.leftward
    assert await reader.page.evaluate(ASTRAY) == []


def as_telegram_says(language: Language) -> str:
    return language.replace("_", "-").lower()


@pytest.mark.parametrize("language", [Language.ARABIC, Language.GERMAN])
async def test_the_whole_road_at_a_desk(language: Language, tmp_path: Path) -> None:
    assert language in spoken(), "there is no catalogue for it"
    timeline = Timeline(tmp_path / "time")
    with (
        StandIns(timeline=timeline) as world,
        BotProcess(world.settings(tmp_path / "data"), tmp_path / "bot.log", timeline),
    ):
        async with browser() as chromium, httpx.AsyncClient(trust_env=False) as http:
            await http.post(f"{world.cloudflare.url}/_sandbox/accounts", json={"name": "Ada's account"})
            context = await chromium.new_context(viewport={"width": 1280, "height": 800})
            page = await context.new_page()
            await page.goto(f"{world.telegram.url}/?user=900&name=Ada&lang={as_telegram_says(language)}")
            reader = Reader(page, http, world, 900)
            await walks(reader)
            await reads_well(reader, language)
            await watches(reader)
            await reads_well(reader, language)


async def test_keys_by_the_private_form_on_a_phone(tmp_path: Path) -> None:
    with StandIns() as world, BotProcess(world.settings(tmp_path / "data"), tmp_path / "bot.log"):
        async with browser() as chromium, httpx.AsyncClient(trust_env=False) as http:
            await http.post(f"{world.cloudflare.url}/_sandbox/accounts", json={"name": "Ada's account"})
            context = await chromium.new_context(viewport={"width": 390, "height": 844})
            page = await context.new_page()
            await page.goto(f"{world.telegram.url}/?user=901&name=Ada&lang=de")
            reader = Reader(page, http, world, 901)
            await comes_to_the_token(reader)
            token = (await http.post(f"{world.cloudflare.url}/_sandbox/tokens", json={})).json()["token"]
            await reader.pastes(token, offers("name"))
            await reader.taps("name", offers("keep:yes"))
            await reader.taps("keep:yes", offers("form"))
            await reader.taps("form", leads_to("/form#"))
            shown = reader.screen or {}
            (link,) = [each for row in shown["buttons"] for each in row if "/form#" in each.get("url", "")]
            async with context.expect_page() as opened:
                await reader.key(link["text"]).click()
            await fills_in(await opened.value, reader, world)
            await page.bring_to_front()
            await reader.sees(offers("arm"))
            assert await page.evaluate(ASTRAY) == []


async def fills_in(form: Page, reader: Reader, world: StandIns) -> None:
    """Enter the pair and the code in the bot's own page, as it is served by the Worker."""
    code = re.search(r"<code>(\d{6})</code>", (reader.screen or {})["html"])
    assert code is not None
    pair = (await reader.http.post(f"{world.alpaca.paper_url}/_sandbox/keys", json={})).json()
    for field, value in (("key_id", pair["key_id"]), ("secret", pair["secret"]), ("code", code[1])):
        await form.locator(f"#{field}").fill(value)
    await form.locator("#send").click()
