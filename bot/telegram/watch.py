"""What somebody may watch of the handling of updates: a hook that costs nothing when nobody does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Watch(Protocol):
    """Told as it happens; must neither wait nor raise."""

    def arrived(self, raw: Mapping[str, Any]) -> None:
        """An update has come in, perhaps not for the first time."""

    def deleted(self, raw: Mapping[str, Any], *, gone: bool) -> None:
        """A message that may hold a secret was deleted, or is noted for later."""

    def settled(self, update_id: int, kind: str, outcome: str) -> None:
        """An update needs no more attention: taken, duplicate, stale, noted, parked or skimmed."""


class Unwatched:
    """Nobody watches."""

    def arrived(self, raw: Mapping[str, Any]) -> None:
        """Take no notice."""

    def deleted(self, raw: Mapping[str, Any], *, gone: bool) -> None:
        """Take no notice."""

    def settled(self, update_id: int, kind: str, outcome: str) -> None:
        """Take no notice."""
