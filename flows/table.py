"""The whole conversation on one page: for each state its step, its screen, what each answer does, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from flows import (
    access,
    acts,
    advice,
    arming,
    choices,
    control,
    findings,
    form_screens,
    forms,
    keeping,
    keys,
    leaving,
    plan_screens,
    planning,
    preferences,
    screens,
    speaking,
    token_screens,
    tuning,
    twin,
    verifying,
    worker_screens,
)
from flows.advice import Advice, AskRisk, AskTried
from flows.effects import Move
from flows.events import Context, Ended, Kind, Pasted
from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.inspected import AskAccountId, AtWork, ConfirmClear, ConfirmOverwrite, Strays, Verdict
from flows.kept import ChangingToken, TokenCard
from flows.preferences import PickQuiet, PickSummary, PickZone, Preferences
from flows.screen import Screen
from flows.speaking import PickLanguage
from flows.states import (
    AskKeyId,
    AskSecret,
    AskToken,
    Complete,
    ConfirmCancel,
    ConfirmDestroy,
    ConfirmForget,
    ConfirmLive,
    Connecting,
    Destroying,
    Done,
    Gone,
    Home,
    Keeping,
    KeepToken,
    Leaving,
    MakeKey,
    NewWorker,
    OpenAlpaca,
    OwnToken,
    PickAccount,
    PickAmount,
    PickBudget,
    PickMix,
    PickMode,
    PickName,
    PickPace,
    PickPlan,
    PickSymbol,
    PickWorker,
    Reading,
    Review,
    State,
    Stopped,
    Welcome,
    Widening,
    Wider,
    Working,
    WrongMode,
)
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, ConfirmPlan, PickLimit, SetLimit, Toolbox, Tuning
from flows.twin import Another

S = TypeVar("S")
TOKEN = frozenset({Kind.TOKEN})
KEYS = frozenset({Kind.KEY_ID, Kind.SECRET})
SECRET = frozenset({Kind.SECRET})


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """One state's line. `asks` are the secrets it waits for; `strict` states delete anything that is not plain talk."""

    state: type[S]
    screen: Callable[[S, Context], Screen]
    step: int = 0
    taps: Mapping[str, Callable[[S, str, Context], Move]] = field(default_factory=dict)
    back: Callable[[S], State] | None = None
    said: Callable[[S, str, Context], Move] | None = None
    pasted: Callable[[S, Pasted, Context], Move] | None = None
    ended: Callable[[S, Ended, Context], Move] | None = None
    asks: frozenset[Kind] = frozenset()
    strict: bool = False
    cancel: bool = True


def _before_token(state: AskToken) -> State:
    if isinstance(state.job, NewWorker):
        return Review(state.job, state.kept)
    if isinstance(state.job, Widening):
        return Review(state.job, Wider(state.job.worker, state.job.account))
    home = Home(state.job.worker)
    return TokenCard(state.job.worker, home) if isinstance(state.job, Keeping) else home


def _before_key(state: MakeKey) -> State:
    if isinstance(state.job, NewWorker) and not isinstance(state.access, OwnToken):
        if state.access.token.granted:
            return AskToken(state.job, state.key_id, state.secret, kept=state.access)
        return KeepToken(state.job, state.access, state.key_id, state.secret)
    return Home(state.job.worker)


def _before_phrase(state: ConfirmLive) -> State:
    if isinstance(state.job, Widening):
        return Review(state.job, Wider(state.job.worker, state.job.account))
    if state.access and state.key_id and state.secret:
        if state.flipped:
            return WrongMode(replace(state.job, mode=state.job.mode.other), state.access, state.key_id, state.secret)
        return Review(state.job, Complete(state.access, state.key_id, state.secret, state.job.worker))
    return Review(state.job, state.access)


def _token_again(state: PickAccount | PickName) -> State:
    return AskToken(state.job, state.key_id, state.secret)


HANDS: Mapping[str, Callable[[Any, str, Context], Move]] = {
    "do": control.home_tapped,
    "arm": arming.arm_tapped,
    "chart": acts.chart_tapped,
    "tune": tuning.tapped,
    "tools": acts.toolbox_tapped,
    "another": twin.opened,
    "form": forms.from_card,
}

