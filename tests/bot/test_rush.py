"""Many delete at once: what else there is to do lets them go first, but never waits long."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from bot.metered import Metered
from bot.telegram import rush as room
from bot.telegram.client import BATCH
from bot.telegram.receiver import Receiver
from bot.telegram.rush import FEW, Rush
from tests.bot.line import Line


class Open(httpx.AsyncBaseTransport):
    """Answers at once, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return httpx.Response(200)


async def turns() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_few_deletes_hold_nobody_up() -> None:
    rush = Rush()
    with ExitStack() as deletes:
        for _ in range(FEW):
            deletes.enter_context(rush.deleting())
        other = asyncio.create_task(rush.over())
        await turns()
        assert other.done()


@pytest.mark.asyncio
async def test_in_a_rush_a_call_to_cloudflare_waits_until_few_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_COURTESY", 60.0)
    rush, behind = Rush(), Open()
    client = httpx.AsyncClient(
        transport=Metered(behind, {}, other="worker", told=lambda _service, _answer: None, courtesy=rush.passed)
    )
    deletes = ExitStack()
    for _ in range(FEW + 1):
        deletes.enter_context(rush.deleting())
    call = asyncio.create_task(client.get("http://127.0.0.1/scripts"))
    await turns()
    assert behind.asked == []
    deletes.close()
    assert (await call).status_code == 200
    assert behind.asked == ["/scripts"]


@pytest.mark.asyncio
async def test_a_delete_that_hangs_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_COURTESY", 0.0)
    rush = Rush()
    with ExitStack() as deletes:
        for _ in range(10 * FEW):
            deletes.enter_context(rush.deleting())
        await rush.over()


@pytest.mark.asyncio
async def test_a_delete_that_fails_is_over_all_the_same() -> None:
    rush = Rush()

    async def fails() -> None:
        with rush.deleting():
            await asyncio.sleep(0)
            raise OSError

    assert len(await asyncio.gather(*(fails() for _ in range(3 * FEW)), return_exceptions=True)) == 3 * FEW
    other = asyncio.create_task(rush.over())
    await turns()
    assert other.done()


@pytest.mark.asyncio
async def test_while_more_messages_wait_at_telegram_calls_to_elsewhere_wait_and_steps_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "LONGEST_PATIENCE", 60.0)
    rush = Rush()
    rush.fetched(more=True)
    call, step = asyncio.create_task(rush.passed()), asyncio.create_task(rush.over())
    await turns()
    assert step.done()
    assert not call.done()
    rush.fetched(more=False)
    await call


@pytest.mark.asyncio
async def test_after_exactly_a_full_batch_calls_wait_for_a_short_look_and_not_for_the_next_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "LONGEST_PATIENCE", 60.0)
    rush, line = Rush(), Line()
    for number in range(BATCH):
        line.brings({"update_id": number + 1, "message": {"chat": {"id": number}}})

    async def handle(_raw: Mapping[str, Any]) -> None:
        await asyncio.sleep(0)

    receiver = asyncio.create_task(Receiver(line, handle, handle, rush=rush).run())  # type: ignore[arg-type]
    async with asyncio.timeout(10):
        await line.quiet.wait()
        await rush.passed()
    receiver.cancel()
    await asyncio.wait({receiver})


@pytest.mark.asyncio
async def test_whoever_fetches_no_more_holds_no_call_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another replica has taken over in the middle of a flood."""
    monkeypatch.setattr(room, "LONGEST_PATIENCE", 60.0)
    rush, line, begun = Rush(), Line(), asyncio.Event()
    for number in range(BATCH):
        line.brings({"update_id": number + 1, "message": {"chat": {"id": number}}})

    async def handle(_raw: Mapping[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(0)

    receiver = asyncio.create_task(Receiver(line, handle, handle, rush=rush).run())  # type: ignore[arg-type]
    async with asyncio.timeout(10):
        await begun.wait()
        receiver.cancel()
        await asyncio.wait({receiver})
        await rush.passed()


@pytest.mark.asyncio
async def test_a_flood_that_does_not_end_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_PATIENCE", 0.0)
    rush = Rush()
    rush.fetched(more=True)
    await rush.passed()
