"""The private form's page in a real browser, served by the real runtime: what its owner sees, on a phone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from sandbox.alpaca.server import ServedAlpaca
from sandbox.browser import PROJECT, browser
from tests.worker.broker import Broker
from tests.worker.conftest import TOKEN, Deploy, Deployment
from tests.worker.test_form import form_of
from tests.worker.visitor import CODE, TELEGRAM, Visitor, opens, without_keys

pytestmark = pytest.mark.asyncio(loop_scope="module")

AXE = (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
DARK, LIGHT = {"bg_color": "#17212b"}, {"bg_color": "#ffffff"}
LANGUAGES = {"en": "Connect Alpaca", "de": "Alpaca verbinden", "ar": "ربط Alpaca"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as running:
        yield running


@pytest.fixture
def complaints() -> list[str]:
    """What the page complains about in the browser's console."""
    return []


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, complaints: list[str]) -> AsyncIterator[Page]:
    """A phone; a complaint that the test does not expect fails it."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, permissions=["clipboard-read"])
    page = await context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


@pytest.fixture
def bare(deploy: Deploy) -> Deployment:
    return without_keys(deploy)


def link(visitor: Visitor, language: str = "en", *, launch: str = "", theme: dict[str, str] | None = None) -> str:
    """The form's address as it is opened: with what Telegram puts behind it, if Telegram opens it."""
    telegram = f"&tgWebAppData={quote(launch, safe='')}" if launch else ""
    if theme:
        telegram += f"&tgWebAppVersion=8.0&tgWebAppThemeParams={quote(json.dumps(theme), safe='')}"
    return f"{visitor.deployed.workerd.url}/form#t={visitor.ticket}&l={language}{telegram}"


async def fill(page: Page, pair: dict[str, Any], code: str = "") -> None:
    await page.fill("#key_id", pair["key_id"])
    await page.fill("#secret", pair["secret"])
    if code:
        await page.fill("#code", code)


async def send(page: Page, pair: dict[str, Any], code: str = "") -> None:
    await fill(page, pair, code)
    await page.click("#send")


async def sees(page: Page, words: str) -> None:
    await expect(page.locator("#told")).to_contain_text(words)


async def is_accessible(page: Page) -> None:
    """Axe finds nothing serious, and nothing has to be scrolled sideways."""
    await page.evaluate(AXE)
    found = await page.evaluate("async () => (await axe.run()).violations")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def leaves_nothing(page: Page, pair: dict[str, Any]) -> None:
    """Neither fields, nor address, nor anything the browser stores holds a byte of the pair."""
    kept = await page.evaluate(
        "() => JSON.stringify([location.href, {...sessionStorage}, {...localStorage}, document.cookie, history.state,"
        " [...document.querySelectorAll('input')].map((input) => input.value), document.body.innerText])"
    )
    assert pair["key_id"] not in kept
    assert pair["secret"] not in kept


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["telegram", "link"])
async def test_the_owner_connects(bare: Deployment, page: Page, language: str, way: str) -> None:
    visitor, keys = opens(bare), bare.broker.keys
    launch = TELEGRAM.launches() if way == "telegram" else ""
    await page.emulate_media(color_scheme="dark" if language == "ar" else "light")
    await page.goto(link(visitor, language, launch=launch, theme=DARK if way == "telegram" else None))
    await expect(page.locator("h1")).to_have_text(LANGUAGES[language])
    assert await page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        language,
        "rtl" if language == "ar" else "ltr",
    ]
    dark = bool(launch) or language == "ar"
    assert await page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    assert await page.evaluate("location.hash") == ""
    await expect(page.locator("#code_card")).to_be_visible(visible=way == "link")
    await is_accessible(page)
    await send(page, keys, "" if launch else CODE)
    ending = bare.broker.account["account_number"][-4:]
    await expect(page.locator("#account")).to_have_text(ending)
    assert re.search(r"1[.,]?000|١[٬,]?٠٠٠", await page.inner_text("#equity"))
    await expect(page.locator("#form")).to_be_hidden()
    await expect(page.locator("#close")).to_be_visible(visible=way == "telegram")
    await is_accessible(page)
    await leaves_nothing(page, keys)
    assert bare.ask("status")["keys"]["account_ending"] == ending
    await page.reload()
    await expect(page.locator("#form")).to_be_hidden()
    await expect(page.locator("#told")).not_to_be_empty()


