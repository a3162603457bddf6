"""Where a server of ours listens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

HIGHEST_PORT: Final = 65_535
_WRITTEN: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; port 0 stands for any that is free."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `host:port` or `[host]:port`. Raises ValueError."""
        match = _WRITTEN.fullmatch(text.strip())
        if match is None or int(match[3]) > HIGHEST_PORT:
            raise ValueError(text)
        return cls(match[1] or match[2], int(match[3]))

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
