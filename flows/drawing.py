"""Draws the conversation from its table: one page of Markdown with a diagram, which a test keeps true."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from flows.codec import Dialog, dump
from flows.events import Context, Ended, Event, Json, Pasted, Said, Tapped
from flows.forming import FormOpen, Opening, Preparing
from flows.machine import advance, view
from flows.screen import Tap
from flows.states import Connecting, Done, Gone, Held, Home, State, Welcome
from flows.table import TABLE, Row, row_of

HEAD = """# The conversation

Generated from `flows/table.py` by `python -m flows.drawing`; a test keeps it up to date.

Every screen with a *cancel* also has Help, and Back where a way back is given. `/start` comes back to any of them,
`/help`, `/security`, `/privacy` and `/settings` open over any of them, and `/status`, `/pause`, `/resume` and
`/destroy` work from everywhere but running work. *Strict* screens delete every message but commands and plain talk,
because a secret is awaited or held. The diagram below shows the road of a first set-up; it was walked, not drawn by
hand.

| step | state | what it is | answers | takes | strict | back | cancel |
|---|---|---|---|---|---|---|---|
"""


def table() -> str:
    """Give the page's table."""
    return "".join(_line(row) for row in TABLE)


def _line(row: Row[Any]) -> str:
    said = inspect.getdoc(row.state) or ""
    answers = (
        [f"`{name}`" for name in row.taps]
        + (["typed text"] if row.said else [])
        + (["end of work"] if row.ended else [])
    )
    cells = (
        str(row.step or ""),
        row.state.__name__,
        said.split("\n")[0],
        ", ".join(answers),
        ", ".join(sorted(str(kind) for kind in row.asks)),
        _tick(row.strict),
        _tick(row.back is not None),
        _tick(row.cancel),
    )
    return f"| {' | '.join(cells)} |\n"


def _tick(holds: bool) -> str:  # noqa: FBT001  (one value, one cell)
    return "yes" if holds else ""


def arrows() -> dict[tuple[str, str], set[str]]:
    """Walk the conversation: do all that each screen offers, and note where it leads."""
    found: dict[tuple[str, str], set[str]] = {}
    seen: set[str] = set()
    waiting: list[State] = [Welcome()]
    while waiting:
        state = waiting.pop()
        for name, event in _events(state):
            after = advance(state, event, CONTEXT).state
            source, target = type(state).__name__, type(after).__name__
            if source != target and target not in ASIDE:
                found.setdefault((source, target), set()).add(name)
            if dump(Dialog(after)) not in seen and not isinstance(after, Home | Done | Gone) and target not in ASIDE:
                seen.add(dump(Dialog(after)))
                waiting.append(after)
    return found


def _events(state: State) -> Iterator[tuple[str, Event]]:
    row = row_of(state)
    for button in (each for line in view(Dialog(state), CONTEXT).rows for each in line if isinstance(each, Tap)):
        if button.action in row.taps:
            yield button.action, Tapped(button.action, button.argument)
    if row.said:
        yield from (("typed", Said(words)) for words in ("VTI", "10", "TRADE LIVE", "DESTROY"))
    if row.asks:
        found = tuple((kind, Held(f"a {kind}", CONTEXT.now + 3600)) for kind in sorted(row.asks))
        yield from (("pasted", Pasted(part)) for part in (found, found[:1], found[1:]))
    if row.ended:
        operation = getattr(state, "operation", "")
        kind = KINDS.get(type(state), "deploy")
        yield from ((code, Ended(operation, kind, code, DATA)) for code in CODES[kind])


CONTEXT = Context(0, "0" * 16)
ASIDE = {"Reading", "ConfirmCancel", "ConfirmForget"}
KINDS = {Connecting: "connect", Preparing: "prepare", Opening: "form", FormOpen: "keys"}
CODES = {
    "prepare": ("prepared", "token_expired", "not_answering", "cancelled"),
    "form": ("form_open", "worker_outdated", "worker_unreachable"),
    "keys": ("connected", "form_expired"),
    "connect": ("connected", "pick_account", "account_id_needed", "no_name", "token_invalid"),
    "deploy": ("deployed", "wrong_pair", "other_mode", "token_expired", "cron_limit"),
}
DATA: dict[str, Json] = {
    "account": "1",
    "account_name": "one",
    "subdomain": "ann",
    "suggestion": "ann",
    "accounts": [["1", "one"], ["2", "two"]],
}


def diagram() -> str:
    """Give the arrows as a Mermaid state diagram."""
    lines = [f"    {source} --> {target}: {', '.join(sorted(names))}" for (source, target), names in arrows().items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> Welcome", *sorted(lines), "```", ""])


def page() -> str:
    """Give the whole page."""
    return f"{HEAD}{table()}\n{diagram()}"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
