"""What the doctor sees of Telegram, Cloudflare and Alpaca: against the stand-ins, in good states and in bad ones."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.doctor.asking import _ahead
from bot.doctor.examination import examine, verdict
from bot.doctor.finding import Finding, Level
from bot.settings import Settings
from sandbox.stand_ins import StandIns
from sandbox.telegram.server import DEMO_TOKEN

SECRET = "s" * 32
URL = "http://127.0.0.1:9/telegram"


@pytest.fixture(scope="module")
def world() -> Iterator[StandIns]:
    with StandIns(execution=False) as made:
        yield made


@pytest.fixture(autouse=True)
def environment(world: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("SOAR_")]:
        monkeypatch.delenv(name)
    for name, value in world.settings(tmp_path / "data").items():
        if name.startswith("SOAR_"):
            monkeypatch.setenv(name, value)
    yield
    httpx.post(f"{world.telegram.url}/_sandbox/modes", json=dict.fromkeys(MODES, False), trust_env=False)
    api(world, "deleteWebhook")


MODES = ("can_join_groups", "supports_inline_queries", "can_connect_to_business", "supports_guest_queries")


def api(world: StandIns, method: str, **values: Any) -> None:
    token = DEMO_TOKEN
    httpx.post(f"{world.telegram.url}/bot{token}/{method}", json=values, trust_env=False).raise_for_status()


def seen(**how: Any) -> list[Finding]:
    return list(examine(free=lambda _folder: 10**10, **how))


def about(name: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.about == name]


def test_all_is_well() -> None:
    findings = seen()
    assert [finding for finding in findings if finding.level is not Level.OK] == []
    assert verdict(findings) == 0
    assert {"telegram", "modes", "webhook", "cloudflare", "alpaca paper", "alpaca live", "alpaca data", "clock"} <= {
        finding.about for finding in findings
    }


def test_from_the_command_line_each_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(main, ["doctor"]).exit_code == 0
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "12345678:of-nobody-we-know-hush-hush-hush-hush")
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 1
    assert "fail  telegram      it does not know the token\n" in answer.output
    assert "→ take the token @BotFather shows" in answer.output
    assert "hush" not in answer.output


def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_METRICS_LISTEN", "somewhere")
    (finding,) = seen()
    assert (finding.level, "SOAR_METRICS_LISTEN" in finding.words) == (Level.FAIL, True)
    monkeypatch.delenv("SOAR_TELEGRAM_TOKEN")
    (finding,) = seen()
    assert "@BotFather" in finding.words


def test_modes_that_should_be_off(world: StandIns) -> None:
    httpx.post(f"{world.telegram.url}/_sandbox/modes", json=dict.fromkeys(MODES, True), trust_env=False)
    found = about("modes", seen())
    assert len(found) == len(MODES)
    assert {finding.level for finding in found} == {Level.WARN}
    assert all("@BotFather" in finding.do for finding in found)


def test_a_webhook_that_nobody_of_ours_has_set(world: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    api(world, "setWebhook", url="https://thief.example/")
    (found,) = about("webhook", seen())
    assert (found.level, "somebody else has the token" in found.do) == (Level.WARN, True)
    monkeypatch.setenv("SOAR_WEBHOOK_URL", URL)
    monkeypatch.setenv("SOAR_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("SOAR_LISTEN", "127.0.0.1:9")
    (found,) = about("webhook", seen())
    assert found.level is Level.FAIL
    api(world, "deleteWebhook")
    (found,) = about("webhook", seen())
    assert (found.level, found.words) == (Level.WARN, "none is set")
    api(world, "setWebhook", url=URL)
    (found,) = about("webhook", seen())
    assert found.level is Level.OK


def test_a_webhook_that_telegram_does_not_reach(world: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_WEBHOOK_URL", URL)
    monkeypatch.setenv("SOAR_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("SOAR_LISTEN", "127.0.0.1:9")
    api(world, "setWebhook", url=URL)
    control = f"{world.telegram.url}/_sandbox"
    httpx.post(f"{control}/users", json={"id": 31}, trust_env=False)
    for _ in range(101):
        httpx.post(f"{control}/chats/31/messages", json={"text": "hello"}, trust_env=False)
    deadline = time.monotonic() + 10
    while not (found := [each for each in about("webhook", seen()) if "could not bring" in each.words]):
        assert time.monotonic() < deadline
    assert found[0].level is Level.WARN
    assert [each for each in about("webhook", seen()) if "101 updates wait" in each.words]
    api(world, "deleteWebhook", drop_pending_updates=True)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("telegram", "SOAR_TELEGRAM_API_URL"),
        ("cloudflare", "SOAR_CLOUDFLARE_API_URL"),
        ("alpaca paper", "SOAR_ALPACA_PAPER_URL"),
        ("alpaca live", "SOAR_ALPACA_LIVE_URL"),
        ("alpaca data", "SOAR_ALPACA_DATA_URL"),
    ],
)
def test_who_is_not_reached(name: str, setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting, "http://127.0.0.1:1")
    findings = seen()
    (found,) = about(name, findings)
    assert (found.level, "not reached" in found.words) == (Level.FAIL, True)
    assert verdict(findings) == 1
    assert DEMO_TOKEN not in "".join(map(str, findings))


def test_who_answers_with_an_error(world: StandIns) -> None:
    order = {"kind": "bad_gateway", "path": "/user/tokens/verify"}
    httpx.post(f"{world.cloudflare.url}/_sandbox/faults", json=order, trust_env=False).raise_for_status()
    (found,) = about("cloudflare", seen())
    assert (found.level, "502" in found.words) == (Level.WARN, True)
    order = {"kind": "429", "method": "getMe"}
    httpx.post(f"{world.telegram.url}/_sandbox/faults", json=order, trust_env=False).raise_for_status()
    (found,) = about("telegram", seen())
    assert found.level is Level.WARN


@pytest.mark.parametrize(
    ("shift", "level", "how"),
    [(0, Level.OK, "agrees"), (-30, Level.WARN, "slow"), (30, Level.WARN, "fast"), (600, Level.FAIL, "fast")],
)
def test_a_clock_that_is_wrong(shift: float, level: Level, how: str) -> None:
    (found,) = about("clock", seen(clock=lambda: time.time() + shift))
    assert (found.level, how in found.words) == (level, True)


def test_how_far_another_clock_is_ahead() -> None:
    at = 1_800_000_000.0
    told = "Fri, 15 Jan 2027 08:00:00 GMT"
    assert _ahead(told, at, at + 0.2) == 0
    assert _ahead(told, at + 0.9, at + 0.95) == 0
    assert _ahead(told, at - 20, at - 19) == 19
    assert _ahead(told, at + 20, at + 21) == -19
    assert _ahead(None, at, at) is None
    assert _ahead("yesterday", at, at) is None


def test_it_reads_settings_as_the_bot_does() -> None:
    assert seen(read=Settings.read)[0].about == "settings"
