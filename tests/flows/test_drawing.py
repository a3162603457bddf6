"""The page that shows the conversation is the conversation."""

from __future__ import annotations

from pathlib import Path

from flows.drawing import arrows, page
from flows.table import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "conversation.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run: .venv/bin/python -m flows.drawing > docs/conversation.md"


def test_every_state_of_the_road_is_reached_by_walking() -> None:
    reached = {target for _, target in arrows()} | {"Welcome"}
    assert reached >= {row.state.__name__ for row in TABLE if row.step}