async def test_launch_data_is_found_wherever_telegram_puts_it(bare: Deployment, page: Page) -> None:
    for joined in "&?#":
        await page.goto(f"{link(opens(bare))}{joined}tgWebAppData={quote(TELEGRAM.launches(), safe='')}")
        await expect(page.locator("#code_card")).to_be_hidden()
        await send(page, bare.broker.keys)
        await sees(page, "has done its work")


async def test_launch_data_of_others_ends_it(bare: Deployment, page: Page) -> None:
    for launch, says in (
        (TELEGRAM.launches(age=700), "did not confirm that this is you"),
        (TELEGRAM.launches(bot=1), "did not confirm that this is you"),
        (TELEGRAM.launches(user=901), "another Telegram account"),
    ):
        await page.goto(link(opens(bare), launch=launch))
        await sees(page, says)
        await page.reload()
        await sees(page, says)
        await expect(page.locator("#form")).to_be_hidden()
        assert form_of(bare) == ("open", 0, "")
    await is_accessible(page)


async def test_tickets_that_are_none_any_more_are_told_apart(bare: Deployment, page: Page) -> None:
    await page.goto(f"{bare.workerd.url}/form")
    await sees(page, "Open this form from the chat")
    old = opens(bare)
    opens(bare)
    await page.goto(link(old))
    await sees(page, "no longer open")
    await page.goto(link(Visitor(bare, bare.owner.ticket("soar-paper-ab12cd34", -1))))
    await sees(page, "time of this form is over")
    used = opens(bare)
    assert used.hands_in(bare.broker.keys)["ok"]
    await page.goto(link(used))
    await sees(page, "has done its work")


async def test_it_says_what_is_wrong_before_anything_is_sent(
    bare: Deployment, page: Page, alpaca: ServedAlpaca
) -> None:
    keys, live = bare.broker.keys, Broker(alpaca.live_url, bare.owner.http).keys
    bare.broker.calls()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(link(opens(bare)))
    await page.click("#send")
    await expect(page.locator("#key_id")).to_be_focused()
    await expect(page.locator("#key_id_hint")).to_have_text("Paste it here first.")
    await page.fill("#key_id", live["key_id"])
    await expect(page.locator("#key_id_hint")).to_contain_text("Switch Alpaca to Paper")
    await page.fill("#key_id", f"  {keys['key_id']}\u200b ")
    await expect(page.locator("#key_id")).to_have_value(keys["key_id"])
    await expect(page.locator("#key_id_hint")).to_have_text("Spaces were removed.")
    await page.fill("#secret", keys["secret"][:12])
    await page.click("#send")
    await expect(page.locator("#secret_hint")).to_contain_text("does not look complete")
    await expect(page.locator("#secret")).to_be_focused()
    await page.fill("#key_id", keys["secret"])
    await page.fill("#secret", keys["key_id"])
    await expect(page.locator("#key_id_hint")).to_have_text("The two fields are swapped.")
    await is_accessible(page)
    await page.click("#swap")
    await expect(page.locator("#key_id")).to_have_value(keys["key_id"])
    await expect(page.locator("#swap")).to_be_hidden()
    await page.click("#send")
    await expect(page.locator("#code")).to_be_focused()
    await expect(page.locator("#code_hint")).to_contain_text("six digits")
    assert not [url for url in asked if url.endswith("/form/keys")]
    await page.fill("#code", CODE)
    await page.keyboard.press("Enter")
    await sees(page, "has done its work")


