"""Orders, shares and pauses in words, from what an operation passes on of a Worker's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from flows.events import Json
from flows.words import Money, Number, Slot, Text, Told, say

Line: TypeAlias = "str | Text"
SIDES: Final = ("buy", "sell")
MOST_TOLD: Final = 2000  # letters, of the 4096 that Telegram takes in a message
# Alpaca's words for how an order stands, and the Worker's own.
STATES: Final = frozenset({
    "partially_filled", "pending_cancel", "canceled", "expired", "rejected", "absent", "lost", "filled", "held",
    "replaced", "done_for_day", "suspended", "on_its_way",
})  # fmt: skip
SAME: Final[Mapping[str, str]] = {
    **dict.fromkeys(("sending", "pending_new", "accepted", "new", "pending_replace", "accepted_for_bidding", "stopped"),
                    "on_its_way"),
    "calculated": "done_for_day",
    "refused": "rejected",
}  # fmt: skip
PAUSES: Final = frozenset({"user", "loss", "keys", "account", "closed", "suspended"})
# Why a look ended as it did, by the Worker's short names.
REASONS: Final = frozenset({
    "closed", "opening", "closing", "idle", "dry", "unarmed", "traded", "later", "paused", "loss", "keys", "wait",
    "unreachable", "refused", "account", "account_state", "loss_unknown", "order", "undelivered", "clock", "skew",
    "shares", "fault",
})  # fmt: skip


# Why a command was refused, where its own words are of use only to who writes programs.
REFUSALS: Final = frozenset({"unauthorized", "bad_request", "bad_plan", "bad_limits", "bad_pair"})


def lines(told: Json) -> tuple[Line, ...]:
    """Read a list of orders or shares."""
    return tuple(line(each) for each in told) if isinstance(told, list) else ()


def line(told: Json) -> Line:
    """Say an order or shares in a line; what cannot be read is shown as it is."""
    if not isinstance(told, dict):
        return str(told)
    facts = {name: str(value or "") for name, value in told.items()}
    if facts.get("side") in SIDES:
        return _order(facts)
    return _held(facts) if facts.get("qty") else str(told)


def size_words(side: str, symbol: str, notional: str, qty: str) -> Text:
    """Say what an order is about, by its sum or its number of shares."""
    if notional:
        return say(f"order.{side}_sum", amount=Money(notional), symbol=symbol)
    return say(f"order.{side}_shares", qty=Number(qty), symbol=symbol)


def _order(facts: Mapping[str, str]) -> Text:
    notional, qty, value, state = (facts.get(name, "") for name in ("notional", "qty", "value", "state"))
    size = size_words(facts["side"], facts.get("symbol", ""), notional, qty)
    if state:
        return say("order.stands", order=size, state=state_words(state))
    return say("order.worth", order=size, value=Money(value)) if value else size


def state_words(state: str) -> Slot:
    """Say how an order stands; a state that has no words here is told as it is."""
    state = SAME.get(state, state)
    return say(f"order.{state}") if state in STATES else in_its_words(state.replace("_", " "))


def _held(facts: Mapping[str, str]) -> Text:
    cost, value = facts.get("cost", ""), facts.get("value", "")
    about: dict[str, Slot] = {"qty": Number(facts["qty"]), "symbol": facts.get("symbol", "")}
    match bool(cost), bool(value):
        case True, True:
            return say("held.for_worth", **about, cost=Money(cost), value=Money(value))
        case True, False:
            return say("held.for", **about, cost=Money(cost))
        case _:
            return say("held.worth", **about, value=Money(value))


def why_paused(reason: str, note: str) -> Slot:
    """Say why a Worker holds; for a reason that is not known here, in its own words."""
    return say(f"paused.{reason}") if reason in PAUSES else in_its_words(note)


def why(code: str, outcome: str, words: str) -> Slot:
    """Give what a Worker said of a look: its own sentence, and what to say in other languages than its own."""
    short = "traded" if outcome == "traded" else code
    return in_its_words(words, f"reason.{short}" if short in REASONS else "")


def why_refused(reason: str, words: str) -> Slot:
    """Say why a Worker refused a command, from its short name for it and its own words, either of which may lack."""
    return say(f"refused.{reason}") if reason in REFUSALS else in_its_words(words or reason)


def in_its_words(words: str, message: str = "") -> Slot:
    """Give what a Worker said, with the message that says about the same, if there is one; of a flood the beginning."""
    if not words:
        return ""
    return Told(message, words if len(words) <= MOST_TOLD else f"{words[:MOST_TOLD]}…")
