"""Mini Apps at the Telegram stand-in: who may open one, and what it is told of them, checked as the original says."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sandbox.serving import Served
from sandbox.telegram.server import DEMO_TOKEN, create_app

FORM = "https://soar-paper-1.ada.workers.dev/form#t=ticket&l=de"
BOT = int(DEMO_TOKEN.partition(":")[0])


def launch(client: httpx.Client, person: int, url: str) -> httpx.Response:
    return client.post(f"/_sandbox/chats/{person}/launches", json={"url": url})


def test_a_button_that_is_shown_opens_with_signed_data() -> None:
    with Served(create_app()) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        client.post("/_sandbox/users", json={"id": 7, "first_name": "Ada & Ben"})
        client.post("/_sandbox/chats/7/messages", json={"text": "/start"})
        assert launch(client, 7, FORM).status_code == 404, "nothing is shown that opens it"
        markup = {"inline_keyboard": [[{"text": "Open", "web_app": {"url": FORM}}]]}
        sent = client.post(f"/bot{DEMO_TOKEN}/sendMessage", json={"chat_id": 7, "text": "x", "reply_markup": markup})
        assert sent.json()["ok"]
        told = launch(client, 7, FORM).raise_for_status().json()
        fragment = parse_qs(urlsplit(told["url"]).fragment)
        assert fragment["t"] == ["ticket"]
        assert fragment["tgWebAppData"] == [told["data"]]
        fields = dict(parse_qsl(told["data"]))
        assert '"id":7' in fields["user"]
        signature, token_hash = fields.pop("signature"), fields.pop("hash")
        lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["key"]))
        signed = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        key.verify(signed, f"{BOT}:WebAppData\n{lines}".encode())
        with pytest.raises(InvalidSignature):
            key.verify(signed, f"{BOT + 1}:WebAppData\n{lines}".encode())
        own = hmac.digest(b"WebAppData", DEMO_TOKEN.encode(), hashlib.sha256)
        whole = "\n".join(sorted([*lines.split("\n"), f"signature={signature}"]))
        assert hmac.compare_digest(hmac.new(own, whole.encode(), hashlib.sha256).hexdigest(), token_hash)


def test_what_is_said_to_the_bot_is_in_the_traffic_only_when_asked_for() -> None:
    with Served(create_app()) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        client.post("/_sandbox/users", json={"id": 7})
        client.post("/_sandbox/chats/7/messages", json={"text": "a word"})
        assert "a word" not in client.get("/_sandbox/traffic").text
        assert "a word" in client.get("/_sandbox/traffic?both=1").text
