"""The road that each peer's bot walks: Soar's steps, their screens in a line each, and what takes time on it.

Standard library only: the peers live in an environment of their own. What Soar does over the network, trying a token,
checking keys, uploading, is a pause of the same length here, and costs them nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Stop:
    """A screen: the button on it, or what is to be pasted; `pause` comes after that."""

    text: str
    button: str = ""
    paste: Literal["", "token", "key_id", "secret"] = ""
    pause: float = 0.0


API_URL: Final = os.environ.get("PEER_API_URL", "")
TOKEN: Final = os.environ.get("PEER_TOKEN", "")
FOLDER: Final = os.environ.get("PEER_FOLDER", ".")
CONNECT: Final = float(os.environ.get("PEER_CONNECT_SECONDS", "0"))
DEPLOY: Final = float(os.environ.get("PEER_DEPLOY_SECONDS", "0"))
READY: Final = "the peer is running"
WAIT: Final = "One moment…"
WRONG: Final = "That does not look right. Please try again."
ROAD: Final = (
    Stop("Hello!", "begin"),
    Stop("Open Alpaca and sign in.", "next"),
    Stop("Practice or real money?", "mode:paper"),
    Stop("What shall your bot do?", "watch"),
    Stop("Please check.", "agree"),
    Stop("Connect Cloudflare: paste your token.", paste="token", pause=CONNECT),
    Stop("Connected. May your bot keep the token?", "keep:yes"),
    Stop("Now make the keys.", "next"),
    Stop("Paste the Key ID.", paste="key_id"),
    Stop("Now paste the Secret.", paste="secret", pause=DEPLOY),
    Stop("Your bot is running.", "another"),
    Stop("Another bot", "anew"),
)


def following(number: int) -> int:
    """Number the screen after this one; the last leads to the first."""
    return (number + 1) % len(ROAD)


def looks_right(stop: Stop, text: str) -> bool:
    """Check what was pasted, by its shape."""
    shapes = {"token": 20, "key_id": 12, "secret": 30}
    return len(text.strip()) >= shapes[stop.paste] and " " not in text.strip()


def data(stop: Stop) -> str:
    """Write what a screen's button sends."""
    return f"v1:{stop.button}"
