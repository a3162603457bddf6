"""Which screens have a drawn picture of the place to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.screen import Tap
from flows.states import AskKeyId, AskSecret, AskToken, MakeKey, OpenAlpaca, PickMode, State
from flows.words import say

SHOW: Final = Tap(say("button.picture"), "picture")
PICTURES: Final[Mapping[type, str]] = {
    OpenAlpaca: "sign_in",
    PickMode: "mode_switch",
    AskToken: "cloudflare_token",
    MakeKey: "api_keys_box",
    AskKeyId: "key_panel",
    AskSecret: "key_panel",
}


def picture_of(state: State) -> str | None:
    """Name a screen's picture; None when it has none."""
    return PICTURES.get(type(state))
