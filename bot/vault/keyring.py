"""The key ring that seals secrets: AES-256-GCM, newest key first; the newest seals, all of them open."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from deploy.secret import Secret

FORMAT = 1
KEY_BYTES = 32
# A pasted half of an emoji must not end in an exception, least of all one that quotes the text.
HALVES = "surrogatepass"
NONCE_BYTES = 12  # what GCM is defined for, NIST SP 800-38D §8.2
KEY_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
CONTEXT_PART = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

RandomBytes = Callable[[int], bytes]


class CannotOpen(Exception):  # noqa: N818  (says what happened; deliberately says nothing else)
    """The blob is damaged, belongs elsewhere or needs a key that is not on the ring; which of these is not told."""

    def __init__(self) -> None:
        super().__init__("sealed value cannot be opened")


class BadKeyring(ValueError):  # noqa: N818  (names the thing that is bad)
    """The text of a key ring is not understood; the message says which entry and why, never its content."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a sealed value belongs; it opens nowhere else."""

    purpose: str
    chat_id: int
    ticket_id: str

    def aad(self) -> bytes:
        """The bytes the seal is bound to; raises ValueError for a part that could be mistaken for its neighbour."""
        if not CONTEXT_PART.fullmatch(self.purpose) or not CONTEXT_PART.fullmatch(self.ticket_id):
            raise ValueError("purpose and ticket id are letters, digits and _ . : - only")
        return f"v1|{self.purpose}|{self.chat_id}|{self.ticket_id}".encode()


class Keyring:
    """Named keys, newest first. It never shows them, except as the `text` its file needs."""

    # As in Secret, a function hides the keys from whatever walks attributes.
    __slots__ = ("_ciphers", "_keys", "_random")

    def __init__(self, keys: Mapping[str, bytes], *, random: RandomBytes = os.urandom) -> None:
        """Take keys by name, in order, newest first; raises BadKeyring for an empty ring, a bad name or key."""
        if not keys:
            raise BadKeyring("a key ring needs at least one key")
        for number, (name, key) in enumerate(keys.items(), 1):
            _check_entry(number, name, key)
        kept = dict(keys)
        self._keys: Callable[[], dict[str, bytes]] = lambda: kept
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._random = random

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `name:base64,name:base64` (newest first; commas or line ends between; either base64 alphabet).

        Raises BadKeyring, which names the entry by its number.
        """
        keys: dict[str, bytes] = {}
        for number, entry in enumerate(re.split(r"[,\s]+", text.strip()), 1):
            name, colon, encoded = entry.partition(":")
            if not colon:
                raise BadKeyring(f"entry {number} of the key ring is not name:base64")
            if name in keys:
                raise BadKeyring(f"entry {number} of the key ring has a name that was used before")
            keys[name] = _decode(number, encoded)
        return cls(keys)

    @classmethod
    def generate(cls, *, random: RandomBytes = os.urandom) -> Keyring:
        """Make a ring with one new key."""
        return cls({"k1": random(KEY_BYTES)}, random=random)

    def rotated(self) -> Keyring:
        """A ring with a new key in front of the present ones; values sealed so far still open."""
        numbers = [int(name[1:]) for name in self._keys() if re.fullmatch(r"k\d{1,9}", name)]
        fresh = {f"k{max(numbers, default=0) + 1}": self._random(KEY_BYTES)}
        return Keyring(fresh | self._keys(), random=self._random)

    def only_newest(self) -> Keyring:
        """A ring without the older keys, for when everything has been re-sealed."""
        return Keyring({self.newest: self._keys()[self.newest]}, random=self._random)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys' names, newest first."""
        return tuple(self._ciphers)

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return self.names[0]

    def text(self) -> Secret:
        """The whole ring in the form `parse` reads."""
        return Secret(",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in self._keys().items()))

    def seal(self, secret: Secret, context: Context) -> bytes:
        """Encrypt with the newest key; the result is format, key name's length, key name, nonce, ciphertext."""
        name = self.newest.encode()
        nonce = self._random(NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(nonce, secret.reveal().encode(errors=HALVES), context.aad())
        return bytes((FORMAT, len(name))) + name + nonce + sealed

    def open(self, blob: bytes, context: Context) -> Secret:
        """Decrypt what was sealed for exactly this context; raises CannotOpen."""
        name, rest = _split(blob)
        cipher = self._ciphers.get(name)
        if cipher is None or len(rest) < NONCE_BYTES:
            raise CannotOpen
        try:
            plain = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.aad())
        except InvalidTag:
            raise CannotOpen from None
        return Secret(plain.decode(errors=HALVES))

    def reseal(self, blob: bytes, context: Context) -> bytes:
        """The same secret under the newest key; raises CannotOpen."""
        return self.seal(self.open(blob, context), context)

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self.names)})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Keyring cannot be pickled or copied")


def key_name(blob: bytes) -> str:
    """The name of the key a blob was sealed with; raises CannotOpen when it is no such blob."""
    return _split(blob)[0]


def _split(blob: bytes) -> tuple[str, bytes]:
    if len(blob) < 2 or blob[0] != FORMAT:  # noqa: PLR2004  (the two leading bytes)
        raise CannotOpen
    end = 2 + blob[1]
    try:
        name = blob[2:end].decode("ascii")
    except UnicodeDecodeError:
        raise CannotOpen from None
    if not KEY_NAME.fullmatch(name):
        raise CannotOpen
    return name, blob[end:]


def _check_entry(number: int, name: str, key: bytes) -> None:
    if not KEY_NAME.fullmatch(name):
        raise BadKeyring(f"entry {number} of the key ring needs a name of 1 to 32 letters, digits, _ or -")
    if len(key) != KEY_BYTES:
        raise BadKeyring(f"entry {number} of the key ring is {len(key)} bytes long instead of {KEY_BYTES}")


def _decode(number: int, encoded: str) -> bytes:
    padded = encoded.replace("-", "+").replace("_", "/").rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except binascii.Error:
        raise BadKeyring(f"entry {number} of the key ring is not base64") from None
