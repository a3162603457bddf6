"""A value that may be used but not shown: broker keys, Cloudflare tokens and command keys travel in it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import NoReturn

MASK = "Secret(…)"
SHORTEST_WITH_ENDING = 12


class Secret:
    """Holds one secret text; every way of printing, copying or storing it shows a mask or raises."""

    # A function hides the text from everything that walks attributes: serialisers, crash reporters, debuggers.
    __slots__ = ("_open",)
    _open: Callable[[], str]

    def __init__(self, value: str) -> None:
        """Wrap `value`; raises ValueError when it is empty, and never quotes it."""
        if not value:
            raise ValueError("a Secret cannot be empty")
        self._open = lambda: value

    def reveal(self) -> str:
        """Give the text itself, for the one place that builds a request with it."""
        return self._open()

    @property
    def ending(self) -> str:
        """The last four characters, to tell key ids apart; empty when the text is too short to show that much."""
        value = self._open()
        return value[-4:] if len(value) >= SHORTEST_WITH_ENDING else ""

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        """Compare in constant time with another Secret; nothing else is ever equal."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._open().encode("utf-8", "replace"), other.reveal().encode("utf-8", "replace"))

    __hash__ = None  # type: ignore[assignment]  # a hash is a fingerprint that outlives the secret

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")


def blot(message: str, hide: tuple[Secret, ...]) -> str:
    """Take out of somebody else's `message` every one of the secrets that the request carried."""
    for secret in hide:
        message = message.replace(secret.reveal(), "…")
    return message
