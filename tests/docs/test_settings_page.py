"""The page of settings lists each of them, with its default."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
ROWS = dict(re.findall(r"^\| `(SOAR_\w+)` \| ([^|]*) \|", PAGE, re.MULTILINE))


def test_it_lists_all_settings_and_no_other() -> None:
    assert set(ROWS) == {f"SOAR_{name.upper()}" for name in Settings.model_fields} | {"SOAR_SECRETS_DIR"}


def test_the_defaults_it_names_are_the_real_ones() -> None:
    named = {name: match[1] for name, told in ROWS.items() if (match := re.fullmatch(r"`([^`]*)`", told.strip()))}
    assert len(named) > 7
    real = {f"SOAR_{name.upper()}": _written(field.default) for name, field in Settings.model_fields.items()}
    assert {name: real[name] for name in named} == named


def _written(default: object) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)
