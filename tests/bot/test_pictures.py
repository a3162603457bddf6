"""The drawn pictures: every place has one, small enough for a slow line, with words for those who cannot see it."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from bot.pictures.places import PICTURES, picture
from bot.texts.places import WHERE
from bot.texts.render import render
from flows.languages import Language
from flows.pictures import PICTURES as SCREENS
from flows.words import say

LARGEST = 150_000  # bytes
LONGEST_CAPTION = 1024  # https://core.telegram.org/bots/api#sendphoto


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_small_png_that_is_not_blank(name: str) -> None:
    drawn = picture(name)
    assert len(drawn) < LARGEST
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    assert image.size == (720, 480)
    assert len(image.getcolors(1 << 20) or ()) > 8


@pytest.mark.parametrize("name", PICTURES)
def test_its_mark_is_told_from_what_is_around_it_by_lightness_alone(name: str) -> None:
    grey = Image.open(io.BytesIO(picture(name))).convert("L")
    histogram = grey.histogram()
    assert sum(histogram[240:]) > 0.05 * 720 * 480  # paper
    assert sum(histogram[60:130]) > 0.05 * 720 * 480  # desk and marks


def test_every_screen_with_a_picture_has_one_and_every_picture_a_screen() -> None:
    assert set(SCREENS.values()) == set(PICTURES) == {name.removeprefix("where.") for name in WHERE}


@pytest.mark.parametrize("name", PICTURES)
def test_a_caption_fits_and_says_what_is_in_the_picture(name: str) -> None:
    caption = render(say(f"where.{name}"), Language.ENGLISH)
    assert len(re.sub(r"<[^>]+>", "", caption)) <= LONGEST_CAPTION
    assert "In the picture:" in caption
    assert caption.count("\n• ") >= 2
