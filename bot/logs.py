"""Structured logs that cannot carry a secret: by type, by pattern, and with the libraries' own talk turned down."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

QUIET: Final = (
    "telegram",
    "httpx",
    "procrastinate",
    "psycopg.pool",
    "httpcore",
    "urllib3",
    "requests",
    "alpaca",
    "alembic",
    "asyncio",
    "sqlalchemy",
    "uvicorn",
)
# What tokens and keys look like; a log line loses some innocent words rather than keep one of these.
SHAPES: Final = re.compile(
    r"\b\d{6,12}:[A-Za-z0-9_-]{30,}"  # a Telegram bot's token
    r"|\bcf[a-z]{1,2}_[A-Za-z0-9_-]{20,}"  # Cloudflare tokens
    r"|\b[PAC]K[A-Z0-9]{14,38}\b"  # Alpaca key ids
    r"|(?i:bearer\s+)\S+"
    r"|\b[A-Za-z0-9/+_-]{38,}={0,2}"  # long enough to be a secret
)
BLOTTED: Final = "[hidden]"
Event = MutableMapping[str, Any]


def blot(text: str) -> str:
    """Hide whatever looks like a secret."""
    return SHAPES.sub(BLOTTED, text)


def _redact(_logger: object, _method: str, event: Event) -> Event:
    for name, value in list(event.items()):
        if name not in {"timestamp", "level"}:
            event[name] = _clean(value)
    return event


def _clean(value: object) -> object:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    return blot(str(value))


def _strip_record(_logger: object, _method: str, event: Event) -> Event:
    """Drop what a library's record carries besides its words; at CRITICAL theirs hold whole updates."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name.startswith("telegram") and record.levelno >= logging.ERROR:
        event["event"] = f"{record.name} reported a problem"
    kind = record.exc_info[0] if isinstance(record, logging.LogRecord) and record.exc_info else None
    if kind is not None:
        event["error"] = kind.__name__
    event.pop("exc_info", None)
    return event


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Send everything the process logs through one redactor to `stream` (standard error), one JSON object a line."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _strip_record,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
