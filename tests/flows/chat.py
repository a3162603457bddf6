"""The road under test: pasted tokens and keys, and the ends of its work."""

from __future__ import annotations

from typing import Self

from flows.events import Json, Kind, Pasted
from flows.states import Connecting, Destroying, Held, Home, Leaving, Working
from tests.flows.talk import NOW, PAPER, Talk

__all__ = ("NOW", "PAPER", "Chat", "to_keep", "to_keys", "to_token", "to_work")

WORK = {Connecting: "connect", Working: "deploy", Leaving: "grace", Destroying: "destroy", Home: "status"}


class Chat(Talk):
    """A talk that knows by its state which work has ended."""

    def pastes(self, *kinds: Kind, problem: str = "", lasting: int = 900) -> Self:
        found = tuple((kind, Held(f"t-{kind}-{self.count}", self.now + lasting, "4F2A")) for kind in kinds)
        return self.feel(Pasted(found, problem))

    def ends(self, code: str, **data: Json) -> Self:
        return self.hears(WORK.get(type(self.state), "status"), code, **data)


def to_token(mode: str = "paper") -> Chat:
    chat = Chat().taps("begin").taps("next").taps("mode", mode).taps("watch").taps("agree")
    return chat.says("trade live") if mode == "live" else chat


def to_keep(mode: str = "paper") -> Chat:
    chat = to_token(mode).pastes(Kind.TOKEN, lasting=3600)
    return chat.ends("connected", account="acc", account_name="Ann's account", subdomain="ann")


def to_keys(mode: str = "paper") -> Chat:
    return to_keep(mode).taps("keep", "yes").taps("next")


def to_work(mode: str = "paper") -> Chat:
    return to_keys(mode).pastes(Kind.KEY_ID).pastes(Kind.SECRET)
