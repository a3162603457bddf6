"""The whole examination, line by line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import httpx

from bot.doctor import machine, neighbours, telegram
from bot.doctor.asking import asking
from bot.doctor.finding import Finding, Level, fail, ok
from bot.doctor.machine import FreeBytes, free_bytes
from bot.settings import BadSettings, Settings
from bot.transport import Transport

SECONDS = 10.0  # for each question


def examine(
    read: Callable[[], Settings] = Settings.read,
    *,
    clock: Callable[[], float] = time.time,
    free: FreeBytes = free_bytes,
) -> Iterator[Finding]:
    """Look at everything; without usable settings there is nothing to look at but them."""
    try:
        settings = read()
        _all_of(settings)
    except BadSettings as error:
        yield fail("settings", str(error), "docs/settings.md lists them all")
        return
    yield ok("settings", "all that are given can be used")
    yield from machine.examine(settings, free)
    yield from asyncio.run(_outside(settings, clock))


def _all_of(settings: Settings) -> None:
    """Look at those that are only read when they are needed. Raises BadSettings."""
    _ = settings.allowed, settings.inlet, settings.metrics_address, settings.pace


async def _outside(settings: Settings, clock: Callable[[], float]) -> list[Finding]:
    async with httpx.AsyncClient(transport=Transport(8), timeout=SECONDS) as http:
        ask = asking(http, clock)
        return [*await telegram.examine(settings, ask, clock()), *await neighbours.examine(settings, ask)]


def verdict(findings: list[Finding]) -> int:
    """Give the exit code: 1 when something has failed."""
    return int(any(finding.level is Level.FAIL for finding in findings))
