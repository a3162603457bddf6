"""Which screens have drawn pictures of the places to look at: one for each place, and a button for each picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.forming import FormOpen
from flows.screen import Button, Tap
from flows.states import AskKeyId, AskSecret, AskToken, MakeKey, OpenAlpaca, PickMode, State
from flows.words import say

PICTURES: Final[Mapping[type, tuple[str, ...]]] = {
    OpenAlpaca: ("sign_in",),
    PickMode: ("mode_switch",),
    AskToken: ("cloudflare_token",),
    MakeKey: ("api_keys_box", "generate_key"),
    AskKeyId: ("key_id",),
    AskSecret: ("secret",),
    FormOpen: ("generate_key", "key_panel"),
}


def pictures_of(state: State) -> tuple[str, ...]:
    """Name a screen's pictures; none for most."""
    return PICTURES.get(type(state), ())


def picture_of(state: State, wanted: str = "") -> str | None:
    """Name the picture of a screen that is wanted, else its first; None when it has none."""
    names = pictures_of(state)
    return wanted if wanted in names else next(iter(names), None)


def showing(state: State) -> tuple[tuple[Button, ...], ...]:
    """Give the row of buttons that show a screen's pictures; where there are several, each says which."""
    match pictures_of(state):
        case ():
            return ()
        case (_,):
            return ((Tap(say("button.picture"), "picture"),),)
        case names:
            return (tuple(Tap(say(f"button.picture_{name}"), "picture", name) for name in names),)
