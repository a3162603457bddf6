"""A conversation under test: what the user does goes in, and the state it leads to can be looked at."""

from __future__ import annotations

from flows.codec import Dialog
from flows.effects import Effect, Move
from flows.events import Command, Context, Ended, Event, Json, Kind, Pasted, Said, Tapped, Worker
from flows.machine import advance, view
from flows.plans import Mode
from flows.screen import Tap
from flows.states import (
    Connecting,
    Destroying,
    Held,
    Home,
    Leaving,
    State,
    Welcome,
    Working,
)

NOW = 1_800_000_000
PAPER = Worker("a" * 16, Mode.PAPER, "soar-paper-aaaaaaaa", "acc", holds_token=True)


class Chat:
    """A conversation under test; time and ids are its own."""

    def __init__(self, state: State | None = None, *workers: Worker) -> None:
        self.state: State = state or Welcome()
        self.workers = workers
        self.now = NOW
        self.count = 0
        self.last = Move(self.state)

    def feel(self, event: Event) -> Chat:
        self.count += 1
        self.last = advance(self.state, event, Context(self.now, f"{self.count:016x}", self.workers))
        self.state = self.last.state
        return self

    def taps(self, action: str, argument: str = "") -> Chat:
        shown = view(Dialog(self.state), Context(self.now, "f" * 16, self.workers))
        offered = {(b.action, b.argument) for row in shown.rows for b in row if isinstance(b, Tap)}
        assert (action, argument) in offered, f"{action}:{argument} is not among {sorted(offered)}"
        return self.feel(Tapped(action, argument))

    def says(self, text: str) -> Chat:
        return self.feel(Said(text))

    def commands(self, name: str) -> Chat:
        return self.feel(Command(name))

    def pastes(self, *kinds: Kind, problem: str = "", lasting: int = 900) -> Chat:
        found = tuple((kind, Held(f"t-{kind}-{self.count}", self.now + lasting, "4F2A")) for kind in kinds)
        return self.feel(Pasted(found, problem))

    def hears(self, code: str, **data: Json) -> Chat:
        operation = getattr(self.state, "operation", "")
        kinds = {Connecting: "connect", Working: "deploy", Leaving: "grace", Destroying: "destroy", Home: "status"}
        return self.feel(Ended(operation, kinds.get(type(self.state), "status"), code, data))

    @property
    def notice(self) -> str:
        return self.last.notice.id if self.last.notice else ""

    def effect(self, kind: type[Effect]) -> Effect:
        return next(effect for effect in self.last.effects if isinstance(effect, kind))


def to_token(mode: str = "paper") -> Chat:
    chat = Chat().taps("begin").taps("next").taps("mode", mode).taps("watch").taps("agree")
    return chat.says("trade live") if mode == "live" else chat


def to_keep(mode: str = "paper") -> Chat:
    chat = to_token(mode).pastes(Kind.TOKEN, lasting=3600)
    return chat.hears("connected", account="acc", account_name="Ann's account", subdomain="ann")


def to_keys(mode: str = "paper") -> Chat:
    return to_keep(mode).taps("keep", "yes").taps("next")


def to_work(mode: str = "paper") -> Chat:
    return to_keys(mode).pastes(Kind.KEY_ID).pastes(Kind.SECRET)
