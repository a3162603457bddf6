"""Every message that the conversation can name has its wording, and every wording with a slot gets it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.texts.catalogue import CATALOGUE
from bot.texts.plural import Plural
from flows.trouble import KNOWN_CODES

FLOWS = Path(__file__).parents[2] / "flows"


def named() -> list[tuple[str, frozenset[str]]]:
    """List what `say` is called with where it is a plain text."""
    found = []
    for path in sorted(FLOWS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"):
                continue
            first = node.args[0]
            choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            slots = frozenset(keyword.arg or "**" for keyword in node.keywords)
            found += [
                (each.value, slots)
                for each in choices
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
    return found


@pytest.mark.parametrize(("message", "slots"), named())
def test_what_is_said_has_a_wording(message: str, slots: frozenset[str]) -> None:
    found = CATALOGUE[message]
    wording = found.other if isinstance(found, Plural) else found
    wanted = {part.split("}")[0] for part in wording.split("{")[1:]}
    assert not isinstance(found, Plural) or found.counted in wanted
    assert wanted <= slots or "**" in slots


@pytest.mark.parametrize("code", sorted(KNOWN_CODES))
def test_every_known_trouble_has_a_wording(code: str) -> None:
    assert CATALOGUE[f"error.{code}"]
