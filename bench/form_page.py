"""What the private form's page costs a browser: the time its own script runs before it can be used."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Final

from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from sandbox.bot_process import HOUSE
from sandbox.browser import browser
from sandbox.serving import Served

PAGE: Final = HOUSE / "worker_template" / "form.html"
ROUNDS: Final = 15
LANGUAGE: Final = "ru"  # the longest of the seven


@dataclass(frozen=True, slots=True)
class PageCost:
    """Milliseconds of script, median and longest of some visits, with the processor slowed down so many times."""

    slower: int
    usual: float
    most: float


async def page_costs() -> list[PageCost]:
    """Open the page as a phone would, at full speed and as slow as a cheap phone."""
    with Served(_app()) as served:
        async with browser() as chromium:
            return [await _cost(chromium, served.url, slower) for slower in (1, 4)]


async def _cost(chromium: Browser, url: str, slower: int) -> PageCost:
    spent = [await _visit(chromium, url, slower) for _ in range(ROUNDS)]
    return PageCost(slower, median(spent), max(spent))


async def _visit(chromium: Browser, url: str, slower: int) -> float:
    """Milliseconds of script in one visit, in a browser context that has cached nothing."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    await devtools.send("Performance.enable")
    await page.goto(f"{url}/form#t=f1.x.1.x&l={LANGUAGE}&tgWebAppData=a%3Db")
    await page.locator("#send").wait_for()
    told = await devtools.send("Performance.getMetrics")
    await context.close()
    return 1000 * float(next(each["value"] for each in told["metrics"] if each["name"] == "ScriptDuration"))


def _app() -> Starlette:
    async def form(_request: Request) -> HTMLResponse:
        return HTMLResponse(PAGE.read_text(encoding="utf-8").replace('data-mode=""', 'data-mode="paper"'))

    async def look(_request: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "code": False})

    return Starlette(routes=[Route("/form", form), Route("/form/look", look, methods=["POST"])])
