"""What the guard costs: every update of every chat is judged before anything else happens to it."""

from __future__ import annotations

import timeit
from typing import Final

from bot.intake.guard import judge

ROUNDS: Final = 2000
TALK: Final = "Hello, I am not sure which mode to pick: what is the difference, and can I change it later?"
PASTE: Final = "APCA-API-KEY-ID: PKTESTTESTTESTTEST00\nAPCA-API-SECRET-KEY: " + "aB3dE5gH" * 5


def guard_costs() -> list[tuple[str, float]]:
    """Give microseconds for judging one message of each sort, the best of ten rounds."""
    return [(name, _microseconds(text)) for name, text in (("talk", TALK), ("a pasted pair", PASTE))]


def _microseconds(text: str) -> float:
    update = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 7}, "from": {"id": 7}, "text": text}}
    best = min(timeit.repeat(lambda: judge(update, expecting_secret=False), number=ROUNDS, repeat=10))
    return 1e6 * best / ROUNDS
