"""The port for those who look after the process, from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone
from tests.acceptance.house import House, Mischief, until
from tests.acceptance.newcomer import Newcomer
from tests.acceptance.test_webhook import free_port, locked


@pytest.fixture
def world() -> Iterator[StandIns]:
    with StandIns(execution=False) as made:
        yield made


@pytest.mark.asyncio
async def test_it_tells_of_its_health_and_of_its_work_but_of_nobody(world: StandIns, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    bot = BotProcess(world.settings(tmp_path / "data", SOAR_METRICS_LISTEN=address), tmp_path / "bot.log")
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        house = House(world, bot, tmp_path / "data")

        async def answer(path: str) -> httpx.Response:
            return await client.get(f"http://{address}{path}")

        async def ready() -> bool:
            return (await answer("/readyz")).status_code == 200

        with bot:
            assert (await answer("/healthz")).text == "ok\n"
            await until(ready, "it never gets ready")
            ada = Newcomer(house, client, Phone(world.telegram.url, 987654321, client=client), "Ada")
            await ada.comes_to_keys()
            key_id, secret = await ada.keys()
            await ada.pastes(key_id, then="Now paste the Secret")
            assert "soar_tickets_alive 2.0" in (await answer("/metrics")).text
            await ada.pastes(secret, then="Your bot is running")
            await ada.settles()
            told = (await answer("/metrics")).text
            for line in (
                'soar_operations_total{kind="deploy",outcome="done",step="first_tick"} 1.0',
                'soar_calls_total{answer="200",service="alpaca"} 1.0',
                'soar_telegram_calls_total{answer="200",method="deleteMessages"} 3.0',
                "soar_delete_seconds_count 3.0",
                "soar_tickets_alive 0.0",
                "soar_pending_deletions 0.0",
                "soar_database_up 1.0",
            ):
                assert line in told
            assert 'service="cloudflare"' in told
            assert 'service="worker"' in told
            assert not [value for value in ("987654321", key_id, secret, await ada.script()) if value in told]

            with locked(tmp_path / "data"):
                assert (await answer("/readyz")).status_code == 200, "reading goes on while another process writes"
            await Mischief(house, client)._post(
                world.telegram.url, {"kind": "5xx", "method": "getUpdates", "count": 50}
            )
            await ada.says("hello")

            async def unready() -> bool:
                return (await answer("/readyz")).json() == {
                    "ready": False,
                    "receiving": False,
                    "database": True,
                    "stopping": False,
                }

            await until(unready, "Telegram is away, and it says it is ready")
            assert (await answer("/healthz")).status_code == 200
