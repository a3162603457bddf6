"""The wording in English of what Telegram shows of Soar before a word is said: description and commands."""

from __future__ import annotations

from typing import Final

INTRODUCTION: Final[dict[str, str]] = {
    "about.description": (
        "I help you set up your own trading bot in about five minutes. It runs free of charge in your own Cloudflare "
        "account and trades in your own Alpaca account, with practice money or real money.\n\n"
        "Messages with keys are deleted at once, and I keep no key when the set-up has ended.\n\nTap Start."
    ),
    "about.short": "Your own trading bot, in your own accounts. Practice money first. Keys are never kept.",
    "command.start": "Start, or go on where we were",
    "command.status": "How your bot is doing",
    "command.pause": "Pause your bot",
    "command.resume": "Let it go on",
    "command.plan": "What your bot does, and its limits",
    "command.chart": "How its shares have done",
    "command.export": "Its books as files",
    "command.lock": "Stop all orders of the account",
    "command.unlock": "Allow orders again",
    "command.rotate": "Change its Alpaca keys",
    "command.destroy": "Remove your bot",
    "command.settings": "Which news you get, and when",
    "command.verify": "Compare its code with what is published",
    "command.cancel": "Stop a set-up",
    "command.security": "How your keys are handled",
    "command.privacy": "What is kept about you",
    "command.help": "What I can do",
    "command.language": "Which language I speak",
    "command.forget": "Delete what I know about you",
}
COMMANDS: Final = tuple(name.removeprefix("command.") for name in INTRODUCTION if name.startswith("command."))