async def test_the_secret_can_be_shown_and_pasted(bare: Deployment, page: Page) -> None:
    keys = bare.broker.keys
    await page.goto(link(opens(bare), launch=TELEGRAM.launches()))
    masked = "getComputedStyle(document.getElementById('secret')).webkitTextSecurity"
    assert await page.evaluate(masked) == "disc"
    await page.get_by_role("button", name="Show").click()
    assert await page.evaluate(masked) == "none"
    await page.evaluate("text => { navigator.clipboard.readText = async () => text }", f"{keys['secret']}\n")
    await page.get_by_role("button", name="Paste: API Secret").click()
    await expect(page.locator("#secret")).to_have_value(keys["secret"])
    await expect(page.locator("#secret_hint")).to_have_text("Spaces were removed.")
    await page.evaluate("() => { navigator.clipboard.readText = () => Promise.reject(new Error('no')) }")
    await page.get_by_role("button", name="Paste: API Key ID").click()
    await expect(page.locator("#key_id")).to_be_focused()
    await expect(page.locator("#key_id_hint")).to_contain_text("Press and hold")


async def test_wrong_pairs_are_named_and_the_fifth_closes(bare: Deployment, page: Page) -> None:
    keys = bare.broker.keys
    await page.goto(link(opens(bare), launch=TELEGRAM.launches()))
    for left in (4, 3, 2, 1):
        await send(page, {**keys, "secret": f"{left}" * 40})
        await sees(
            page, f"Alpaca does not accept this pair. Copy both again, or make a new pair at Alpaca. Tries left: {left}"
        )
        await expect(page.locator("#key_id")).to_be_focused()
    await is_accessible(page)
    await page.fill("#secret", "5" * 40)
    await page.click("#send")
    await sees(page, "no longer open")
    await expect(page.locator("#form")).to_be_hidden()
    assert form_of(bare) == ("locked", 5, "wrong_pair")


async def test_alpaca_down_loses_nothing(bare: Deployment, page: Page) -> None:
    bare.broker.fault("html", path="/v2/account")
    await page.goto(link(opens(bare), launch=TELEGRAM.launches()))
    await send(page, bare.broker.keys)
    await sees(page, "Alpaca does not answer at the moment")
    assert form_of(bare) == ("open", 0, "alpaca_unreachable")
    await page.click("#send")
    await sees(page, "has done its work")


async def test_offline_it_tries_again_and_then_says_so_and_loses_nothing(bare: Deployment, page: Page) -> None:
    tried: list[str] = []

    async def no_connection(route: Route) -> None:
        tried.append(route.request.url)
        await route.abort("internetdisconnected")

    await page.clock.install()
    await page.goto(link(opens(bare), launch=TELEGRAM.launches()))
    await page.route("**/form/keys", no_connection)
    await send(page, bare.broker.keys)
    while await page.inner_text("#told") in {"", "Checking…"}:
        await page.clock.run_for(5000)
    await sees(page, "Your bot cannot be reached. Check your connection, then try again.")
    assert len(tried) == 4
    assert await page.input_value("#secret") == bare.broker.keys["secret"]
    await page.unroute("**/form/keys")
    await page.click("#send")
    await sees(page, "has done its work")


async def test_a_wrong_code_can_be_put_right(bare: Deployment, page: Page) -> None:
    await page.goto(link(opens(bare)))
    await send(page, bare.broker.keys, "000000")
    await sees(page, "not the right digits")
    await expect(page.locator("#code")).to_be_focused()
    await page.fill("#code", f" {CODE[:3]} ٤۵６")  # as some keyboards write digits
    await page.click("#send")
    await sees(page, "has done its work")


