"""Somebody who goes the whole road and is not put off: reads the screen, does what it asks for, waits, tries again."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

import httpx

from sandbox.sites import Sites
from sandbox.telegram.phone import NotOnScreen, Phone, Shown
from sandbox.telegram.transcript import words

IMPATIENT: Final = 6.0  # seconds without any change after which she does the same once more
BUSY: Final = (
    "Putting your bot in place",
    "Checking with Cloudflare",
    "Changing the keys",
    "Removing your bot",
    "Asking your bot",
    "still without keys",
)
# On a screen with these words, this button.
ANSWERS: Final = (
    ("Connected to", "Yes, my bot keeps it"),
    ("Your account needs an address name", "Use "),
    ("Please check", "I agree"),
    ("What shall your bot do?", "👀 Watch only"),
    ("Practice or real money?", "📝 PAPER"),
    ("Open Alpaca and sign in", "I am signed in"),
    ("Hello!", "Let's start"),
    ("There is no bot here yet", "Let's start"),
    ("Now make the keys", "I see my keys"),
    ("That did not work yet", "Try again"),
    ("That form is over", "Make a new form"),
)
FORM: Final = "Your private form is open"
# At home: what she wants, the words that say it is so, the button for it.
WISHES: Final = {
    "pause": ("⏸ Paused", "⏸ Pause"),
    "resume": ("▶️", "▶️ Resume"),
    "rotate": ("Both keys are changed", "🔑 Change keys"),
    "destroy": ("is gone", "🗑 Remove"),
}


class Stuck(AssertionError):  # noqa: N818  (says what she is)
    """She could not get to the end; the message shows her chat."""


@dataclass(slots=True)
class Person:
    """One person on one phone, with what she wants next and what she has pasted."""

    phone: Phone
    sites: Sites
    wants: list[str] = field(default_factory=lambda: ["a bot", "pause", "resume", "rotate", "destroy"])
    pasted: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    token: str = ""
    private: bool = False
    pairs: list[tuple[str, str]] = field(default_factory=list)
    _last: str = ""

    async def goes_on(self, wish: str, *, within: float = 60.0) -> None:
        """Go on until she no longer wants `wish`, and look at the screen no further. Raises Stuck."""
        deadline = time.monotonic() + within
        while wish in self.wants:
            if time.monotonic() > deadline:
                raise Stuck(f"she still wants {self.wants[0]!r}:\n" + "\n".join(self.phone.transcript[-25:]))
            await self._looks_and_acts()

    async def comes_to(self, question: str, *, within: float = 30.0) -> None:
        """Go on until the screen has these words in it, and do nothing about them. Raises Stuck."""
        deadline = time.monotonic() + within
        while (screen := await self._screen()) is None or question not in words(screen):
            if time.monotonic() > deadline:
                raise Stuck(f"she did not come to {question!r}:\n" + "\n".join(self.phone.transcript[-25:]))
            await self._looks_and_acts()

    async def _looks_and_acts(self) -> None:
        screen = await self._screen()
        text = words(screen) if screen else ""
        if self._pleased(screen, text):
            self.wants.pop(0)
            return
        act = await self._act(text)
        if act is None:
            await self._change(screen, 0.5)
            return
        if act == self._last:
            self.again.append(act)
        self._last = act if not await self._change(screen, IMPATIENT) else ""

    async def _screen(self) -> Shown | None:
        await self.phone.catches_up()
        known = [
            *BUSY,
            *(said for said, _ in ANSWERS),
            "Paste the",
            "Now paste",
            "Now make",
            "DESTROY",
            "is gone",
            FORM,
        ]
        for message in self.phone._newest_first():
            text = words(message)
            if _at_home(message) or any(said in text for said in known):
                return message
        return None

    def _pleased(self, screen: Shown | None, text: str) -> bool:
        wish = self.wants[0]
        if screen is None or any(said in text for said in BUSY):
            return False
        if wish == "a bot":
            return _at_home(screen)
        if wish == "destroy":
            return "is gone" in text or (bool(self.again) and "There is no bot here yet" in text)
        said = "Connected:" if self.private and wish == "rotate" else WISHES[wish][0]
        return _at_home(screen) and said in text

    async def _act(self, text: str) -> str | None:
        """Do what the screen asks for; returns what it was, None if there is nothing to do but wait."""
        if not text:
            await self.phone.says("/start")
            return "/start"
        if any(said in text for said in BUSY):
            return None
        if "To go on, type DESTROY" in text:
            await self.phone.says("destroy")
            return "destroy"
        if self.private and FORM in text:
            return await self._fills_in()
        if (values := await self._asked_for(text)) is not None:
            return await self._pastes(values)
        label = next((button for said, button in ANSWERS if said in text), WISHES.get(self.wants[0], ("", ""))[1])
        if self.private and "Now make the keys" in text:
            label = "🔒 Private form"
        try:
            await self.phone.taps(label)
        except NotOnScreen:
            return None
        return label

    async def _asked_for(self, text: str) -> tuple[str, ...] | None:
        if "Paste the token now" in text:
            self.token = self.token or await self.sites.token()
            return (self.token,)
        if "Now make the keys" in text and self.wants[0] == "rotate" and not self.private:
            return await self._pair()
        if "Now paste the Secret" in text:
            return ((await self._pair())[1],)
        if "Paste the Key ID" in text:
            return ((await self._pair())[0],)
        return None

    async def _fills_in(self) -> str:
        """Enter the pair on the bot's own page, as it stands in the chat; what it answers shows there, too."""
        screen = await self.phone.screen()
        link = next(each["url"] for row in screen["buttons"] for each in row if "Open the form" in each["text"])
        address, _, fragment = str(link).partition("#")
        code = re.search(r"code: (\d{6})", words(screen))
        key_id, secret = await self._pair()
        for value in (key_id, secret):
            self.phone.masks(value)
            self.pasted.append(value)
        body = {"ticket": parse_qs(fragment)["t"][0], "code": code[1] if code else "", "launch": ""}
        body |= {"key_id": key_id, "secret": secret}
        with contextlib.suppress(httpx.HTTPError):  # a Worker that writes its own secrets may go before it answers
            async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
                await client.post(f"{address}/keys", json=body, headers={"Origin": "/".join(address.split("/")[:3])})
        return "fills in the form"

    async def _pair(self) -> tuple[str, str]:
        """Make a pair for each of the two times she needs one."""
        needed = 2 if self.wants[0] == "rotate" else 1
        while len(self.pairs) < needed:
            self.pairs.append(await self.sites.keys())
        return self.pairs[needed - 1]

    async def _pastes(self, values: tuple[str, ...]) -> str:
        for value in values:
            self.phone.masks(value)
            self.pasted.append(value)
        await self.phone.says("\n".join(values))
        return f"a paste of {len(values)} value(s)"

    async def _change(self, screen: Shown | None, seconds: float) -> bool:
        """Wait until the screen is another one; False when nothing happened."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if await self._screen() != screen:
                return True
            await self.phone._fetch(min(left, 1.0))
        return False


def _at_home(message: Shown) -> bool:
    """Whether the message has the buttons of a Worker's card."""
    return any(button["text"] == "🗑 Remove" for row in message["buttons"] for button in row)
