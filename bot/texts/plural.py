"""A wording that goes by a number: English has two forms of it, other languages one to six."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plural:
    """The English forms for one and for any other number; `counted` names the slot that holds the number."""

    counted: str
    one: str
    other: str
