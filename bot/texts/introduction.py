"""What Telegram shows of Soar before a word is said: description and commands."""

from __future__ import annotations

from typing import Final

DESCRIPTION: Final = (
    "I help you set up your own trading bot in about five minutes. It runs free of charge in your own Cloudflare "
    "account and trades in your own Alpaca account, with practice money or real money.\n\n"
    "Messages with keys are deleted at once, and I keep no key when the set-up has ended.\n\nTap Start."
)
SHORT_DESCRIPTION: Final = "Your own trading bot, in your own accounts. Practice money first. Keys are never kept."
COMMANDS: Final = (
    ("start", "Start, or go on where we were"),
    ("status", "How your bot is doing"),
    ("pause", "Hold your bot"),
    ("resume", "Let it go on"),
    ("plan", "What your bot does, and its limits"),
    ("chart", "How its shares have done"),
    ("export", "Its books as files"),
    ("lock", "Stop all orders of the account"),
    ("unlock", "Allow orders again"),
    ("rotate", "Change its Alpaca keys"),
    ("destroy", "Remove your bot"),
    ("settings", "Which news you get, and when"),
    ("verify", "Compare its code with what is published"),
    ("cancel", "Stop a set-up"),
    ("security", "How your keys are handled"),
    ("privacy", "What is kept about you"),
    ("help", "What I can do"),
    ("forget", "Delete what I know about you"),
)
