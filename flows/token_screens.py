"""The screens about the Cloudflare token that a Worker keeps."""

from __future__ import annotations

from flows.events import Context
from flows.kept import ChangingToken, TokenCard
from flows.screen import Button, Link, Place, Screen, Style, Tap
from flows.screens import progress
from flows.words import say


def token_card(state: TokenCard, context: Context) -> Screen:
    """Whether it keeps one, and what can be changed about it."""
    worker = context.worker(state.worker)
    last: tuple[Button, ...] = (Tap(say("button.about_token"), "more"), Tap(say("button.back"), "back"))
    if worker is None:
        return Screen((say("home.none"),), (last,))
    title = say("kept.title", script=worker.script)
    if worker.holds_token:
        other, take = Tap(say("button.other_token"), "give"), Tap(say("button.do_take_token"), "take")
        return Screen((title, say("kept.yes")), ((other,), (take,), last))
    give = (Tap(say("button.give_token"), "give", style=Style.PLAIN if state.taken else Style.MAIN),)
    if not state.taken:
        return Screen((title, say("kept.no")), (give, last))
    return Screen((title, say("kept.gone")), ((Link(say("button.tokens"), Place.CLOUDFLARE_TOKENS),), give, last))


def changing_token(state: ChangingToken, context: Context) -> Screen:
    """The work, step by step."""
    return Screen((say("atwork.give_token" if state.job.keep else "atwork.take_token"), *progress(context)))
