"""Walks the conversation: every screen that taps, words, pastes and ends of work lead to, from every kind of state."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from bot.texts.render import body, render
from flows.codec import Dialog
from flows.events import Away, Command, Context, Elapsed, Ended, Event, Kind, Pasted, Progress, Said, Tapped, Worker
from flows.languages import Language
from flows.machine import FRESH, advance, asks, operation_of, takes_words, view
from flows.plans import Mix, Mode, Pace, Recurring, Trend, Weight, limits
from flows.screen import Screen, Tap
from flows.states import (
    Done,
    Existing,
    Held,
    Home,
    NewWorker,
    PickAmount,
    PickBudget,
    PickPace,
    PickPlan,
    Review,
    State,
    Widening,
    Wider,
)
from flows.telling import report_of
from flows.tended import ConfirmClose, ConfirmPlan, Tuning
from flows.twin import Another
from flows.words import Text
from tests.flows.test_any_order import COMMANDS, DATA, LIMITS, NOW, OUTCOMES, STARTS, TYPED, WORDS

WORKERS = (
    Worker(f"{0:016x}", Mode.PAPER, "soar-paper-1f3c", "a1", holds_token=True),
    Worker(f"{1:016x}", Mode.LIVE, "soar-live-77ab", "a1", holds_token=False),
)
STEPS = Progress(
    (("check_keys", "done"), ("name", "done"), ("script", "done"), ("address", "running"), ("schedule", "waiting"),
     ("answering", "waiting"), ("first_tick", "waiting")), 12)  # fmt: skip
PLANS = (
    {"kind": "watch"},
    {"kind": "recurring", "symbols": ["VTI", "BND"], "amount": "5.00", "every": "week"},
    {"kind": "mix", "weights": {"VTI": 65, "VXUS": 25, "BND": 10}, "band": 5},
    {"kind": "trend", "weights": {"VTI": 65, "VXUS": 25, "BND": 10}, "band": 5, "months": 10},
    {"kind": "mix", "weights": {f"ABC{letter}": 10 for letter in "DEFGHIJKLM"}, "band": 5},
)
TOLD = {
    **DATA,
    "limits": {**LIMITS, "symbols": ["VTI", "VXUS", "BND"]},
    "ceilings": {**LIMITS, "symbols": ["VTI", "VXUS", "BND"]},
    "cash": "900.00", "currency": "USD", "template": "1f3c77ab", "invested": "212.00", "value": "213.40",
    "profit": "+$1.40", "running": True, "last_reason": "The market is closed. It opens on Wed 25 Nov at 09:30 ET.",
    "reason": "The market is closed. It opens on Wed 25 Nov at 09:30 ET.",
    "positions": ["0.41 VTI at $120.12", "1.2 VXUS at $70.20", "0.3 BND at $22.02"],
    "orders": ["buy $5.00 of VTI, filled at $301.20", "buy $5.00 of BND, filled at $73.10"],
    "detail": "unexpected answer", "remark": "The sales are on their way.", "script": "soar-paper-1f3c",
    "bindings": ["MODE", "PLAN", "LIMITS", "URLS", "COMMAND_KEY"],
    "secrets": ["APCA_API_KEY_ID", "APCA_API_SECRET_KEY"],
    "schedules": ["*/15 * * * *"], "modules": 14, "bytes": 81234, "address": True, "domains": [], "releases": 3,
    "last_release": "2026-11-24T19:00:00Z",
}  # fmt: skip
MOST = 20_000  # screens; more would be a walk without end


@dataclass(frozen=True, slots=True)
class Visit:
    """One screen of the walk and how it looks."""

    dialog: Dialog
    screen: Screen
    waiting: bool

    @property
    def name(self) -> str:
        notice = f" + {self.dialog.notice.id}" if self.dialog.notice else ""
        return f"{type(self.dialog.state).__name__}{notice}"

    @property
    def taps(self) -> list[Tap]:
        """Its buttons, from the top."""
        return _taps(self.screen)

    @property
    def text(self) -> str:
        """What it says."""
        return body(self.screen, Language.ENGLISH)

    def unfolded(self) -> str:
        """Give what it says, without folding anything for want of room."""
        return "\n".join(render(line, Language.ENGLISH) for line in self.screen.lines)


def visits() -> Iterator[Visit]:
    """Visit every screen once; two that read the same and offer the same are one."""
    for workers in ((), WORKERS):
        yield from _walk(workers)


def _walk(workers: tuple[Worker, ...]) -> Iterator[Visit]:
    context = Context(NOW, "f" * 16, workers, STEPS)
    waiting = deque(Dialog(state) for state in (FRESH.state, *_full(), *STARTS, *TYPED))
    seen: set[tuple[str, ...]] = set()
    met: set[Dialog] = set()
    while waiting:
        dialog = waiting.popleft()
        if dialog in met:
            continue
        met.add(dialog)
        screen = view(dialog, context)
        key = (type(dialog.state).__name__, *_ids(screen.lines), *sorted({tap.action for tap in _taps(screen)}))
        if key in seen:
            continue
        seen.add(key)
        assert len(seen) < MOST
        yield Visit(dialog, screen, operation_of(dialog.state) is not None)
        for event in _events(dialog.state, screen):
            move = advance(dialog.state, event, context)
            waiting.append(Dialog(move.state, move.notice))


def _full() -> Iterator[State]:
    """Give states that have as much to say as they may; what reads the same afterwards is passed over."""
    ten = tuple(Weight(f"ABC{letter}", 10) for letter in "DEFGHIJKLM")
    three = tuple(Weight(symbol, percent) for symbol, percent in PLANS[3]["weights"].items())
    names = tuple(weight.symbol for weight in ten)
    plans = (Trend(ten, "5000.00"), Mix(ten, "5000.00"), Trend(three, "5000.00"), Recurring(names, "250.00", Pace.DAY))
    worker = WORKERS[1].id
    for plan in plans:
        yield Review(Widening(Mode.LIVE, plan, worker, "a1"), Wider(worker, "a1"))
        yield Review(NewWorker(Mode.LIVE, plan, "0" * 16))
        yield ConfirmPlan(Mode.LIVE, plan, Existing(worker, limits(plan)))
        yield PickPlan(Mode.LIVE, Existing(worker, limits(plan)))
    for plan in PLANS:
        report = report_of({**TOLD, "plan": plan})
        yield from (
            Home(worker, report, "e" * 16),
            Home(worker, report),
            Tuning(worker, report),
            Tuning(worker, report, "e" * 16),
            *(Another(each.id, Home(each.id, report), work) for each in WORKERS for work in (None, "e" * 16)),
        )
    orders = tuple(f"sell 0.41 of ABC{letter}, worth $120.12" for letter in "DEFGHIJKLM")
    for coming, armed, schedule in product((True, False), (True, False), ("alarm", "cron")):
        yield Done(worker, "dry", str(TOLD["reason"]), orders, armed=armed, coming=coming, schedule=schedule)
    yield ConfirmClose(worker, Mode.LIVE, Home(worker), None, orders, "240.00")
    yield ConfirmClose(worker, Mode.LIVE, Home(worker), None, orders, "240.00", str(TOLD["remark"]))
    yield PickPace(Mode.LIVE, names, "250.00")
    yield PickAmount(Mode.LIVE, names)
    yield from (PickBudget(Mode.LIVE, weighted) for weighted in (Trend(ten), Mix(ten), Trend(three)))


def _ids(texts: Iterable[Text]) -> Iterator[str]:
    """Name what is said, also within other words."""
    for text in texts:
        yield text.id
        yield from _ids(slot for _, slot in text.slots if isinstance(slot, Text))


def _taps(screen: Screen) -> list[Tap]:
    return [button for row in screen.rows for button in row if isinstance(button, Tap)]


def _events(state: State, screen: Screen) -> Iterator[Event]:
    yield from (Tapped(tap.action, tap.argument) for tap in _taps(screen))
    yield from (Command(name) for name in COMMANDS)
    yield from (Elapsed(), Away(), Said("hello there"))
    if takes_words(state):
        yield from (Said(word) for word in WORDS)
    found = tuple((kind, Held(f"t-{kind}", NOW + 900, "4F2A")) for kind in Kind)
    yield from (Pasted(part) for part in (found[:1], found[1:2], found[:2], found[2:]))
    if asks(state):
        yield Pasted((), "masked")
    operation = operation_of(state)
    for kind, codes in OUTCOMES.items() if operation else ():
        for number, code in enumerate(codes):
            yield Ended(
                operation or "", kind, code, {**TOLD, "worker": WORKERS[0].id, "plan": PLANS[number % len(PLANS)]}
            )
