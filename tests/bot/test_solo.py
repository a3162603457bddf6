"""With PostgreSQL and without a webhook exactly one replica fetches updates, and another when that one has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from bot.solo import FETCHING, Solo
from bot.storage.dialect import plain_url
from bot.storage.turns import Turn
from tests.postgres import fresh_database

pytestmark = pytest.mark.asyncio


class Fetcher:
    receiving = True

    def __init__(self, name: str, at_work: list[str]) -> None:
        self._name = name
        self._at_work = at_work

    async def run(self) -> None:
        self._at_work.append(self._name)
        try:
            await asyncio.Event().wait()
        finally:
            self._at_work.remove(self._name)


def replica(url: str, name: str, at_work: list[str]) -> asyncio.Task[None]:
    solo = Solo(Turn(url, FETCHING), lambda: Fetcher(name, at_work), look=0.05)
    return asyncio.ensure_future(solo.run())


async def soon(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  (any condition will do)
            await asyncio.sleep(0.01)


async def test_one_works_and_another_takes_over() -> None:
    url, at_work = fresh_database(), list[str]()
    first = replica(url, "first", at_work)
    await soon(lambda: at_work == ["first"])
    second = replica(url, "second", at_work)
    await asyncio.sleep(0.4)
    assert at_work == ["first"]
    first.cancel()
    await asyncio.wait({first})
    await soon(lambda: at_work == ["second"])
    second.cancel()
    await asyncio.wait({second})
    assert at_work == []


async def test_who_loses_the_server_stops() -> None:
    url, at_work = fresh_database(), list[str]()
    alone = replica(url, "one", at_work)
    await soon(lambda: at_work == ["one"])
    async with await psycopg.AsyncConnection.connect(plain_url(url), autocommit=True) as other:
        await other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        await other.execute(f"SELECT pg_advisory_lock({FETCHING})".encode())
        await soon(lambda: at_work == [])
        await asyncio.sleep(0.3)
        assert at_work == []
    await soon(lambda: at_work == ["one"])
    alone.cancel()
    await asyncio.wait({alone})
