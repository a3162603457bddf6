"""Which of two places holds a Worker's broker keys: its own secrets, or its memory, sealed; one at a time.

`KEYS_SEAL` is a secret that nobody keeps but the Worker: it seals what the private form brings. `KEYS_STAMP` changes
whenever the secrets are written from outside, and keys sealed under another stamp count for nothing from then on.
"""

from __future__ import annotations

import base64
from secrets import token_bytes, token_hex
from typing import Final

from deploy.secret import Secret

KEY_ID: Final = "APCA_API_KEY_ID"
KEY_SECRET: Final = "APCA_API_SECRET_KEY"  # noqa: S105  (a name, not a value)
SEAL, STAMP, FORM = "KEYS_SEAL", "KEYS_STAMP", "FORM"
PAIR: Final = frozenset({KEY_ID, KEY_SECRET})
SEAL_BYTES, STAMP_BYTES = 32, 4


def fresh_seal() -> Secret:
    """A key that nobody has seen, base64."""
    return Secret(base64.b64encode(token_bytes(SEAL_BYTES)).decode("ascii"))


def stamp_binding() -> dict[str, object]:
    """A stamp that no keys were sealed under yet."""
    return {"type": "plain_text", "name": STAMP, "text": token_hex(STAMP_BYTES)}
