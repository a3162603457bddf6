"""The places: what a newcomer has to find, drawn plainly. The words in them are those on the sites, in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from bot.pictures.canvas import FAINT, INK, LINE, MAIN, SOFT, WHITE, Box, Canvas

PHONE: Final = Box(40, 44, 256, 436)
COMPUTER: Final = Box(304, 70, 688, 372)


def _page(canvas: Canvas, box: Box, name: str) -> None:
    """Draw a page with the address it has."""
    canvas.panel(box)
    top = Box(box.left + 12, box.top + 12, box.right - 12, box.top + 40)
    canvas.panel(top, fill=FAINT, edge=FAINT, radius=14)
    canvas.text((top.left + 14, top.middle[1]), name, 14, ink=SOFT)


def _devices(canvas: Canvas, name: str) -> None:
    """Draw a phone at the left and a computer at the right, which need no words, with the page on both."""
    canvas.panel(Box(30, 18, 266, 462), fill=INK, edge=INK, radius=26)
    canvas.panel(Box(124, 28, 172, 34), fill=SOFT, edge=SOFT, radius=3)
    canvas.panel(COMPUTER.grown(12), fill=INK, edge=INK, radius=14)
    canvas.panel(Box(278, 384, 714, 404), fill=LINE, edge=LINE, radius=10)
    for page in (PHONE, COMPUTER):
        _page(canvas, page, name)


def sign_in() -> bytes:
    """The sign-in page and the way to a new account."""
    canvas = Canvas()
    page = Box(150, 30, 570, 450)
    _page(canvas, page, "app.alpaca.markets")
    canvas.text((360, 104), "Alpaca", 30, anchor="mm")
    canvas.field(Box(200, 150, 520, 190), "Email")
    canvas.field(Box(200, 206, 520, 246), "Password")
    log_in = Box(200, 268, 520, 310)
    canvas.button(log_in, "Log in")
    sign_up = Box(270, 368, 450, 408)
    canvas.button(sign_up, "Sign up", fill=WHITE, ink=MAIN)
    canvas.ring(log_in, "2")
    canvas.ring(sign_up, "1")
    return canvas.png()


def mode_switch() -> bytes:
    """The account switch at the top left, on a phone and on a computer."""
    canvas = Canvas()
    _devices(canvas, "app.alpaca.markets")
    for page, width in ((PHONE, 132), (COMPUTER, 190)):
        switch = Box(page.left + 20, page.top + 58, page.left + 20 + width, page.top + 96)
        canvas.panel(switch, fill=WHITE, radius=8)
        canvas.text((switch.left + 12, switch.middle[1]), "Paper", 15)
        canvas.chevron((switch.right - 20, switch.middle[1]))
        menu = Box(switch.left, switch.bottom + 14, switch.right, switch.bottom + 92)
        canvas.panel(menu, fill=WHITE, radius=8)
        canvas.text((menu.left + 12, menu.top + 22), "Live", 15)
        canvas.text((menu.left + 12, menu.top + 56), "Paper", 15)
        canvas.bars(Box(page.left + 20, menu.bottom + 22, page.right - 18, page.bottom - 12), 5)
        canvas.ring(switch)
    return canvas.png()


def api_keys_box() -> bytes:
    """Where the box with the keys is: near the bottom on a phone, at the right on a computer."""
    canvas = Canvas()
    _devices(canvas, "app.alpaca.markets")
    canvas.bars(Box(56, 98, 206, 292), 8)
    canvas.arrow_down((228, 104), 176)
    canvas.bars(Box(322, 126, 476, 360), 9)
    canvas.bars(Box(502, 254, 672, 360), 4)
    for box in (Box(56, 312, 240, 420), Box(502, 130, 672, 232)):
        _keys_box(canvas, box)
        canvas.ring(box)
    return canvas.png()


def _keys_box(canvas: Canvas, box: Box) -> Box:
    """Draw the box as it is before there are keys. Returns where its button is."""
    canvas.panel(box, fill=WHITE, radius=8)
    canvas.text((box.left + 14, box.top + 28), "Your API Keys", 17)
    button = Box(box.left + 14, box.bottom - 54, box.right - 14, box.bottom - 16)
    canvas.button(button, "Generate New Key", size=14)
    return button


def generate_key() -> bytes:
    """The button in that box, and the two values that appear in its place."""
    canvas = Canvas()
    button = _keys_box(canvas, Box(36, 160, 296, 320))
    canvas.arrow_right((316, 240), 44)
    key_id, secret = _values(canvas, Box(378, 80, 690, 400))
    canvas.ring(button, "1")
    canvas.ring(Box(key_id.left - 5, key_id.top - 34, secret.right + 5, secret.bottom + 5), "2")
    return canvas.png()


def _values(canvas: Canvas, box: Box) -> tuple[Box, Box]:
    """Draw the panel with both values, each with the sign that copies it. Returns where the two are."""
    canvas.panel(box)
    left, right = box.left + 28, box.right - 28
    canvas.text((left, box.top + 44), "Your API Keys", 24)
    found = []
    for name, down, letters in (("Key ID", 134, 9), ("Secret", 242, 30)):
        value = Box(left, box.top + down - 22, right, box.top + down + 22)
        canvas.text((left, value.top - 18), name, 16)
        shown = Box(value.left, value.top, value.right - 48, value.bottom)
        canvas.field(shown)
        canvas.letters((shown.left + 14, shown.middle[1]), min(letters, int(shown.right - shown.left - 22) // 12))
        canvas.copy_sign((value.right - 20, value.middle[1]))
        found.append(value)
    return found[0], found[1]


def _panel_marked(*marks: str | None) -> bytes:
    """Draw the panel, large, with a ring around each value that has a mark, a number or an empty text."""
    canvas = Canvas()
    for value, mark in zip(_values(canvas, Box(90, 80, 630, 400)), marks, strict=True):
        if mark is not None:
            canvas.ring(value, mark)
    return canvas.png()


def key_panel() -> bytes:
    """The panel with both values, which appears once."""
    return _panel_marked("1", "2")


def key_id() -> bytes:
    """The same panel: the upper value."""
    return _panel_marked("", None)


def secret() -> bytes:
    """The same panel: the lower value."""
    return _panel_marked(None, "")


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
    token = Box(400, 280, 666, 322)
    shown = Box(token.left, token.top, token.right - 44, token.bottom)
    canvas.field(shown, "cfut_", ink=INK, size=16)
    canvas.letters((460, token.middle[1]), 12)
    canvas.copy_sign((token.right - 18, token.middle[1]))
    canvas.ring(go_on, "1")
    canvas.ring(create, "2")
    canvas.ring(token, "3")
    return canvas.png()


PICTURES: Final[Mapping[str, Callable[[], bytes]]] = {
    "sign_in": sign_in,
    "mode_switch": mode_switch,
    "api_keys_box": api_keys_box,
    "generate_key": generate_key,
    "key_id": key_id,
    "secret": secret,
    "key_panel": key_panel,
    "cloudflare_token": cloudflare_token,
}


@lru_cache(maxsize=len(PICTURES))
def picture(name: str) -> bytes:
    """Give a picture as PNG, drawn once. Raises KeyError for a name nobody knows."""
    return PICTURES[name]()
