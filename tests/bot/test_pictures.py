"""The drawn pictures: every place has one, small enough for a slow line, with words for those who cannot see it."""

from __future__ import annotations

import io
import re
from itertools import chain

import pytest
from PIL import Image, ImageColor

from bot.pictures import canvas
from bot.pictures.places import PICTURES, picture
from bot.texts.layout import MOST_WORDS, words_in
from bot.texts.places import WHERE
from bot.texts.render import label, render
from flows.languages import Language
from flows.pictures import PICTURES as SCREENS
from flows.pictures import picture_of, showing
from flows.plans import Mode, Watch
from flows.screen import Tap
from flows.states import AskKeyId, MakeKey, NewWorker, OwnToken, Welcome
from flows.words import say

LARGEST = 150_000  # bytes
LONGEST_CAPTION = 1024  # https://core.telegram.org/bots/api#sendphoto
# What everybody calls the two things there are to look at.
DEVICES = {
    Language.ENGLISH: ("phone", "computer"),
    Language.SPANISH: ("teléfono", "computadora"),
    Language.PORTUGUESE: ("celular", "computador"),
    Language.GERMAN: ("Handy", "Computer"),
    Language.RUSSIAN: ("телефон", "компьютер"),
    Language.CHINESE: ("手机", "电脑"),
    Language.ARABIC: ("الهاتف", "الحاسوب"),
}
CHATS = ("#ffffff", "#17212b", "#000000")  # backgrounds of Telegram's light and dark looks


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


def contrast(one: str, other: str) -> float:
    """WCAG's contrast, from 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in ImageColor.getrgb(colour)[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("shape", "ground", "least"),
    [
        (canvas.INK, canvas.PAPER, 4.5),
        (canvas.INK, canvas.WHITE, 4.5),
        (canvas.WHITE, canvas.MAIN, 4.5),
        (canvas.SOFT, canvas.WHITE, 4.5),
        (canvas.SOFT, canvas.FAINT, 4.5),
        (canvas.WHITE, canvas.MARK, 3.0),  # large numbers
        (canvas.MARK, canvas.PAPER, 3.0),
        (canvas.WHITE, canvas.DESK, 3.0),
        (canvas.PAPER, canvas.INK, 3.0),
        *((canvas.DESK, chat, 2.5) for chat in CHATS),  # where the picture ends, which carries no meaning
    ],
)
def test_it_is_readable_on_light_and_dark(shape: str, ground: str, least: float) -> None:
    assert contrast(shape, ground) >= least


def test_every_screen_with_a_picture_has_one_and_every_picture_a_screen() -> None:
    assert set(chain(*SCREENS.values())) == set(PICTURES) == {name.removeprefix("where.") for name in WHERE}


def test_no_two_steps_of_the_road_share_a_picture() -> None:
    steps = [name for screen, names in SCREENS.items() if screen.__name__ != "FormOpen" for name in names]
    assert len(steps) == len(set(steps)) == 7


def test_a_screen_with_two_pictures_has_a_button_for_each_that_says_which() -> None:
    job = NewWorker(Mode.PAPER, Watch(), "a" * 16)
    make = MakeKey(job, OwnToken())
    ((box, button),) = showing(make)
    assert isinstance(box, Tap)
    assert isinstance(button, Tap)
    assert (picture_of(make, box.argument), picture_of(make, button.argument)) == ("api_keys_box", "generate_key")
    assert picture_of(make) == picture_of(make, "of_tomorrow") == "api_keys_box"
    for language in Language:
        assert label(box.label, language) != label(button.label, language)
    assert len(showing(AskKeyId(job, OwnToken()))) == 1
    assert showing(Welcome()) == ()
    assert picture_of(Welcome()) is None


@pytest.mark.parametrize("name", PICTURES)
def test_a_caption_fits_and_says_what_is_in_the_picture(name: str) -> None:
    caption = render(say(f"where.{name}"), Language.ENGLISH)
    assert len(re.sub(r"<[^>]+>", "", caption)) <= LONGEST_CAPTION
    assert "In the picture:" in caption


@pytest.mark.parametrize("language", Language)
def test_a_caption_is_short_names_phone_and_computer_and_gives_two_or_three_reasons(language: Language) -> None:
    for name in PICTURES:
        caption = render(say(f"where.{name}"), language)
        hint, _, folded = caption.partition("<blockquote expandable>")
        hint, _, _ = hint.partition("<i>")
        assert [each for each in DEVICES[language] if each not in hint] == [], name
        assert 2 <= folded.count("\n• ") <= 3, name
        assert words_in(caption) <= MOST_WORDS, name
