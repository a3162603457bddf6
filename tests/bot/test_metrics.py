"""What is measured, and that it tells of nobody."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from telegram.error import RetryAfter

from bot.metered import Metered
from bot.metrics import MOST_REMEMBERED, Metrics, answer_label
from bot.runner.port import Operation, Outcome, Progress
from bot.telegram.client import Deleted
from bot.telegram.receiver import Receiver
from tests.bot.inside import Inside, inside, message, tap

KEY = "PKQ7W2E9R4T8Y1U6I3OP"


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Read what Prometheus would: by name and the values of labels, in the order of their names."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def watched(bot: Inside, metrics: Metrics) -> None:
    bot.dispatcher._watch = metrics
    bot.receiver._watch = metrics


@pytest.mark.asyncio
async def test_updates_are_counted_by_kind_and_outcome_and_deletes_timed() -> None:
    metrics = Metrics()
    async with inside() as bot:
        watched(bot, metrics)
        await bot.receives(message(1, text="/start"), message(2, text=KEY), tap(3, "v99:begin"))
        bot.line.deletes = [Deleted.LATER]
        await bot.receives(message(4, text=KEY), {"update_id": 5, "poll": {"id": "7"}})
    found = samples(metrics)
    assert found["soar_updates_total", "message", "taken"] == 3
    assert found["soar_updates_total", "callback_query", "stale"] == 1
    assert found["soar_updates_total", "other", "parked"] == 1
    assert found["soar_delete_seconds_count",] == 1
    assert 0 < found["soar_delete_seconds_sum",] < 5
    assert found["soar_deletes_put_off_total",] == 1
    assert metrics._arrivals == {}


@pytest.mark.asyncio
async def test_an_update_that_comes_again_is_timed_from_its_first_arrival() -> None:
    now = [100.0]
    metrics = Metrics(clock=lambda: now[0])
    for now[0] in (100.0, 107.0):
        metrics.arrived({"update_id": 1})
    metrics.deleted({"update_id": 1}, gone=True)
    metrics.settled(1, "message", "taken")
    assert samples(metrics)["soar_delete_seconds_sum",] == 7
    metrics.deleted({"update_id": 2}, gone=True)  # never seen to arrive: nothing can be said
    assert samples(metrics)["soar_delete_seconds_count",] == 1


def test_memory_for_what_never_ends_is_bounded() -> None:
    metrics = Metrics()
    for number in range(MOST_REMEMBERED + 50):
        metrics.arrived({"update_id": number})
    assert len(metrics._arrivals) == MOST_REMEMBERED


@pytest.mark.asyncio
async def test_operations_are_counted_once_their_end_is_stored_with_the_step_they_reached() -> None:
    metrics = Metrics()
    operation = Operation("0f" * 8, 7, "deploy")
    stored: list[Outcome] = []

    async def commit(_operation: Operation, outcome: Outcome) -> None:
        if not stored:
            stored.append(outcome)
            raise OSError
        stored.append(outcome)

    async def report(_operation: Operation, _progress: Progress) -> None:
        return

    await metrics.steps(report)(operation, Progress(operation.id, 7, "upload", {}, 0.0))
    ends = metrics.ends(commit)
    with pytest.raises(OSError):  # noqa: PT011  (the point is that it is passed on)
        await ends(operation, Outcome("failed", "cloudflare_down"))
    await ends(operation, Outcome("failed", "cloudflare_down"))
    found = samples(metrics)
    assert found["soar_operations_total", "deploy", "failed", "upload"] == 1
    assert found["soar_operation_steps_total", "deploy", "upload"] == 1


@pytest.mark.asyncio
async def test_calls_are_counted_by_whom_they_went_to_and_what_came_back() -> None:
    metrics = Metrics()

    def answer(request: httpx.Request) -> httpx.Response:
        if "cut" in str(request.url):
            raise httpx.ReadTimeout("x")
        return httpx.Response(int(request.url.path.rpartition("/")[2]))

    door = Metered(
        httpx.MockTransport(answer), {"cloudflare": "https://api.example/v4"}, other="worker", told=metrics.called
    )
    async with httpx.AsyncClient(transport=door) as client:
        for address in ("https://api.example/v4/200", "https://api.example/v4/418", "https://ada.workers.example/401"):
            await client.get(address)
        with pytest.raises(httpx.ReadTimeout):
            await client.get("https://ada.workers.example/cut")
    found = samples(metrics)
    assert {key[1:]: value for key, value in found.items() if key[0] == "soar_calls_total"} == {
        ("200", "cloudflare"): 1,
        ("4xx", "cloudflare"): 1,
        ("401", "worker"): 1,
        ("ReadTimeout", "worker"): 1,
    }


def test_an_answer_has_few_names() -> None:
    assert {answer_label(status) for status in range(100, 1000)} <= {
        *map(str, range(200, 505)), *(f"{number}xx" for number in range(1, 10))
    }  # fmt: skip
    assert len({answer_label(status) for status in range(100, 1000)}) < 30


@pytest.mark.asyncio
async def test_lag_is_measured() -> None:
    now, slept = [0.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 2:
            await asyncio.Event().wait()
        now[0] += seconds + 0.5

    metrics = Metrics(clock=lambda: now[0])
    task = asyncio.create_task(metrics.watch_lag(sleep))
    while len(slept) < 3:  # noqa: ASYNC110  (nothing is waited for but the task's own turns)
        await asyncio.sleep(0)
    task.cancel()
    found = samples(metrics)
    assert found["soar_loop_lag_seconds_count",] == 2
    assert found["soar_loop_lag_seconds_sum",] == pytest.approx(1.0)


@pytest.mark.asyncio
async def test_a_poll_that_is_put_off_waits_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept, ready = list[float](), asyncio.Event()

    class Busy:
        async def updates(self, _offset: int | None) -> list[dict[str, Any]]:
            if not slept:
                raise RetryAfter(7)
            ready.set()
            return await asyncio.Future()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("bot.telegram.receiver.asyncio.sleep", sleep)
    line: Any = Busy()
    receiver = Receiver(line, sleep, sleep)  # type: ignore[arg-type]
    task = asyncio.create_task(receiver.run())
    await ready.wait()
    assert slept == [7.0]
    assert not receiver.receiving
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_labels_tell_of_nobody() -> None:
    metrics = Metrics()
    async with inside() as bot:
        watched(bot, metrics)
        await bot.receives(message(1, chat=987654321, text="/start"), message(2, chat=987654321, text=KEY))
        injected = {"update_id": 3, f"{KEY}": {"chat": {"id": 987654321}}}
        await bot.receives(injected)
    told = metrics.text().decode()
    labels = set(re.findall(r'="([^"]*)"', told))
    assert labels
    assert "987654321" not in told
    assert KEY not in told
