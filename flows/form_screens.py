"""The screens of the private form."""

from __future__ import annotations

from flows.events import Context
from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.plans import Mode
from flows.screen import Button, Link, Open, Place, Screen, Style, Tap
from flows.words import Text, say

PASTE = Tap(say("button.paste_here"), "paste")


def preparing(state: Preparing, context: Context) -> Screen:
    """The bot is put in place, step by step; a paste is good, too."""
    lines = [say("working.stopping" if state.stopping else "form.preparing")]
    if context.progress is not None:
        lines += [say(f"mark.{mark}", step=say(f"step.{step}")) for step, mark in context.progress.steps]
        lines.append(say("working.elapsed", seconds=context.progress.seconds))
    if state.stopping:
        return Screen(tuple(lines))
    return Screen((*lines, say("form.preparing_body")), ((Tap(say("button.stop"), "stop"),),))


def unready(_state: Unready, _context: Context) -> Screen:
    """It can be tried again."""
    rows = ((Tap(say("button.try_again"), "again", style=Style.MAIN),), (PASTE,))
    return Screen((say("stopped.title"), say("form.unready")), rows)


def opening(_state: Opening, context: Context) -> Screen:
    """The bot is asked for its form."""
    lines = [say("form.opening")]
    if context.progress is not None:
        lines.append(say("working.elapsed", seconds=context.progress.seconds))
    return Screen(tuple(lines))


def form_open(state: FormOpen, context: Context) -> Screen:
    """The way into the form, and what it is."""
    lines: list[Text] = [say("form.title"), say("form.body")]
    rows: list[tuple[Button, ...]] = [(_alpaca(state.job.mode),)]
    form = context.form
    if form is not None and form.app and not state.plain:
        rows.append((Open(say("button.open_form"), form.link, app=True),))
        other: tuple[Button, ...] = (Tap(say("button.plain_link"), "plain", "yes"),)
    elif form is not None:
        lines.append(say("form.code", code=form.code))
        rows.append((Open(say("button.open_form"), form.link, app=False),))
        other = (Tap(say("button.in_telegram"), "plain", "no"),) if form.app else ()
    else:
        lines, other = [say("form.title"), say("form.lost")], ()
    rows += [
        (Tap(say("button.form_done"), "done", style=Style.MAIN),),
        (Tap(say("button.new_form"), "new"), *other),
        (PASTE,),
    ]
    return Screen(tuple(lines), tuple(rows))


def form_over(state: FormOver, _context: Context) -> Screen:
    """Why it is over, and another with one tap."""
    rows = ((Tap(say("button.new_form"), "new", style=Style.MAIN),), (PASTE,))
    return Screen((say("form.over_title"), say(f"form.{state.why.removeprefix('form_')}")), rows)


def _alpaca(mode: Mode) -> Link:
    return Link(say(f"button.alpaca_{mode}"), Place.ALPACA_PAPER if mode is Mode.PAPER else Place.ALPACA_LIVE)
