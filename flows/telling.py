"""What a Worker told: a report for its card, and in a sentence what it did."""

from __future__ import annotations

from collections.abc import Mapping

from flows.dealings import in_its_words, lines, why_paused
from flows.events import Json
from flows.plans import Watch, limits_of, plan_of
from flows.states import Report
from flows.words import Slot, Text, listing, say

# How a command to a Worker may end well, with what it then told of itself; `status` needs no further word.
ANSWERS = frozenset({
    "status", "paused", "resumed", "armed", "plan_set", "watch_set", "limit_set",
    "orders_cancelled", "closed", "locked", "unlocked", "woken",
})  # fmt: skip
SENT = frozenset({"charted", "exported"})
SPOKEN = {"paused": "notice.paused", "resumed": "notice.resumed_worker", "woken": "notice.woken"}


def answer(code: str, data: Mapping[str, Json]) -> Text | None:
    """Say what a Worker did; None where its card says all."""
    if code == "status" or code not in ANSWERS | SENT:
        return None
    if code in SPOKEN:
        return say(SPOKEN[code])
    slots: dict[str, Slot] = {name: str(data.get(name, "")) for name in ("cancelled", "left")}
    slots["remark"] = in_its_words(str(data.get("remark", "")))
    files = data.get("files")
    slots["files"] = listing(*(say(f"table.{name}") for name in files)) if isinstance(files, list) else ""
    if code == "orders_cancelled" and slots["left"] not in {"", "0"}:
        return say("notice.orders_left", **slots)
    if code == "unlocked" and data.get("running") is True:
        return say("notice.unlocked_running")
    return say(f"notice.{code}", **slots)


def report_of(data: Mapping[str, Json]) -> Report:
    """Read what an operation passed on of a Worker's status."""

    def text(name: str) -> str:
        return str(data.get(name) or "")

    def number(name: str) -> int:
        value = data.get(name)
        return value if type(value) is int else 0  # not JSON's true

    limits, ceilings = limits_of(data.get("limits")), limits_of(data.get("ceilings"))
    plan = plan_of(data.get("plan"), limits.budget if limits else "")
    return Report(
        at=number("at"),
        running=bool(data.get("running")),
        why_paused=why_paused(text("paused_by"), text("why_paused")),
        last_tick=text("last_tick"),
        last_reason=text("last_reason"),
        last_at=number("last_at"),
        ticks=number("ticks"),
        equity=text("equity"),
        cash=text("cash"),
        currency=text("currency"),
        positions=lines(data.get("positions")),
        orders=lines(data.get("orders")),
        armed=data.get("armed") is not False or isinstance(plan, Watch),
        plan=plan,
        limits=limits,
        ceilings=ceilings,
        **{name: text(name) for name in ("invested", "value", "profit", "last_code")},
        **{name: text(name) for name in ("key_ending", "template", "account_ending")},
        next_at=number("next_at"),
        schedule="alarm" if text("schedule") == "alarm" else "cron",
        outdated=data.get("outdated") is True,
        locked=data.get("locked") is True,
        keyless=data.get("keyless") is True,
    )
