"""The moment before a Worker is taken away, in which one may still think better of it."""

from __future__ import annotations

from flows.effects import CancelOperation, Move
from flows.events import Context, Ended
from flows.keys import take_away
from flows.screen import Screen, Style, Tap
from flows.states import Home, Leaving
from flows.trouble import trouble
from flows.words import say


def undo(state: Leaving, _argument: str = "", _context: Context | None = None) -> Move:
    """Leave the Worker where it is."""
    stop = CancelOperation(state.operation)
    return Move(Home(state.job.worker), (stop,), notice=say("notice.kept_worker"))


def ended(state: Leaving, event: Ended, context: Context) -> Move:
    """The moment is over: take the Worker away. Anything else leaves it where it is."""
    if event.code == "over":
        return take_away(state.job, state.access, context)
    notice = say("notice.kept_worker") if event.code == "cancelled" else trouble(event.code, dict(event.data))
    return Move(Home(state.job.worker), notice=notice)


def leaving(state: Leaving, context: Context) -> Screen:
    """What is about to happen, and the way out of it."""
    worker = context.worker(state.job.worker)
    lines = [say("leaving.title", script=worker.script if worker else ""), say("leaving.body")]
    if context.progress is not None:
        lines.append(say("working.elapsed", seconds=context.progress.seconds))
    return Screen(tuple(lines), ((Tap(say("button.undo"), "undo", style=Style.GOOD),),))
