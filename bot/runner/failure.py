"""Makes of any exception what may be logged and shown: types, places and codes, never messages or values."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import structlog

from bot.runner.port import INTERNAL, Operation, Outcome

LOG = structlog.get_logger("soar.runner")
SAFE_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
FRAMES = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of an exception: `error` its type and those of its causes, `places` where it came through."""

    error: str
    code: str
    retryable: bool
    retry_after: float | None
    places: tuple[str, ...]


def describe(error: BaseException) -> Failure:
    """Look at an exception's types, frames, and its `code`, `retryable`, `retry_after` if it has them."""
    error = _single(error)
    code = getattr(error, "code", None)
    wait = getattr(error, "retry_after", None)
    return Failure(
        error=_types(error),
        code=code if isinstance(code, str) and SAFE_CODE.fullmatch(code) else INTERNAL,
        retryable=getattr(error, "retryable", False) is True,
        retry_after=float(wait) if isinstance(wait, int | float) else None,
        places=_places(error),
    )


def _single(error: BaseException) -> BaseException:
    """A task group wraps even a single error."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _types(error: BaseException) -> str:
    names: list[str] = []
    current: BaseException | None = error
    while current is not None and len(names) < FRAMES:
        names.append(type(current).__name__)
        current = current.__cause__ or current.__context__
    return " < ".join(names)


def _places(error: BaseException) -> tuple[str, ...]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return tuple(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


class Incidents:
    """Gives each failure an id that is both in the log and in the outcome the user is told of."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        """Take ids from `new_id`."""
        self._new_id = new_id

    def log(self, event: str, operation: Operation, error: BaseException | None = None, **facts: object) -> str:
        """Write one line about an operation and return its incident id; `facts` must be safe to log."""
        incident = self._new_id()
        if error is not None:
            failure = describe(error)
            facts |= {"error": failure.error, "code": failure.code, "places": failure.places}
        LOG.error(event, incident=incident, operation=operation.id, kind=operation.kind, **facts)
        return incident

    def failed(self, operation: Operation, error: BaseException) -> Outcome:
        """The outcome of an operation whose handler raised."""
        incident = self.log("operation_failed", operation, error)
        return Outcome("failed", describe(error).code, {}, incident)

    def refused(self, operation: Operation, code: str) -> Outcome:
        """The outcome of an operation that the runner itself ends, with one of its own codes."""
        return Outcome("failed", code, {}, self.log("operation_failed", operation, code=code))
