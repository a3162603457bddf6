"""Says loudly that somebody else seems to use the bot's token: who has it reads every key that is pasted."""

from __future__ import annotations

import logging
from typing import Final

log = logging.getLogger(__name__)
ADVICE: Final = (
    "if it was not you who started a second Soar or changed the webhook, "
    "replace the token with @BotFather now (ops/runbook.md, 'The bot's token is stolen')"
)


def suspect(sign: str) -> None:
    """Log a sign: `poll` (somebody else fetches updates) or `webhook` (they were led elsewhere)."""
    log.critical("SOMEBODY ELSE USES THE BOT'S TOKEN", extra={"sign": sign, "do": ADVICE})
