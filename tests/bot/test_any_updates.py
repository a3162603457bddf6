"""Whatever Telegram brings in whatever order, with failing deletes, a locked database, restarts and a jumping clock:

every update is acknowledged and answered, every key is deleted, none is stored, no ticket is left behind.
"""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.runner.port import Operation, Outcome
from bot.storage import deletions, dialogs
from bot.telegram.client import Deleted
from flows.codec import load
from flows.machine import tickets as carried
from tests.bot.inside import NOW, Inside, again, inside, message, tap
from tests.bot.line import Raw
from tests.flows.test_any_order import DATA, OUTCOMES

ADA, BOB, GROUP = 7, 8, -9
MIXED = string.ascii_letters + string.digits
TALK = (
    "/start", "/status", "/pause", "/rotate", "/destroy", "/cancel", "/forget", "/help", "/nonsense", "/",
    "hello there", "Let's start", "TRADE LIVE", "DESTROY", "VTI", "12.50", "my-name", "where is it?", "🙂", "<b>&", "²",
)  # fmt: skip
SECRETS = ("key id", "secret", "token", "pair", "key in prose")
SPOILT = ("half a key", "key with a picture", "stars")
PLACES = ("text", "text", "text", "caption", "file", "edited", "quote", "contact", "strange")
FIELDS = st.sampled_from(["id", "chat", "from", "message", "message_id", "text", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda each: st.lists(each) | st.dictionaries(FIELDS, each),
    max_leaves=8,
)
NUMBER = st.integers(0, 9999)
CHAT = st.sampled_from([ADA, ADA, ADA, BOB])
HAPPENINGS = st.one_of(  # each names a method of Chats and what it is called with
    st.tuples(st.just("talks"), CHAT, st.sampled_from(TALK) | st.text(max_size=80)),
    st.tuples(st.just("pastes"), CHAT, st.sampled_from(SECRETS + SPOILT), st.sampled_from(PLACES), NUMBER),
    st.tuples(st.just("taps"), NUMBER),
    st.tuples(st.just("taps"), NUMBER),
    st.tuples(st.just("goes_on"), CHAT),
    st.tuples(st.just("goes_on"), CHAT),
    st.tuples(st.just("taps_nonsense"), CHAT, st.text(max_size=40)),
    st.tuples(st.just("comes_again"), NUMBER, st.booleans()),
    st.tuples(st.just("is_nonsense"), st.dictionaries(st.sampled_from(["message", "callback_query", "x"]), JSON)),
    st.tuples(st.just("in_a_group"), NUMBER),
    st.tuples(st.just("blocks"), CHAT),
    st.tuples(st.just("deletes_fail"), st.lists(st.sampled_from([Deleted.LATER, Deleted.IMPOSSIBLE]), max_size=3)),
    st.tuples(st.just("is_locked"), st.integers(1, 3)),
    st.tuples(st.just("time_passes"), st.sampled_from([60, 600, 1000, 4000, 90_000, -600, -4000])),
    st.tuples(st.just("work_hangs")),
    st.tuples(st.just("work_goes_on")),
    st.tuples(st.just("starts_anew")),
    st.tuples(st.just("waits")),
)
# The way most people go, so that the far end of the road is reached as well.
LENGTH = 14  # of the road, from hello to a bot that is looked after, and a little beyond
ROAD = ("begin", "next", "mode:paper", "watch", "agree", "keep:yes", "name", "again", "do:status", "do:rotate", "yes")


@dataclass(slots=True)
class Chats:
    """Two people and a group, the updates they have caused, and what is known of each."""

    bot: Inside
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    sent: dict[int, Raw] = field(default_factory=dict)
    secrets: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)

    def brings(self, raw: Raw) -> None:
        self.sent[raw["update_id"]] = raw
        self.bot.line.brings(raw)

    async def talks(self, chat: int, text: str) -> None:
        self.brings(message(next(self.numbers), chat, text))

    async def pastes(self, chat: int, what: str, place: str, seed: int) -> None:
        text, values = written(what, seed)
        number = next(self.numbers)
        if what in SECRETS:
            self.secrets[chat, number] = values
        if place == "strange":
            self.unreadable.add(number)
        self.brings(placed(number, chat, text, place))

    async def taps(self, number: int) -> None:
        """Press any button that was ever shown."""
        await self.bot.settles()
        if offered := self.bot.line.offered:
            chat, on, data = offered[number % len(offered)]
            self.brings(tap(next(self.numbers), data, chat, on))

    async def taps_nonsense(self, chat: int, data: str) -> None:
        self.brings(tap(next(self.numbers), data, chat))

    async def goes_on(self, chat: int) -> None:
        """Do what the screen is for."""
        await self.bot.settles()
        words = self.bot.line.texts(chat)
        for asked, what in (
            ("Paste the token now", "token"),
            ("Paste the Key ID", "pair"),
            ("paste the Secret", "secret"),
        ):
            if words and asked in words[-1]:
                await self.pastes(chat, what, "text", next(self.numbers))
                return
        if words and "To go on, type" in words[-1]:
            self.brings(message(next(self.numbers), chat, "destroy" if "DESTROY" in words[-1] else "trade live"))
            return
        offered = [one["callback_data"] for one in self.bot.line.buttons(chat) if "callback_data" in one]
        chosen = [data for data in offered if data.partition(":")[2] in ROAD] or offered
        if chosen:
            self.brings(tap(next(self.numbers), chosen[0], chat, self.bot.line.newest(chat)))
        else:
            self.brings(message(next(self.numbers), chat, "/start"))

    async def comes_again(self, number: int, new: bool) -> None:  # noqa: FBT001
        if not self.sent:
            return
        raw = self.sent[sorted(self.sent)[number % len(self.sent)]]
        if not new:
            self.bot.line.brings(raw)
            return
        number = next(self.numbers)
        if raw["update_id"] in self.unreadable:
            self.unreadable.add(number)
        self.brings({**raw, "update_id": number})

    async def is_nonsense(self, body: Raw) -> None:
        number = next(self.numbers)
        self.unreadable.add(number)
        self.brings({"update_id": number, **body})

    async def in_a_group(self, seed: int) -> None:
        text, values = written("pair" if seed % 2 else "half a key", seed)
        number = next(self.numbers)
        raw = message(number, GROUP, text)
        raw["message"]["chat"]["type"] = "group"
        raw["message"]["from"]["id"] = ADA
        if seed % 2:
            self.secrets[GROUP, number] = values
        self.brings(raw)

    async def blocks(self, chat: int) -> None:
        self.brings(blocking(next(self.numbers), chat))

    async def deletes_fail(self, outcomes: list[Deleted]) -> None:
        self.bot.line.deletes += outcomes

    async def is_locked(self, times: int) -> None:
        self.bot.database.refusals = times

    async def time_passes(self, seconds: float) -> None:
        await self.bot.settles()
        self.bot.time.at += seconds
        await self.bot.sweeps()

    async def work_hangs(self) -> None:
        self.bot.going.clear()

    async def work_goes_on(self) -> None:
        self.bot.going.set()

    async def starts_anew(self) -> None:
        self.bot = await again(self.bot)

    async def waits(self) -> None:
        await self.bot.settles()


