"""The transcripts and pictures in docs/ show what happens."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from bot.pictures.places import PICTURES, picture
from flows.languages import Language
from tests.showcase.__main__ import DOCS, pages, stale
from tests.showcase.road import spoken, walked
from tests.showcase.vector import drawn_as

SHORT = [each for each in (Language.ENGLISH, Language.ARABIC) if each in spoken()]
LONG = [each for each in spoken() if each not in SHORT]
LARGEST = 60_000


async def are_true(languages: list[Language]) -> None:
    walkers = await walked(languages)
    assert [str(file) for file in stale(pages(walkers))] == [], "run: make showcase"


@pytest.mark.asyncio
async def test_english_and_what_is_written_from_right_to_left() -> None:
    await are_true(SHORT)


@pytest.mark.long
@pytest.mark.asyncio
async def test_every_other_language() -> None:
    await are_true(LONG)


def test_every_language_has_a_page_and_no_other() -> None:
    assert {file.stem for file in (DOCS / "transcripts").glob("*.md")} == {str(each) for each in spoken()}


def test_the_pictures_are_small_text_that_needs_nothing_from_elsewhere() -> None:
    files = list((DOCS / "pictures").iterdir())
    assert len(files) > 4
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert len(text.encode()) < LARGEST
        ET.fromstring(text)  # noqa: S314  (our own)
        assert not re.search(r"href|src=|url\(|@import|<script|https?:", re.sub(r'xmlns="[^"]*"', "", text)), file.name


def test_the_readme_shows_pictures_that_exist() -> None:
    shown = re.findall(r'(?:src="|\]\()(docs/pictures/[^")]+)', (DOCS.parent / "README.md").read_text())
    assert len(shown) >= 3
    assert all((DOCS.parent / name).exists() for name in shown)


@pytest.mark.parametrize("name", PICTURES)
def test_each_drawn_place_has_its_vectors(name: str) -> None:
    root = ET.fromstring(drawn_as(picture(name)))  # noqa: S314  (our own)
    assert len(root) > 8
