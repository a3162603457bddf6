"""A chat written down, line by line, as a person would read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

MASK: Final = "•••"

Shown = dict[str, Any]


def words(message: Shown) -> str:
    """Give a message's text or caption."""
    return message["text"] or message["caption"] or ""


def _said(message: Shown) -> Iterator[str]:
    if message["photo"]:
        yield "[photo]"
    if message["document"]:
        yield f"[file {message['document']['name']}]"
    yield from words(message).splitlines()
    for row in message["buttons"] or message["reply_keyboard"] or []:
        yield " ".join(f"[{button['text']}]" for button in row)
    if message["force_reply"]:
        yield "[reply]"


def message_lines(message: Shown, who: str) -> list[str]:
    """Write one message down; lines after the first are indented."""
    first, *rest = list(_said(message)) or ["[service message]"]
    return [f"{who}: {first}", *(f"    {line}" for line in rest)]


def chat_lines(messages: Iterable[Shown], bot_name: str) -> list[str]:
    """Write a whole chat down as it stands."""
    lines = []
    for message in messages:
        lines += message_lines(message, bot_name if message["from"] == "bot" else "You")
    return lines


class Transcript:
    """Records a chat's events; secrets are masked when it is read, so it does not matter when they become known."""

    def __init__(self, bot_name: str) -> None:
        """Start empty; `bot_name` stands before what the bot says."""
        self.bot_name = bot_name
        self._lines: list[str] = []
        self._secrets: list[str] = []

    def mask(self, secret: str) -> None:
        """Never show this text again."""
        if secret:
            self._secrets = sorted({*self._secrets, secret}, key=len, reverse=True)

    def masked(self, text: str) -> str:
        """Replace every secret in a text."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def lines(self) -> list[str]:
        """Give the lines so far."""
        return [self.masked(line) for line in self._lines]

    def tapped(self, label: str) -> None:
        """Write down a tap."""
        self._lines.append(f"You tap: [{label}]")

    def event(self, event: Shown, before: dict[int, Shown]) -> None:
        """Write down an event; `before` is the chat as it stood until then."""
        match event:
            case {"kind": "new", "message": message}:
                self._lines += message_lines(message, self.bot_name if message["from"] == "bot" else "You")
            case {"kind": "edited", "message": message}:
                who = self.bot_name if message["from"] == "bot" else "You"
                self._lines += message_lines(message, f"{who} (edited)")
            case {"kind": "deleted", "ids": ids, "by": by}:
                self._lines += [self._deleted(before.get(message_id), by) for message_id in ids]
            case {"kind": "answered", "text": str(text), "alert": alert} if text:
                self._lines.append(f"{self.bot_name} ({'alert' if alert else 'toast'}): {text}")
            case {"kind": "blocked" | "unblocked" as kind}:
                self._lines.append(f"You: [{kind} the bot]")
            case _:
                pass

    def _deleted(self, message: Shown | None, by: str) -> str:
        mark = "[deleted]" if by == "bot" else "[deleted by you]"
        if message is None:
            return mark
        who = self.bot_name if message["from"] == "bot" else "You"
        return f"{mark} {message_lines(message, who)[0]}"
