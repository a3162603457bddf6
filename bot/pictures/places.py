"""The places: what a newcomer has to find, drawn plainly. The words in them are those on the sites, in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from bot.pictures.canvas import FAINT, INK, MAIN, MARK, SOFT, WHITE, Box, Canvas

PHONE: Final = Box(30, 24, 260, 456)
DESKTOP: Final = Box(290, 64, 692, 416)


def _page(canvas: Canvas, box: Box, name: str) -> None:
    """Draw a page with the address it has."""
    canvas.panel(box)
    top = Box(box.left + 12, box.top + 12, box.right - 12, box.top + 40)
    canvas.panel(top, fill=FAINT, edge=FAINT, radius=14)
    canvas.text((top.left + 14, top.middle[1]), name, 14, ink=SOFT)


def sign_in() -> bytes:
    """The sign-in page and the way to a new account."""
    canvas = Canvas()
    page = Box(150, 30, 570, 450)
    _page(canvas, page, "app.alpaca.markets")
    canvas.text((360, 100), "Alpaca", 30, anchor="mm")
    canvas.field(Box(200, 145, 520, 185), "Email")
    canvas.field(Box(200, 200, 520, 240), "Password")
    log_in = Box(200, 262, 520, 304)
    canvas.button(log_in, "Log in")
    canvas.text((360, 340), "No account yet?", 15, ink=SOFT, anchor="mm")
    sign_up = Box(270, 364, 450, 404)
    canvas.button(sign_up, "Sign up", fill=WHITE, ink=MAIN)
    canvas.ring(log_in, "2")
    canvas.ring(sign_up, "1")
    return canvas.png()


def mode_switch() -> bytes:
    """The account switch at the top left, on a phone and on a computer."""
    canvas = Canvas()
    for page, width in ((PHONE, 132), (DESKTOP, 190)):
        _page(canvas, page, "app.alpaca.markets")
        switch = Box(page.left + 18, page.top + 58, page.left + 18 + width, page.top + 96)
        canvas.panel(switch, fill=WHITE, radius=8)
        canvas.text((switch.left + 12, switch.middle[1]), "Paper", 15)
        canvas.chevron((switch.right - 20, switch.middle[1]))
        menu = Box(switch.left, switch.bottom + 14, switch.right, switch.bottom + 96)
        canvas.panel(menu, fill=WHITE, radius=8)
        canvas.text((menu.left + 12, menu.top + 24), "Live", 15, ink=SOFT)
        canvas.text((menu.left + 12, menu.top + 58), "Paper", 15)
        canvas.bars(Box(page.left + 18, menu.bottom + 24, page.right - 18, page.bottom - 16), 6)
        canvas.ring(switch)
    canvas.text((145, 12), "phone", 14, ink=WHITE, anchor="mm")
    canvas.text((491, 50), "computer", 14, ink=WHITE, anchor="mm")
    return canvas.png()


def api_keys_box() -> bytes:
    """Where the box with the keys is: near the bottom on a phone, at the right on a computer."""
    canvas = Canvas()
    _page(canvas, PHONE, "app.alpaca.markets")
    canvas.bars(Box(48, 86, 242, 300), 8)
    _keys_box(canvas, Box(48, 318, 242, 430))
    _page(canvas, DESKTOP, "app.alpaca.markets")
    canvas.bars(Box(308, 126, 470, 400), 9)
    _keys_box(canvas, Box(496, 132, 674, 248))
    canvas.bars(Box(496, 272, 674, 400), 4)
    canvas.text((145, 12), "phone: scroll down", 14, ink=WHITE, anchor="mm")
    canvas.text((491, 50), "computer: at the right", 14, ink=WHITE, anchor="mm")
    return canvas.png()


def _keys_box(canvas: Canvas, box: Box) -> None:
    canvas.panel(box, fill=WHITE, radius=8)
    canvas.text((box.left + 14, box.top + 28), "Your API Keys", 17)
    button = Box(box.left + 14, box.bottom - 52, box.right - 14, box.bottom - 16)
    canvas.button(button, "Generate New Key", size=14)
    canvas.ring(box, "1")
    canvas.ring(Box(button.left + 3, button.top + 3, button.right - 3, button.bottom - 3), "2")


def key_panel() -> bytes:
    """The panel with both values, which appears once."""
    canvas = Canvas()
    box = Box(90, 60, 630, 420)
    canvas.panel(box)
    canvas.text((120, 104), "Your API Keys", 24)
    key_id, secret = Box(120, 172, 600, 216), Box(120, 276, 600, 320)
    canvas.text((120, 154), "Key ID (starts with PK or AK)", 15, ink=SOFT)
    canvas.field(key_id, "PK", ink=INK, size=17)
    canvas.dots((166, key_id.middle[1]), 18)
    canvas.text((120, 258), "Secret (longer, shown only once)", 15, ink=SOFT)
    canvas.field(secret)
    canvas.dots((140, secret.middle[1]), 30)
    canvas.text((120, 366), "Copy both before you leave this page.", 17, ink=MARK)
    canvas.ring(key_id, "1")
    canvas.ring(secret, "2")
    return canvas.png()


def cloudflare_token() -> bytes:
    """The filled-in form for a token, its button, and the token that appears."""
    canvas = Canvas()
    left, right = Box(30, 60, 350, 430), Box(376, 60, 690, 430)
    _page(canvas, left, "dash.cloudflare.com")
    canvas.text((54, 136), "Create Token", 22)
    for row, words in enumerate(("Workers Scripts      Edit", "Account Settings     Read")):
        canvas.field(Box(54, 166 + 52 * row, 326, 204 + 52 * row), words, ink=INK)
    go_on = Box(54, 364, 326, 406)
    canvas.button(go_on, "Continue to summary")
    _page(canvas, right, "dash.cloudflare.com")
    canvas.text((400, 136), "Token summary", 22)
    create = Box(400, 166, 666, 208)
    canvas.button(create, "Create Token")
    canvas.text((400, 262), "Copy your token", 15, ink=SOFT)
    token = Box(400, 280, 666, 322)
    canvas.field(token, "cfut_", ink=INK, size=16)
    canvas.dots((464, token.middle[1]), 14)
    canvas.ring(go_on, "1")
    canvas.ring(create, "2")
    canvas.ring(token, "3")
    return canvas.png()


PICTURES: Final[Mapping[str, Callable[[], bytes]]] = {
    "sign_in": sign_in,
    "mode_switch": mode_switch,
    "api_keys_box": api_keys_box,
    "key_panel": key_panel,
    "cloudflare_token": cloudflare_token,
}


@lru_cache(maxsize=len(PICTURES))
def picture(name: str) -> bytes:
    """Give a picture as PNG, drawn once. Raises KeyError for a name nobody knows."""
    return PICTURES[name]()