async def test_sending_twice_is_one_check(bare: Deployment, page: Page) -> None:
    """Taps while it checks do nothing, and what was lost on the way back is asked again."""
    sent: list[str] = []

    async def lose_the_first(route: Route) -> None:
        sent.append(route.request.method)
        if len(sent) == 1:
            await expect(page.locator("#send")).to_have_text("Checking…")
            await page.locator("#send").click(force=True)
            await page.locator("#form").evaluate("form => form.requestSubmit()")
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/form/keys", lose_the_first)
    await page.goto(link(opens(bare), launch=TELEGRAM.launches()))
    bare.broker.calls()
    await send(page, bare.broker.keys)
    await sees(page, "has done its work")
    assert sent == ["POST", "POST"]
    assert bare.broker.calls() == ["GET /v2/account"]


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_reload_in_the_middle_finds_its_way(bare: Deployment, page: Page, *, arrives: bool) -> None:
    keys, underway = bare.broker.keys, asyncio.Event()

    async def no_answer(route: Route) -> None:
        if arrives:
            await route.fetch()
        underway.set()

    await page.route("**/form/keys", no_answer)
    await page.goto(link(opens(bare), "de", launch=TELEGRAM.launches(), theme=LIGHT))
    await send(page, keys)
    await expect(page.locator("#told")).to_have_text("Wird geprüft…")
    await underway.wait()
    await page.reload()
    await expect(page.locator("h1")).to_have_text("Alpaca verbinden")
    assert await page.input_value("#secret") == ""
    if not arrives:
        await page.unroute("**/form/keys")
        await send(page, keys)
    await sees(page, "hat seine Arbeit getan")
    await leaves_nothing(page, keys)


async def test_a_bot_that_writes_its_own_secrets_answers_after_its_restart(deploy: Deploy, page: Page) -> None:
    """Its new version may take over while it still answers: the page asks again and hears the same."""
    deployed = without_keys(deploy, CLOUDFLARE_API_TOKEN=TOKEN)
    keys = deployed.broker.keys
    await page.goto(link(opens(deployed), launch=TELEGRAM.launches()))

    async def answer_is_lost(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/form/keys", answer_is_lost, times=1)
    await send(page, keys)
    await sees(page, "has done its work")
    assert len(deployed.cloud.asked) == 1


async def test_the_page_runs_its_own_script_and_style_and_no_other(
    bare: Deployment, page: Page, complaints: list[str]
) -> None:
    served = bare.owner.http.get(f"{bare.workerd.url}/form")
    assert len(served.content) < 30_000
    assert served.headers["content-type"] == "text/html; charset=utf-8"
    for name, value in {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }.items():
        assert served.headers[name] == value
    assert served.headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        f"script-src '{_digest(served.text, 'script')}'",
        f"style-src '{_digest(served.text, 'style')}'",
        "connect-src 'self'",
        "frame-ancestors https://web.telegram.org",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not re.search(r"https?://(?!web\.telegram\.org)|\bsrc=|<link|@import|url\(", served.text)
    head = bare.owner.http.head(f"{bare.workerd.url}/form")
    assert (head.content, head.headers["content-security-policy"]) == (b"", served.headers["content-security-policy"])
    await page.goto(link(opens(bare)))
    stopped = await page.evaluate(
        "() => new Promise((stopped) => { addEventListener('securitypolicyviolation', (event) => stopped("
        "[event.violatedDirective, String(window.evil)])); const more = document.createElement('script');"
        " more.textContent = 'window.evil = 1'; document.body.append(more) })"
    )
    assert stopped == ["script-src-elem", "undefined"]
    await page.goto("about:blank")
    await page.set_content(f'<iframe src="{bare.workerd.url}/form"></iframe>')
    await expect(page.frame_locator("iframe").locator("#form")).to_have_count(0)
    assert page.frames[1].url == "chrome-error://chromewebdata/"
    complaints.clear()


def _digest(text: str, tag: str) -> str:
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


async def test_every_language_has_every_sentence(bare: Deployment, page: Page) -> None:
    await page.goto(link(opens(bare)))
    sizes = await page.evaluate("Object.entries(TEXTS).map(([name, text]) => [name, text.split('\\n').length])")
    names = await page.evaluate("NAMES.length")
    assert dict(sizes) == dict.fromkeys(["en", "es", "pt-BR", "de", "ru", "zh-CN", "ar"], names)
    assert await page.evaluate("Object.values(TEXTS).every((text) => text.split('\\n').every(Boolean))")
