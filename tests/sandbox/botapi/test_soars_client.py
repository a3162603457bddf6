"""Soar's own client carries files the way Telegram wants them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.telegram.client import Telegram
from bot.telegram.gate import Gate
from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#1f6feb").save(out, "PNG")
    return out.getvalue()


@pytest.mark.asyncio
async def test_a_picture_and_a_file_arrive_whole(api: Api, ada: Phone) -> None:
    client = Telegram(api.token, api.url, gate=Gate())
    await client.open()
    try:
        sent = await client.send_picture(ADA, png(), "<b>Where it is</b> & what it is", name="where.png")
        shown = await ada.sees("Where it is")
        assert shown["id"] == sent.message_id
        assert shown["photo"]["width"] == 40
        await client.send_file(ADA, b"date,side\n2026-11-24,buy\n", "orders.csv", "Your orders")
        shown = await ada.sees("Your orders")
        assert shown["document"]["name"] == "orders.csv"
        assert (await api.client.get(shown["document"]["url"])).content == b"date,side\n2026-11-24,buy\n"
    finally:
        await client.close()


@pytest.mark.asyncio
async def test_a_picture_to_somebody_who_left_is_no_error(api: Api, ada: Phone) -> None:
    client = Telegram(api.token, api.url, gate=Gate())
    await client.open()
    try:
        await ada.blocks()
        assert (await client.send_picture(ADA, png(), "")).blocked
    finally:
        await client.close()
