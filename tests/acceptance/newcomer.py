"""A person who sets up a bot: a phone, and accounts of their own at Cloudflare and Alpaca. Tests read as their chat."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx

from deploy.template import Module, read_template
from sandbox.sites import Sites
from sandbox.telegram.messages import Person
from sandbox.telegram.phone import NotOnScreen, Phone, Shown, Wanted
from tests.acceptance.house import House, Mischief, until

PUBLISHED = Path(__file__).resolve().parents[2] / "worker_template"
MOST_LEFT = 3
WATCH, WEEKLY = "Watch only", "Buy $10.00 of VTI"


@dataclass(slots=True)
class Newcomer:
    """Somebody in front of a phone."""

    house: House
    client: httpx.AsyncClient
    phone: Phone
    name: str
    account: str = ""
    brokerage: dict[str, str] = field(default_factory=dict)
    pasted: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        return self.phone.user_id

    @property
    def sites(self) -> Sites:
        return Sites(self.house.world, self.client)

    @property
    def mischief(self) -> Mischief:
        return Mischief(self.house, self.client)

    # — what is done with thumbs —

    async def says(self, text: str) -> int:
        return await self.phone.says(text)

    async def sees(self, wanted: Wanted, *, within: float = 20.0) -> Shown:
        return await self.phone.sees(wanted, within=within)

    async def taps(self, label: str, then: Wanted | None = None) -> str:
        """Tap a button as soon as there is one, and see what follows."""

        def has_it(shown: Shown) -> bool:
            return any(label in button["text"] for row in shown["buttons"] for button in row)

        async def tapped() -> str | None:
            await self.sees(has_it)
            try:
                return await self.phone.taps(label)
            except NotOnScreen:  # it was there, but the screen has just changed
                return None

        tap = await until(tapped, f"no button {label!r} stayed long enough to be tapped")
        if then is not None:
            await self.sees(then)
        return tap

    async def commands(self, text: str, then: Wanted) -> None:
        """Say a command, and see its answer as the only screen, at the bottom of the chat."""
        said = await self.says(text)
        await self.sees(then)

        async def moved() -> bool:
            screens = await self.screens()
            return len(screens) == 1 and bool(screens[0]["id"] > said)

        await until(moved, f"{text} left more than one screen")
        await self.phone.catches_up()

    async def pastes(self, *values: str, as_text: str = "", then: Wanted | None = None) -> int:
        """Paste secrets in one message, one per line or `as_text`, and see it go."""
        self.keeps_to_herself(*values)
        message = await self.says(as_text or "\n".join(values))
        await self.phone.gone(message, within=20)
        if then is not None:
            await self.sees(then)
        return message

    def keeps_to_herself(self, *values: str) -> None:
        """Mask secrets in the transcript, and remember them for the checks at the end."""
        for value in values:
            self.pasted.append(value)
            self.phone.masks(value)

    async def screens(self) -> list[Shown]:
        """List the messages of the bot that have buttons."""
        await self.phone.catches_up()
        return [each for each in (await self.phone.chat())["messages"] if each["from"] == "bot" and each["buttons"]]

    async def only_screen(self) -> Shown:
        """Wait until one screen is left: an older one goes a moment after the newer has come."""

        async def alone() -> Shown | None:
            screens = await self.screens()
            return screens[0] if len(screens) == 1 else None

        return await until(alone, "more than one screen was left")

    async def reads(self) -> str:
        """Read the bot's newest screen."""
        await self.phone.catches_up()
        chat = (await self.phone.chat())["messages"]
        return "\n".join(str(each["text"]) for each in chat if each["from"] == "bot")

    # — what is done on other pages —

    async def opens_cloudflare(self, **facts: object) -> None:
        """Sign up at Cloudflare, with an address name unless told otherwise."""
        facts = {"subdomain": f"{self.name.lower()}-{self.id}", **facts}
        self.account = await self.sites.cloudflare_account(f"{self.name}'s account", **facts)

    async def token(self, **choices: object) -> str:
        """Make a Cloudflare token."""
        if not self.account:
            await self.opens_cloudflare()
        return await self.sites.token(**{"account": self.account, **choices})

    async def keys(self, mode: str = "paper", **account: object) -> tuple[str, str]:
        """Generate a pair at Alpaca; the account is opened if there is none yet, then changed as told."""
        await self.changes_brokerage(mode, **account)
        return await self.sites.keys(mode, account=self.brokerage[mode])

    async def changes_brokerage(self, mode: str = "paper", **account: object) -> None:
        alpaca = self.house.world.alpaca
        base = f"{alpaca.paper_url if mode == 'paper' else alpaca.live_url}/_sandbox/accounts"
        known = self.brokerage.get(mode)
        verb, url = ("PATCH", f"{base}/{known}") if known else ("POST", base)
        answer = await self.client.request(verb, url, json={"rate_limit": None, **account})
        self.brokerage[mode] = answer.raise_for_status().json()["id"]

    async def changes_cloudflare(self, **facts: object) -> None:
        url = f"{self.house.world.cloudflare.url}/_sandbox/accounts/{self.account}"
        (await self.client.patch(url, json=facts)).raise_for_status()

    async def deletes_worker_in_dashboard(self, script: str) -> None:
        url = f"{self.house.world.cloudflare.url}/client/v4/accounts/{self.account}/workers/scripts/{script}?force=true"
        bearer = {"Authorization": f"Bearer {await self.token()}"}
        (await self.client.delete(url, headers=bearer)).raise_for_status()

    async def deletes_secret(self, script: str, name: str) -> None:
        """Delete one of her bot's secrets in the dashboard."""
        base = f"{self.house.world.cloudflare.url}/client/v4/accounts/{self.account}/workers/scripts/{script}"
        bearer = {"Authorization": f"Bearer {await self.token()}"}
        (await self.client.delete(f"{base}/secrets/{name}", headers=bearer)).raise_for_status()

    async def ends_token(self, script: str) -> None:
        """Delete the Cloudflare token her bot holds."""
        token = (await self.sites.secrets(script))["CLOUDFLARE_API_TOKEN"]
        url = f"{self.house.world.cloudflare.url}/_sandbox/tokens/{token}"
        (await self.client.delete(url)).raise_for_status()

    async def uploads(
        self, script: str, code: dict[str, bytes] | None = None, tags: list[str] | None = None, **binding: object
    ) -> None:
        """Put something of her own under her bot's name, past Soar; what is not named stays as published."""
        url = f"{self.house.world.cloudflare.url}/client/v4/accounts/{self.account}/workers/scripts/{script}"
        worker = next(each for each in await self.workers() if each["name"] == script)
        metadata = {
            "main_module": "worker.js",
            "compatibility_date": "2026-06-01",
            "exports": {"SoarState": {"type": "durable-object", "storage": "sqlite"}},
            "tags": worker["tags"] if tags is None else tags,
            "keep_bindings": ["secret_text", "plain_text", "json", "durable_object_namespace"],
            "bindings": [binding] if binding else [],
        }
        modules = {module.name: module.content for module in read_template().modules} | (code or {})
        files: list[Any] = [("metadata", (None, json.dumps(metadata).encode(), "application/json"))]
        files += [(name, (name, content, Module(name, content).content_type)) for name, content in modules.items()]
        bearer = {"Authorization": f"Bearer {await self.token()}"}
        (await self.client.put(url, files=files, headers=bearer)).raise_for_status()

    async def sets_clocks(self, script: str, *crons: str) -> None:
        """Set her bot's Cron Triggers in the dashboard."""
        base = f"{self.house.world.cloudflare.url}/client/v4/accounts/{self.account}/workers/scripts/{script}"
        bearer = {"Authorization": f"Bearer {await self.token()}"}
        body = [{"cron": cron} for cron in crons]
        (await self.client.put(f"{base}/schedules", json=body, headers=bearer)).raise_for_status()

    async def workers(self) -> list[dict[str, Any]]:
        """List the Workers in her Cloudflare account."""
        accounts = (await self.sites.cloudflare())["accounts"]
        return [script for account in accounts if account["id"] == self.account for script in account["scripts"]]

    async def script(self) -> str:
        """Name her only Worker."""
        (worker,) = await self.workers()
        return str(worker["name"])

    # — stretches of the road —

    async def agrees(self, mode: str = "paper", plan: str = WATCH) -> None:
        """From hello to the question for a Cloudflare token."""
        await self.says("/start")
        await self.sees("Hello!")
        await self.agrees_again(mode, plan)

    async def agrees_again(self, mode: str = "paper", plan: str = WATCH) -> None:
        """The same from the welcome screen on."""
        await self.taps("Let's start", "Open Alpaca and sign in")
        await self.taps("I am signed in", "Practice or real money?")
        await self.taps("📝 PAPER" if mode == "paper" else "💵 LIVE", "What shall your bot do?")
        await self.taps(plan, "Please check")
        if mode == "paper":
            await self.taps("I agree", "Connect Cloudflare")
        else:
            await self.taps("I agree", "This is real money")
            await self.says("trade live")
            await self.sees("Connect Cloudflare")

    async def begins_another(self) -> None:
        """From her bot's card to hello."""
        await self.taps("➕ Another bot", "A second bot with this plan")
        await self.taps("A new bot from the beginning", "Hello!")

    async def connects(self, *, keep: bool = True, **choices: object) -> None:
        """From there to the making of keys."""
        await self.pastes(await self.token(**choices), then="Connected to")
        await self.taps("Yes, my bot keeps it" if keep else "No, ask me each time", "Now make the keys")

    async def comes_to_keys(self, mode: str = "paper", plan: str = WATCH, *, keep: bool = True) -> None:
        """From hello to the question for the Key ID."""
        await self.agrees(mode, plan)
        await self.connects(keep=keep)
        await self.taps("I see my keys", "Paste the Key ID")

    async def gets_a_bot(self, mode: str = "paper", plan: str = WATCH, *, keep: bool = True) -> str:
        """The whole road; returns the name of the Worker."""
        await self.comes_to_keys(mode, plan, keep=keep)
        await self.pastes(*await self.keys(mode), then="Your bot is running")
        return str((await self.workers())[-1]["name"])

    # — the private form —

    async def form(self) -> str:
        """Wait for the button that opens the form; returns its address."""

        def has_it(shown: Shown) -> bool:
            return any("Open the form" in button["text"] for row in shown["buttons"] for button in row)

        shown = await self.sees(has_it, within=60)
        buttons = [button for row in shown["buttons"] for button in row if "Open the form" in button["text"]]
        return str(buttons[0].get("url") or buttons[0]["web_app"])

    async def code(self) -> str:
        """Read the code that stands beside a plain link."""
        found = re.search(r"asks for this code: (\d{6})", str((await self.phone.screen())["text"]))
        assert found, "no code is shown"
        return found[1]

    async def fills_in(self, link: str, key_id: str, secret: str, **beside: str) -> dict[str, Any]:
        """Enter a pair in the form, as its page does: past Telegram and past the bot.

        Returns its answer; a Worker that writes its own secrets may be replaced before it has answered, which is {}.
        """
        address, _, fragment = link.partition("#")
        self.keeps_to_herself(key_id, secret)
        origin = "/".join(address.split("/")[:3])
        body = {"ticket": parse_qs(fragment)["t"][0], "launch": "", "code": "", "key_id": key_id, "secret": secret}
        try:
            answer = await self.client.post(f"{address}/keys", json=body | beside, headers={"Origin": origin})
        except httpx.RemoteProtocolError:
            return {}
        told: dict[str, Any] = answer.json()
        return told

    async def account_ending(self, mode: str = "paper") -> str:
        """The last four of her broker account's number."""
        accounts = (await self.sites.alpaca(mode))["accounts"]
        mine = next(each for each in accounts if each["id"] == self.brokerage[mode])
        return str(mine["account_number"])[-4:]

    async def launches(self) -> str:
        """Sign launch data as her app does when it opens a Mini App of the bot's."""
        world = self.house.world
        bot = world.settings(self.house.data)["SOAR_TELEGRAM_TOKEN"]
        return world.launcher.data(int(bot.partition(":")[0]), bot, Person(self.id), time.time())

    async def comes_to_the_form(self, mode: str = "paper", plan: str = WATCH, *, keep: bool = True) -> str:
        """From hello to the open form; returns its address."""
        await self.agrees(mode, plan)
        await self.connects(keep=keep)
        await self.taps("🔒 Private form", "Your private form is open")
        return await self.form()

    # — how it ends —

    async def settles(self) -> None:
        """Wait until no work is under way and no sealed secret is held any more."""
        books = self.house.books

        async def settled() -> bool:
            return not books.unfinished(self.id) and not books.tickets(self.id)

        await until(settled, "work or a ticket was left over")

    async def left_little_in_chat(self) -> None:
        """Check that at most three messages are there after the set-up, hers included."""
        await self.only_screen()
        messages = (await self.phone.chat())["messages"]
        assert len(messages) <= MOST_LEFT, [each["text"] for each in messages]

    async def left_nothing_in_chat(self) -> None:
        """Check that nothing she pasted can be read in the chat."""
        chat = str(await self.phone.chat())
        assert not [value[:4] for value in self.pasted if value in chat]
