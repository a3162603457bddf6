"""Reading the body of a control request: what is not asked for is refused, so a typing error never passes unseen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sandbox.alpaca.moments import moment
from sandbox.alpaca.money import parse
from sandbox.alpaca.refusals import Json, Refusal


class Form:
    """The fields of a JSON object, each taken once by its kind; `finish` refuses what nobody took."""

    def __init__(self, body: object) -> None:
        """An absent body counts as an empty object; raises Refusal for any other kind of value."""
        if body is not None and not isinstance(body, dict):
            raise wrong("the body must be a JSON object")
        self._left: Json = dict(body or {})

    def has(self, name: str) -> bool:
        """Whether the field is there and not yet taken."""
        return name in self._left

    def words(self, name: str, allowed: tuple[str, ...] = ()) -> str | None:
        """A string, one of `allowed` if given; None if absent or null."""
        value = self._left.pop(name, None)
        if value is not None and (not isinstance(value, str) or (allowed and value not in allowed)):
            raise wrong(f"{name} must be {'one of ' + ', '.join(allowed) if allowed else 'a string'}")
        return value

    def flag(self, name: str) -> bool | None:
        """True or false; None if absent or null."""
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, bool):
            raise wrong(f"{name} must be true or false")
        return value

    def number(self, name: str) -> Decimal | None:
        """A number, as such or as a string; None if absent or null."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        number = parse(str(value)) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
        if number is None:
            raise wrong(f"{name} must be a number")
        return number

    def positive(self, name: str) -> Decimal | None:
        """A number above 0; None if absent or null."""
        number = self.number(name)
        if number is not None and number <= 0:
            raise wrong(f"{name} must be > 0")
        return number

    def count(self, name: str) -> int | None:
        """A whole number of at least 1; None if absent or null."""
        number = self.positive(name)
        if number is not None and number != number.to_integral_value():
            raise wrong(f"{name} must be a whole number")
        return None if number is None else int(number)

    def moment(self, name: str) -> datetime | None:
        """A moment in ISO 8601; None if absent or null."""
        words = self.words(name)
        found = None if words is None else moment(words)
        if words is not None and found is None:
            raise wrong(f"{name} must be a moment in ISO 8601")
        return found

    def anything(self, name: str) -> object:
        """The field as it is."""
        return self._left.pop(name, None)

    def finish(self) -> None:
        """Raise Refusal if a field was not taken."""
        if self._left:
            raise wrong(f"unknown field(s): {', '.join(sorted(self._left))}")


def wrong(message: str) -> Refusal:
    """400 of the control API."""
    return Refusal(400, None, message)


def absent(message: str) -> Refusal:
    """404 of the control API."""
    return Refusal(404, None, message)
