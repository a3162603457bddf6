"""What a person says and does on the chat page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.sandbox.page.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_people_edit_and_delete_their_own_messages(stage: Stage) -> None:
    async with stage.chat(108) as page:
        stage.heard(108)
        line = page.get_by_role("textbox", name="Message")
        await line.fill("first")
        await line.press("Enter")
        own = page.locator(".own").last
        await expect(own).to_contain_text("first")
        await own.click(button="right")
        await page.get_by_role("menuitem", name="Edit").click()
        await expect(line).to_have_value("first")
        await line.fill("second")
        await line.press("Enter")
        await expect(own).to_contain_text("second")
        await own.focus()
        await own.press("Enter")
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Message deleted by you")).to_be_visible()
        first, second = stage.heard(108)
        assert (first["message"]["text"], second["edited_message"]["text"]) == ("first", "second")


async def test_files_go_with_a_caption(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "keys.txt").write_text("not read by anybody", encoding="utf-8")
    async with stage.chat(109) as page:
        stage.heard(109)
        for kind in ("Document", "Photo"):
            await page.get_by_role("button", name="Attach").click()
            async with page.expect_file_chooser() as chooser:
                await page.get_by_role("button", name=kind).click()
            await (await chooser.value).set_files(tmp_path / "keys.txt")
            await page.get_by_role("textbox", name="Message").fill(f"my {kind}")
            await page.get_by_role("button", name="Send").click()
            await expect(page.locator(".own").last).to_contain_text(f"my {kind}")
        document, photo = (update["message"] for update in stage.heard(109))
        assert (document["document"]["file_name"], document["caption"]) == ("keys.txt", "my Document")
        assert (bool(photo["photo"]), photo["caption"]) == (True, "my Photo")


async def test_writing(stage: Stage) -> None:
    async with stage.chat(110) as page:
        stage.heard(110)
        line = page.get_by_role("textbox", name="Message")
        low = await line.evaluate("e => e.offsetHeight")
        await line.press_sequentially("one")
        await line.press("Shift+Enter")
        await line.press_sequentially("two")
        assert await line.evaluate("e => e.offsetHeight") > low
        await line.press("Enter")
        await expect(line).to_have_value("")
        await line.fill("/sta")
        await page.get_by_role("button", name="How the bot is doing").click()
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="How the bot is doing").press("Enter")
        await expect(page.locator(".own")).to_have_count(4)
        asking = {"force_reply": True, "input_field_placeholder": "Worker"}
        stage.bot("sendMessage", chat_id=110, text="Name?", reply_markup=asking)
        await expect(page.get_by_placeholder("Worker")).to_be_focused()
        await page.keyboard.type("mine")
        await page.keyboard.press("Enter")
        await expect(page.locator(".own").last).to_contain_text("mine")
        said = [update["message"] for update in stage.heard(110)]
        assert [each["text"] for each in said] == ["one\ntwo", "/status", "/status", "mine"]
        assert said[-1]["reply_to_message"]["text"] == "Name?"
