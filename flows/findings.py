"""Screens about what is in an account: the verdict on a Worker, and Workers without a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from flows.control import DESTROY_PHRASE
from flows.events import Context
from flows.inspected import AskAccountId, AtWork, ConfirmClear, ConfirmOverwrite, Facts, Strays, Verdict
from flows.screen import Button, Link, Place, Screen, Style, Tap
from flows.screens import progress
from flows.states import Inspection, NewKeys, NewWorker, Removal
from flows.verifying import OVERWRITE_PHRASE, SHOWN_STRAYS
from flows.words import Moment, Slot, Text, say

MOST_SHOWN = 8
LONGEST_LIST = 400  # characters


def at_work(state: AtWork, context: Context) -> Screen:
    """The work, step by step."""
    return Screen((say(f"atwork.{state.what}"), *progress(context)))


def ask_account_id(_state: AskAccountId, _context: Context) -> Screen:
    """Which account a token belongs to."""
    return Screen(
        (say("accountid.title"), say("accountid.body")),
        (
            (Link(say("button.workers"), Place.CLOUDFLARE_WORKERS),),
            (Link(say("button.token"), Place.CLOUDFLARE_TOKEN),),
        ),
    )


def verdict(state: Verdict, context: Context) -> Screen:
    """What runs, what differs, what can be done."""
    worker = context.worker(state.job.worker)
    script = worker.script if worker else ""
    clean = state.code == "published" and not state.differences
    lines = [say("verdict.title", script=script), say(f"verdict.{'clean' if clean else state.code}")]
    if state.strays:
        lines.append(say("verdict.strays", count=len(state.strays)))
    folded = _differences(state) + (_facts(state.facts) if state.code != "absent" else [])
    return Screen(tuple(lines), _verdict_rows(state), tuple(folded))


def _differences(state: Verdict) -> list[Text]:
    shown = state.differences[:MOST_SHOWN]
    rest = len(state.differences) - len(shown) + state.more
    head = [say("verdict.differs")] if shown else []
    more = [say("differs.more", count=rest)] if rest else []
    return [*head, *(say(f"differs.{each.kind}", name=each.name) for each in shown), *more]


def _verdict_rows(state: Verdict) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    match state.code:
        case "absent":
            rows.append((Tap(say("button.tidy"), "tidy", style=Style.MAIN),))
        case "earlier" if state.updatable:
            rows.append((Tap(say("button.update"), "update", style=Style.MAIN),))
        case "changed" if state.updatable:
            rows.append((Tap(say("button.replace"), "update", style=Style.GRAVE),))
        case _:
            pass
    if state.strays:
        rows.append((Tap(say("button.strays"), "strays"),))
    rows.append((Tap(say("button.check_again"), "recheck"), Tap(say("button.back"), "back")))
    return tuple(rows)


def _facts(facts: Facts) -> list[Text]:
    plain = [name for name in facts.bindings if name not in facts.secrets]
    on = "on" if facts.address else "off"
    return [
        say("facts.title"),
        say("facts.code", modules=facts.modules, size=facts.size),
        say("facts.variables", names=_listed(plain)),
        say("facts.secrets", names=_listed(facts.secrets)),
        say("facts.schedules", crons=_listed(facts.schedules)),
        say(f"facts.address_{on}", domains=_listed(facts.domains)),
        say("facts.releases", count=facts.releases, last=_when(facts.last_release)),
    ]


def _when(iso: str) -> Slot:
    try:
        return Moment(int(datetime.fromisoformat(iso).timestamp()))
    except (ValueError, OverflowError, OSError):
        return iso or "–"


def _listed(names: Sequence[str]) -> str:
    """Write names in a row; a message of Telegram's must not grow too long, whatever somebody has added."""
    whole = ", ".join(names) or "–"
    return whole if len(whole) <= LONGEST_LIST else whole[: LONGEST_LIST - 1] + "…"


def confirm_overwrite(state: ConfirmOverwrite, context: Context) -> Screen:
    """A typed phrase before somebody's own code is replaced."""
    worker = context.worker(state.job.worker)
    keep = Tap(say("button.keep_code"), "back", style=Style.GOOD)
    body = say("overwrite.body", phrase=OVERWRITE_PHRASE)
    return Screen((say("overwrite.title", script=worker.script if worker else ""), body), ((keep,),))


def strays(state: Strays, _context: Context) -> Screen:
    """Workers of Soar's that Soar has no record of."""
    shown = state.strays[:SHOWN_STRAYS]
    lines = [say("strays.title"), say("strays.body", account=state.access.account.name)]
    lines += [say("strays.one", script=each.script, mode=say(f"mode.{each.mode}")) for each in shown]
    rows: list[tuple[Button, ...]] = []
    for index, each in enumerate(shown):
        rows += [
            (Tap(say("button.adopt", script=each.script), "adopt", str(index), Style.GOOD),),
            (Tap(say("button.clear", script=each.script), "clear", str(index), Style.GRAVE),),
        ]
    rows.append((Tap(say(_leave(state)), "leave", style=Style.MAIN),))
    return Screen(tuple(lines), tuple(rows))


def _leave(state: Strays) -> str:
    match state.job:
        case NewWorker():
            return "button.leave_new"
        case NewKeys() | Removal():
            return "button.leave_on"
        case Inspection():
            return "button.leave"
    assert_never(state.job)


def confirm_clear(state: ConfirmClear, _context: Context) -> Screen:
    """A typed phrase before a Worker without a record goes."""
    keep = Tap(say("button.keep_worker"), "back", style=Style.GOOD)
    body = say("destroy.body", phrase=DESTROY_PHRASE)
    return Screen((say("destroy.title", script=state.stray.script), body), ((keep,),))
