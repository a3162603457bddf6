"""The road as anybody can walk it, whatever language the bot speaks: by what buttons do, not by what they say."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from bot.texts.catalogue import path_of
from flows.languages import Language
from sandbox.alpaca.exchange import Exchange
from sandbox.bot_process import BotProcess
from sandbox.sites import Sites
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone, Shown
from sandbox.time.timeline import Timeline

BEGINS = datetime(2027, 1, 12, 14, 50, tzinfo=UTC)
"""A Tuesday, 20 minutes after the opening in New York; from there time hardly moves, but by jumps to such a moment."""
WAITING = "⏳"
ACTION = re.compile(r"v(\d+):(.*)", re.DOTALL)
NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bsoar-(paper|live)-[0-9a-f]{8}\b"), r"soar-\1-5ea12b0e"),
    (re.compile(r"\bada-s-account-[0-9a-f]{4}\b"), "ada-s-account-51ea"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b"), "5ea12b0e51ea"),
    (re.compile(r"(?<=<code>)\d{6}(?=</code>)"), "402518"),
)
"""What is drawn by lot, or changes with each version of the Worker, gets a name that stays."""


@dataclass(frozen=True, slots=True)
class House:
    """The stand-ins and a bot among them, in a time of their own."""

    world: StandIns
    http: httpx.AsyncClient

    @property
    def sites(self) -> Sites:
        return Sites(self.world, self.http)


@contextmanager
def standing(folder: Path) -> Iterator[StandIns]:
    """Run the bot among its stand-ins at that moment; what it logs is in `folder`."""
    timeline = Timeline.slow(folder / "time", BEGINS)
    exchange = Exchange(wall=timeline.moment, dice=random.Random(7))  # noqa: S311  (the sandbox's keys)
    with (
        StandIns(timeline=timeline, exchange=exchange) as world,
        BotProcess(world.settings(folder / "data"), folder / "bot.log", timeline),
    ):
        yield world


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    """The same, with a way to its pages."""
    with standing(folder) as world:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            yield House(world, http)


def actions(shown: Shown) -> dict[str, str]:
    """What the buttons of a message do, and what they say."""
    buttons = [button for row in shown["buttons"] for button in row if "data" in button]
    return {match[2]: button["text"] for button in buttons if (match := ACTION.fullmatch(button["data"]))}


def version(shown: Shown) -> int:
    """Say how many screens there were before; 0 for a message without buttons."""
    datas = [button["data"] for row in shown["buttons"] for button in row if "data" in button]
    return max((int(match[1]) for data in datas if (match := ACTION.fullmatch(data))), default=0)


def offers(*wanted: str, without: str = "none") -> Callable[[Shown], bool]:
    """A message that can do all of these things, and is not about to change by itself."""

    def holds(shown: Shown) -> bool:
        does = actions(shown)
        return all(each in does for each in wanted) and without not in does and WAITING not in shown["text"]

    return holds


def leads_to(part: str) -> Callable[[Shown], bool]:
    """A message that has a link with this in its address."""
    return lambda shown: any(part in button.get("url", "") for row in shown["buttons"] for button in row)


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did, and the screen that came of it."""

    name: str
    did: str  # `says`, `taps` or `pastes`
    words: str
    shown: Shown
    photo: bytes = b""


@dataclass(slots=True)
class Walker:
    """Somebody on the way, who keeps what has been seen."""

    house: House
    phone: Phone
    account: str = ""
    brokerage: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    privately: list[Step] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    async def says(self, name: str, text: str, then: Callable[[Shown], bool]) -> None:
        await self.phone.says(text)
        await self._keeps(name, "says", text, await self._after(0, then))

    async def taps(self, name: str, action: str, then: Callable[[Shown], bool]) -> None:
        screen = await self.phone.sees(offers(action), within=30)
        label = actions(screen)[action]
        await self.phone.taps(label, on=screen["id"])
        await self._keeps(name, "taps", label, await self._after(version(screen), then))

    async def pastes(self, name: str, what: str, secret: str, then: Callable[[Shown], bool]) -> None:
        self.secrets[secret] = what
        self.phone.masks(secret)
        before = version(await self.phone.screen())
        await self.phone.gone(await self.phone.says(secret), within=30)
        await self._keeps(name, "pastes", what, await self._after(before, then))

    async def _keeps(self, name: str, did: str, words: str, shown: Shown) -> None:
        photo = b""
        if shown["photo"]:
            answer = await self.house.http.get(self.house.world.telegram.url + shown["photo"]["url"])
            photo = answer.raise_for_status().content
        self.steps.append(Step(name, did, words, shown, photo))

    async def _after(self, before: int, then: Callable[[Shown], bool]) -> Shown:
        """Wait for a screen later than that one, or a message beside the screens."""
        return await self.phone.sees(
            lambda shown: version(shown) not in range(1, before + 1) and then(shown), within=30
        )

    def lasting(self, text: str) -> str:
        """A text with names that are the same each time. Raises AssertionError where a secret has stayed."""
        for secret in self.secrets:
            assert secret not in text, "a secret is still in the chat"
            text = text.replace(secret[-4:], "7QXM")
        for number in self.numbers:
            text = text.replace(number[-4:], "0417")
        for pattern, name in NAMES:
            text = pattern.sub(name, text)
        return text


