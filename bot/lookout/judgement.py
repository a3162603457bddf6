"""What a look means: news for the owner, each told once, and when to look again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, assert_never

from bot.logs import blot
from bot.lookout.pace import EAGER, LEAST_FAILURES, RECENT, Pace
from bot.lookout.sight import Seen, Sight, Unseen, moment
from bot.storage.lookouts import Lookout
from bot.storage.workers import Worker
from deploy.reports import Event
from flows.dealings import PAUSES
from flows.words import Span, Text, Told, say

# What Workers call their events, those deployed long ago too. Whatever else they tell goes with refusals, unadorned.
KINDS: Final = {
    "trade": "trade", "filled": "trade", "ended": "trade",
    "refusal": "refusal", "refused": "refusal", "failed": "refusal",
    "latch": "latch", "latched": "latch",
    "recovery": "recovery", "recovered": "recovery",
}  # fmt: skip
# What was asked for in the chat, which has shown it already.
ANSWERS: Final = frozenset({"pause", "paused", "resumed", "change", "rotated"})
FIXES: Final = frozenset({"keys", "account", "loss", "suspended"})
LONGEST: Final = 240  # letters of one piece of news


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell; `kind` is one the chat can silence."""

    kind: str
    text: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to remember of the look, and what to tell."""

    after: Lookout
    news: tuple[News, ...]


def judge(before: Lookout, worker: Worker, sight: Sight, pace: Pace, now: float, *, credible: bool) -> Verdict:
    """Weigh one look. `credible` says that it is not we who are cut off: others have answered meanwhile."""
    match sight:
        case Seen():
            return _seen(before, worker, sight, pace, now)
        case Unseen():
            return _unseen(before, sight, pace, now, credible=credible)
    assert_never(sight)


def _seen(before: Lookout, worker: Worker, sight: Seen, pace: Pace, now: float) -> Verdict:
    idle = now - (sight.run if sight.run is not None else worker.created_at)
    # One that waits for its first keys has nothing to look at.
    silent = idle > pace.silent and sight.paused != "destroy" and worker.key_ending != ""
    news = list(_told(before, worker, sight, now))
    if silent and before.told != "silent":
        news.append(News("health", say("news.silent", span=Span(int(idle)), command=wake_command(worker))))
    elif before.told and not silent:
        news.append(News("recovery", say("news.again_silent" if before.told == "silent" else "news.again")))
    after = replace(
        before,
        due_at=now + (EAGER if sight.more else pace.every),
        answered_at=now,
        failing_since=None,
        failures=0,
        told="silent" if silent else "",
    )
    return Verdict(after, tuple(news))


def _told(before: Lookout, worker: Worker, sight: Seen, now: float) -> list[News]:
    """Pick what is news of what the Worker told."""
    events = [each for each in sight.events if each.id > worker.last_event]
    if before.answered_at is None:
        events = [each for each in events if (moment(each.at) or now) > now - RECENT]
    return [_news(each, sight.paused) for each in events if each.kind not in ANSWERS]


def _news(event: Event, paused: str) -> News:
    kind = KINDS.get(event.kind, "refusal")
    words = blot(" ".join(event.text.split()))
    form = f"news.{kind}" if event.kind in KINDS else "news.other"
    words = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    latched = kind == "latch" and paused in PAUSES
    text = say(form, text=Told(f"paused.{paused}" if latched else "", words))
    if kind == "latch" and paused in FIXES:
        text = say("news.with_fix", news=text, fix=say(f"news.fix_{paused}"))
    return News(kind, text)


def _unseen(before: Lookout, sight: Unseen, pace: Pace, now: float, *, credible: bool) -> Verdict:
    since = now if before.failing_since is None else before.failing_since
    failures = before.failures + 1
    lasting = now - since
    needed = pace.unreachable if sight.trouble == "unreachable" else pace.absent
    ripe = credible and failures >= LEAST_FAILURES and lasting >= needed
    first = ripe and before.told in {"", "silent"}
    news = (News("health", say(f"news.{sight.trouble}")),) if first else ()
    # What has been wrong for days need not be looked at so often.
    pause = min(pace.rest, max(pace.every, lasting / 4)) if ripe else pace.again
    told = sight.trouble if first else before.told
    return Verdict(replace(before, due_at=now + pause, failing_since=since, failures=failures, told=told), news)


def wake_command(worker: Worker) -> str:
    """Write the command that has this very Worker wake itself: one tap, whichever screen is shown."""
    return f"/wake_{worker.id[:8]}"
