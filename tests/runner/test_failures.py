from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.runner.execution import Limits
from bot.runner.port import Operation, Outcome, Progress, Report
from tests.runner.stage import DONE, Broken, Stage, Steps, done, facts, operation, raising, soon

pytestmark = pytest.mark.asyncio


async def run(stage: Stage, limits: Limits | None = None, **handlers: object) -> Outcome:
    runner = stage.runner(limits, **handlers)  # type: ignore[arg-type]
    await runner.start(operation())
    return await runner.wait("o1")


async def test_an_error_becomes_a_failed_outcome_with_an_incident(stage: Stage) -> None:
    async def handler(running: Operation, _report: Report) -> Outcome:
        secret = "CANARY in a local variable"
        known: dict[str, Outcome] = {}
        try:
            return known[secret + running.id]
        except KeyError as error:
            raise Broken("cloudflare_refused") from error

    with capture_logs() as lines:
        outcome = await run(stage, deploy=handler)
    assert outcome == Outcome("failed", "cloudflare_refused", {}, "i1")
    assert stage.ends == [("o1", outcome)]
    stored = await stage.store.get("o1")
    assert stored is not None
    assert stored.outcome == outcome
    (line,) = lines
    assert (line["event"], line["incident"], line["error"]) == ("operation_failed", "i1", "Broken < KeyError")
    assert (line["operation"], line["kind"], line["code"]) == ("o1", "deploy", "cloudflare_refused")
    assert line["places"][-1].startswith("test_failures.py:")
    assert "CANARY" not in facts(line)


@pytest.mark.parametrize("code", ["CANARY with spaces", "", "x" * 65, None, 7])
async def test_a_code_that_could_hold_anything_is_not_used(memory: Stage, code: object) -> None:
    error = Broken("x")
    error.code = code  # type: ignore[assignment]
    assert (await run(memory, deploy=raising(error))).code == "internal"


async def test_a_retryable_error_is_tried_again(stage: Stage) -> None:
    with capture_logs() as lines:
        outcome = await run(stage, deploy=raising(Broken("a", retryable=True), Broken("b", retryable=True)))
    assert outcome == DONE
    assert stage.clock.slept == [1.0, 3.0]
    assert [line["event"] for line in lines] == ["operation_retried"] * 2
    assert "CANARY" not in "".join(map(facts, lines))


async def test_a_single_error_of_a_task_group_counts_as_itself(memory: Stage) -> None:
    group = ExceptionGroup("CANARY", [ExceptionGroup("CANARY", [Broken("busy", retryable=True)])])
    assert await run(memory, deploy=raising(group)) == DONE


async def test_retries_are_bounded(memory: Stage) -> None:
    outcome = await run(memory, deploy=raising(*(Broken(f"e{number}", retryable=True) for number in range(9))))
    assert outcome.code == "e3"
    assert memory.clock.slept == [1.0, 3.0, 8.0]


async def test_the_wait_the_other_side_asks_for_is_kept_or_refused(memory: Stage) -> None:
    assert await run(memory, deploy=raising(Broken("throttled", retryable=True, retry_after=20))) == DONE
    assert memory.clock.slept == [20.0]
    runner = memory.runner(deploy=raising(Broken("throttled", retryable=True, retry_after=600)))
    await runner.start(operation("o2"))
    assert (await runner.wait("o2")).code == "throttled"
    assert memory.clock.slept == [20.0]


async def test_an_error_not_flagged_is_not_tried_again(memory: Stage) -> None:
    assert (await run(memory, deploy=raising(ValueError("CANARY")))).code == "internal"
    assert memory.clock.slept == []


async def test_a_kind_has_its_own_time_limit(memory: Stage) -> None:
    limits = Limits(timeouts={"deploy": 0.03}, settle=0.1)
    with capture_logs() as lines:
        outcome = await run(memory, limits, deploy=Steps())
    assert outcome == Outcome("failed", "timed_out", {}, "i1")
    assert lines[-1]["code"] == "timed_out"


async def test_a_handler_that_will_not_stop_is_left_behind(memory: Stage) -> None:
    released = asyncio.Event()

    async def stubborn(_operation: Operation, _report: Report) -> Outcome:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        raise ValueError("CANARY")

    assert (await run(memory, Limits(timeout=0.03, settle=0.03), deploy=stubborn)).code == "timed_out"
    released.set()
    await asyncio.sleep(0)


async def test_a_handler_that_finishes_while_being_cancelled_has_finished(memory: Stage) -> None:
    began = asyncio.Event()

    async def finishing(_operation: Operation, _report: Report) -> Outcome:
        try:
            began.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return DONE
        raise AssertionError

    runner = memory.runner(deploy=finishing)
    await runner.start(operation())
    await began.wait()
    assert await runner.cancel("o1")
    assert await runner.wait("o1") == DONE


