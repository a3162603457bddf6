"""Starts the Chromium that the npm packages bring along, for everything that looks at the demo's pages."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, async_playwright

PROJECT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = PROJECT / "node_modules" / "@sparticuz" / "chromium"
UNPACKED: Final = PROJECT / "node_modules" / ".cache" / "chromium"

UNWANTED: Final = frozenset(
    {
        "--single-process",  # closing a page would end the whole browser
        "--disable-web-security",  # the page's cross-origin requests are to be judged as a person's browser would
        "--allow-running-insecure-content",
        "--disable-site-isolation-trials",
        "--headless='shell'",
        "--use-gl=angle",  # a graphics card played by the processor is slower than none
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
    }
)

_ASK: Final = """
const { default: chromium } = await import("@sparticuz/chromium");
console.log(JSON.stringify({ path: await chromium.executablePath(), args: chromium.args }));
"""

_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Yield a headless Chromium; raises RuntimeError if the npm packages are not installed."""
    path, args = await asyncio.to_thread(_chromium)
    environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(UNPACKED / "fonts.conf")}
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=args, env=environment)
        try:
            yield running
        finally:
            await running.close()


def _chromium() -> tuple[str, list[str]]:
    """Unpack the browser once, whoever else asks meanwhile, and say how to start it."""
    if not PACKAGE.is_dir():
        raise RuntimeError("Chromium is missing: run `npm ci` (or `make demo`) first")
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = _ask_package()
        fonts = _FONTS.format(fonts=UNPACKED / "fonts", cache=UNPACKED / "fonts-cache")
        (UNPACKED / "fonts.conf").write_text(fonts, encoding="utf-8")
    found = json.loads(answer)
    return found["path"], [arg for arg in found["args"] if arg not in UNWANTED] + ["--no-sandbox", "--disable-gpu"]


def _ask_package() -> str:
    beside = Path(sys.executable).with_name("node")
    node = str(beside) if beside.exists() else shutil.which("node") or "node"
    # The package unpacks into the temporary folder and trusts whatever it finds there, so it gets a folder of its own.
    asked = subprocess.run(  # noqa: S603  (our own command, nothing from outside)
        [node, "--input-type=module", "--eval", _ASK],
        cwd=PROJECT, env={**os.environ, "TMPDIR": str(UNPACKED)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode:
        raise RuntimeError(f"Chromium cannot be unpacked: {asked.stderr.strip()}")
    return asked.stdout
