"""Key pairs in the two shapes seen in the wild: 26 and 44 characters now, 20 and 40 in earlier years."""

from __future__ import annotations

import base64
import random
import string

_ID_ALPHABET = string.ascii_uppercase + string.digits
_SECRET_ALPHABET = string.ascii_letters + string.digits


def new_key_id(prefix: str, dice: random.Random, *, older_shape: bool = False) -> str:
    """A Key ID that begins with `prefix`."""
    return prefix + "".join(dice.choices(_ID_ALPHABET, k=18 if older_shape else 24))


def new_secret(dice: random.Random, *, older_shape: bool = False) -> str:
    """A secret; the older shape may hold a slash, and here always does."""
    if not older_shape:
        return "".join(dice.choices(_SECRET_ALPHABET, k=44))
    letters = dice.choices(_SECRET_ALPHABET, k=40)
    letters[dice.randrange(1, 39)] = "/"
    return "".join(letters)


def from_basic(header: str) -> tuple[str, str] | None:
    """Key ID and secret of an HTTP Basic header, which Alpaca still accepts; None if it is none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return key_id, secret
