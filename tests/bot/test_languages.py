"""Which language a chat is spoken to in: Telegram's, until the user chooses one; and nothing is lost on the way."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from flows.languages import Language, read_language, spoken
from tests.bot.inside import Inside, inside, message, tap

UPDATES = count(1)


def written(text: str, code: str | None) -> dict[str, Any]:
    raw = message(next(UPDATES), text=text)
    if code is not None:
        raw["message"]["from"]["language_code"] = code
    return raw


async def says(bot: Inside, text: str, code: str | None = "en") -> None:
    await bot.receives(written(text, code))


async def taps(bot: Inside, label: str) -> None:
    button = next(each for each in bot.line.buttons(7) if label in each["text"])
    await bot.receives(tap(next(UPDATES), button["callback_data"], on=bot.line.newest(7)))


def labels(bot: Inside) -> list[str]:
    return [each["text"] for each in bot.line.buttons(7)]


async def language(bot: Inside) -> Language:
    return (await bot.stage.look(7)).language


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("pt", "pt_BR"), ("pt-br", "pt_BR"), ("zh-hans", "zh_Hans"), ("zh-CN", "zh_Hans"), ("zh", "zh_Hans"),
        ("zh-TW", "zh_Hans"), ("es-MX", "es"), ("DE", "de"), ("ar_EG", "ar"), ("ru", "ru"), ("en-GB", "en"),
        ("sw", None), ("", None), (None, None), ("e", None), ("-", None),
    ],
)  # fmt: skip
def test_telegrams_language_is_read(code: str | None, language: str | None) -> None:
    assert read_language(code) == language
    assert spoken(None, code) == (language or "en")
    assert spoken(Language.RUSSIAN, code) == "ru"


@pytest.mark.asyncio
async def test_telegrams_language_is_followed_until_one_is_chosen() -> None:
    async with inside() as bot:
        await says(bot, "/start", "de")
        assert await language(bot) == "de"
        await says(bot, "/start", "es-MX")
        assert await language(bot) == "es"
        await says(bot, "/start", None)
        assert await language(bot) == "es"
        await says(bot, "/language", "es")
        assert "English" in labels(bot)
        assert [each for each in labels(bot) if each.startswith("✓")] == [
            next(e for e in labels(bot) if "(" in e and "Español" in e)
        ]
        await taps(bot, "Русский")
        assert await language(bot) == "ru"
        await says(bot, "/start", "de")
        assert await language(bot) == "ru"
        await says(bot, "/language", "de")
        assert "✓ Русский" in labels(bot)
        await taps(bot, "(Deutsch)")
        assert await language(bot) == "de"


@pytest.mark.asyncio
async def test_forgetting_forgets_the_choice() -> None:
    async with inside() as bot:
        await says(bot, "/language")
        await taps(bot, "العربية")
        assert await language(bot) == "ar"
        await says(bot, "/forget")
        await bot.receives(
            tap(
                next(UPDATES),
                next(each for each in bot.line.buttons(7) if each["callback_data"].endswith(":yes"))["callback_data"],
                on=bot.line.newest(7),
            )
        )
        await says(bot, "/start")
        assert await language(bot) == "en"
