"""The whole road by clicks and typing, on the demo's own page, in a real Chromium at the size of a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.async_api import Page, ViewportSize, expect

from sandbox.bot_process import BotProcess
from sandbox.browser import browser
from sandbox.stand_ins import StandIns

PATIENCE = 20_000
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


class Visitor:
    """Somebody who tries the demo with a thumb: taps what is on the screen, counts how often."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0
        self.pastes = 0

    async def sees(self, words: str) -> None:
        await expect(self.page.locator(".bot").last).to_contain_text(words, timeout=PATIENCE)

    async def taps_on(self, label: str) -> None:
        await self.page.get_by_role("button", name=label).last.click()
        self.taps += 1

    async def pastes_in(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name="Message")
        await box.fill(text)
        await box.press("Enter")
        self.pastes += 1
        await expect(self.page.locator(".own", has_text=text)).to_have_count(0, timeout=PATIENCE)


async def comes_to_cloudflare(page: Page, address: str) -> Visitor:
    """Open the chat, tap Start, and agree to a plan with practice money."""
    await page.goto(address)
    ada = Visitor(page)
    await page.get_by_role("button", name="Start", exact=True).click()
    ada.taps += 1
    await ada.sees("I help you set up your own trading bot")
    for label, then in (
        ("Let's start", "Open Alpaca and sign in"),
        ("I am signed in", "Practice or real money?"),
        ("PAPER", "What shall your bot do?"),
        ("Buy $10.00 of VTI", "Please check"),
        ("I agree", "Connect Cloudflare"),
    ):
        await ada.taps_on(label)
        await ada.sees(then)
    return ada


async def made(what: str, base: str, **choices: str) -> dict[str, str]:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{base}/_sandbox/{what}", json=choices)
        return dict(answer.raise_for_status().json())


@pytest.mark.asyncio
async def test_from_start_to_a_running_bot_and_back_to_nothing(tmp_path: Path) -> None:
    with StandIns() as world, BotProcess(world.settings(tmp_path / "data"), tmp_path / "bot.log"):
        async with browser() as chromium:
            context = await chromium.new_context(viewport=PHONE)
            ada = await comes_to_cloudflare(await context.new_page(), f"{world.telegram.url}/?user=900&name=Ada")
            page = ada.page
            await ada.pastes_in((await made("tokens", world.cloudflare.url))["token"])
            await ada.sees("address name")
            await ada.taps_on("Use ")
            await ada.sees("Connected to")
            await ada.taps_on("Yes, my bot keeps it")
            await ada.sees("Now make the keys")
            keys = await made("keys", world.alpaca.paper_url)
            await ada.pastes_in(keys["key_id"])
            await ada.sees("Now paste the Secret")
            await ada.pastes_in(keys["secret"])
            await ada.sees("Your bot is running")
            assert ada.taps <= 9
            assert ada.pastes <= 3
            assert await page.locator("[data-message-id]").count() <= 3

            await ada.taps_on("Status")
            await ada.sees("Last look")
            await ada.taps_on("Pause")
            await ada.sees("you paused it")
            await ada.taps_on("Remove")
            await ada.sees("type DESTROY")
            box = page.get_by_role("textbox", name="Message")
            await box.fill("destroy")
            await box.press("Enter")
            await ada.sees("is gone")
            overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not overflow, "the page scrolls sideways on a phone"


@pytest.mark.asyncio
async def test_the_private_way_takes_one_tap_more(tmp_path: Path) -> None:
    """From Start to a running bot with keys that went past the chat: nine taps after the first, three pastes."""
    with StandIns() as world, BotProcess(world.settings(tmp_path / "data"), tmp_path / "bot.log"):
        async with browser() as chromium:
            context = await chromium.new_context(viewport=PHONE)
            ada = await comes_to_cloudflare(await context.new_page(), f"{world.telegram.url}/?user=901&name=Ada")
            page = ada.page
            async with httpx.AsyncClient(trust_env=False) as http:
                account = await http.post(
                    f"{world.cloudflare.url}/_sandbox/accounts", json={"name": "Ada", "subdomain": "ada-901"}
                )
            token = {"account": account.raise_for_status().json()["id"]}
            await ada.pastes_in((await made("tokens", world.cloudflare.url, **token))["token"])
            await ada.sees("Connected to")
            await ada.taps_on("Yes, my bot keeps it")
            await ada.sees("Now make the keys")
            await ada.taps_on("Private form")
            await ada.sees("Your private form is open")
            said = await page.locator(".bot").last.inner_text()
            async with context.expect_page() as opened:
                await page.get_by_role("link", name="Open the form").last.click()
            ada.taps += 1
            form = await opened.value
            keys = await made("keys", world.alpaca.paper_url)
            await form.locator("#key_id").fill(keys["key_id"])
            await form.locator("#secret").fill(keys["secret"])
            ada.pastes += 2
            await form.locator("#code").fill(said.partition("code: ")[2][:6])
            await form.locator("#send").click()
            ada.taps += 1
            await ada.sees("Your bot is running")
            assert ada.taps <= 10
            assert ada.pastes <= 3
            assert keys["secret"] not in await page.content()
