"""A person's phone without a screen, for tests, the headless demo and load runs.

A chat reads as it happens: `await ada.says("/start")`, `await ada.sees("Welcome")`, `await ada.taps("Let's go")`.
"""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx

from sandbox.telegram.transcript import Transcript, chat_lines, words

Shown = dict[str, Any]
Wanted = str | Callable[[Shown], bool]
Found = TypeVar("Found")
LONG_POLL: Final = 20.0
PATIENCE: Final = 10.0
NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Stand-ins speak plain HTTP; reading the certificates of the world would take most of a phone's start."""


class NotOnScreen(AssertionError):  # noqa: N818  (it is an assertion about the screen)
    """The chat does not show what was expected; the message shows the chat as it is."""


class CannotDo(RuntimeError):  # noqa: N818  (reads as the sentence it is)
    """The stand-in would not let a person do this; the message is its answer."""


class Phone:
    """One person in one chat with the bot.

    Events are followed one by one, so that something shown for an instant is not missed.
    """

    def __init__(
        self, base_url: str, user_id: int, *, first_name: str = "Ada", language: str = "en", bot: str | None = None,
        bot_name: str = "Soar", client: httpx.AsyncClient | None = None,
    ) -> None:  # fmt: skip
        """Point a phone at a stand-in; `client` lets many phones share one HTTP client."""
        self.user_id = user_id
        self._profile = {"id": user_id, "first_name": first_name, "language_code": language}
        self._own_client = client is None
        self._client = client or httpx.AsyncClient(timeout=LONG_POLL + 15, trust_env=False, verify=NO_CERTIFICATES)
        self._base = base_url.rstrip("/")
        self._bot = {"bot": bot} if bot else {}
        self._signed_up = False
        self._heard = 0
        self._backlog: deque[Shown] = deque()
        self._messages: dict[int, Shown] = {}
        self._toasts: list[Shown] = []
        self._record = Transcript(bot_name)

    async def __aenter__(self) -> Self:
        """Sign up on entering an `async with` block."""
        await self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the phone away."""
        await self.close()

    async def close(self) -> None:
        """Close the phone's own HTTP client."""
        if self._own_client:
            await self._client.aclose()

    @property
    def transcript(self) -> list[str]:
        """Give what has happened so far, line by line, with secrets masked."""
        return self._record.lines()

    def masks(self, secret: str) -> None:
        """Replace a secret by ••• in the transcript and in every error text, also where it stands already."""
        self._record.mask(secret)

    async def says(self, text: str, *, reply_to: int | None = None) -> int:
        """Send a text; returns the message's id."""
        return await self._send({"text": text, "reply_to": reply_to})

    async def sends_file(self, name: str, *, caption: str = "", mime: str = "text/plain", size: int = 1000) -> int:
        """Send a document; returns the message's id."""
        return await self._send({"document": {"name": name, "mime": mime, "size": size}, "caption": caption})

    async def sends_photo(self, *, caption: str = "") -> int:
        """Send a photo; returns the message's id."""
        return await self._send({"photo": True, "caption": caption})

    async def _send(self, body: dict[str, Any]) -> int:
        await self.catches_up()
        sent = await self._post("/messages", {name: value for name, value in body.items() if value is not None})
        message_id = int(sent["id"])
        await self._fetch(0)
        while self._backlog and message_id not in self._messages:
            self._take(self._backlog.popleft())
        return message_id

    async def edits(self, message_id: int, text: str) -> None:
        """Edit one's own message."""
        await self._post(f"/messages/{message_id}", {"text": text})

    async def deletes(self, message_id: int) -> None:
        """Delete a message for both sides."""
        await self._call("DELETE", f"/messages/{message_id}")

    async def blocks(self) -> None:
        """Block the bot."""
        await self._post("/block", {})

    async def unblocks(self) -> None:
        """Unblock the bot."""
        await self._post("/unblock", {})

    async def taps(self, label: str, *, on: int | None = None) -> str:
        """Press the button with this label, or whose label begins so, on the newest message that has one.

        `on` names the message. Returns the tap's id. Raises NotOnScreen with the buttons there are.
        """
        await self.catches_up()
        messages = [self._messages[on]] if on in self._messages else [] if on else self._newest_first()
        for exact in (True, False):
            for message in messages:
                for button in _buttons(message):
                    if button["text"] == label or (not exact and _begins(button["text"], label)):
                        return await self._press(message["id"], button)
        raise NotOnScreen(self._record.masked(f"no button {label!r}; the chat shows\n{self._drawn()}"))

    async def _press(self, message_id: int, button: Shown) -> str:
        if "data" not in button:
            raise NotOnScreen(f"the button {button['text']!r} opens something and sends nothing: {button}")
        self._record.tapped(button["text"])
        # A thumb presses what the phone shows, though the bot may have changed it by now.
        tapped = await self._post("/taps", {"message_id": message_id, "data": button["data"], "unseen": True})
        return str(tapped["callback_id"])

    async def sees(self, wanted: Wanted, *, within: float = PATIENCE) -> Shown:
        """Wait until a message of the bot has this text in it, or pleases the predicate; returns the message.

        Raises NotOnScreen after `within` seconds.
        """
        return await self._until(lambda: self._found(wanted), f"nobody saw {_name(wanted)}", within)

    async def gone(self, message_id: int, *, within: float = PATIENCE) -> None:
        """Wait until a message is no longer in the chat. Raises NotOnScreen."""
        await self.catches_up()
        await self._until(lambda: message_id not in self._messages or None, f"{message_id} is still there", within)

    async def told(self, text: str = "", *, within: float = PATIENCE) -> Shown:
        """Wait for the bot's answer to a tap that has this text in it; each answer is returned once."""
        return await self._until(lambda: self._toast(text), f"no answer to a tap with {text!r}", within)

    async def screen(self) -> Shown:
        """Give the newest message of the bot that has buttons. Raises NotOnScreen if none has."""
        await self.catches_up()
        for message in self._newest_first():
            if message["buttons"]:
                return message
        raise NotOnScreen(self._record.masked(f"no message with buttons; the chat shows\n{self._drawn()}"))

    async def chat(self) -> Shown:
        """Give the whole chat as the control API shows it."""
        return await self._call("GET", "")

    def _newest_first(self) -> list[Shown]:
        return [message for _, message in sorted(self._messages.items(), reverse=True) if message["from"] == "bot"]

    def _found(self, wanted: Wanted) -> Shown | None:
        for message in self._newest_first():
            if wanted in words(message) if isinstance(wanted, str) else wanted(message):
                return message
        return None

    def _toast(self, text: str) -> Shown | None:
        for toast in self._toasts:
            if text in toast["text"]:
                self._toasts.remove(toast)
                return toast
        return None

    async def _until(self, check: Callable[[], Found | None], complaint: str, within: float) -> Found:
        deadline = time.monotonic() + within
        await self._begin()
        while (found := check()) is None:
            if self._backlog:
                self._take(self._backlog.popleft())
                continue
            left = deadline - time.monotonic()
            if left <= 0:
                shown = f"{complaint} within {within:g} s; the chat shows\n{self._drawn()}"
                raise NotOnScreen(self._record.masked(shown))
            await self._fetch(min(left, LONG_POLL))
        return found

    async def _fetch(self, wait: float) -> None:
        news = await self._call("GET", "/events", params={"since": self._heard, "wait": wait})
        if news["events"] and news["events"][0]["seq"] > self._heard + 1:
            # More has happened than the stand-in keeps: start over from what the chat shows now.
            await self._look()
            return
        self._backlog.extend(news["events"])
        self._heard = max(self._heard, news["seq"])

    async def catches_up(self) -> None:
        """Take in everything that has happened, so that the transcript is whole."""
        await self._begin()
        await self._fetch(0)
        while self._backlog:
            self._take(self._backlog.popleft())

    def _take(self, event: Shown) -> None:
        self._record.event(event, self._messages)
        match event:
            case {"kind": "new" | "edited", "message": message}:
                self._messages[message["id"]] = message
            case {"kind": "deleted", "ids": ids}:
                for message_id in ids:
                    self._messages.pop(message_id, None)
            case {"kind": "answered"}:
                self._toasts.append(event)
            case _:
                pass

    def _drawn(self) -> str:
        return "\n".join(chat_lines(self._messages.values(), self._record.bot_name)) or "(nothing)"

    async def _begin(self) -> None:
        if not self._signed_up:
            await self._request("POST", "/_sandbox/users", json=self._profile)
            self._signed_up = True
            await self._look()

    async def _look(self) -> None:
        shown = await self.chat()
        self._heard = shown["seq"]
        self._messages = {message["id"]: message for message in shown["messages"]}
        self._backlog.clear()

    async def _post(self, path: str, body: dict[str, Any]) -> Shown:
        await self._begin()
        return await self._call("POST", path, json=body)

    async def _call(self, verb: str, path: str, **more: Any) -> Shown:  # noqa: ANN401
        return await self._request(verb, f"/_sandbox/chats/{self.user_id}{path}", **more)

    async def _request(self, verb: str, path: str, *, params: Shown | None = None, json: Shown | None = None) -> Shown:
        query = {**self._bot, **(params or {})}
        answer = await self._client.request(verb, self._base + path, params=query, json=json)
        if answer.is_error:
            raise CannotDo(self._record.masked(f"{verb} {path}: {answer.status_code} {answer.text}"))
        shown: Shown = answer.json()
        return shown


def _buttons(message: Shown) -> list[Shown]:
    return [button for row in message["buttons"] for button in row]


def _begins(text: str, label: str) -> bool:
    """Compare without regard to a leading symbol, so that "Paper" finds "🟢 Paper trading"."""
    return text.startswith(label) or text.lstrip("".join(c for c in text if not c.isalnum())).startswith(label)


def _name(wanted: Wanted) -> str:
    return repr(wanted) if isinstance(wanted, str) else getattr(wanted, "__name__", "it")
