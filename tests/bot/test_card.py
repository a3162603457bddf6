"""A Worker's status as its card: what it holds itself, what it would order, what is not known."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from bot.operations.tending import card
from bot.texts.limits import TEXT
from bot.texts.render import body, render
from deploy.reports import Status
from flows.codec import Dialog
from flows.dealings import lines
from flows.events import Context
from flows.languages import Language
from flows.machine import view
from flows.states import Home
from flows.telling import report_of
from flows.words import Text
from tests.flows.talk import NOW, PAPER

ORDER = {"symbol": "VTI", "side": "buy", "notional": "10.00", "status": "dry", "reason": "", "client_order_id": "x"}
RUN = {"id": 1, "at": "2026-11-24T15:00:00Z", "outcome": "dry", "code": "unarmed", "reason": "A trial.",
       "orders": [ORDER, {**ORDER, "symbol": "BND", "status": "held"}]}  # fmt: skip


def told(**more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "plan": {"kind": "recurring", "symbols": ["VTI"], "amount": "10.00", "every": "week"},
        "ceilings": {"budget": "260.00", "symbols": ["VTI"]}, "armed": True, "template": "v1", "last_tick": RUN,
        "budget": {"limit": "260.00", "invested": "100.00", "left": "160.00", "value": "104.50"},
        "holdings": [{"symbol": "VTI", "qty": "0.4", "cost": "95.00", "value": "104.50"}],
        "positions": [{"symbol": "AAPL", "qty": "7", "market_value": "1300.00", "unrealized_pl": "1.00"}],
        "orders_today": [{**ORDER, "status": "filled"}], "next_tick": "2026-11-24T15:15:00Z",
    }  # fmt: skip
    return card(Status.read({**fields, **more}), 1_800_000_000, "v2")


def words(entries: Any) -> list[str]:
    return [render(line, Language.ENGLISH) if isinstance(line, Text) else line for line in lines(entries)]


def test_only_its_own_shares_are_shown() -> None:
    shown = told()
    assert words(shown["positions"]) == ["0.4 VTI for $95.00, worth $104.50"]
    assert (shown["invested"], shown["value"], shown["profit"]) == ("100.00", "104.50", "9.50")
    assert words(shown["orders"]) == ["buy $10.00 of VTI, filled"]
    assert shown["outdated"] is True
    assert shown["next_at"] == shown["last_at"] + 900


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("pending_new", "on its way"),
        ("partially_filled", "partly filled"),
        ("held", "held back by a limit"),
        ("lost", "not found at Alpaca"),
        ("refused", "turned down by Alpaca"),
        ("replaced", "replaced by another at Alpaca"),
        ("half_done", "half done"),
    ],
)
def test_an_order_s_state_is_said_in_words(status: str, said: str) -> None:
    assert words(told(orders_today=[{**ORDER, "status": status}])["orders"]) == [f"buy $10.00 of VTI, {said}"]


def test_a_lock_is_told_from_other_pauses() -> None:
    pause = {"since": "2026-11-24T15:00:00Z", "note": "You locked the Alpaca account."}
    locked = told(paused={**pause, "reason": "suspended"})
    assert locked["locked"] is True
    why = report_of({**locked}).why_paused
    assert isinstance(why, Text)
    assert "Unlock it" in render(why, Language.ENGLISH)
    assert told(paused={**pause, "reason": "user"})["locked"] is False
    assert told()["locked"] is False


def test_a_worker_that_watches_shows_the_account() -> None:
    shown = told(plan={"kind": "watch"}, holdings=[])
    assert words(shown["positions"]) == ["7 AAPL, worth $1,300.00"]


def test_a_trial_shows_what_it_would_order_and_not_what_a_limit_holds_back() -> None:
    assert words(told(armed=False)["orders"]) == ["buy $10.00 of VTI"]
    assert told(armed=False, last_tick=None)["orders"] == []


def test_without_prices_there_is_no_profit() -> None:
    unknown = {"symbol": "VTI", "qty": "0.4", "cost": "95.00", "value": None}
    shown = told(budget={"limit": "260.00", "invested": "95.00", "left": "0", "value": None}, holdings=[unknown])
    assert (shown["value"], shown["profit"]) == ("", "")
    assert words(shown["positions"]) == ["0.4 VTI for $95.00"]


def test_an_older_worker_has_no_budget_and_trades() -> None:
    fields = {"plan": {"kind": "watch"}, "template": "v2"}
    shown = card(Status.read(fields), 1_800_000_000, "v2")
    assert shown["armed"] is True
    assert shown["invested"] == ""
    assert shown["outdated"] is False


@pytest.mark.parametrize("language", Language)
def test_however_much_a_worker_tells_there_is_a_screen(language: Language) -> None:
    """Telegram takes no longer one: the chat would stay as it was, whatever its buttons did."""
    flood = "<&>" * 800
    run = {**RUN, "reason": flood, "outcome": flood, "orders": [{**ORDER, "symbol": flood}] * 99}
    holding = {"symbol": flood, "qty": flood, "cost": flood, "value": flood}
    plan = {"kind": "recurring", "symbols": ["<&>"] * 50, "amount": flood, "every": "day"}
    paused = {"reason": flood, "note": flood}
    for armed in (True, False):
        data = told(last_tick=run, holdings=[holding] * 99, plan=plan, paused=paused, template=flood, armed=armed)
        shown = body(view(Dialog(Home("a" * 16, report_of(data))), Context(NOW, "0" * 16, (PAPER,))), language)
        plain = html.unescape(re.sub("<[^>]+>", "", shown))
        assert len(plain) <= TEXT
        assert PAPER.script in plain
        assert "<&>" in plain
