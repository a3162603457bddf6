"""What is rarely needed of a Worker: its open orders, its shares, the lock of the account, its books."""

from __future__ import annotations

from flows import keeping
from flows.dealings import lines
from flows.effects import Move, StartOperation
from flows.events import Context, Ended
from flows.footing import ask, beneath
from flows.states import Done, Home, State
from flows.tended import ConfirmAct, ConfirmClose, Toolbox
from flows.trouble import trouble
from flows.words import say

CONFIRMED = ("cancel_orders", "lock", "unlock")


def chart_tapped(state: Home | Done, _argument: str, context: Context) -> Move:
    """Have the chart drawn."""
    return do(state, "chart", state.worker, context)


def toolbox_tapped(state: Home | Done, _argument: str, context: Context) -> Move:
    """Open the toolbox."""
    worker = context.worker(state.worker)
    return Move(Toolbox(worker.id, state)) if worker else Move(state, notice=say("notice.no_worker"))


def tool_tapped(state: Toolbox, argument: str, context: Context) -> Move:
    """One of the tools."""
    return do(state, argument, state.worker, context)


def do(state: State, name: str, worker_id: str | None, context: Context) -> Move:
    """Do it, or ask first where it costs or blocks something."""
    worker = context.worker(worker_id)
    if worker is None:
        return Move(state, notice=say("notice.no_worker"))
    if name in CONFIRMED:
        return Move(ConfirmAct(worker.id, worker.mode, name, state))
    if name == "close":
        preview = StartOperation(context.fresh_id, "preview", {"worker": worker.id})
        return Move(ConfirmClose(worker.id, worker.mode, beneath(state), context.fresh_id), (preview,))
    return ask(beneath(state), name, worker.id, context)


def confirmed(state: ConfirmAct | ConfirmClose, _argument: str, context: Context) -> Move:
    """The user has seen what it means and goes on."""
    if isinstance(state, ConfirmAct):
        if state.act == keeping.TAKE:
            return keeping.confirmed(state, context)
        return ask(beneath(state), state.act, state.worker, context)
    if state.operation is not None or not state.orders or state.remark:
        return Move(state)
    return ask(beneath(state), "close", state.worker, context)


def previewed(state: ConfirmClose, event: Ended, _context: Context) -> Move:
    """Show what would be sold."""
    data = dict(event.data)
    orders = data.get("orders")
    if event.code != "preview":
        return Move(state.back, notice=trouble(event.code, data))
    if not isinstance(orders, list) or not orders:
        return Move(state.back, notice=say("notice.nothing_to_sell"))
    total, remark = str(data.get("total") or ""), str(data.get("remark") or "")
    return Move(ConfirmClose(state.worker, state.mode, state.back, None, lines(orders), total, remark))
