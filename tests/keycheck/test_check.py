from __future__ import annotations

import socket
from decimal import Decimal
from typing import Any

import pytest

from bot.keycheck import (
    Blocked,
    Busy,
    Check,
    Good,
    KeyChecker,
    NotActive,
    Odd,
    OtherMode,
    Slow,
    Unreachable,
    WrongPair,
)
from deploy.secret import Secret
from sandbox.alpaca.accounts import Mode
from sandbox.alpaca.server import ServedAlpaca

Pair = tuple[Secret, Secret]
ACCOUNT: dict[str, Any] = {
    "id": "904837e3-3b76-47ec-b432-046db621571b",
    "account_number": "PA3XK9TEST",
    "status": "ACTIVE",
    "currency": "USD",
    "cash": "100000.10",
    "equity": "100250.25",
    "trading_blocked": False,
}
GOOD = Good(ACCOUNT["id"], "TEST", "ACTIVE", "USD", Decimal("100000.10"), Decimal("100250.25"))
PAGE = "<html><body><h1>Bad Gateway</h1></body></html>"


@pytest.mark.asyncio
async def test_a_good_pair_says_what_was_found(checker: KeyChecker, paper: Any, live: Any, pair: Pair) -> None:
    paper.says(ACCOUNT, X_Request_ID="req-7")
    found = await checker.check(*pair, "paper")
    assert found == Good(ACCOUNT["id"], "TEST", "ACTIVE", "USD", Decimal("100000.10"), Decimal("100250.25"), "req-7")
    assert len(paper.seen) == 1
    assert live.seen == []
    assert paper.seen[0]["apca-api-key-id"] == pair[0].reveal()
    assert paper.seen[0]["apca-api-secret-key"] == pair[1].reveal()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": 40110000, "message": "request is not authorized"}, 401),
        ({"message": "unauthorized"}, 401),
        ({"message": "forbidden."}, 403),
        ("", 401),
    ],
)
async def test_a_wrong_pair(  # noqa: PLR0917
    checker: KeyChecker, paper: Any, live: Any, pair: Pair, body: Any, status: int
) -> None:
    paper.says(body, status, X_Request_ID="req-2")
    assert await checker.check(*pair, "paper") == WrongPair(request_id="req-2")
    assert (len(paper.seen), len(live.seen)) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(("chosen", "found"), [("paper", "live"), ("live", "paper")])
async def test_a_pair_of_the_other_mode(  # noqa: PLR0917
    checker: KeyChecker, paper: Any, live: Any, pair: Pair, chosen: Any, found: Any
) -> None:
    {"paper": paper, "live": live}[found].says({**ACCOUNT, "status": "ONBOARDING"}, X_Request_ID="req-3")
    assert await checker.check(*pair, chosen) == OtherMode(found, "TEST", "ONBOARDING", "req-3")


