"""Stored form of a conversation: JSON with a schema version; what cannot be read is None, never an error."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flows import (
    advice,
    forming,
    given,
    inspected,
    jobs,
    kept,
    languages,
    notices,
    planned,
    plans,
    preferences,
    speaking,
    states,
    tended,
    twin,
    words,
)

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Dialog:
    """What is stored per chat: where the conversation is, and the notice shown above its screen."""

    state: states.State
    notice: words.Text | None = None


MODULES = (
    words, languages, plans, advice, notices, preferences, speaking, jobs, planned, given, forming, tended, inspected,
    kept, twin, states,
)  # fmt: skip
CLASSES: dict[str, type] = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__
}
_SCOPE = {name: value for module in MODULES for name, value in vars(module).items()}


def dump(dialog: Dialog) -> str:
    """Write a dialog as JSON."""
    return json.dumps({"schema": SCHEMA, "state": _plain(dialog.state), "notice": _plain(dialog.notice)})


def load(stored: str) -> Dialog | None:
    """Read a dialog; None for another schema version, an unknown state or damaged data."""
    try:
        data = json.loads(stored)
        if data["schema"] != SCHEMA:
            return None
        state = _whole(data["state"], states.State)
        notice = _whole(data["notice"], words.Text | None)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Dialog(state, notice)


def dump_texts(texts: tuple[words.Text, ...]) -> str:
    """Write messages as JSON: what is kept until it is told."""
    return json.dumps(_plain(texts))


def load_texts(stored: str) -> tuple[words.Text, ...]:
    """Read messages; none where they are damaged or of another version."""
    try:
        texts: tuple[words.Text, ...] = _whole(json.loads(stored), tuple[words.Text, ...])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ()
    return texts


def _plain(value: object) -> Any:  # noqa: ANN401  (JSON)
    if dataclasses.is_dataclass(value):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls, _SCOPE)


def _whole(value: Any, kind: Any) -> Any:  # noqa: ANN401
    """Rebuild `value` as `kind`; raises TypeError where it is something else."""
    kind = _resolved(kind)
    if isinstance(value, dict):
        return _record(value, kind)
    if isinstance(value, list):
        return _sequence(value, kind)
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, StrEnum) and isinstance(value, str):
            return option(value)
        if type(value) is option:
            return value
    raise TypeError(type(value).__name__)


def _record(value: dict[str, Any], kind: Any) -> Any:  # noqa: ANN401
    cls = CLASSES[value["is"]]
    if cls not in _options(kind):
        raise TypeError(value["is"])
    hints = _hints(cls)
    return cls(**{name: _whole(item, hints[name]) for name, item in value.items() if name != "is"})


def _sequence(value: list[Any], kind: Any) -> tuple[Any, ...]:  # noqa: ANN401
    for option in _options(kind):
        if typing.get_origin(option) is tuple:
            kinds = typing.get_args(option)
            if kinds[-1] is Ellipsis:
                return tuple(_whole(item, kinds[0]) for item in value)
            return tuple(_whole(item, each) for item, each in zip(value, kinds, strict=True))
    raise TypeError("list")


@functools.cache
def _resolved(kind: Any) -> Any:  # noqa: ANN401
    """Turn a name or a quoted union into the type itself."""
    while isinstance(kind, str | typing.ForwardRef):
        name = kind if isinstance(kind, str) else kind.__forward_arg__
        kind = eval(name, dict(_SCOPE))  # noqa: S307  (our own annotations, never stored data)
    return kind


@functools.cache
def _options(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401
    kind = _resolved(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(option for part in typing.get_args(kind) for option in _options(part))
    return (kind,)
