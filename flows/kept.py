"""Where a conversation can be about the Cloudflare token that a Worker keeps, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.jobs import Access, Keeping

if TYPE_CHECKING:
    from flows.states import State


@dataclass(frozen=True, slots=True)
class TokenCard:
    """Whether a Worker keeps a Cloudflare token, what that means, and the change that is possible.

    `taken` says that one was taken away just now; it is still good at Cloudflare.
    """

    worker: str
    back: State
    taken: bool = False


@dataclass(frozen=True, slots=True)
class ChangingToken:
    """A Worker is given a token to keep, or the one it keeps is taken away."""

    job: Keeping
    access: Access
    operation: str
