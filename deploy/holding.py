"""What a Worker says of its keys and of its private form, read tolerantly; it never says a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from deploy.fields import Fields, text, whole

ENDING: Final = 4  # letters of a key or a number: what is shown, and stored; a Worker that tells more is not believed


@dataclass(frozen=True, slots=True)
class Keys:
    """Whether it holds a pair, and where: in its own secrets, or sealed in its memory (`store`).

    `ending` is the Key ID's, `account_ending` that of the account's number; `since` is ISO 8601.
    """

    held: bool
    where: str
    ending: str
    account_ending: str
    mode: str
    since: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        told = {name: text(fields, name) for name in ("where", "mode", "since")}
        ends = {name: text(fields, name)[-ENDING:] for name in ("ending", "account_ending")}
        return cls(held=text(fields, "state") == "held", **told, **ends)


@dataclass(frozen=True, slots=True)
class Form:
    """How its form stands: `none`, `open`, `used`, `expired` or `locked`; `last` names the last refusal."""

    state: str
    expires: int
    tries: int
    last: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(text(fields, "state"), whole(fields, "expires"), whole(fields, "tries"), text(fields, "last"))
