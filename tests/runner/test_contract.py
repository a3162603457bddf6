"""What every runner promises, over every store."""

from __future__ import annotations

import asyncio

import pytest

from bot.runner.port import Operation, Outcome, Progress, Report, Runner, RunnerClosed, UnknownOperation
from tests.runner.stage import DONE, Stage, Steps, done, operation, soon

pytestmark = pytest.mark.asyncio


async def test_the_embedded_runner_is_a_runner(stage: Stage) -> None:
    runner: Runner = stage.runner()
    assert await runner.recover() == 0


async def test_an_operation_runs_to_its_end(stage: Stage) -> None:
    seen: list[Operation] = []

    async def handler(running: Operation, report: Report) -> Outcome:
        await report("upload", {"of": 3})
        seen.append(running)
        return DONE

    runner = stage.runner(deploy=handler)
    assert await runner.start(operation(worker="w1"))
    assert await runner.wait("o1") == DONE
    assert [(found.arguments, found.attempts, found.state) for found in seen] == [({"worker": "w1"}, 1, "running")]
    stored = await stage.store.get("o1")
    assert stored is not None
    assert (stored.state, stored.step, stored.outcome) == ("done", "upload", DONE)
    assert stage.ends == [("o1", DONE)]
    assert stage.progress == [("o1", "upload")]


async def test_starting_twice_runs_once(stage: Stage) -> None:
    steps = Steps()
    runner = stage.runner(deploy=steps)
    assert await runner.start(operation())
    await steps.reached.wait()
    assert not await runner.start(operation())
    steps.go_on.set()
    await runner.wait("o1")
    assert not await runner.start(operation())
    assert await runner.wait("o1") == DONE
    assert steps.begun == ["o1"]
    assert len(stage.ends) == 1


async def test_a_row_that_was_committed_elsewhere_is_submitted(stage: Stage) -> None:
    await stage.store.insert(operation(), now=1.0)
    runner = stage.runner(deploy=done)
    runner.submit(operation())
    runner.submit(operation())
    assert await runner.wait("o1") == DONE
    assert len(stage.ends) == 1


async def test_one_chat_has_one_operation_at_a_time_in_order(stage: Stage) -> None:
    running = 0
    order: list[str] = []

    async def handler(found: Operation, report: Report) -> Outcome:
        nonlocal running
        running += 1
        assert running == 1
        await report("only")
        order.append(found.id)
        running -= 1
        return DONE

    runner = stage.runner(deploy=handler)
    for number in range(5):
        await runner.start(operation(f"o{number}"))
    assert await runner.wait("o4") == DONE
    assert order == ["o0", "o1", "o2", "o3", "o4"]


async def test_one_chat_does_not_wait_for_another(stage: Stage) -> None:
    slow = Steps()
    runner = stage.runner(deploy=slow, status=done)
    await runner.start(operation("slow", chat_id=1))
    await slow.reached.wait()
    await runner.start(operation("quick", chat_id=2, kind="status"))
    assert await runner.wait("quick") == DONE
    assert slow.ended == []
    slow.go_on.set()
    await runner.wait("slow")


async def test_who_waits_for_the_form_of_one_bot_holds_up_no_other_bot(stage: Stage) -> None:
    slow = Steps()

    async def waits(found: Operation, report: Report) -> Outcome:
        return await slow(found, report) if found.arguments["worker"] == "paper" else DONE

    runner = stage.runner(keys=waits)
    await runner.start(Operation("slow", 1, "keys", {"worker": "paper"}))
    await slow.reached.wait()
    await runner.start(Operation("quick", 1, "keys", {"worker": "live"}))
    assert await runner.wait("quick") == DONE
    slow.go_on.set()
    await runner.wait("slow")


async def test_progress_can_be_followed(stage: Stage) -> None:
    steps = Steps()
    runner = stage.runner(deploy=steps)
    await runner.start(operation())
    await steps.reached.wait()

    async def follow() -> list[Progress]:
        return [progress async for progress in runner.progress("o1")]

    followers = [asyncio.ensure_future(follow()) for _ in range(2)]
    await asyncio.sleep(0)
    steps.go_on.set()
    for steps_seen in await asyncio.gather(*followers):
        assert [progress.step for progress in steps_seen] == ["first", "second"]
        assert steps_seen[0].detail == {"of": 2}
    assert await follow() == []


