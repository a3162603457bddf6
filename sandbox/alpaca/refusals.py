"""Alpaca's refusals: an HTTP status, a numeric code that is reused across errors, a sentence and sometimes fields.

Wordings come from answers quoted in public issue trackers and Alpaca's own pages. Where none was found, the sentence
says plainly what is wrong and follows the same pattern; programs should look at status and code first.
"""

from __future__ import annotations

from collections.abc import Mapping

Json = dict[str, object]

BAD_BODY = 40010000
BAD_PARAMETER = 40010001
UNAUTHORIZED = 40110000
FORBIDDEN = 40310000
NOT_FOUND = 40410000
UNPROCESSABLE = 42210000
TOO_MANY = 42910000


class Refusal(Exception):  # noqa: N818  (it is an answer, not a failure)
    """An answer other than success, raised by whatever notices first and turned into HTTP at the host."""

    def __init__(
        self,
        status: int,
        code: int | None,
        message: str,
        *,
        fields: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the answer needs; the data host gives no `code`."""
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: Json = {"message": message} if code is None else {"code": code, "message": message}
        self.body.update(fields or {})


def bad_parameter(message: str) -> Refusal:
    """422 for a parameter that is missing, unknown or malformed."""
    return Refusal(422, BAD_PARAMETER, message)


def unprocessable(message: str) -> Refusal:
    """422 for a request that is well formed and yet impossible."""
    return Refusal(422, UNPROCESSABLE, message)


def forbidden(message: str, **fields: object) -> Refusal:
    """403 for an order the account may not place; `fields` carry the numbers behind it."""
    return Refusal(403, FORBIDDEN, message, fields=fields)


def not_found(message: str) -> Refusal:
    """404 for an order, position or asset that does not exist."""
    return Refusal(404, NOT_FOUND, message)


def unauthorized() -> Refusal:
    """401 of the trading hosts, the same for a wrong pair and for keys of the other mode."""
    return Refusal(401, UNAUTHORIZED, "request is not authorized")
