"""A Worker whose sandbox is ahead of the world: its clock, its memory, its alarm, and what it missed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.cloudflare.crons import last_match
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from sandbox.time.timeline import Timeline
from tests.sandbox.cloudflare.conftest import COUNTER_BINDING, COUNTER_EXPORTS, Client

DAY = 86_400.0
CLOCK = """
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async count() { return this.ctx.storage.kv.get("count") ?? 0; }
  async fired(at) { this.ctx.storage.kv.put("count", (await this.count()) + 1); this.ctx.storage.kv.put("at", at); }
  async arm() { await this.ctx.storage.setAlarm(Date.now() + 200); }
  async alarm() { this.ctx.storage.kv.put("rang", Date.now()); }
  async all() {
    const { kv } = this.ctx.storage;
    return [await this.count(), kv.get("at"), kv.get("rang"), Date.now()];
  }
}
const counter = (env) => env.COUNTER.get(env.COUNTER.idFromName("one"));
export default {
  async fetch(request, env) {
    if (request.url.endsWith("/arm")) await counter(env).arm();
    const made = [new Date().getTime(), Date.parse(Date()), +new Date(5), new Date() instanceof Date];
    return Response.json([...(await counter(env).all()), Date.now(), ...made]);
  },
  async scheduled(event, env) { await counter(env).fired(event.scheduledTime); },
};
"""


def test_a_worker_goes_on_in_the_new_time(tmp_path: Path, connect: Callable[[str], Client]) -> None:
    timeline = Timeline(tmp_path / "time")
    objects = tmp_path / "objects"
    objects.mkdir()
    with Served(create_app(public_url="", workdir=objects, timeline=timeline)) as served:
        ada = connect(served.url)
        ada.upload("clock", CLOCK, bindings=[COUNTER_BINDING], exports=COUNTER_EXPORTS).raise_for_status()
        ada.workers("PUT", "/scripts/clock/schedules", json=[{"cron": "*/15 * * * *"}]).raise_for_status()
        address = ada.open_address("clock")
        assert ada.control("POST", "/travel", {"seconds": 2 * DAY}).json() == {"fired": ["clock"]}

        told = ada.http.get(f"{address}/arm").json()
        count, at, _, *clocks, five, is_date = told
        ahead = time.time() + 2 * DAY
        assert all(abs(clock / 1000 - ahead) < 60 for clock in clocks)
        assert (count, five, is_date) == (1, 5, True), "memory outlives the jump; other dates are what they were"
        assert at % 900_000 == 0
        assert 0 <= ahead * 1000 - at < 960_000
        deadline = time.monotonic() + 10
        while (rang := ada.http.get(address).json()[2]) is None:
            assert time.monotonic() < deadline, "the alarm did not go off by the shifted clock"
        assert abs(rang / 1000 - ahead) < 60


@pytest.mark.parametrize("body", [{"seconds": -1}, {"seconds": "1"}, {}, {"seconds": 10**9}])
def test_time_goes_forward_and_not_too_far(tmp_path: Path, body: object) -> None:
    app = create_app(public_url="", execution=False, timeline=Timeline(tmp_path / "time"))
    with Served(app) as served, contextlib.closing(Client(served.url)) as ada:
        assert ada.control("POST", "/travel", body).status_code == 400


def test_a_sandbox_without_its_own_time_stays_where_it_is(kept: Client) -> None:
    assert kept.control("POST", "/travel", {"seconds": 1}).status_code == 400


def test_no_clock_here_goes_back(tmp_path: Path) -> None:
    timeline = Timeline(tmp_path / "time")
    timeline.jump(5)
    with pytest.raises(ValueError, match="forward"):
        timeline.jump(-1)
    assert Timeline(tmp_path / "time").shift == 5, "a second process reads the same shift"


def test_the_last_moment_an_expression_was_due() -> None:
    noon = datetime(2026, 11, 24, 12, 7, 30, tzinfo=UTC)
    assert last_match("*/15 * * * *", noon - timedelta(hours=1), noon) == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert last_match("*/15 * * * *", noon - timedelta(minutes=5), noon) is None
    assert last_match("0 0 1 1 *", noon - timedelta(days=400), noon) is None, "looks back a week"
