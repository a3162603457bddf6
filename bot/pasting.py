"""Makes an event of a message that held a secret: each value found is sealed, what is wrong is named."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from bot.intake.guard import Verdict, Why
from bot.intake.paste import Paste, read_paste
from bot.intake.problems import Expecting, Problem
from bot.storage import tickets
from bot.tickets import Tickets
from deploy.secret import Secret
from flows.events import Kind, Pasted
from flows.plans import Mode
from flows.states import Held

# What the conversation has words for; anything else is "found nothing".
NAMED: Final = frozenset({
    "too_short", "too_long", "strange_character", "masked", "looks_cut", "several_keys", "global_api_key", "bot_token",
    "broker_key", "other_id", "email",
})  # fmt: skip


def expectation(asks: AbstractSet[Kind]) -> Expecting | None:
    """Say to the reader of pastes what is awaited."""
    if Kind.TOKEN in asks:
        return Expecting.CLOUDFLARE_TOKEN
    if asks == {Kind.SECRET}:
        return Expecting.SECRET
    return Expecting.KEY_PAIR if asks else None


def paste_event(
    verdict: Verdict, chat_id: int, asks: AbstractSet[Kind], sealer: Tickets
) -> tuple[Pasted, tuple[tickets.Ticket, ...]]:
    """Read a deleted message's text; returns the event and the rows to store with it."""
    paste = read_paste(verdict.text.reveal() if verdict.text else "", expecting=expectation(asks))
    found: list[tuple[Kind, Held]] = []
    rows: list[tickets.Ticket] = []
    for kind, secret in _values(paste):
        looks = Mode(paste.mode_hint) if paste.mode_hint and kind is Kind.KEY_ID else None
        held, row = sealer.seal(chat_id, kind, secret, looks)
        found.append((kind, held))
        rows.append(row)
    unread = verdict.why is Why.FILE and not found
    return Pasted(tuple(found), "file" if unread else _problem(paste.problems)), tuple(rows)


def _values(paste: Paste) -> list[tuple[Kind, Secret]]:
    pairs = ((Kind.KEY_ID, paste.key_id), (Kind.SECRET, paste.secret), (Kind.TOKEN, paste.cloudflare_token))
    return [(kind, secret) for kind, secret in pairs if secret is not None]


def _problem(problems: tuple[Problem, ...]) -> str:
    names = [problem.name.lower() for problem in problems]
    return next((name for name in names if name in NAMED), "")
