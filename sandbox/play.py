"""The whole road, played headless by a made-up newcomer: every step is checked, the transcript is printed."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from sandbox.bot_process import HOUSE, BotProcess
from sandbox.sites import Sites
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone

NEWCOMER = 501
MOST_OF_A_MINUTE = timedelta(seconds=40)


class Failed(AssertionError):  # noqa: N818  (says what happened)
    """A check of the play did not hold."""


@dataclass(slots=True)
class Play:
    """One newcomer on the way, with what has to be remembered for the checks."""

    phone: Phone
    sites: Sites
    data_dir: Path
    pasted: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    script: str = ""

    def check(self, what: str, *, holds: bool) -> None:
        """Note a check. Raises Failed when it does not hold."""
        if not holds:
            raise Failed(what)
        self.checks.append(what)

    async def pastes(self, *values: str) -> None:
        """Paste secrets in one message and wait until it is gone from the chat."""
        for value in values:
            self.pasted.append(value)
            self.phone.masks(value)
        message = await self.phone.says("\n".join(values))
        await self.phone.gone(message)

    async def taps(self, label: str, then: str, *, within: float = 20.0) -> None:
        """Tap a button and wait for what follows."""
        await self.phone.taps(label)
        await self.phone.sees(then, within=within)

    async def orders(self) -> int:
        """Count the orders in all paper accounts."""
        return sum(len(account["orders"]) for account in (await self.sites.alpaca())["accounts"])


async def road(play: Play) -> None:
    """Play from hello to a Worker that runs: a weekly buy with practice money."""
    await play.sites.market(open=False)
    await play.sites.cloudflare_account("Ada's account")
    await play.phone.says("/start")
    await play.phone.sees("Hello!")
    await play.taps("Let's start", "Open Alpaca and sign in")
    await play.taps("I am signed in", "Practice or real money?")
    await play.taps("📝 PAPER", "What shall your bot do?")
    await play.taps("Buy $10.00 of VTI", "Please check")
    await play.taps("I agree", "Connect Cloudflare")
    await play.pastes(await play.sites.token())
    await play.phone.sees("address name")
    await play.taps("Use ", "Connected to")
    await play.taps("Yes, my bot keeps it", "Now make the keys")
    key_id, secret = await play.sites.keys()
    await play.taps("I see my keys", "Paste the Key ID")
    await play.pastes(key_id)
    await play.phone.sees("Now paste the Secret")
    await play.pastes(secret)
    await play.phone.sees("Your bot is running", within=60)


async def deployed(play: Play) -> None:
    """What stands in the account is what is published, and it has ticked."""
    scripts = await play.sites.scripts()
    play.check("exactly one Worker was deployed", holds=len(scripts) == 1)
    script = scripts[0]
    play.script = str(script["name"])
    play.check("its name says that it trades practice money", holds=play.script.startswith("soar-paper-"))
    files = sorted((HOUSE / "worker_template").iterdir())
    published = {file.name: file.read_bytes() for file in files if file.suffix in {".js", ".html"}}
    uploaded = {name: await play.sites.module(play.script, name) for name in script["modules"]}
    play.check(
        f"all {len(published)} uploaded modules equal worker_template/ byte for byte", holds=uploaded == published
    )
    held = await play.sites.secrets(play.script)
    pair = (held.get("APCA_API_KEY_ID"), held.get("APCA_API_SECRET_KEY"))
    play.check(
        "the Worker holds the pair and the token", holds={*pair, held.get("CLOUDFLARE_API_TOKEN")} == {*play.pasted}
    )
    play.check("its clock is set", holds=bool(script["schedules"]))
    await play.taps("📊 Status", "Last look")
    play.check("the Worker ticked and recorded it", holds=True)


async def arming(play: Play) -> None:
    """Until its owner says so, the Worker only tells what it would order."""
    await play.sites.market(open=True)
    before = await play.orders()
    await play.sites.cron(play.script)
    play.check("a tick before the plan was armed placed no order", holds=await play.orders() == before)
    await play.taps("📊 Status", "A trial")
    await play.taps("▶️ Start trading", "Started")
    await play.sites.market(open=False)


async def midnight_is_far(play: Play) -> None:
    """Let midnight pass in New York if it is near: what was bought before it was not bought today."""
    while True:
        now = datetime.fromisoformat((await play.sites.alpaca())["clock"]["timestamp"])
        if now.date() == (now + MOST_OF_A_MINUTE).date():
            return
        await asyncio.sleep(1)


async def pausing(play: Play) -> None:
    """A pause stops the next tick from trading, a resume lets it."""
    await midnight_is_far(play)
    await play.taps("⏸ Pause", "Paused")
    await play.sites.market(open=True)
    before = await play.orders()
    await play.sites.cron(play.script)
    play.check("a tick of the paused Worker placed no order", holds=await play.orders() == before)
    await play.taps("▶️ Resume", "is running again")
    await play.sites.cron(play.script)
    play.check("a tick after the resume placed the order", holds=await play.orders() == before + 1)
    await play.sites.cron(play.script)
    play.check("a further tick of the same week did not repeat it", holds=await play.orders() == before + 1)
    await play.taps("📊 Status", "buy $10.00 of VTI")


async def rotating(play: Play) -> None:
    """A change of keys changes both at once and nothing else."""
    key_id, secret = await play.sites.keys()
    await play.taps("🔑 Change keys", "Now make the keys")
    await play.pastes(key_id, secret)
    await play.phone.sees("Both keys are changed", within=30)
    held = await play.sites.secrets(play.script)
    now = (held.get("APCA_API_KEY_ID"), held.get("APCA_API_SECRET_KEY"))
    play.check("both keys were changed", holds=now == (key_id, secret))
    await play.sites.cron(play.script)
    await play.taps("📊 Status", "Running")
    play.check("the Worker goes on with the new keys", holds=True)


async def destroying(play: Play) -> None:
    """Nothing is left: no Worker, no pasted secret in the chat, none in the data folder."""
    await play.taps("🗑 Remove", "To go on, type DESTROY")
    await play.phone.says("destroy")
    await play.phone.sees("is gone", within=60)
    play.check("the Worker is gone from the account", holds=not await play.sites.scripts())
    chat = str(await play.phone.chat())
    play.check("no pasted secret is left in the chat", holds=not any(value in chat for value in play.pasted))
    stored = b"".join(path.read_bytes() for path in sorted(play.data_dir.rglob("*")) if path.is_file())
    play.check("no pasted secret is left in the data folder", holds=not any(v.encode() in stored for v in play.pasted))


ACTS: tuple[Callable[[Play], Awaitable[None]], ...] = (road, deployed, arming, pausing, rotating, destroying)


async def perform(folder: Path) -> Play:
    """Play all acts in a fresh sandbox under `folder`. Raises what a check raises, after printing the transcript."""
    with (
        StandIns() as world,
        BotProcess(world.settings(folder / "data", SOAR_LOG_LEVEL="DEBUG"), folder / "bot.log"),
    ):
        async with (
            httpx.AsyncClient(timeout=60, trust_env=False) as client,
            Phone(world.telegram.url, NEWCOMER) as phone,
        ):
            play = Play(phone, Sites(world, client), folder / "data")
            try:
                for act in ACTS:
                    await act(play)
            finally:
                print("\n".join(phone.transcript))
            log = (folder / "bot.log").read_text(errors="replace")
            play.check("no pasted secret is in the log", holds=not any(value in log for value in play.pasted))
            return play


def main() -> None:
    """Play, print, and exit with 0 only if every check held."""
    with tempfile.TemporaryDirectory(prefix="soar-play-") as folder:
        try:
            play = asyncio.run(perform(Path(folder)))
        except (AssertionError, RuntimeError) as error:
            print(f"\nThe play failed: {error}", file=sys.stderr)
            print((Path(folder) / "bot.log").read_text(errors="replace")[-3000:], file=sys.stderr)
            sys.exit(1)
    print("\nWhat was checked:")
    print("\n".join(f"  ✓ {check}" for check in play.checks))


if __name__ == "__main__":
    main()
