"""One look at one Worker: a single signed request, and what it shows."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from bot.operations.workshop import Workshop
from bot.storage.workers import Worker
from bot.vault.keyring import CannotOpen
from deploy.commands import WorkerClient
from deploy.errors import DeployError, WorkerAbsent, WorkerRefused
from deploy.reports import Event, Pulse

log = logging.getLogger(__name__)
MOST_EVENTS = 200  # of one answer; the Worker gives no more
Trouble = Literal["silent", "absent", "refused", "key_lost", "unreachable"]


@dataclass(frozen=True, slots=True)
class Seen:
    """It answered. `run` is its last look at the market in Unix seconds, None when there was none."""

    events: tuple[Event, ...]
    next: int
    run: float | None
    paused: str

    @property
    def more(self) -> bool:
        """Whether it has more to tell than one answer holds."""
        return len(self.events) >= MOST_EVENTS


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nothing usable came back."""

    trouble: Trouble


Sight: TypeAlias = "Seen | Unseen"
Look: TypeAlias = "Callable[[Worker], Awaitable[Sight]]"


def looks(shop: Workshop, *, patience: float) -> Look:
    """Prepare looks that wait `patience` seconds for an answer; none of them raises."""

    async def look(worker: Worker) -> Sight:
        try:
            return await _ask(replace(shop.client(worker), seconds=patience), worker)
        except CannotOpen:
            return Unseen("key_lost")
        except WorkerAbsent:
            return Unseen("absent")
        except WorkerRefused as error:
            return Unseen("refused" if error.reason == "unauthorized" else "unreachable")
        except DeployError:
            return Unseen("unreachable")
        except Exception as error:  # noqa: BLE001  (one odd Worker must not end the watch over all others)
            about = {"worker": worker.id, "why": type(error).__name__}
            log.error("look failed", extra=about)  # noqa: TRY400  (a traceback might quote what was sent)
            return Unseen("unreachable")

    return look


async def _ask(client: WorkerClient, worker: Worker) -> Seen:
    news = await client.events(after=worker.last_event, limit=MOST_EVENTS)
    pulse = news.pulse
    if pulse is None:  # from before Workers told it
        status = await client.status()
        pulse = Pulse(status.last_tick.at if status.last_tick else "", status.paused.reason if status.paused else "")
    return Seen(news.events, news.next, moment(pulse.run), pulse.paused)


def moment(iso: str) -> float | None:
    """Read a time in Unix seconds; None for anything else."""
    try:
        return datetime.fromisoformat(iso).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
