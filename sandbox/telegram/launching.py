"""Opens a Mini App as a person's app does: with launch data in the address, signed by the stand-in's own key.

https://core.telegram.org/bots/webapps#validating-data-for-third-party-use
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.telegram.messages import Person

VERSION: Final = "9.2"


class Launcher:
    """Signs what tells a Mini App who has opened it."""

    def __init__(self) -> None:
        """Make a key; nobody else's checks against it."""
        self._key = Ed25519PrivateKey.generate()

    @property
    def public(self) -> str:
        """The key to check with, as 64 hexadecimal digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def data(self, bot_id: int, token: str, person: Person, now: float) -> str:
        """Write launch data: `signature` for everybody, `hash` for whoever has the bot's token."""
        fields = {
            "auth_date": str(int(now)),
            "chat_instance": "-1",
            "chat_type": "private",
            "user": json.dumps(person.seen(), separators=(",", ":")),
        }
        signed = self._key.sign(f"{bot_id}:WebAppData\n{_lines(fields)}".encode())
        fields["signature"] = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
        secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
        return urlencode(fields | {"hash": hmac.new(secret, _lines(fields).encode(), hashlib.sha256).hexdigest()})


def _lines(fields: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))


def opened(url: str, data: str) -> str:
    """Give the address that the app really opens: the launch data follow what the fragment holds already."""
    joint = "&" if "#" in url else "#"
    return f"{url}{joint}tgWebAppData={quote(data, safe='')}&tgWebAppVersion={VERSION}&tgWebAppPlatform=sandbox"