def blocking(number: int, chat: int) -> Raw:
    member = {"user": {"id": 1, "is_bot": True, "first_name": "Soar"}}
    body = message(number, chat)["message"] | {
        "old_chat_member": {**member, "status": "member"},
        "new_chat_member": {**member, "status": "kicked", "until_date": 0},
    }
    del body["message_id"]
    return {"update_id": number, "my_chat_member": body}


def written(what: str, seed: int) -> tuple[str, tuple[str, ...]]:
    """Write a paste; returns its text and the secrets in it."""
    dice = random.Random(seed)  # noqa: S311
    key = "PK" + "".join(dice.choices(string.ascii_uppercase + string.digits, k=18))
    secret = "aB3" + "".join(dice.choices(MIXED, k=37))
    token = "cfut_" + "".join(dice.choices(MIXED, k=43))
    texts = {
        "key id": (key,), "secret": (secret,), "token": (token,), "pair": (key, secret), "key in prose": (key,),
        "half a key": (secret[:19],), "key with a picture": (key[:9], key[9:]), "stars": (),
    }  # fmt: skip
    shapes = {"key in prose": f"it says {key}, is that right?", "stars": "••••••••••••••••", "key with a picture": f"{key[:9]}🚀{key[9:]}"}  # fmt: skip  # noqa: E501
    return shapes.get(what, "\n".join(texts[what])), texts[what]