# fmt: off
TABLE: tuple[Row[Any], ...] = (
    # — the road —
    Row(Welcome,     screens.welcome,      0, {"begin": choices.open_alpaca, "languages": speaking.opened},
        cancel=False),
    Row(OpenAlpaca,  screens.open_alpaca,  1, {"next": choices.pick_mode},               lambda _: Welcome()),
    Row(PickMode,    screens.pick_mode,    2, {"mode": choices.mode_picked, "advise": choices.advise},
        lambda s: OpenAlpaca(s.kept)),
    Row(AskTried,    advice.ask_tried,     2, {"answer": advice.tried_said},             lambda s: PickMode(s.kept)),
    Row(AskRisk,     advice.ask_risk,      2, {"answer": advice.risk_said},              lambda s: AskTried(s.kept)),
    Row(Advice,      advice.advice,        2, {"mode": choices.mode_picked},
        lambda s: AskRisk(s.tried, s.kept)),
    Row(PickPlan,    plan_screens.pick_plan,   3, {"watch": planning.watch, "suggested": planning.suggested,
                                                   "mix": planning.mix, "own": planning.own_buy,
                                                   "own_mix": planning.own_mix}, planning.before_plan),
    Row(PickSymbol,  plan_screens.pick_symbol, 3, {"symbol": planning.symbol_tapped},
        lambda s: PickPlan(s.mode, s.kept), said=planning.symbols_said),
    Row(PickAmount,  plan_screens.pick_amount, 3, {"amount": planning.amount_tapped},
        lambda s: PickSymbol(s.mode, s.kept), said=planning.amount_said),
    Row(PickPace,    plan_screens.pick_pace,   3, {"pace": planning.pace_tapped},
        lambda s: PickAmount(s.mode, s.symbols, s.kept)),
    Row(PickMix,     plan_screens.pick_mix,    3, {}, lambda s: PickPlan(s.mode, s.kept), said=planning.mix_said),
    Row(PickBudget,  plan_screens.pick_budget, 3, {"budget": planning.budget_tapped, "trend": planning.trend_tapped},
        planning.before_budget, said=planning.budget_said),
    Row(Review,      plan_screens.review,  4, {"agree": choices.agreed},   lambda s: PickPlan(s.job.mode, s.kept)),
    Row(ConfirmLive, screens.confirm_live, 4, {}, _before_phrase, said=choices.live_said),
    Row(AskToken,    screens.ask_token,    5, {"keep": access.keep_connection, "again": access.try_again,
                                               "form": forms.chosen},
        _before_token,
        pasted=access.token_pasted, asks=TOKEN, strict=True),
    Row(Connecting,  screens.connecting,   5, {}, None, ended=access.connect_ended, strict=True),
    Row(PickAccount, screens.pick_account, 5, {"account": access.account_tapped, "page": access.account_page},
        _token_again),
    Row(PickName,    screens.pick_name,    5, {"name": access.name_tapped}, _token_again, said=access.name_said),
    Row(AskAccountId, findings.ask_account_id, 5, {}, _token_again, said=access.account_id_said),
    Row(Strays,      findings.strays,      0, {"adopt": verifying.adopt_tapped, "clear": verifying.clear_tapped,
                                               "leave": verifying.leave_tapped}, _token_again),
    Row(ConfirmClear, findings.confirm_clear, 0, {}, control.go_back, said=verifying.clear_said, cancel=False),
    Row(KeepToken,   screens.keep_token,   5, {"keep": access.keep_tapped},
        lambda s: AskToken(s.job, s.key_id, s.secret, s.access)),
    Row(MakeKey,     screens.make_key,     6, {"next": keys.keys_made, "form": forms.chosen}, _before_key,
        pasted=keys.keys_pasted, asks=KEYS, strict=True),
    Row(AskKeyId,    screens.ask_key_id,   7, {}, lambda s: MakeKey(s.job, s.access, None, s.secret),
        pasted=keys.keys_pasted, asks=KEYS, strict=True),
    Row(AskSecret,   screens.ask_secret,   8, {}, lambda s: AskKeyId(s.job, s.access),
        pasted=keys.keys_pasted, asks=SECRET, strict=True),
    Row(Working,     screens.working,      0, {"stop": keys.stop_working}, None,
        ended=keys.work_ended, strict=True, cancel=False),
    Row(WrongMode,   screens.wrong_mode,   0, {"switch": keys.switch_mode, "other_keys": keys.other_keys}, None,
        pasted=keys.pasted_instead, asks=KEYS, strict=True),
    Row(Stopped,     screens.stopped,      0, {"again": keys.try_again, "other_keys": keys.other_keys}, None,
        pasted=keys.pasted_instead, asks=KEYS, strict=True),
    # — the private form: the keys go past the chat —
    Row(Preparing,   form_screens.preparing, 7, {"stop": forms.stop}, None,
        pasted=forms.pasted_early, ended=forms.prepared, asks=KEYS, strict=True, cancel=False),
    Row(Unready,     form_screens.unready,   7, {"again": forms.again, "paste": forms.paste_instead},
        lambda s: MakeKey(s.job, s.access, s.key_id, s.secret),
        pasted=forms.pasted_early, asks=KEYS, strict=True),
    Row(Opening,     form_screens.opening,   7, {}, None, ended=forms.opening_ended, strict=True),
    Row(FormOpen,    form_screens.form_open, 8, {"done": forms.look_now, "new": forms.new_form,
                                                 "paste": forms.paste_here, "plain": forms.plainly},
        lambda s: Home(s.job.worker), pasted=forms.pasted_after, ended=forms.keys_ended, asks=KEYS, strict=True),
    Row(FormOver,    form_screens.form_over, 8, {"new": forms.new_form, "paste": forms.paste_here},
        lambda s: Home(s.job.worker), pasted=forms.pasted_after, asks=KEYS, strict=True),
    # — looking after what is there —
    Row(Done,        worker_screens.done,  0, HANDS, cancel=False),
    Row(Home,        worker_screens.home,  0, {**HANDS, "show": control.show_worker}, ended=control.home_ended,
        cancel=False),
    Row(Another,     worker_screens.another, 0, {"same": twin.same_tapped, "anew": control.set_up},
        control.go_back, ended=twin.described, cancel=False),
    Row(ConfirmArm,  worker_screens.confirm_arm,   0, {}, control.go_back, said=arming.arm_said, cancel=False),
    Row(Tuning,      worker_screens.tuning,        0, {"plan": tuning.change_plan, "limit": tuning.change_limit,
                                                       "widen": tuning.widen},
        tuning.home_of, ended=tuning.told, cancel=False),
    Row(PickLimit,   worker_screens.pick_limit,    0, {"limit": tuning.limit_tapped},
        lambda s: Tuning(s.worker, s.report), cancel=False),
    Row(SetLimit,    worker_screens.set_limit,     0, {}, lambda s: PickLimit(s.worker, s.report),
        said=tuning.limit_said, cancel=False),
    Row(ConfirmPlan, worker_screens.confirm_plan,  0, {"yes": tuning.plan_confirmed}, tuning.before_confirming,
        cancel=False),
    Row(Toolbox,     worker_screens.toolbox,       0, {"tool": acts.tool_tapped, "verify": control.verify_tapped},
        control.go_back, cancel=False),
    Row(ConfirmAct,  worker_screens.confirm_act,   0, {"yes": acts.confirmed}, control.go_back, cancel=False),
    Row(ConfirmClose, worker_screens.confirm_close, 0, {"yes": acts.confirmed}, control.go_back,
        ended=acts.previewed, cancel=False),
    Row(ConfirmDestroy, screens.confirm_destroy, 0, {}, control.go_back, said=control.destroy_said, cancel=False),
    Row(Leaving,     leaving.leaving,      0, {"undo": leaving.undo}, ended=leaving.ended, strict=True, cancel=False),
    Row(Destroying,  screens.destroying,   0, {}, ended=control.destroy_ended, strict=True, cancel=False),
    Row(Gone,        screens.gone,         0, {"another": control.set_up}, cancel=False),
    Row(PickWorker,  screens.pick_worker,  0, {"worker": control.worker_tapped}, control.go_back, cancel=False),
    Row(AtWork,      findings.at_work,     0, {}, None, ended=verifying.work_ended, strict=True, cancel=False),
    Row(Verdict,     findings.verdict,     0, {"update": verifying.update_tapped, "recheck": verifying.check_again,
                                               "tidy": verifying.tidy_tapped, "strays": verifying.strays_tapped},
        lambda s: Home(s.job.worker), cancel=False),
    Row(ConfirmOverwrite, findings.confirm_overwrite, 0, {}, lambda s: s.verdict, said=verifying.overwrite_said,
        cancel=False),
    # — in between —
    Row(ConfirmCancel, screens.confirm_cancel, 0, {"yes": control.cancel_confirmed}, control.go_back, cancel=False),
    Row(ConfirmForget, screens.confirm_forget, 0, {"yes": control.forget_confirmed,
                                                   "destroy": control.destroy_first, "pause": control.pause_first},
        control.go_back, ended=control.forget_told, cancel=False),
    # — what is told, and when —
    Row(Preferences, preferences.preferences,  0, {"kind": preferences.kind_tapped, "ask": preferences.asked,
                                                    "languages": speaking.opened,
                                                    "plan": control.plan_asked, "token": control.token_asked},
        lambda s: s.back, cancel=False),
    Row(PickSummary, preferences.pick_summary, 0, {"hour": preferences.summary_tapped},
        preferences.overview, cancel=False),
    Row(PickQuiet,   preferences.pick_quiet,   0, {"hour": preferences.quiet_tapped},
        preferences.quiet_back, cancel=False),
    Row(PickZone,    preferences.pick_zone,    0, {"zone": preferences.zone_tapped, "page": preferences.zone_page},
        preferences.overview, cancel=False),
    Row(PickLanguage, speaking.pick_language,  0, {"language": speaking.language_tapped}, control.go_back,
        cancel=False),
    Row(TokenCard,   token_screens.token_card, 0, {"give": keeping.give_tapped, "take": keeping.take_tapped,
                                               "more": keeping.more_tapped}, control.go_back, cancel=False),
    Row(ChangingToken, token_screens.changing_token, 0, {}, None, ended=keeping.ended, strict=True, cancel=False),
    Row(Reading,     screens.reading,      0, {"topic": control.read, "agreements": control.send_consents},
        control.go_back, cancel=False),
)
# fmt: on

ROWS: Mapping[type, Row[Any]] = {row.state: row for row in TABLE}


def row_of(state: State) -> Row[Any]:
    """Find a state's line."""
    return ROWS[type(state)]
