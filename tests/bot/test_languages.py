"""Which language a chat is spoken to in: Telegram's, until the user chooses one; and nothing is lost on the way."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from itertools import count
from typing import Any

import pytest

from bot.runner.port import Operation, Outcome
from bot.storage import dialogs, outbox, tickets
from bot.storage.tickets import Ticket
from bot.texts.catalogue import wording
from bot.texts.direction import without
from bot.texts.render import body
from deploy.secret import Secret
from flows.codec import Dialog, dump, dump_texts
from flows.events import Context, Kind, Worker
from flows.languages import Language, read_language, spoken
from flows.machine import view
from flows.plans import Mode, Pace, Recurring
from flows.states import Account, AskKeyId, Connected, Held, Home, NewWorker, Review, State
from flows.telling import report_of
from flows.words import listing, say
from tests.bot.inside import NOW, Inside, inside, message, tap

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


# -- in the middle of something ---------------------------------------------------------------------------------------

JOB = NewWorker(Mode.PAPER, Recurring(("VTI", "BND"), "10.00", Pace.WEEK), "0" * 16)
SECRET = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n"
KEY_ID = "PKQ7W2E9R4T8Y1U6I3OP"


def reads(bot: Inside) -> str:
    return bot.line.shown[7, bot.line.newest(7)][0]


async def at(bot: Inside, state: State, *held: Ticket, code: str = "en") -> None:
    """Have the chat stand somewhere, with sealed secrets in hand."""
    row = dialogs.Dialog(7, 7, dump(Dialog(state)), 1, 0, None, code, NOW)
    await bot.database.write(partial(dialogs.save, dialog=row, was=0))
    for each in held:
        await bot.database.write(partial(tickets.put, ticket=each))


def seal(bot: Inside, kind: Kind, value: str) -> tuple[Held, Ticket]:
    return bot.tickets.seal(7, kind, Secret(value))


@pytest.mark.asyncio
async def test_a_language_chosen_with_the_secret_in_hand_loses_nothing() -> None:
    started: list[Operation] = []

    def ends(operation: Operation) -> Outcome:
        started.append(operation)
        return Outcome("failed", "alpaca_slow")

    async with inside(ends) as bot:
        token, token_row = seal(bot, Kind.TOKEN, "cf-token")
        secret, secret_row = seal(bot, Kind.SECRET, SECRET)
        access = Connected(token, Account("a1", "Ada"), "ada")
        await at(bot, AskKeyId(JOB, access, secret), token_row, secret_row)
        await says(bot, "/language")
        assert "Which language" in reads(bot)
        assert (await bot.stage.standing(7)).strict
        await taps(bot, "Русский")
        assert wording("keyid.title", Language.RUSSIAN) in reads(bot)
        assert wording("keyid.secret_held", Language.RUSSIAN) in reads(bot)
        assert await bot.tickets_held() == {(7, token.ticket), (7, secret.ticket)}

        await says(bot, "/language")
        await says(bot, KEY_ID)  # instead of choosing: it is taken, and deleted
        assert [each.kind for each in started] == ["deploy"]
        assert started[0].arguments["secret"] == secret.ticket
        assert wording("stopped.title", Language.RUSSIAN) in reads(bot)
        assert wording("error.alpaca_slow", Language.RUSSIAN) in reads(bot)
        assert not any(KEY_ID in text for text in bot.line.texts(7))


@pytest.mark.asyncio
async def test_the_screen_follows_telegram_when_that_changes_and_a_choice_does_not() -> None:
    async with inside() as bot:
        await says(bot, "/start", "de")
        assert wording("welcome.title", Language.GERMAN) in reads(bot)
        await says(bot, "???", "es")
        assert wording("welcome.title", Language.SPANISH) in reads(bot)
        assert wording("notice.use_buttons", Language.SPANISH) in reads(bot)
        await taps(bot, wording("button.languages", Language.SPANISH))
        await taps(bot, "简体中文")
        assert wording("welcome.title", Language.CHINESE) in reads(bot)
        await says(bot, "???", "de")
        assert wording("notice.use_buttons", Language.CHINESE) in reads(bot)


@pytest.mark.asyncio
async def test_a_button_may_be_typed_in_the_language_shown() -> None:
    async with inside() as bot:
        await says(bot, "/start", "ru")
        await says(bot, wording("button.begin", Language.RUSSIAN).upper(), "ru")
        assert wording("alpaca.title", Language.RUSSIAN) in reads(bot)


@pytest.mark.asyncio
async def test_what_waits_is_told_in_the_language_of_the_moment_it_is_sent() -> None:
    async with inside() as bot:
        await at(bot, Home("w1"), code="de")
        lines = dump_texts((say("summary.orders", count=2, orders=listing("VTI", "BND")),))
        await bot.database.write(partial(outbox.put, message=outbox.Message("m1", 7, "notice", lines, NOW, NOW + 60)))
        await says(bot, "/language", "de")
        await taps(bot, "Português")
        bot.time.at += 60
        await bot.settles()
        assert any("VTI e BND" in text for text in bot.line.texts(7))


@pytest.mark.asyncio
async def test_the_copy_of_a_consent_is_the_very_text_agreed_to() -> None:
    async with inside() as bot:
        await at(bot, Review(JOB), code="de")
        await taps_data(bot, "v1:agree", "de")
        await says(bot, "/language", "de")
        await taps(bot, "Español")
        await says(bot, "/privacy", "de")
        await taps(bot, wording("button.agreements", Language.SPANISH))
        await bot.settles()
        (copy,) = [text for text in bot.line.texts(7) if "SHA-256" in text]
        head, _, agreed = copy.partition("\n")
        assert wording("consent.text", Language.GERMAN) in agreed
        assert "VTI und BND" in agreed
        assert hashlib.sha256(agreed.encode()).hexdigest() in head


async def taps_data(bot: Inside, data: str, code: str) -> None:
    raw = tap(next(UPDATES), data)
    raw["callback_query"]["from"]["language_code"] = code
    await bot.receives(raw)


REPORT = report_of({
    "at": int(NOW), "running": True, "armed": True, "plan": {"kind": "recurring", "symbols": ["VTI", "BND"],
    "amount": "10.00", "every": "week"}, "limits": {"budget": "520.00", "symbols": ["VTI", "BND"]},
    "invested": "100.00", "value": "104.50", "profit": "4.50", "equity": "1234.56", "cash": "1000.00",
    "currency": "USD", "positions": [{"symbol": "VTI", "qty": "0.4", "cost": "95.00", "value": "104.50"}],
    "orders": [{"side": "buy", "symbol": "VTI", "notional": "10.00", "state": "filled"}],
    "last_at": int(NOW) - 180, "next_at": int(NOW) + 720, "last_code": "closed", "last_tick": "closed",
    "last_reason": "The market is closed. It opens tomorrow at 9:30 in New York.", "key_ending": "4F2A",
    "template": "62ac5890ed3a",
})  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_the_card_is_whole_in_every_language(language: Language) -> None:
    worker = Worker("w1", Mode.PAPER, "soar-paper-ab12cd34", "a1", holds_token=True)
    screen = view(Dialog(Home("w1", REPORT)), Context(int(NOW), "", (worker,)))
    text = body(screen, language)
    assert ("The market is closed" in text) == (language is Language.ENGLISH)
    plain = without(re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ").replace("\u202f", " ")
    for part in ("soar-paper-ab12cd34", "VTI", "4F2A"):
        assert part in plain
    assert re.search(r"1[., ]?234[.,]56", plain)
    if language.leftward:
        letters = set(re.findall(r"[A-Za-z]{2,}", plain))
        assert letters <= {"soar", "paper", "PAPER", "VTI", "BND", "US", "Key", "ID", "ac", "cd", "ab", "ed"}, letters
        depth = 0
        for sign in text:
            depth += (sign == "\u2068") - (sign == "\u2069")
            assert depth > 0 or not (sign.isdigit()), "a number outside an isolate"