def placed(number: int, chat: int, text: str, place: str) -> Raw:
    match place:
        case "caption":
            return message(
                number, chat, photo=[{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], caption=text
            )
        case "file":
            return message(number, chat, document={"file_id": "f", "file_unique_id": "u", "file_name": text})
        case "edited":
            return message(number, chat, text, kind="edited_message", edit_date=int(NOW))
        case "quote":
            return message(number, chat, "see this", quote={"text": text, "position": 0})
        case "contact":
            return message(number, chat, contact={"phone_number": "1", "first_name": text})
        case "strange":
            return message(number, chat, text, kind="message_of_tomorrow")
        case _:
            return message(number, chat, text)


@dataclass(slots=True)
class Fate:
    """Lets operations end well while somebody goes along the road, and then as drawn numbers say."""

    numbers: list[int]
    kind: bool = True

    def __call__(self, operation: Operation) -> Outcome:
        codes = OUTCOMES[operation.kind]
        code = codes[0 if self.kind or not self.numbers else self.numbers.pop() % len(codes)]
        if code == "cancelled":
            return Outcome("cancelled")
        worker = {"worker": operation.arguments.get("worker"), "url": "http://w", "key_ending": "4F2A", "reason": ""}
        return Outcome("failed" if code in {"internal", "odd"} else "done", code, DATA | worker, "1nc1de47")


async def whatever_happens(so_far: int, happenings: list[tuple[Any, ...]], outcomes: list[int]) -> None:
    fate = Fate(outcomes)
    async with inside(fate) as bot:
        chats = Chats(bot)
        for _ in range(so_far):
            await chats.goes_on(ADA)
        fate.kind = False
        for name, *what in happenings:
            await getattr(chats, name)(*what)
        chats.bot.database.refusals = 0
        chats.bot.going.set()
        await chats.bot.settles()
        await all_is_answered(chats)
        await nothing_is_lying_about(chats)
        await every_key_is_gone(chats)
        await chats.bot.ends()


async def all_is_answered(chats: Chats) -> None:
    bot = chats.bot
    handled = await bot.handled()
    assert set(handled) == set(chats.sent), "an update was lost"
    parked = {number for number, why in handled.items() if why}
    assert parked <= chats.unreadable, "an update failed"
    taps = {raw["callback_query"]["id"] for number, raw in chats.sent.items() if number not in chats.unreadable and "callback_query" in raw}  # fmt: skip  # noqa: E501
    assert taps <= set(bot.line.answered), "a button spins for ever"
    for row in await bot.database.read(lambda connection: dialogs.page(connection, after=0)):
        assert row.rendered_version == row.version, "a screen shows an older state"
        assert bot.line.texts(row.chat_id), "a chat shows nothing"
    assert await bot.runner._store.unfinished() == []


async def nothing_is_lying_about(chats: Chats) -> None:
    bot = chats.bot
    held: set[tuple[int, str]] = set()
    for row in await bot.database.read(lambda connection: dialogs.page(connection, after=0)):
        dialog = load(row.state)
        assert dialog is not None
        held |= {(row.chat_id, ticket) for ticket in carried(dialog.state)}
    assert await bot.tickets_held() <= held, "a ticket that nobody carries"
    bot.time.at += 7200
    await bot.sweeps()
    assert await bot.tickets_held() == set(), "a ticket was left behind"
    await bot.database.shred()
    stored = b"".join(path.read_bytes() for path in bot.folder.iterdir())
    assert not [values for values in chats.secrets.values() if any(value.encode() in stored for value in values)]


async def every_key_is_gone(chats: Chats) -> None:
    bot = chats.bot
    told: set[tuple[int, int]] = set()
    bot.line.deletes.clear()
    for chat in (ADA, BOB, GROUP):
        rows = await bot.database.read(lambda connection, chat=chat: deletions.for_chat(connection, chat))  # type: ignore[misc]
        told |= {(row.chat_id, row.message_id) for row in rows}
    await bot.deletions._round()
    assert set(chats.secrets) <= bot.line.gone | told, "a key stayed in a chat and nobody knows of it"


@pytest.fixture(scope="module", autouse=True)
def _no_waiting() -> Iterator[None]:
    """The database is locked here for so many writes, not for so long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.patience.PAUSE", 0.0)
        yield


@settings(max_examples=settings().max_examples // 2)
@given(st.integers(0, LENGTH), st.lists(HAPPENINGS, min_size=5, max_size=25), st.lists(NUMBER, max_size=10))
def test_no_updates_lead_into_a_corner(so_far: int, happenings: list[tuple[Any, ...]], outcomes: list[int]) -> None:
    asyncio.run(whatever_happens(so_far, happenings, outcomes))
