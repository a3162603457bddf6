"""The security page names, behind each claim, the test that shows it."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "security.md").read_text()


def test_every_test_it_names_is_there() -> None:
    named = set(re.findall(r"tests/[\w/]+\.py", PAGE))
    assert len(named) > 20
    assert not [name for name in named if not (HOUSE / name).is_file()]


def test_every_way_in_which_it_is_kept_has_one() -> None:
    kept = PAGE.partition("## How it is kept")[2].partition("\n## ")[0]
    ways = kept.split("\n- **")[1:]
    assert len(ways) > 8
    assert not [way.partition("**")[0] for way in ways if "`tests/" not in way]
