"""Whatever happens in whatever order: every step has a screen, every screen a way on, no ticket is left behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.keyboards import decode, encode
from bot.texts.render import body, label, render
from flows.codec import Dialog, dump, load
from flows.control import TOPICS
from flows.effects import StartOperation, Tell
from flows.events import Asked, Command, Context, Elapsed, Ended, Event, Kind, Pasted, Progress, Said, Tapped, Worker
from flows.machine import FRESH, advance, operation_of, tickets, view
from flows.notices import USUAL, Notices
from flows.plans import Mode, Pace, Recurring, Watch
from flows.preferences import PickQuiet, PickSummary, PickZone, Preferences
from flows.screen import Tap
from flows.states import (
    Account,
    AskKeyId,
    AskSecret,
    AskToken,
    ConfirmDestroy,
    ConfirmLive,
    Connected,
    Done,
    Gone,
    Held,
    Home,
    KeepToken,
    NewKeys,
    NewWorker,
    OwnToken,
    PickAccount,
    PickAmount,
    PickName,
    PickPlan,
    PickSymbol,
    State,
    Stopped,
    Working,
    WrongMode,
)
from flows.table import TABLE

NOW = 1_800_000_000
OUTCOMES = {
    "connect": ("connected", "pick_account", "no_name", "name_taken", "token_invalid", "throttled", "internal"),
    "deploy": ("deployed", "wrong_pair", "other_mode", "cron_limit", "token_expired", "keys_gone", "cancelled", "odd"),
    "rotate": ("rotated", "other_mode", "no_token", "worker_unreachable", "wrong_pair"),
    "undo": ("undone", "token_gone"),
    "destroy": ("destroyed", "unsure", "no_token", "worker_absent"),
    "status": ("status", "worker_unreachable"),
    "pause": ("paused", "worker_absent"),
    "resume": ("resumed", "internal"),
    "wake": ("woken", "worker_unreachable"),
}
COMMANDS = (
    "start",
    "status",
    "pause",
    "resume",
    "rotate",
    "destroy",
    "cancel",
    "help",
    "security",
    "forget",
    "settings",
    "wake",
    "x",
    "",
)
WORDS = ("TRADE LIVE", "DESTROY", "hello there", "VTI", "10", "my-name", "", "ß" * 300, "<b>&", "🙂", "-", "a.b", "²")
DATA = {
    "accounts": [["a1", "Ann <b>"], ["a2", "Bob & Co"]], "account": "a1", "account_name": "Ann", "subdomain": "ann",
    "suggestion": "ann-1f", "script": "soar-paper-0", "running": False, "at": NOW, "last_at": NOW - 60, "ticks": 3,
    "equity": "100.00", "positions": ["1 VTI"], "orders": ["buy $5 of VTI, filled"], "detail": "x<y", "incident": "1f",
}  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int]]:
    return draw(st.lists(st.tuples(st.sampled_from("tttttcspePEq"), st.integers(0, 10_000)), max_size=40))


HELD = Held("t", NOW + 900)
ACCESS = Connected(Held("c", NOW + 3600), Account("a1", "Ann"), "ann")
JOB = NewWorker(Mode.LIVE, Recurring("VTI", "5.00", Pace.DAY), "0" * 16)
STARTS: tuple[State, ...] = (
    FRESH.state,
    PickPlan(Mode.PAPER, ACCESS),
    AskToken(JOB, kept=ACCESS),
    PickAccount(JOB, HELD, tuple(Account(str(n), f"Account {n}") for n in range(9))),
    KeepToken(JOB, ACCESS),
    AskSecret(JOB, ACCESS, HELD),
    Working(JOB, ACCESS, HELD, HELD, "0" * 16),
    WrongMode(JOB, ACCESS, HELD, HELD),
    Stopped(JOB, ACCESS, HELD, HELD, "cron_limit"),
    AskKeyId(NewKeys("0" * 16, Mode.PAPER, "a1"), OwnToken()),
    Done("0" * 16, "idle", "Nothing to do."),
    Home("0" * 16),
    Gone(Mode.LIVE, "soar-live-0", sure=False),
    Preferences(USUAL, Home("0" * 16)),
    PickSummary(Notices(("trade",), "Asia/Kolkata", 18, 22, 7), AskSecret(JOB, ACCESS, HELD)),
    PickQuiet(USUAL, FRESH.state, 22),
    PickZone(USUAL, FRESH.state, 4),
)


class World:
    """A chat and what surrounds it, driven by drawn numbers."""

    def __init__(self, start: State = FRESH.state, workers: int = 0) -> None:
        self.dialog, self.now, self.count = Dialog(start), NOW, 0
        self.workers = tuple(
            Worker(f"{number:016x}", Mode.PAPER, f"soar-paper-{number}", "a1", bool(number % 2))
            for number in range(workers)
        )
        self.running: dict[str, str] = {}
        self.stored: set[str] = set()

    def context(self) -> Context:
        progress = Progress((("script", "running"), ("address", "waiting")), 3)
        return Context(self.now, f"{self.count:016x}", self.workers, progress)

    def event(self, kind: str, number: int) -> Event:
        match kind:
            case "t":
                buttons = [b for row in view(self.dialog, self.context()).rows for b in row if isinstance(b, Tap)]
                button = buttons[number % len(buttons)] if buttons else None
                return Tapped(button.action, button.argument) if button else Tapped("back")
            case "c":
                return Command(COMMANDS[number % len(COMMANDS)])
            case "s":
                return Said(WORDS[number % len(WORDS)])
            case "q":
                return Asked((*TOPICS, "nonsense")[number % (len(TOPICS) + 1)])
            case "p" | "P":
                kinds = [kind for bit, kind in enumerate(Kind) if number >> bit & 1]
                found = tuple(
                    (kind, Held(f"t{self.count}{kind}", self.now + 60 * (number % 70), "4F2A")) for kind in kinds
                )
                return Pasted(found, "masked" if number % 5 == 0 else "")
            case "e":
                waited = operation_of(self.dialog.state)
                known = [waited] if waited in self.running else sorted(self.running)
                if not known:
                    return Elapsed()
                operation = known[number % len(known)]
                what = self.running.pop(operation)
                return Ended(operation, what, OUTCOMES[what][number % len(OUTCOMES[what])], DATA)
            case _:
                self.now += 60 * (number % 50)
                return Elapsed()

    def live(self, kind: str, number: int) -> None:
        self.count += 1
        event = self.event(kind, number)
        if isinstance(event, Ended):
            self.follow(event)
        before = tickets(self.dialog.state)
        move = advance(self.dialog.state, event, self.context())
        arriving = {held.ticket for _, held in event.found} if isinstance(event, Pasted) else set()
        assert tickets(move.state) <= before | arriving, "a ticket out of nowhere"
        for effect in move.effects:
            if isinstance(effect, StartOperation):
                self.running[effect.id] = effect.kind
                wanted = {effect.arguments.get(name) for name in ("token", "key_id", "secret")} - {None}
                assert wanted <= tickets(move.state), "an operation without the tickets it needs"
            elif isinstance(effect, Tell):
                assert render(effect.text)
        self.dialog = Dialog(move.state, move.notice)

    def follow(self, event: Ended) -> None:
        if event.code == "deployed":
            number = len(self.workers)
            self.workers += (Worker(f"{number:016x}", Mode.PAPER, f"soar-paper-{number}", "a1", bool(number % 2)),)
        elif event.code in {"destroyed", "unsure"}:
            self.workers = self.workers[1:]


@given(histories(), st.sampled_from(STARTS), st.integers(0, 3))
def test_no_history_leads_into_a_corner(history: list[tuple[str, int]], start: State, workers: int) -> None:
    world = World(start, workers)
    assert view(world.dialog, world.context()).lines
    for kind, number in history:
        world.live(kind, number)
        screen = view(world.dialog, world.context())
        text = body(screen)
        assert 0 < len(text) <= 4096
        assert "{" not in text
        taps = [button for row in screen.rows for button in row if isinstance(button, Tap)]
        assert taps or operation_of(world.dialog.state), f"{world.dialog.state} is a dead end"
        for tap in taps:
            data = decode(encode(999_999_999, tap))
            assert data is not None
            assert (data.action, data.argument) == (tap.action, tap.argument)
            assert label(tap.label)
        assert load(dump(world.dialog)) == world.dialog


TYPED = (
    PickSymbol(Mode.PAPER),
    PickAmount(Mode.LIVE, "VTI"),
    ConfirmLive(NewWorker(Mode.LIVE, Watch(), "0" * 16)),
    PickName(NewWorker(Mode.PAPER, Watch(), "0" * 16), HELD, Account("a1", "Ann"), "ann-1f"),
    ConfirmDestroy("0" * 16, Mode.PAPER, Home("0" * 16)),
)


@given(st.text(max_size=200))
def test_no_typed_text_is_an_exception(text: str) -> None:
    assert {type(state) for state in TYPED} == {row.state for row in TABLE if row.said}
    for state in TYPED:
        move = advance(state, Said(text), Context(NOW, "f" * 16))
        assert move.tidy
        assert body(view(Dialog(move.state, move.notice), Context(NOW, "f" * 16)))


@given(st.text(max_size=300) | st.just('{"schema":1,"state":{"is":"Nowhere"},"notice":null}'))
def test_stored_nonsense_is_no_error(stored: str) -> None:
    assert load(stored) is None


def test_another_schema_is_not_read() -> None:
    assert load(dump(FRESH).replace('"schema": 1', '"schema": 2')) is None


def test_every_state_has_its_line_in_the_table() -> None:
    names = {name.strip(" ()\"'") for name in str(State).replace("'", "").split("|")}
    assert {row.state.__name__ for row in TABLE} == names
