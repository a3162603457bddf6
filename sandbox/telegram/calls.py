"""Reads one Bot API call from its HTTP request, in any of the four ways it may be written, and checks it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from sandbox.telegram.methods import Method, Parameter
from sandbox.telegram.refusals import Refused, bad_request

# The original's words for what is missing, where they are known.
_MISSING: Mapping[str, str] = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "action": "wrong parameter action in request",
    "file_id": "file_id not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call brought, before and after it was checked against its method."""

    values: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)


async def read_arguments(query: bytes, content_type: str, body: bytes) -> Arguments:
    """Read a request's parameters. Raises Refused for a body that is not what it says it is."""
    values: dict[str, Any] = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
    files: dict[str, Upload] = {}
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return Arguments(values)
    if kind == "application/json":
        values.update(_json_object(body))
    elif kind == "multipart/form-data":
        files = await _read_multipart(content_type, body, values)
    elif kind in {"application/x-www-form-urlencoded", ""}:
        values.update(_form(body))
    return Arguments(values, files)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad_request("can't parse JSON object")
    return found


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


async def _read_multipart(content_type: str, body: bytes, values: dict[str, Any]) -> dict[str, Upload]:
    async def stream() -> AsyncIterator[bytes]:
        yield body
        yield b""

    files: dict[str, Upload] = {}
    try:
        parser = MultiPartParser(Headers({"content-type": content_type}), stream())  # type: ignore[arg-type]
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise bad_request("can't parse multipart form data") from error
    try:
        for name, part in form.multi_items():
            if isinstance(part, UploadFile):
                mime = part.content_type or "application/octet-stream"
                files[name] = Upload(part.filename or "file", mime, await part.read())
            else:
                values[name] = part
    finally:
        await form.close()
    if not values and not files:
        raise bad_request("can't parse multipart form data")
    return files


def checked(method: Method, arguments: Arguments) -> Arguments:
    """Turn the values into what the method takes. Raises Refused for unknown, missing and wrong ones."""
    values: dict[str, Any] = {}
    for name, value in arguments.values.items():
        parameter = method.parameters.get(name)
        if parameter is None:
            raise bad_request(f'unknown parameter "{name}"')
        if value is not None:
            values[name] = _converted(parameter, value)
    _check_files(method, arguments)
    for parameter in method.parameters.values():
        if parameter.required and parameter.name not in values and parameter.name not in arguments.files:
            raise missing(parameter.name)
    return Arguments(values, arguments.files)


def missing(name: str) -> Refused:
    """Refuse a call without a parameter that it needs."""
    return bad_request(_MISSING.get(name, f'parameter "{name}" is required'))


def _check_files(method: Method, arguments: Arguments) -> None:
    if not arguments.files:
        return
    attached = {text for value in arguments.values.values() for text in _attached(value)}
    for name in arguments.files:
        parameter = method.parameters.get(name)
        if name not in attached and (parameter is None or parameter.kind != "media"):
            raise bad_request(f'unknown parameter "{name}"')


def _attached(value: object) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value)
    return [piece.split('"')[0] for piece in text.split("attach://")[1:]]


def _converted(parameter: Parameter, value: object) -> object:
    match parameter.kind:
        case "int":
            return _integer(parameter.name, value)
        case "bool":
            return _truth(parameter.name, value)
        case "chat":
            return _chat(value)
        case "list" | "object":
            return _structure(parameter, value)
        case _:
            if isinstance(value, dict | list | bool):
                raise bad_request(f'parameter "{parameter.name}" must be of type String')
            return str(value)


def _integer(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    raise bad_request(f'parameter "{name}" must be of type Integer')


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "yes", "1", "false", "no", "0", ""}:
        return value.lower() in {"true", "yes", "1"}
    raise bad_request(f'parameter "{name}" must be of type Boolean')


def _chat(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise missing("chat_id")
    return int(text) if text.lstrip("-").isdigit() and text.isascii() else text


def _structure(parameter: Parameter, value: object) -> object:
    shape: type = list if parameter.kind == "list" else dict
    if isinstance(value, str):
        if not value:
            return shape()
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, shape):
        kind = "Array" if shape is list else "Object"
        raise bad_request(f"can't parse {parameter.name.replace('_', ' ')} JSON object: expected an {kind}")
    return value
