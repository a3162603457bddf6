"""What a Worker refuses, in the conversation's words."""

from __future__ import annotations

import pytest

from bot.operations.trading import refusal
from deploy.commands import UNKNOWN_COMMAND
from deploy.errors import WorkerRefused
from flows.trouble import KNOWN_CODES


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (UNKNOWN_COMMAND, "worker_outdated"),
        ("market_closed", "market_closed"),
        ("beyond_ceiling", "beyond_ceiling"),
        ("bad_plan", "worker_refused"),
    ],
)
def test_a_refusal_has_its_own_words(reason: str, code: str) -> None:
    outcome = refusal(WorkerRefused(reason, "A sentence.", status=400))
    assert outcome.code == code
    assert code in KNOWN_CODES
    assert outcome.data["detail"] == "A sentence."
