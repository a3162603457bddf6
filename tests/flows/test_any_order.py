"""Whatever happens in whatever order: every step has a screen, every screen a way on, no ticket is left behind."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.keyboards import decode, encode
from bot.texts.render import body, label, render
from flows.codec import Dialog, dump, load
from flows.control import TOPICS
from flows.effects import StartOperation, Tell
from flows.events import (
    Asked,
    Command,
    Context,
    Elapsed,
    Ended,
    Event,
    FormLink,
    Kind,
    Pasted,
    Progress,
    Said,
    Tapped,
    Worker,
)
from flows.inspected import AskAccountId, ConfirmClear, ConfirmOverwrite, Stray, Strays, Verdict
from flows.kept import ChangingToken, TokenCard
from flows.languages import Language
from flows.machine import FRESH, advance, operation_of, tickets, view
from flows.notices import USUAL, Notices
from flows.plans import Limits, Mix, Mode, Pace, Recurring, Trend, Watch, Weight
from flows.preferences import PickQuiet, PickSummary, PickZone, Preferences
from flows.screen import Tap
from flows.speaking import PickLanguage
from flows.states import (
    Account,
    AskKeyId,
    AskSecret,
    AskToken,
    Complete,
    ConfirmDestroy,
    ConfirmLive,
    Connected,
    Done,
    Existing,
    Gone,
    Held,
    Home,
    Inspection,
    Keeping,
    KeepToken,
    NewKeys,
    NewWorker,
    OwnToken,
    PickAccount,
    PickAmount,
    PickBudget,
    PickMix,
    PickName,
    PickPlan,
    PickSymbol,
    Removal,
    Review,
    State,
    Stopped,
    Widening,
    Wider,
    Working,
    WrongMode,
)
from flows.table import TABLE
from flows.telling import report_of
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, SetLimit, Toolbox, Tuning
from flows.twin import Another

NOW = 1_800_000_000
OUTCOMES = {
    "connect": ("connected", "pick_account", "no_name", "name_taken", "token_invalid", "throttled", "internal"),
    "deploy": (
        "deployed",
        "wrong_pair",
        "other_mode",
        "cron_limit",
        "token_expired",
        "keys_gone",
        "cancelled",
        "odd",
        "symbol_unknown",
        "symbol_whole_only",
    ),
    "prepare": ("prepared", "prepared", "token_expired", "not_answering", "cancelled", "stuck", "odd"),
    "form": ("form_open", "form_open", "worker_outdated", "worker_unreachable", "command_key_lost"),
    "close_form": ("form_shut",),
    "keys": ("connected", "form_expired", "form_locked", "form_closed", "worker_absent", "worker_forgotten", "odd"),
    "arrive": ("arrived", "not_arrived", "removed_meanwhile"),
    "verify": ("verified", "token_gone", "permission_missing", "unreachable", "worker_forgotten", "odd"),
    "update": ("updated", "token_expired", "nothing_to_inherit", "script_absent", "busy"),
    "adopt": ("adopted", "not_answering", "token_gone", "foreign_script"),
    "clear": ("cleared", "throttled", "token_invalid"),
    "rotate": ("rotated", "connected", "other_mode", "no_token", "worker_unreachable", "wrong_pair", "token_dead"),
    "undo": ("undone", "token_gone"),
    "grace": ("over", "over", "cancelled", "timeout", "stuck"),
    "destroy": ("destroyed", "unsure", "no_token", "worker_absent", "still_there"),
    "status": ("status", "worker_unreachable"),
    "describe": ("status", "status", "worker_unreachable"),
    "pause": ("paused", "worker_absent"),
    "resume": ("resumed", "internal"),
    "wake": ("woken", "worker_unreachable"),
    "arm": ("armed", "worker_outdated"),
    "set": ("plan_set", "limit_set", "watch_set", "beyond_ceiling"),
    "cancel_orders": ("orders_cancelled", "worker_unreachable"),
    "preview": ("preview", "market_closed", "worker_outdated"),
    "close": ("closed", "market_closed"),
    "lock": ("locked", "status"),
    "unlock": ("unlocked", "internal"),
    "chart": ("charted", "no_history"),
    "export": ("exported", "not_sent"),
    "widen": ("widened", "token_expired", "odd"),
    "give_token": ("token_given", "token_lent", "permission_missing", "busy", "odd"),
    "take_token": ("token_taken", "token_dead", "worker_outdated", "timeout", "unreachable", "odd"),
}
COMMANDS = (
    "start", "status", "pause", "resume", "rotate", "destroy", "cancel", "help", "security", "forget", "x", "",
    "plan", "chart", "lock", "unlock", "export", "settings", "wake", "wake_00000000", "verify", "language",
)  # fmt: skip
WORDS = (
    "TRADE LIVE", "DESTROY", "hello there", "VTI", "10", "my-name", "", "ß" * 300, "<b>&", "🙂", "-", "a.b", "²",
    "60 VTI, 40 BND", "250", "VTI, BND", "99999999", "5", "REPLACE", "0a" * 16,
)  # fmt: skip
LIMITS = {"per_order": "500.00", "per_day": "500.00", "budget": "500.00", "symbols": ["VTI", "BND", "<X>"],
          "cash_kept": "20.00"}  # fmt: skip
PLANS = (
    {"kind": "watch"},
    {"kind": "recurring", "symbols": ["VTI", "BND"], "amount": "5.00", "every": "week"},
    {"kind": "mix", "weights": {"VTI": 60, "BND": 40}, "band": 5},
    {"kind": "trend", "weights": {"VTI": 60}, "band": 5, "months": 10},
    {"kind": "from the future"},
    None,
)
DATA = {
    "accounts": [["a1", "Ann <b>"], ["a2", "Bob & Co"]], "account": "a1", "account_name": "Ann", "subdomain": "ann",
    "suggestion": "ann-1f", "script": "soar-paper-0", "running": False, "at": NOW, "last_at": NOW - 60, "ticks": 3,
    "equity": "100.00", "positions": ["1 VTI"], "orders": ["buy $5 of VTI, filled"], "detail": "x<y", "incident": "1f",
    "armed": False, "limits": LIMITS, "ceilings": LIMITS, "invested": "12.00", "value": "13.00", "profit": "+$1.00",
    "next_at": NOW + 600, "schedule": "alarm", "outdated": True, "key_ending": "4F2A", "cancelled": 2, "left": 0,
    "remark": "Sold <all>.", "files": "orders", "total": "13.00",
    "verdict": "changed", "differences": [["module_changed", "w<.js"], ["binding_added", "X"]], "bindings": ["MODE"],
    "strays": [["soar-paper-1", "paper", "1234abcd"], ["odd"]], "missing": ["soar-paper-9"], "answering": False,
    "schedules": [], "form": "a" * 22, "expires": NOW + 600, "account_ending": "1234", "keyless": True,
}  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int]]:
    return draw(st.lists(st.tuples(st.sampled_from("tttttcspePEq"), st.integers(0, 10_000)), max_size=40))


HELD = Held("t", NOW + 900)
ACCESS = Connected(Held("c", NOW + 3600), Account("a1", "Ann"), "ann")
JOB = NewWorker(Mode.LIVE, Recurring(("VTI",), "5.00", Pace.DAY), "0" * 16)
TWIN = NewWorker(Mode.LIVE, Watch(), "0" * 16, Limits("0.00", "0.00", "0.00", (), cash_kept="20.00"))
COMPLETE = Complete(ACCESS, HELD, HELD, "0" * 16)
LOOK, STRAY = Inspection("0" * 16, Mode.PAPER, "a1"), Stray("soar-paper-1", Mode.PAPER, "1234abcd")
FIRST = NewKeys("0" * 16, Mode.PAPER, "a1", first=True)
GIVE, TAKE = (Keeping("0" * 16, Mode.PAPER, "a1", keep) for keep in (True, False))
CARD = TokenCard("0" * 16, Preferences(USUAL, Home("0" * 16)))
EXISTING = Existing("0" * 16, Limits("500.00", "500.00", "500.00", ("VTI", "BND")))
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
    Done("0" * 16, "dry", "A trial.", ("buy $5.00 of VTI",), armed=False),
    PickPlan(Mode.PAPER, COMPLETE),
    PickBudget(Mode.LIVE, Trend((Weight("VTI", 60), Weight("BND", 40))), COMPLETE),
    PickPlan(Mode.LIVE, EXISTING),
    Review(TWIN),
    PickPlan(Mode.LIVE, Wider("0" * 16, "a1")),
    Review(Widening(Mode.LIVE, Watch(), "0" * 16, "a1"), Wider("0" * 16, "a1")),
    Tuning("0" * 16, report_of({**DATA, "plan": PLANS[2]})),
    SetLimit("0" * 16, report_of({**DATA, "plan": PLANS[1]}), "cash_kept"),
    Toolbox("0" * 16, Home("0" * 16)),
    Another("0" * 16, Home("0" * 16, report_of({**DATA, "plan": PLANS[3]}))),
    Another("0" * 16, Done("0" * 16, "idle", "Nothing to do.")),
    ConfirmClose("0" * 16, Mode.LIVE, Home("0" * 16), None, ("sell 1 of VTI",), "240.00", "Closed now."),
    Home("0" * 16),
    Gone(Mode.LIVE, "soar-live-0", sure=False),
    AskAccountId(JOB, HELD),
    AskToken(LOOK),
    *(Verdict(LOOK, ACCESS, NOW, code, strays=(STRAY,)) for code in ("published", "earlier", "changed", "absent")),
    ConfirmOverwrite(Verdict(LOOK, ACCESS, NOW, "changed")),
    Strays(JOB, ACCESS, (STRAY, STRAY), HELD),
    ConfirmClear(STRAY, Strays(LOOK, ACCESS, (STRAY,))),
    Strays(NewKeys("0" * 16, Mode.LIVE, "a1"), ACCESS, (STRAY,), HELD, HELD),
    ConfirmClear(STRAY, Strays(Removal("0" * 16, Mode.PAPER, "a1"), ACCESS, (STRAY,))),
    Preferences(USUAL, Home("0" * 16)),
    PickSummary(Notices(("trade",), "Asia/Kolkata", 18, 22, 7), AskSecret(JOB, ACCESS, HELD)),
    PickQuiet(USUAL, FRESH.state, 22),
    PickZone(USUAL, FRESH.state, 4),
    PickLanguage(None, Language.GERMAN, AskSecret(JOB, ACCESS, HELD)),
    PickLanguage(Language.ARABIC, Language.ENGLISH, Preferences(USUAL, Home("0" * 16))),
    CARD,
    TokenCard(f"{1:016x}", Home("0" * 16), taken=True),
    ConfirmAct("0" * 16, Mode.PAPER, "take_token", CARD),
    AskToken(GIVE, tried=HELD),
    AskToken(TAKE),
    ChangingToken(GIVE, ACCESS, "0" * 16),
    ChangingToken(TAKE, OwnToken(), "0" * 16),
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
        form = FormLink("https://a.example/form#t=x", "012345", app=bool(self.count % 2)) if self.count % 3 else None
        return Context(self.now, f"{self.count:016x}", self.workers, progress, form=form)

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
                told = {**DATA, "worker": f"{0:016x}", "plan": PLANS[number % len(PLANS)]}
                return Ended(operation, what, OUTCOMES[what][number % len(OUTCOMES[what])], told)
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
                assert render(effect.text, Language.ENGLISH)
        self.dialog = Dialog(move.state, move.notice)

    def follow(self, event: Ended) -> None:
        if event.code in {"deployed", "prepared"}:
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
        text = body(screen, Language.ENGLISH)
        assert 0 < len(text) <= 4096
        assert "{" not in text
        taps = [button for row in screen.rows for button in row if isinstance(button, Tap)]
        assert taps or operation_of(world.dialog.state), f"{world.dialog.state} is a dead end"
        for tap in taps:
            data = decode(encode(999_999_999, tap))
            assert data is not None
            assert (data.action, data.argument) == (tap.action, tap.argument)
            assert label(tap.label, Language.ENGLISH)
        assert load(dump(world.dialog)) == world.dialog


TYPED = (
    PickSymbol(Mode.PAPER),
    PickAmount(Mode.LIVE, ("VTI",)),
    PickMix(Mode.PAPER),
    PickMix(Mode.PAPER, EXISTING),
    PickSymbol(Mode.PAPER, EXISTING),
    PickBudget(Mode.PAPER, Mix((Weight("VTI", 1), Weight("BND", 99)))),
    ConfirmArm("0" * 16, Mode.LIVE, Home("0" * 16)),
    SetLimit("0" * 16, report_of({**DATA, "plan": PLANS[1]}), "per_order"),
    ConfirmLive(NewWorker(Mode.LIVE, Watch(), "0" * 16)),
    PickName(NewWorker(Mode.PAPER, Watch(), "0" * 16), HELD, Account("a1", "Ann"), "ann-1f"),
    ConfirmDestroy("0" * 16, Mode.PAPER, Home("0" * 16)),
    AskAccountId(JOB, HELD),
    ConfirmOverwrite(Verdict(LOOK, ACCESS, NOW, "changed")),
    ConfirmClear(STRAY, Strays(LOOK, ACCESS, (STRAY,))),
)


@given(st.text(max_size=200))
def test_no_typed_text_is_an_exception(text: str) -> None:
    assert {type(state) for state in TYPED} == {row.state for row in TABLE if row.said}
    for state in TYPED:
        move = advance(state, Said(text), Context(NOW, "f" * 16))
        assert move.tidy
        assert body(view(Dialog(move.state, move.notice), Context(NOW, "f" * 16)), Language.ENGLISH)


@given(st.text(max_size=300) | st.just('{"schema":1,"state":{"is":"Nowhere"},"notice":null}'))
def test_stored_nonsense_is_no_error(stored: str) -> None:
    assert load(stored) is None


def test_another_schema_is_not_read() -> None:
    assert load(dump(FRESH).replace('"schema": 1', '"schema": 2')) is None


def test_every_state_has_its_line_in_the_table() -> None:
    names = {name.strip(" ()\"'") for name in str(State).replace("'", "").split("|")}
    assert {row.state.__name__ for row in TABLE} == names


@pytest.mark.parametrize("language", Language)
def test_every_screen_fits_in_every_language(language: Language) -> None:
    for start in STARTS:
        world = World(start, workers=1)
        screen = view(world.dialog, world.context())
        text = body(screen, language)
        assert 0 < len(text) <= 4096
        assert not re.search(r"\{=?\w+\}", text)
        assert text.count("\u2068") == text.count("\u2069")
        for row in screen.rows:
            for button in row:
                assert not label(button.label, language).endswith("…") or button.label.id == "button.widen", (
                    button.label
                )
