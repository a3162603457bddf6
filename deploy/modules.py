"""Reads a Worker's modules back from Cloudflare's multipart answer, byte for byte."""

from __future__ import annotations

import re

from deploy.errors import Unreachable
from deploy.template import MAIN_MODULE, Module
from deploy.wire import Answer

_BOUNDARY = re.compile(r"""boundary=(?:"([^"]+)"|([^\s;]+))""", re.IGNORECASE)
_NAME = re.compile(rb"""\bname=(?:"([^"]*)"|([^\s;]+))""", re.IGNORECASE)


def read_modules(answer: Answer) -> tuple[Module, ...]:
    """Take the answer apart; a script without modules comes as it is and counts as a main module.

    Raises Unreachable when it cannot be read: then nothing can be said about the code.
    """
    if not answer.content_type.lower().startswith("multipart/"):
        return (Module(MAIN_MODULE, answer.body),)
    found = _BOUNDARY.search(answer.content_type)
    if found is None:
        raise Unreachable("Cloudflare's answer with the modules names no boundary")
    mark = b"\r\n--" + (found[1] or found[2]).encode()
    pieces = (b"\r\n" + answer.body).split(mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004
        raise Unreachable("Cloudflare's answer with the modules has no end")
    return tuple(_module(piece) for piece in pieces[1:-1])


def _module(piece: bytes) -> Module:
    head, gap, content = piece.partition(b"\r\n\r\n")
    name = _NAME.search(head)
    if not gap or name is None:
        raise Unreachable("a part of Cloudflare's answer with the modules has no name")
    return Module((name[1] or name[2] or b"").decode("utf-8", "replace"), content)
