"""The chat's settings: which news it wants, its daily summary, its quiet hours and its time zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from flows.effects import KeepNotices, Move
from flows.events import Context
from flows.notices import KINDS, ZONES, Notices, offset_words
from flows.screen import Button, Screen, Style, Tap
from flows.states import State
from flows.words import City, Text, say

HOURS: Final = tuple(range(24))
PER_ROW, ZONES_SHOWN = 6, 8
MOST_WORKERS: Final = 2
OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What this chat is told, and when."""

    chosen: Notices
    back: State


@dataclass(frozen=True, slots=True)
class PickSummary:
    """The hour of the daily summary."""

    chosen: Notices
    back: State


@dataclass(frozen=True, slots=True)
class PickQuiet:
    """When quiet hours begin, then when they end."""

    chosen: Notices
    back: State
    start: int | None = None


@dataclass(frozen=True, slots=True)
class PickZone:
    """Where the user's clock stands."""

    chosen: Notices
    back: State
    page: int = 0


Setting: TypeAlias = "Preferences | PickSummary | PickQuiet | PickZone"


def kept(state: Setting, chosen: Notices) -> Move:
    """Go back to the overview with something changed, which is kept at once."""
    return Move(Preferences(chosen, state.back), (KeepNotices(chosen),))


def overview(state: Setting) -> State:
    """Give the overview that a question belongs to."""
    return Preferences(state.chosen, state.back)


def kind_tapped(state: Preferences, argument: str, _context: Context) -> Move:
    """Silence a kind of news, or let it speak again."""
    return kept(state, state.chosen.flipped(argument)) if argument in KINDS else Move(state)


def asked(state: Preferences, argument: str, _context: Context) -> Move:
    """One of the questions of its own."""
    questions = {"summary": PickSummary, "quiet": PickQuiet, "zone": PickZone}
    question = questions.get(argument)
    return Move(question(state.chosen, state.back) if question else state)


def summary_tapped(state: PickSummary, argument: str, _context: Context) -> Move:
    """The hour of the summary, or none. Raises ValueError for anything else."""
    return kept(state, replace(state.chosen, summary=None if argument == OFF else _hour(argument)))


def quiet_tapped(state: PickQuiet, argument: str, _context: Context) -> Move:
    """First the hour at which it gets quiet, then the one at which it ends. Raises ValueError for anything else."""
    if argument == OFF:
        return kept(state, replace(state.chosen, quiet_from=None, quiet_to=None))
    hour = _hour(argument)
    if state.start is None:
        return Move(replace(state, start=hour))
    if hour == state.start:
        return Move(state, toast=say("toast.same_hour"))
    return kept(state, replace(state.chosen, quiet_from=state.start, quiet_to=hour))


def quiet_back(state: PickQuiet) -> State:
    """Ask for the beginning again, or go to the overview."""
    return overview(state) if state.start is None else replace(state, start=None)


def zone_tapped(state: PickZone, argument: str, _context: Context) -> Move:
    """The zone. Raises IndexError for one that is not in the list."""
    return kept(state, replace(state.chosen, zone=ZONES[_index(argument)]))


def zone_page(state: PickZone, argument: str, _context: Context) -> Move:
    """Another page of zones."""
    return Move(replace(state, page=min(_index(argument), (len(ZONES) - 1) // ZONES_SHOWN)))


def _index(argument: str) -> int:
    number = int(argument)
    if number < 0:
        raise IndexError(argument)
    return number


def _hour(argument: str) -> int:
    return HOURS[_index(argument)]


def preferences(state: Preferences, context: Context) -> Screen:
    """What is told, and when; each kind is a button."""
    chosen = state.chosen
    kinds = tuple(
        (Tap(say(f"button.news_{'on' if chosen.wants(kind) else 'off'}", kind=say(f"news.kind_{kind}")), "kind", kind),)
        for kind in KINDS
    )
    rows: tuple[tuple[Button, ...], ...] = (
        *kinds,
        (Tap(say("button.summary"), "ask", "summary"), Tap(say("button.quiet"), "ask", "quiet")),
        (Tap(say("button.zone"), "ask", "zone"), Tap(say("button.languages"), "languages")),
        *(((Tap(say("button.tune"), "plan"), Tap(say("button.token_kept"), "token")),) if context.workers else ()),
        (Tap(say("button.back_to"), "back", style=Style.MAIN),),
    )
    return Screen((say("settings.title"), say("settings.body"), *_hours_words(chosen), *_tokens(context)), rows)


def _tokens(context: Context) -> tuple[Text, ...]:
    """Say of each Worker, as far as there is room, whether it keeps a Cloudflare token."""
    return tuple(
        say("settings.token_kept" if worker.holds_token else "settings.token_asked", script=worker.script)
        for worker in context.workers[:MOST_WORKERS]
    )


def _hours_words(chosen: Notices) -> tuple[Text, ...]:
    summary = (
        say("settings.summary_off") if chosen.summary is None else say("settings.summary_at", at=clock(chosen.summary))
    )
    if chosen.quiet_from is None or chosen.quiet_to is None:
        quiet = say("settings.quiet_off")
    else:
        quiet = say("settings.quiet_at", start=clock(chosen.quiet_from), end=clock(chosen.quiet_to))
    return (summary, quiet, say("settings.clock", zone=City(chosen.zone)))


def pick_summary(state: PickSummary, _context: Context) -> Screen:
    """The hours of a day."""
    off = (Tap(say("button.no_summary"), "hour", OFF),)
    body = say("settings.summary_body", zone=City(state.chosen.zone))
    return Screen((say("settings.summary_title"), body), (*_hours(state.chosen.summary), off, _BACK))


def pick_quiet(state: PickQuiet, _context: Context) -> Screen:
    """The hours of a day, twice."""
    if state.start is not None:
        lines = (say("settings.quiet_title_to", start=clock(state.start)), say("settings.quiet_body_to"))
        return Screen(lines, (*_hours(state.chosen.quiet_to), _BACK))
    off = (Tap(say("button.no_quiet"), "hour", OFF),)
    lines = (say("settings.quiet_title"), say("settings.quiet_body", zone=City(state.chosen.zone)))
    return Screen(lines, (*_hours(state.chosen.quiet_from), off, _BACK))


def pick_zone(state: PickZone, context: Context) -> Screen:
    """A page of zones, each with its distance from UTC."""
    first = state.page * ZONES_SHOWN
    rows: list[tuple[Button, ...]] = [
        (Tap(say("button.zone_at", zone=City(zone), offset=offset_words(zone, context.now)), "zone", str(number)),)
        for number, zone in list(enumerate(ZONES))[first : first + ZONES_SHOWN]
    ]
    turns = []
    if state.page:
        turns.append(Tap(say("button.earlier"), "page", str(state.page - 1)))
    if first + ZONES_SHOWN < len(ZONES):
        turns.append(Tap(say("button.more"), "page", str(state.page + 1)))
    return Screen((say("settings.zone_title"), say("settings.zone_body")), (*rows, tuple(turns), _BACK))


_BACK: Final[tuple[Button, ...]] = (Tap(say("button.back"), "back"),)


def _hours(chosen: int | None) -> tuple[tuple[Button, ...], ...]:
    taps = [
        Tap(say("button.plain", text=clock(hour)), "hour", str(hour), Style.MAIN if hour == chosen else Style.PLAIN)
        for hour in HOURS
    ]
    return tuple(tuple(taps[first : first + PER_ROW]) for first in range(0, len(taps), PER_ROW))


def clock(hour: int) -> str:
    """Write a full hour as on a clock."""
    return f"{hour:02}:00"