async def test_a_running_operation_is_cancelled(stage: Stage) -> None:
    steps = Steps()
    runner = stage.runner(deploy=steps)
    await runner.start(operation())
    await steps.reached.wait()
    assert await runner.cancel("o1")
    assert await runner.wait("o1") == Outcome("cancelled")
    assert steps.ended == []
    assert stage.ends == [("o1", Outcome("cancelled"))]
    assert not await runner.cancel("o1")
    assert not await runner.cancel("unknown")


async def test_a_waiting_operation_is_cancelled_without_having_run(stage: Stage) -> None:
    steps = Steps()
    runner = stage.runner(deploy=steps)
    await runner.start(operation("o1"))
    await runner.start(operation("o2"))
    await steps.reached.wait()
    assert await runner.cancel("o2")
    steps.go_on.set()
    assert await runner.wait("o2") == Outcome("cancelled")
    assert steps.begun == ["o1"]


async def test_a_wish_to_cancel_outlives_the_process(stage: Stage) -> None:
    steps = Steps()
    await stage.store.insert(operation(), now=1.0)
    await stage.store.begin("o1", now=1.0)
    await stage.store.request_cancel("o1")
    runner = stage.runner(deploy=steps)
    assert await runner.recover() <= 1  # the runner may have come upon it by itself already
    assert await runner.wait("o1") == Outcome("cancelled")
    assert steps.begun == []


async def test_an_unknown_operation_is_told(stage: Stage) -> None:
    runner = stage.runner()
    with pytest.raises(UnknownOperation):
        await runner.wait("nothing")


async def test_an_operation_whose_row_is_gone_ends_nowhere(stage: Stage) -> None:
    runner = stage.runner(deploy=done)
    runner.submit(operation())
    with pytest.raises(UnknownOperation):
        await runner.wait("o1")
    assert stage.ends == []


async def test_closing_waits_for_what_runs_and_leaves_the_rest(stage: Stage) -> None:
    steps = Steps()
    first = stage.runner(deploy=steps)
    await first.start(operation("o1"))
    await first.start(operation("o2"))
    await steps.reached.wait()
    waiting = asyncio.ensure_future(first.wait("o2"))
    closing = asyncio.ensure_future(first.close(5))
    await asyncio.sleep(0)
    steps.go_on.set()
    await closing
    with pytest.raises(RunnerClosed):
        await waiting
    assert stage.ends == [("o1", DONE)]
    assert await first.start(operation("o3"))  # kept, though not run
    with pytest.raises(RunnerClosed):
        await first.wait("o3")
    second = stage.runner(deploy=done)
    assert await second.recover() == 2
    assert await second.wait("o2") == await second.wait("o3") == DONE


async def test_after_the_grace_what_runs_is_left_for_the_next_start(stage: Stage) -> None:
    steps = Steps()
    first = stage.runner(deploy=steps)
    await first.start(operation())
    await steps.reached.wait()
    waiting = asyncio.ensure_future(first.wait("o1"))
    await asyncio.sleep(0)
    await first.close(0.01)
    with pytest.raises(RunnerClosed):
        await waiting
    assert steps.ended == []
    assert stage.ends == []
    second = stage.runner(deploy=done)
    assert await second.recover() == 1
    assert await second.wait("o1") == DONE
    stored = await stage.store.get("o1")
    assert stored is not None
    assert stored.attempts == 2


async def test_the_watchdog_finds_what_does_not_move(stage: Stage) -> None:
    steps = Steps()
    runner = stage.runner(deploy=steps)
    await runner.start(operation())
    await steps.reached.wait()
    stage.clock.time += 170
    assert await runner.stuck(180) == []
    stage.clock.time += 20
    assert [found.id for found in await runner.stuck(180)] == ["o1"]
    steps.go_on.set()
    await runner.wait("o1")
    assert await runner.stuck(0) == []


async def test_two_hundred_chats_at_once(stage: Stage) -> None:
    steps = Steps()
    runner = stage.runner(deploy=steps)
    for number in range(200):
        await runner.start(operation(f"o{number}", chat_id=number))
    await soon(lambda: len(steps.begun) == 200)
    steps.go_on.set()
    await asyncio.gather(*(runner.wait(f"o{number}") for number in range(200)))
    assert sorted(steps.ended) == sorted(f"o{number}" for number in range(200))
