"""Reading JSON without trust: every reader gives a value of its type, whatever stands there."""

from __future__ import annotations

from collections.abc import Mapping

Fields = Mapping[str, object]
LONGEST = 2500  # letters in one text, or one name, of what a Worker tells: no Worker of ours says as much
DEEPEST = 20  # lists and objects within each other


def clipped(fields: Fields, depth: int = DEEPEST) -> Fields:
    """Give the same with every text cut that is longer: what is to be shown is looked through many times."""
    return {name[:LONGEST]: _clipped(value, depth) for name, value in fields.items()}


def _clipped(value: object, depth: int) -> object:
    match value:
        case str():
            return value[:LONGEST]
        case list() | dict() if depth == 0:
            return None
        case list():
            return [_clipped(each, depth - 1) for each in value]
        case dict():
            return clipped(value, depth - 1)
        case _:
            return value


def text(fields: Fields, name: str) -> str:
    """A text, empty when there is none."""
    return maybe(fields, name) or ""


def maybe(fields: Fields, name: str) -> str | None:
    """A text or a number as text, None when it is neither."""
    value = fields.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def whole(fields: Fields, name: str) -> int:
    """A whole number, 0 when there is none."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def truth(fields: Fields, name: str) -> bool | None:
    """A boolean, None when it is anything else."""
    value = fields.get(name)
    return value if isinstance(value, bool) else None


def record(fields: Fields, name: str) -> Fields | None:
    """An object, None when it is anything else."""
    value = fields.get(name)
    return value if isinstance(value, dict) else None


def listed(fields: Fields, name: str) -> list[object]:
    """A list, empty when it is anything else."""
    value = fields.get(name)
    return value if isinstance(value, list) else []


def records(fields: Fields, name: str) -> list[Fields]:
    """The objects of a list."""
    return [entry for entry in listed(fields, name) if isinstance(entry, dict)]
