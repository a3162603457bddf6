"""What a look means: everything that matters is told, soon enough, and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookout.judgement import ANSWERS, News, judge
from bot.lookout.letter import MOST, letter
from bot.lookout.pace import EAGER, Pace
from bot.lookout.sight import MOST_EVENTS, Seen, Sight, Unseen
from bot.storage.lookouts import Lookout
from bot.texts.render import render
from deploy.reports import Event
from flows.languages import Language
from flows.notices import KINDS
from tests.storage.rows import worker

NOW = 1_800_000_000.0
QUARTER = 900.0
MINUTE = 60.0
PACE = Pace()
WORKER = replace(worker("ab12cd34ab12cd34"), created_at=NOW - 86_400, last_event=5)
WATCHED = Lookout(WORKER.id, 1, NOW, answered_at=NOW - 720)


def event(number: int, kind: str = "trade", text: str = "Order placed: buy $10.00 of VTI.", at: str = "") -> Event:
    return Event(number, at, kind, text, {})


def seen(*events: Event, run: float | None = NOW - 60, paused: str = "") -> Seen:
    return Seen(events, max((each.id for each in events), default=0), run, paused)


def news(sight: Sight, before: Lookout = WATCHED, *, credible: bool = True) -> tuple[News, ...]:
    return judge(before, WORKER, sight, PACE, NOW, credible=credible).news


def words(told: tuple[News, ...]) -> list[str]:
    return [render(each.text, Language.ENGLISH) for each in told]


def test_each_kind_of_event_has_its_kind_of_news() -> None:
    told = {"trade": "trade", "filled": "trade", "ended": "trade", "refused": "refusal", "failed": "refusal",
            "latched": "latch", "recovered": "recovery", "refusal": "refusal", "latch": "latch",
            "recovery": "recovery", "something new": "refusal"}  # fmt: skip
    for kind, group in told.items():
        (only,) = news(seen(event(6, kind)))
        assert only.kind == group
        mark = (
            "•" if kind == "something new" else {"trade": "•", "refusal": "⚠️", "latch": "⛔", "recovery": "✅"}[group]
        )
        assert render(only.text, Language.ENGLISH).startswith(mark)
        assert group in KINDS
    assert not any(news(seen(event(6, kind))) for kind in ANSWERS)


def test_what_was_read_before_is_not_told_again() -> None:
    assert len(news(seen(*map(event, range(1, 9))))) == 3  # 5 is where the cursor stands


def test_a_first_look_tells_what_is_new_and_not_the_history() -> None:
    new = replace(WATCHED, answered_at=None)
    events = (event(6, at="2027-01-15T06:00:00.000Z"), event(7, at="2027-01-15T07:55:00.000Z"), event(8))
    assert NOW == 1_800_000_000  # 2027-01-15T08:00:00Z
    assert len(news(seen(*events), new)) == 2
    assert len(news(seen(*events))) == 3


@pytest.mark.parametrize(
    ("paused", "way"),
    [("keys", "Tap /rotate"), ("account", "Tap /rotate"), ("loss", "Tap /resume"), ("suspended", "Tap /unlock")],
)
def test_a_latch_comes_with_one_tap_to_mend_it(paused: str, way: str) -> None:
    (told,) = words(news(seen(event(6, "latched", "Trading is paused. Why."), paused=paused)))
    assert told.startswith("⛔ Trading is paused. Why.")
    assert way in told


def test_a_worker_cannot_write_markup_or_secrets_or_novels() -> None:
    (told,) = words(news(seen(event(6, "trade", "<b>x</b> PK" + "A" * 20 + " & " + "so " * 900))))
    assert "&lt;b&gt;x&lt;/b&gt; [hidden] &amp; so" in told
    assert len(told) < 300


def test_a_letter_always_fits_and_begins_with_the_gravest() -> None:
    events = [event(number, "trade", "&" * 500) for number in range(6, 6 + MOST_EVENTS)]
    events.append(event(999, "latched", "Trading is paused. It lost."))
    lines = letter(WORKER, news(seen(*events)), Language.ENGLISH)
    assert render(lines[1], Language.ENGLISH).startswith("⛔ Trading is paused")
    assert len(lines) > 3
    assert (
        render(lines[-1], Language.ENGLISH) == f"…and {MOST_EVENTS + 3 - len(lines)} more. /status shows how it stands."
    )
    assert len("\n".join(render(each, Language.ENGLISH) for each in lines)) < 4096
    few = letter(WORKER, news(seen(*(event(number) for number in range(6, 40)))), Language.ENGLISH)
    assert [len(few), render(few[-1], Language.ENGLISH)] == [
        MOST + 2,
        f"…and {34 - MOST} more. /status shows how it stands.",
    ]


def test_who_has_more_to_tell_is_asked_again_at_once() -> None:
    many = seen(*(event(number) for number in range(6, 6 + MOST_EVENTS)))
    assert judge(WATCHED, WORKER, many, PACE, NOW, credible=True).after.due_at == NOW + EAGER
    assert judge(WATCHED, WORKER, seen(), PACE, NOW, credible=True).after.due_at == NOW + PACE.every


@dataclass
class Watch:
    """One Worker, looked at as the pace says; `show` is what is to be seen at a moment."""

    show: Callable[[float], Sight]
    turn: Lookout = WATCHED
    told: list[tuple[float, str]] = field(default_factory=list)
    looks: int = 0

    def until(self, end: float) -> Watch:
        while self.turn.due_at <= end:
            now = self.turn.due_at
            verdict = judge(self.turn, WORKER, self.show(now), PACE, now, credible=True)
            self.turn = verdict.after
            self.looks += 1
            self.told += [(now, render(each.text, Language.ENGLISH)) for each in verdict.news]
        return self


OFFSETS = st.floats(0, 10_000)


@given(OFFSETS, st.floats(0, 20), st.booleans())
def test_a_schedule_that_vanished_is_told_within_half_an_hour_and_once(gone: float, late: float, back: bool) -> None:  # noqa: FBT001
    vanished, returned = NOW + gone, NOW + gone + 7200

    def show(now: float) -> Sight:
        runs = [NOW - QUARTER + number * QUARTER + late for number in range(60)]
        kept = [run for run in runs if run <= now and (run < vanished or (back and run >= returned))]
        return seen(run=kept[-1] if kept else NOW - QUARTER)

    watch = Watch(show).until(NOW + gone + 14_000)
    missed = next(run for run in (NOW + number * QUARTER + late for number in range(60)) if run >= vanished)
    at, text = watch.told[0]
    assert missed < at <= missed + 30 * MINUTE
    assert "Tap /wake_ab12cd34 and it wakes itself" in text
    assert [text for _, text in watch.told[1:]] == (["✅ It looks at the market again."] if back else [])


@given(OFFSETS)
def test_a_worker_deleted_in_the_dashboard_is_told_within_twenty_minutes_and_once(gone: float) -> None:
    deleted = NOW + gone
    watch = Watch(lambda now: Unseen("absent") if now >= deleted else seen(run=now)).until(deleted + 3 * 86_400)
    ((at, text),) = watch.told
    assert at <= deleted + 20 * MINUTE + 1
    assert "no longer at its address" in text
    assert "/destroy" in text
    assert watch.looks < gone / PACE.every + 60, "what is gone for days is looked at less and less"


@given(OFFSETS, st.sampled_from(["unreachable", "refused", "key_lost", "absent"]))
def test_what_passes_soon_is_not_told(begin: float, trouble: str) -> None:
    start, lasting = NOW + begin, 7 * MINUTE

    def show(now: float) -> Sight:
        return Unseen(trouble) if start <= now < start + lasting else seen(run=now)  # type: ignore[arg-type]

    assert Watch(show).until(start + 3600).told == []


@given(OFFSETS)
def test_one_that_does_not_answer_is_told_once_and_so_is_its_return(begin: float) -> None:
    start, lasting = NOW + begin, 7200

    def show(now: float) -> Sight:
        if start <= now < start + lasting:
            return Unseen("unreachable" if int(now) % 3 else "absent")
        return seen(run=now)

    watch = Watch(show).until(start + 14_000)
    assert len(watch.told) == 2
    assert watch.told[0][0] <= start + 40 * MINUTE
    assert watch.told[1][1] == "✅ It answers again."


def test_nobody_is_alarmed_when_it_is_soar_that_is_cut_off() -> None:
    failing = replace(WATCHED, failing_since=NOW - 7200, failures=20)
    assert news(Unseen("unreachable"), failing, credible=False) == ()
    assert len(news(Unseen("unreachable"), failing)) == 1


def test_a_new_worker_is_given_time_for_its_first_run() -> None:
    young = replace(WORKER, created_at=NOW - 1900)
    assert judge(WATCHED, young, seen(run=None), PACE, NOW, credible=True).news == ()
    old = replace(WORKER, created_at=NOW - 2000)
    assert len(judge(WATCHED, old, seen(run=None), PACE, NOW, credible=True).news) == 1


def test_a_worker_that_is_being_removed_is_not_called_silent() -> None:
    assert news(seen(run=NOW - 7200, paused="destroy")) == ()


def test_a_worker_that_waits_for_its_first_keys_is_not_called_silent() -> None:
    waiting = replace(WORKER, key_ending="", created_at=NOW - 7 * 86_400)
    assert judge(WATCHED, waiting, seen(run=None), PACE, NOW, credible=True).news == ()
