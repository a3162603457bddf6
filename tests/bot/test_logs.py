"""Whatever is logged, by us or by a library, carries no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import QUIET, blot, set_up
from deploy.secret import Secret

SECRETS = (
    "7000000001:AAbbccddeeffgghhiijjkkllmmnnooppqqr",
    "cfut_0123456789abcdefghij0123456789ABCDEFGHIJ01234567",
    "PKABCDEFGHIJKLMNOPQR",
    "AKTUVWXYZ23456789ABCDEFGHI",
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL/9",
    "0123456789012345678901234567890123456789",
)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in QUIET}
    stream = io.StringIO()
    set_up("DEBUG", stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    for name, was in quiet.items():
        logging.getLogger(name).setLevel(was)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_hidden_wherever_it_stands(logged: io.StringIO, secret: str) -> None:
    logging.getLogger("bot.x").warning("a message with %s in it", secret)
    logging.getLogger("bot.x").warning("facts", extra={"what": secret, "list": [secret], "why": Secret(secret)})
    structlog.get_logger("soar.x").error("structured", value=secret, deep={"er": secret})
    try:
        int(secret + "?")
    except ValueError:
        logging.getLogger("bot.x").exception("it broke")
    lines = logged.getvalue().splitlines()
    assert len(lines) == 4
    assert not [line for line in lines if secret in line]
    assert json.loads(lines[3])["error"] == "ValueError"


def test_the_telegram_library_cannot_print_an_update(logged: io.StringIO) -> None:
    logging.getLogger("telegram.Bot").critical("Error while parsing updates! Received data was %s", "my little pony")
    logging.getLogger("telegram.Bot").info("GET /bot1:x/getMe")
    err = logged.getvalue()
    assert "pony" not in err
    assert "getMe" not in err
    assert "reported a problem" in err


def test_the_search_finds_a_planted_leak() -> None:
    assert (
        blot("nothing to hide: order soar1-1a2b3c4d-20261123-VTI-b")
        == "nothing to hide: order soar1-1a2b3c4d-20261123-VTI-b"
    )
    assert "hidden" in blot(f"token {SECRETS[1]}")
