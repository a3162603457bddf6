"""A conversation under test, read as what the user does and where it leads."""

from __future__ import annotations

from typing import Self, TypeVar

from bot.texts.render import body
from flows.codec import Dialog
from flows.effects import Effect, Move
from flows.events import Command, Context, Ended, Event, Json, Said, Tapped, Worker
from flows.languages import Language
from flows.machine import advance, view
from flows.plans import Mode
from flows.screen import Tap
from flows.states import Home, State, Welcome

NOW = 1_800_000_000
PAPER = Worker("a" * 16, Mode.PAPER, "soar-paper-aaaaaaaa", "acc", holds_token=True)
LIVE = Worker("b" * 16, Mode.LIVE, "soar-live-bbbbbbbb", "acc", holds_token=True)
CEILINGS: dict[str, Json] = {
    "per_order": "500.00", "per_day": "500.00", "budget": "500.00", "symbols": ["VTI", "BND"], "cash_kept": "20.00",
}  # fmt: skip
MIX: dict[str, Json] = {"kind": "mix", "weights": {"VTI": 60, "BND": 40}, "band": 5}
E = TypeVar("E", bound=Effect)


def told(**more: Json) -> dict[str, Json]:
    """What an operation passes on of a Worker's status."""
    data: dict[str, Json] = {
        "worker": PAPER.id, "at": NOW, "running": True, "armed": True, "plan": MIX, "limits": CEILINGS,
        "ceilings": CEILINGS, "last_at": NOW - 60, "last_reason": "Nothing to do.",
    }  # fmt: skip
    return {**data, **more}


class Talk:
    """A chat with one state, its Workers and its clock."""

    def __init__(self, state: State | None = None, *workers: Worker) -> None:
        self.state: State = state or Welcome()
        self.workers = workers
        self.now = NOW
        self.count = 0
        self.last = Move(self.state)

    def context(self) -> Context:
        return Context(self.now, f"{self.count:016x}", self.workers)

    def feel(self, event: Event) -> Self:
        self.count += 1
        self.last = advance(self.state, event, self.context())
        self.state = self.last.state
        return self

    def offers(self) -> set[tuple[str, str]]:
        shown = view(Dialog(self.state), self.context())
        return {(each.action, each.argument) for row in shown.rows for each in row if isinstance(each, Tap)}

    def taps(self, action: str, argument: str = "") -> Self:
        offered = self.offers()
        assert (action, argument) in offered, f"{action}:{argument} is not among {sorted(offered)}"
        return self.feel(Tapped(action, argument))

    def says(self, text: str) -> Self:
        return self.feel(Said(text))

    def commands(self, name: str) -> Self:
        return self.feel(Command(name))

    def hears(self, kind: str, code: str, **data: Json) -> Self:
        return self.feel(Ended(getattr(self.state, "operation", ""), kind, code, data))

    @property
    def notice(self) -> str:
        return self.last.notice.id if self.last.notice else ""

    def effect(self, kind: type[E]) -> E:
        return next(effect for effect in self.last.effects if isinstance(effect, kind))


def at_home(**more: Json) -> Talk:
    """A talk at the card of a Worker that has answered."""
    return Talk(Home(PAPER.id), PAPER).taps("do", "status").hears("status", "status", **told(**more))


def text(talk: Talk) -> str:
    """What the chat shows, in English."""
    return body(view(Dialog(talk.state, talk.last.notice), talk.context()), Language.ENGLISH)
