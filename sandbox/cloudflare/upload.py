"""Reads a multipart upload the way the API does, and refuses what the API refuses."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from sandbox.cloudflare.answers import refusal
from sandbox.cloudflare.program import IGNORED_TYPES, MODULE_FIELDS
from sandbox.cloudflare.state import Module

SIZE_LIMIT = 64 * 1024 * 1024
NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
NAME_LENGTH = 63
TAG_COUNT = 8
TAG_LENGTH = 1024
DEFAULT_DATE = "2021-11-02"
METADATA_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "main_module": str,
    "body_part": str,
    "bindings": list,
    "compatibility_date": str,
    "compatibility_flags": list,
    "keep_bindings": list,
    "keep_assets": bool,
    "migrations": (dict, type(None)),
    "exports": (dict, type(None)),
    "observability": (dict, type(None)),
    "tags": (list, type(None)),
    "tail_consumers": (list, type(None)),
    "limits": (dict, type(None)),
    "logpush": bool,
    "placement": (dict, type(None)),
    "annotations": (dict, type(None)),
    "assets": dict,
    "cache_options": dict,
    "package_dependencies": list,
    "usage_model": str,
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A well-formed upload, not yet compared with what is deployed."""

    metadata: Mapping[str, Any]
    modules: tuple[Module, ...]
    main_module: str
    tags: tuple[str, ...]


def check_name(name: str) -> None:
    """Refuse a Worker name that the API would not take: 100132 when too long, else 10016."""
    if len(name) > NAME_LENGTH:
        raise refusal(100132, name)
    if NAME.fullmatch(name) is None:
        raise refusal(10016, name)


async def read_upload(request: Request) -> Upload:
    """Parse metadata and modules; raises Refusal."""
    async with _form(request) as form:
        metadata = await _json_part(form, "metadata")
        check_metadata(metadata)
        modules = tuple([await _module(name, part) for name, part in form.multi_items() if name != "metadata"])
    names = [module.name for module in modules]
    if len(set(names)) != len(names):
        raise refusal(10021, "Duplicate module names in the upload.")
    if sum(len(module.content) for module in modules) > SIZE_LIMIT:
        raise refusal(10027)
    return Upload(metadata, modules, _main_module(metadata, names), check_tags(metadata.get("tags")))


async def read_settings(request: Request) -> Mapping[str, Any]:
    """Parse the `settings` part of a settings change; raises Refusal."""
    async with _form(request) as form:
        settings = await _json_part(form, "settings")
    check_metadata(settings)
    check_tags(settings.get("tags"))
    return settings


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    """Parse a multipart body; 10001 for another content type, 10026 if it cannot be read."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise refusal(10001, kind or "none given")
    try:
        form = await request.form(max_part_size=SIZE_LIMIT, max_files=1000)
    except (MultiPartException, HTTPException) as error:
        raise refusal(10026, str(getattr(error, "detail", error))) from error
    try:
        yield form
    finally:
        await form.close()


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Refuse unknown fields, wrong types and what the free plan does not have."""
    for name, value in metadata.items():
        if name not in METADATA_FIELDS:
            raise refusal(10026, f"unknown metadata field '{name}'")
        if not isinstance(value, METADATA_FIELDS[name]):
            raise refusal(10026, f"metadata field '{name}' has the wrong type")
    if metadata.get("tail_consumers"):
        raise refusal(100150)
    if "cpu_ms" in (metadata.get("limits") or {}):
        raise refusal(100328)
    if "body_part" in metadata or metadata.get("assets"):
        raise refusal(10021, "This sandbox runs module Workers without assets only.")


def check_tags(tags: object) -> tuple[str, ...]:
    """Accept at most eight short tags; 100103 or 100102 otherwise."""
    if tags is None:
        return ()
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise refusal(10026, "tags must be a list of strings")
    if len(tags) > TAG_COUNT:
        raise refusal(100103)
    for tag in tags:
        if not tag or len(tag) > TAG_LENGTH:
            raise refusal(100102, tag[:40])
    return tuple(tags)


async def _json_part(form: FormData, name: str) -> Mapping[str, Any]:
    part = form.get(name)
    if part is None:
        raise refusal(10026, f"the part '{name}' is missing")
    text = await part.read() if isinstance(part, UploadFile) else part
    try:
        value = json.loads(text)
    except ValueError as error:
        raise refusal(10026, f"the part '{name}' is not JSON") from error
    if not isinstance(value, dict):
        raise refusal(10026, f"the part '{name}' must be a JSON object")
    return value


async def _module(name: str, part: UploadFile | str) -> Module:
    """Take one part as a module: it needs a file name, and the same one as its part name."""
    if not isinstance(part, UploadFile):
        raise refusal(10021, f"The part '{name}' has no filename: modules are uploaded as files.")
    if part.filename != name:
        raise refusal(10021, f"Uncaught SyntaxError: the part '{name}' and its filename '{part.filename}' differ.")
    kind = (part.content_type or "").split(";")[0].strip()
    if kind.startswith("text/x-python"):
        raise refusal(10021, "This sandbox does not run Python Workers.")
    if kind not in MODULE_FIELDS and kind not in IGNORED_TYPES:
        raise refusal(10021, f"Unsupported content type '{kind}' of module '{name}'.")
    return Module(name, kind, _once(await part.read()))


@lru_cache(maxsize=512)
def _once(content: bytes) -> bytes:
    """Give the same bytes for the same content: thousands upload the same code."""
    return content


def _main_module(metadata: Mapping[str, Any], names: Sequence[str]) -> str:
    main = metadata.get("main_module")
    if main is None:
        raise refusal(10021, "Uncaught Error: the metadata names no main_module.")
    if main not in names:
        raise refusal(10021, f'Uncaught Error: No such module "{main}".')
    return str(main)
