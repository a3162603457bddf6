"""Whoever opens the private form: with Telegram's launch data or with a code, and what the Worker answers."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.worker.conftest import Deploy, Deployment
from tests.worker.runtime import unpadded

SCRIPT = "soar-paper-ab12cd34"
BOT, OWNER = 4200, 900
CODE = "123456"


class Telegram:
    """Signs launch data as Telegram does, with a key of its own."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def launches(self, user: int = OWNER, *, age: float = 5, bot: int = BOT) -> str:
        """Launch data as it stands in the page's address, for a page opened so many seconds ago."""
        fields = {
            "auth_date": str(int(time.time() - age)),
            "chat_instance": "8134722200314281151",
            "chat_type": "private",
            "user": json.dumps({"id": user, "first_name": "Ada + Ben", "language_code": "de"}),
        }
        lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
        signature = unpadded(self._key.sign(f"{bot}:WebAppData\n{lines}".encode()))
        return urlencode(fields | {"signature": signature, "hash": "0" * 64})


TELEGRAM = Telegram()
FORM = {"bot": BOT, "owner": OWNER, "telegram_key": TELEGRAM.public}


def form_bindings(**changed: object) -> dict[str, object]:
    """What a Worker has that was set up for the private form: no keys, no account, no Cloudflare token."""
    return {
        "APCA_API_KEY_ID": None,
        "APCA_API_SECRET_KEY": None,
        "CLOUDFLARE_API_TOKEN": None,
        "ACCOUNT_ID": "",
        "KEYS_SEAL": base64.b64encode(os.urandom(32)).decode(),
        "KEYS_STAMP": "00000001",
        "FORM": FORM,
    } | changed


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Visitor:
    """Holds a ticket and fills in the form by HTTP, as its page does."""

    def __init__(self, deployed: Deployment, ticket: str) -> None:
        self.deployed, self.ticket = deployed, ticket
        self.launch, self.code = TELEGRAM.launches(), ""

    def posts(self, route: str, body: object, **headers: str) -> httpx.Response:
        base = self.deployed.workerd.url
        sent = {"Content-Type": "application/json", "Origin": base} | headers
        return self.deployed.owner.http.post(f"{base}/form/{route}", content=json.dumps(body), headers=sent)

    def hands_in(self, pair: dict[str, Any], **instead: object) -> dict[str, Any]:
        """What the form answers to a pair."""
        body = {"ticket": self.ticket, "launch": self.launch, "code": self.code}
        response = self.posts("keys", body | {"key_id": pair["key_id"], "secret": pair["secret"]} | instead)
        told: dict[str, Any] = response.json()
        assert told["ok"] is (response.status_code == 200)
        return told

    def looks(self) -> dict[str, Any]:
        told: dict[str, Any] = self.posts("look", {"ticket": self.ticket, "launch": self.launch}).json()
        return told


def opens(deployed: Deployment, *, lives: float = 600, code: str | None = CODE) -> Visitor:
    """Open the form as Soar does, and go there."""
    ticket = deployed.owner.ticket(SCRIPT, lives)
    expires = int(ticket.split(".")[2])
    digest = None if code is None else sha256(f"{ticket}:{code}")
    told = deployed.ask("form", {"ticket": sha256(ticket), "code": digest, "expires": expires})
    assert told == {"form": {"state": "open", "expires": expires, "tries": 0, "last": ""}}
    return Visitor(deployed, ticket)


def without_keys(deploy: Deploy, **changed: object) -> Deployment:
    """A Worker as it stands before its owner has opened the form."""
    return deploy(**form_bindings(**changed))