def spoken() -> list[Language]:
    """List the languages the bot speaks: those with a catalogue, and English."""
    return [each for each in Language if each is Language.ENGLISH or path_of(each).exists()]


async def walked(languages: Iterable[Language]) -> dict[Language, Walker]:
    """Walk the road in each language, one after the other, in one house."""
    with tempfile.TemporaryDirectory(prefix="soar-showcase-") as folder:
        async with opened(Path(folder)) as house:
            found = {}
            for each in languages:
                walker, second = await walk(house, each), await walk_privately(house, each)
                walker.privately, walker.secrets = second.steps, walker.secrets | second.secrets
                walker.numbers += second.numbers
                found[each] = walker
            return found


async def walk(house: House, language: Language) -> Walker:
    """Walk from hello to a bot that has bought something, with an app that speaks that language."""
    code, number = language.replace("_", "-").lower(), 601 + list(Language).index(language)
    async with Phone(house.world.telegram.url, number, language=code, client=house.http) as phone:
        walker = Walker(house, phone)
        await opens_accounts(walker)
        await agrees(walker)
        await connects(walker)
        await gives_keys(walker)
        await trades(walker)
        return walker


async def walk_privately(house: House, language: Language) -> Walker:
    """Walk as far as the keys once more, and enter them in the bot's own form; only what comes then is kept."""
    code, number = language.replace("_", "-").lower(), 651 + list(Language).index(language)
    async with Phone(house.world.telegram.url, number, language=code, client=house.http) as phone:
        walker = Walker(house, phone)
        await opens_accounts(walker)
        await agrees(walker)
        await connects(walker)
        walker.steps.clear()
        await walker.taps("form", "form", leads_to("/form#"))
        await fills_in(walker)
        return walker


async def fills_in(walker: Walker) -> None:
    """Do what the form's page does: send the keys straight to the bot."""
    shown = walker.steps[-1].shown
    link = next(b["url"] for row in shown["buttons"] for b in row if "/form#" in b.get("url", ""))
    address, _, fragment = link.partition("#")
    key_id, secret = await walker.house.sites.keys(account=walker.brokerage)
    walker.secrets |= {key_id: "the Key ID", secret: "the Secret"}
    digits = re.search(r"\b\d{6}\b", shown["text"])
    ticket = parse_qs(fragment)["t"][0]
    body = {"ticket": ticket, "launch": "", "code": digits and digits[0], "key_id": key_id, "secret": secret}
    origin = "/".join(address.split("/")[:3])
    # A Worker that writes its own secrets is replaced by that, perhaps before it has answered.
    with suppress(httpx.RemoteProtocolError):
        answer = await walker.house.http.post(f"{address}/keys", json=body, headers={"Origin": origin})
        assert answer.json().get("ok"), answer.text
    found = await walker.phone.sees(offers("arm"), within=30)
    walker.steps.append(Step("private_done", "enters", "both keys in the form", found))


async def opens_accounts(walker: Walker) -> None:
    """Sign up at both companies."""
    alpaca = f"{walker.house.world.alpaca.paper_url}/_sandbox/accounts"
    answer = await walker.house.http.post(alpaca, json={"rate_limit": None})
    walker.brokerage = answer.raise_for_status().json()["id"]
    accounts = (await walker.house.sites.alpaca())["accounts"]
    walker.numbers = [each["account_number"] for each in accounts if each["id"] == walker.brokerage]
    walker.account = await walker.house.sites.cloudflare_account("Ada's account")


async def agrees(walker: Walker) -> None:
    """From hello to the plan."""
    await walker.says("hello", "/start", offers("begin"))
    await walker.taps("sign_in", "begin", offers("next"))
    await walker.taps("mode", "next", offers("mode:paper"))
    await walker.taps("plan", "mode:paper", offers("suggested"))
    await walker.taps("review", "suggested", offers("agree"))
    await walker.taps("token", "agree", leads_to("api-tokens"))


async def connects(walker: Walker) -> None:
    """The picture of the place, and the token."""
    await walker.taps("picture", "picture", lambda shown: bool(shown["photo"]))
    token = await walker.house.sites.token(account=walker.account)
    await walker.pastes("address", "the token", token, offers("name"))
    await walker.taps("keep", "name", offers("keep:yes"))
    await walker.taps("keys", "keep:yes", offers("next", "picture:generate_key"))


async def gives_keys(walker: Walker) -> None:
    """The two keys, and the bot is up."""
    key_id, secret = await walker.house.sites.keys(account=walker.brokerage)
    await walker.taps("key_id", "next", offers("picture", without="next"))
    await walker.pastes("secret", "the Key ID", key_id, lambda shown: key_id[-4:] in shown["text"])
    await walker.pastes("done", "the Secret", secret, offers("arm"))


async def trades(walker: Walker) -> None:
    """Started, and looked at a day later; then held and let go on."""
    await walker.taps("started", "arm", offers("do:status", without="arm"))
    await walker.house.sites.travels("opening")
    await walker.taps("status", "do:status", offers("do:pause"))
    await walker.taps("paused", "do:pause", offers("do:resume"))
    await walker.taps("resumed", "do:resume", offers("do:pause"))
