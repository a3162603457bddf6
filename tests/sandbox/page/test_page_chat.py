"""What the bot says and does, as the chat page shows it."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import expect

from tests.sandbox.page.stage import Stage

SECRET = "canary-secret-that-must-not-stay-1234567890"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_newcomer_reads_what_the_bot_does_and_starts(stage: Stage) -> None:
    async with stage.window(101) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Soar")
        await expect(page.get_by_text("A trading bot of your own.")).to_be_visible()
        await expect(page.get_by_role("textbox", name="Message")).to_be_hidden()
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        await expect(page.get_by_text("A trading bot of your own.")).to_be_hidden()
        assert [update["message"]["text"] for update in stage.heard(101)] == ["/start"]
        await page.reload()
        await expect(page.locator(".own")).to_contain_text("/start")


async def test_what_a_message_looks_like(stage: Stage) -> None:
    async with stage.chat(102) as page:
        stage.says(102, "<b>Bold</b> <code>PK12</code>\n<tg-spoiler>boo</tg-spoiler> <blockquote>a quote</blockquote>")
        message = page.locator(".bot")
        await expect(message.locator("b")).to_have_text("Bold")
        await expect(message.locator("blockquote")).to_have_text("a quote")
        await message.get_by_label("Hidden text, show").click()
        await expect(message.locator(".spoiler.shown")).to_have_text("boo")
        await expect(page.locator(".own.read")).to_have_count(1)
        stage.bot("sendChatAction", chat_id=102, action="typing")
        await expect(page.locator("#bot-status")).to_have_text("typing…")
        stage.says(102, "مرحبا بك")
        await expect(page.locator("#bot-status")).to_have_text("bot")
        assert await page.locator(".words").last.evaluate("e => getComputedStyle(e).direction") == "rtl"


async def test_html_that_slipped_through_does_nothing(stage: Stage) -> None:
    evil = '<img src=x onerror="window.hurt=1"><a href="javascript:window.hurt=1">x</a><script>window.hurt=1</script>'
    async with stage.window(103) as page:
        drawn = "async html => document.body.append((await import('/page/richtext.js')).richText(html, {}))"
        await page.evaluate(drawn, evil)
        assert await page.locator("body > a, body > img, body > script").count() == 0
        assert await page.evaluate("window.hurt") is None


async def test_a_tap_spins_until_the_bot_answers(stage: Stage) -> None:
    async with stage.chat(104) as page:
        stage.heard(104)
        stage.says(104, "Which?", [{"text": "Paper", "callback_data": "p", "style": "success"}])
        paper = page.get_by_role("button", name="Paper")
        await expect(paper.locator(".icon-check")).to_be_visible()
        for alert in (False, True):
            await paper.click()
            await expect(paper).to_have_attribute("aria-busy", "true")
            tap = stage.heard(104)[0]["callback_query"]
            assert tap["data"] == "p"
            stage.bot("answerCallbackQuery", callback_query_id=tap["id"], text="Noted", show_alert=alert)
            await expect(paper).not_to_have_attribute("aria-busy", "true")
            where = page.get_by_role("dialog") if alert else page.locator("#toasts")
            await expect(where).to_contain_text("Noted")
        await page.get_by_role("button", name="OK").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_an_edit_keeps_the_keyboard_users_place(stage: Stage) -> None:
    async with stage.chat(105) as page:
        rows = [[{"text": "Back", "callback_data": "b"}], [{"text": "Next", "callback_data": "n"}]]
        number = stage.says(105, "Step 1", *rows)
        await page.get_by_role("button", name="Next").focus()
        stage.edits(105, number, "Step 2", *rows)
        message = page.locator(f"[data-message-id='{number}']")
        await expect(message).to_contain_text("Step 2")
        await expect(message).to_contain_text("edited")
        await expect(page.get_by_role("button", name="Next")).to_be_focused()
        stage.edits(105, number, "Step 3", *rows[:1])
        await expect(message).to_contain_text("Step 3")
        await expect(message).to_be_focused()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
async def test_a_deleted_message_leaves_visibly_and_entirely(stage: Stage, motion: str) -> None:
    user = 106 if motion == "reduce" else 107
    async with stage.chat(user, reduced_motion=motion) as page:
        stage.heard(user)
        await page.get_by_role("textbox", name="Message").fill(SECRET)
        await page.keyboard.press("Enter")
        (sent,) = stage.heard(user)
        stage.bot("deleteMessages", chat_id=user, message_ids=[sent["message"]["message_id"]])
        await expect(page.get_by_text("Message deleted by the bot")).to_be_visible()
        await expect(page.locator(".leaving")).to_have_count(0)
        assert SECRET not in await page.content()
        assert SECRET not in json.dumps(await page.evaluate("[{...localStorage}, {...sessionStorage}]"))
        if motion == "reduce":
            await expect(page.get_by_text("Message deleted by the bot")).to_have_count(0, timeout=9000)


async def test_links_and_copy_buttons(stage: Stage) -> None:
    async with stage.chat(111, permissions=["clipboard-read", "clipboard-write"]) as page:
        local = f"{stage.urls['telegram']}/_sandbox"
        worker = {"text": "Worker", "copy_text": {"text": "soar-paper"}}
        stage.says(111, "Where", [worker, {"text": "Off", "disabled": {}}])
        await page.get_by_role("button", name="Worker").click()
        await expect(page.locator("#toasts")).to_contain_text("Copied")
        assert await page.evaluate("navigator.clipboard.readText()") == "soar-paper"
        await expect(page.get_by_role("button", name="Off")).to_be_disabled()
        stage.says(111, "Look", [{"text": "Visit", "url": local}])
        link = page.get_by_role("link", name="Visit")
        async with page.context.expect_page() as opened:
            await link.click()
        assert (await opened.value).url == local


async def test_scrolling(stage: Stage) -> None:
    async with stage.chat(112) as page:
        for number in range(30):
            stage.says(112, f"Message {number}")
        await expect(page.get_by_text("Message 29")).to_be_in_viewport()
        await page.locator("#scroller").evaluate("e => e.scrollTo(0, 0)")
        jump = page.get_by_role("button", name="Jump to latest")
        await expect(jump).to_be_visible()
        stage.says(112, "Unseen")
        await expect(jump).to_have_accessible_name("Jump to latest, 1 new")
        await expect(page.get_by_text("Unseen")).not_to_be_in_viewport()
        await jump.click()
        await expect(page.get_by_text("Unseen")).to_be_in_viewport()
        await expect(jump).to_be_hidden()


async def test_users_and_their_language(stage: Stage) -> None:
    async with stage.chat(113, lang="ar") as page:
        await page.get_by_role("button", name="You are Ada").click()
        await expect(page.get_by_label("Language of your Telegram")).to_have_value("ar")
        await page.get_by_label("Language of your Telegram").select_option("pt-br")
        await expect(page.get_by_text("now speaks Português")).to_be_visible()
        await page.get_by_role("button", name="New user").click()
        await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
        assert "user=113" not in page.url
        stage.heard(113)
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(page.locator(".own")).to_contain_text("/start")
        stranger = int(parse_qs(urlsplit(page.url).query)["user"][0])
        assert stage.heard(stranger)[0]["message"]["from"]["language_code"] == "pt-br"
        await page.get_by_role("button", name="You are").click()
        await page.get_by_role("button", name="Ada").click()
        await expect(page.locator(".own")).to_contain_text("/start")
        assert "user=113" in page.url


async def test_a_lost_connection_mends_itself(stage: Stage) -> None:
    async with stage.chat(114) as page:
        await page.route("**/_sandbox/chats/**", lambda route: route.abort())
        await page.reload()
        await expect(page.locator("#bot-status")).to_have_text("connecting…")
        await page.unroute("**/_sandbox/chats/**")
        await expect(page.locator("#bot-status")).to_have_text("bot")
        await expect(page.locator(".own")).to_contain_text("/start")