async def test_a_handler_that_cancels_itself_has_failed(memory: Stage) -> None:
    async def leaking(_operation: Operation, _report: Report) -> Outcome:
        raise asyncio.CancelledError

    assert await run(memory, deploy=leaking) == Outcome("failed", "internal", {}, "i1")


async def test_an_outcome_that_cannot_be_stored_is_a_failure(memory: Stage) -> None:
    async def handler(_operation: Operation, _report: Report) -> Outcome:
        return Outcome("done", data={"object": object()})

    assert await run(memory, deploy=handler) == Outcome("failed", "internal", {}, "i1")


async def test_a_kind_nobody_handles_is_a_failure(stage: Stage) -> None:
    assert await run(stage) == Outcome("failed", "unknown_kind", {}, "i1")


async def test_an_operation_that_kills_its_process_is_given_up_in_the_end(stage: Stage) -> None:
    await stage.store.insert(operation(), now=1.0)
    for _ in range(3):
        await stage.store.begin("o1", now=1.0)
    steps = Steps()
    runner = stage.runner(Limits(starts=3), deploy=steps)
    await runner.recover()
    assert (await runner.wait("o1")).code == "too_many_starts"
    assert steps.begun == []


async def test_an_end_that_cannot_be_kept_is_repeated_until_it_is(stage: Stage) -> None:
    stage.end_errors = [Broken("locked", retryable=True) for _ in range(20)]
    with capture_logs() as lines:
        assert await run(stage, deploy=done) == DONE
    assert stage.ends == [("o1", DONE)]
    assert stage.clock.slept[:7] == [0.2, 1.0, 2.0, 5.0, 10.0, 30.0, 30.0]
    assert {(line["event"], line["what"]) for line in lines} == {("operation_not_kept", "end")}
    assert "CANARY" not in "".join(map(facts, lines))


async def test_an_end_that_fails_for_good_leaves_the_row_and_frees_the_chat(stage: Stage) -> None:
    stage.end_errors = [ValueError("a bug") for _ in range(7)]
    runner = stage.runner(deploy=done)
    await runner.start(operation("o1"))
    first = asyncio.create_task(runner.wait("o1"))  # before it fails: its row will not tell afterwards
    await runner.start(operation("o2"))
    with pytest.raises(ValueError, match="a bug"):
        await first
    assert await runner.wait("o2") == DONE
    stage.clock.time += 200
    assert [found.id for found in await runner.stuck(180)] == ["o1"]


async def test_what_is_only_for_watching_does_not_stop_the_work(memory: Stage) -> None:
    async def lost(_operation_id: str, _step: str, *, now: float) -> None:
        raise Broken(f"locked at {now}")

    async def unseen(_operation: Operation, _progress: Progress) -> None:
        raise Broken("CANARY")

    async def handler(_operation: Operation, report: Report) -> Outcome:
        await report("upload")
        return DONE

    memory.store.progress = lost  # type: ignore[method-assign, assignment]
    memory.show = unseen  # type: ignore[method-assign, assignment]
    with capture_logs() as lines:
        assert await run(memory, deploy=handler) == DONE
    assert [line["event"] for line in lines] == ["operation_progress_lost", "operation_on_progress_lost"]
    assert "CANARY" not in "".join(map(facts, lines))


async def test_a_long_step_keeps_its_heartbeat(memory: Stage) -> None:
    beats: list[float] = []

    async def heartbeat(_operation_id: str, *, now: float) -> int:
        beats.append(now)
        if len(beats) == 1:
            raise Broken("locked")
        return 1

    memory.store.heartbeat = heartbeat  # type: ignore[method-assign, assignment]
    steps = Steps()
    runner = memory.runner(Limits(heartbeat=0.01), deploy=steps)
    await runner.start(operation())
    await soon(lambda: len(beats) >= 3)
    steps.go_on.set()
    assert await runner.wait("o1") == DONE


async def test_a_beginning_that_cannot_be_kept_is_repeated_and_given_up_at_closing(memory: Stage) -> None:
    begin = memory.store.begin
    tries = 0

    async def failing(operation_id: str, *, now: float) -> Operation | None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise Broken("locked", retryable=True)
        return await begin(operation_id, now=now)

    memory.store.begin = failing  # type: ignore[method-assign]
    assert await run(memory, deploy=done) == DONE
    tries = -(10**9)
    runner = memory.runner(deploy=done)
    await runner.start(operation("o2"))
    await soon(lambda: tries > -(10**9) + 3)
    await runner.close(5)
    assert [found.state for found in await memory.store.unfinished()] == ["queued"]