@pytest.mark.asyncio
async def test_a_refused_pair_whose_other_mode_cannot_be_asked(
    checker: KeyChecker, paper: Any, live: Any, pair: Pair
) -> None:
    live.says(PAGE, 502)
    assert await checker.check(*pair, "paper") == WrongPair(other_mode_seen=False, request_id="req-1")
    assert (len(paper.seen), len(live.seen)) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"status": "ACCOUNT_CLOSED_PENDING"}, NotActive("ACCOUNT_CLOSED_PENDING", "TEST")),
        ({"status": "NEVER SEEN <b>"}, NotActive("UNKNOWN", "TEST")),
        ({"account_blocked": True}, Blocked("account_blocked", "TEST")),
        ({"trading_blocked": True}, Blocked("trading_blocked", "TEST")),
        ({"trading_blocked": "true"}, Blocked("trading_blocked", "TEST")),
        ({"trade_suspended_by_user": True}, Blocked("trade_suspended_by_user", "TEST")),
        ({"transfers_blocked": True, "pattern_day_trader": True, "new_field": [1]}, GOOD),
        ({"cash": None, "equity": "NaN"}, Good(ACCOUNT["id"], "TEST", "ACTIVE", "USD", None, None)),
        ({"cash": 12, "equity": True}, Good(ACCOUNT["id"], "TEST", "ACTIVE", "USD", Decimal(12), None)),
        ({"currency": "<b>"}, GOOD),
        ({"account_number": None}, Good(ACCOUNT["id"], "571b", "ACTIVE", "USD", GOOD.cash, GOOD.equity)),
        ({"id": None}, Odd(200)),
        ({"id": "../../x"}, Odd(200)),
        ({"status": 1}, Odd(200)),
    ],
)
async def test_what_an_account_says(
    checker: KeyChecker, paper: Any, pair: Pair, change: dict[str, Any], outcome: Check
) -> None:
    paper.says({**ACCOUNT, **change})
    assert await checker.check(*pair, "paper") == outcome


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ({"code": 42910000, "message": "rate limit exceeded"}, 429, Slow()),
        (PAGE, 504, Slow()),
        (PAGE, 502, Unreachable(502)),
        ({"message": "internal server error"}, 500, Unreachable(500)),
        ("", 302, Unreachable(302)),
        (PAGE, 302, Unreachable(302)),
        (PAGE, 200, Unreachable(200)),
        ("", 200, Unreachable(200)),
        (["a", "list"], 200, Unreachable(200)),
        (None, 200, Unreachable(200)),
        ({}, 200, Odd(200)),
        (PAGE, 401, Unreachable(401)),
        ({"message": "gone"}, 410, Odd(410)),
        ("", 404, Odd(404)),
        ("[" * 100_000, 200, Unreachable(200)),
        ("[" * 100_000, 422, Unreachable(422)),
    ],
)
async def test_other_answers_are_asked_once_and_named(  # noqa: PLR0917
    checker: KeyChecker, paper: Any, live: Any, pair: Pair, body: Any, status: int, outcome: Check
) -> None:
    paper.says(body, status, Location="https://elsewhere.example/")
    assert await checker.check(*pair, "paper") == outcome
    assert (len(paper.seen), len(live.seen)) == (1, 0)


@pytest.mark.asyncio
async def test_a_request_id_that_is_none_is_not_passed_on(checker: KeyChecker, paper: Any, pair: Pair) -> None:
    paper.says(ACCOUNT, X_Request_ID="<script>")
    assert await checker.check(*pair, "paper") == GOOD


@pytest.mark.asyncio
async def test_silence_is_slow(checker: KeyChecker, paper: Any, pair: Pair) -> None:
    paper.answer = None
    assert await checker.check(*pair, "paper") == Slow()


@pytest.mark.asyncio
async def test_a_closed_port_is_unreachable(live: Any, pair: Pair) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert await KeyChecker(nobody, live.url).check(*pair, "paper") == Unreachable()


@pytest.mark.asyncio
@pytest.mark.parametrize("bad", ["line\nbreak", "ключ", "a b", "\udcff", "x" * 300])
async def test_what_cannot_be_sent_is_not_sent(checker: KeyChecker, paper: Any, pair: Pair, bad: str) -> None:
    assert await checker.check(Secret(bad), pair[1], "paper") == WrongPair()
    assert await checker.check(pair[0], Secret(bad), "paper") == WrongPair()
    assert paper.seen == []


@pytest.mark.asyncio
async def test_one_host_for_both_modes_is_asked_once(paper: Any, pair: Pair) -> None:
    assert await KeyChecker(paper.url, paper.url + "/").check(*pair, "live") == WrongPair(request_id="req-1")
    assert len(paper.seen) == 1


@pytest.mark.asyncio
async def test_after_close_nothing_is_asked(checker: KeyChecker, paper: Any, pair: Pair) -> None:
    checker.close()
    assert await checker.check(*pair, "paper") == Busy()
    assert paper.seen == []


@pytest.mark.asyncio
async def test_against_the_sandbox() -> None:
    with ServedAlpaca() as alpaca:
        account, keys = alpaca.open_account(Mode.PAPER)
        checker = KeyChecker(alpaca.paper_url, alpaca.live_url)
        pair = Secret(keys.key_id), Secret(keys.secret)
        good = await checker.check(*pair, "paper")
        assert isinstance(good, Good)
        assert (good.account_id, good.status, good.currency) == (account.id, "ACTIVE", "USD")
        assert good.request_id
        other = await checker.check(*pair, "live")
        assert isinstance(other, OtherMode)
        assert other.found == "paper"
        assert isinstance(await checker.check(pair[0], Secret("x" * 40), "paper"), WrongPair)
        account.status = "ACCOUNT_CLOSED_PENDING"
        assert isinstance(await checker.check(*pair, "paper"), NotActive)
        account.status, account.trading_blocked = "ACTIVE", True
        assert isinstance(await checker.check(*pair, "paper"), Blocked)
