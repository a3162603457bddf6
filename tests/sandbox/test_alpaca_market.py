"""The market's clock and calendar, its prices, and the data host that reports them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest

from sandbox.alpaca import Exchange, Mode, ServedAlpaca
from sandbox.alpaca.clock import MarketClock
from sandbox.alpaca.sessions import FIRST_DAY, session_on, sessions_between

NOON = "2026-11-23T12:00:00-05:00"


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture(scope="module")
def hosts(alpaca: ServedAlpaca) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    _, keys = alpaca.open_account(Mode.PAPER)
    headers = {"APCA-API-KEY-ID": keys.key_id, "APCA-API-SECRET-KEY": keys.secret}
    with (
        httpx.Client(base_url=alpaca.paper_url, headers=headers) as trading,
        httpx.Client(base_url=alpaca.data_url, headers=headers) as market,
    ):
        yield trading, market


@pytest.fixture
def paper(hosts: tuple[httpx.Client, httpx.Client]) -> httpx.Client:
    hosts[0].post("/_sandbox/clock", json={"real": True, "now": NOON, "frozen": True})
    return hosts[0]


@pytest.fixture
def data(hosts: tuple[httpx.Client, httpx.Client], paper: httpx.Client) -> httpx.Client:
    del paper
    return hosts[1]


def set_clock(paper: httpx.Client, **change: object) -> Any:
    answer = paper.post("/_sandbox/clock", json=change)
    assert answer.status_code == 200, answer.text
    return paper.get("/v2/clock").json()


def set_price(client: httpx.Client, **change: object) -> Any:
    answer = client.post("/_sandbox/prices", json=change)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_holidays_and_half_days_are_those_of_the_exchange() -> None:
    closed = {
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 4, 3), date(2026, 5, 25), date(2026, 6, 19),
        date(2026, 7, 3), date(2026, 9, 7), date(2026, 11, 26), date(2026, 12, 25),
    }  # fmt: skip
    days = [date(2026, 1, 1) + timedelta(days=count) for count in range(365)]
    assert {day for day in days if day.weekday() < 5 and session_on(day) is None} == closed
    halves = [each.day for each in sessions_between(days[0], days[-1]) if each.closes - each.opens < timedelta(hours=5)]
    assert halves == [date(2026, 11, 27), date(2026, 12, 24)]
    assert session_on(date(2021, 12, 31)) is not None  # New Year's Day of 2022 was a Saturday
    assert session_on(date(2027, 12, 31)) is not None
    assert session_on(date(2021, 7, 5)) is None
    assert session_on(date(2025, 7, 3)) is not None


@pytest.mark.parametrize(
    ("now", "is_open", "next_open", "next_close"),
    [
        (NOON, True, "2026-11-24T09:30:00-05:00", "2026-11-23T16:00:00-05:00"),
        ("2026-11-23T09:30:00-05:00", True, "2026-11-24T09:30:00-05:00", "2026-11-23T16:00:00-05:00"),
        ("2026-11-23T16:00:00-05:00", False, "2026-11-24T09:30:00-05:00", "2026-11-24T16:00:00-05:00"),
        ("2026-11-25T18:00:00-05:00", False, "2026-11-27T09:30:00-05:00", "2026-11-27T13:00:00-05:00"),
        ("2026-11-28T12:00:00-05:00", False, "2026-11-30T09:30:00-05:00", "2026-11-30T16:00:00-05:00"),
        ("2026-03-09T12:00:00-04:00", True, "2026-03-10T09:30:00-04:00", "2026-03-09T16:00:00-04:00"),
    ],
)
def test_the_clock_knows_the_sessions(
    paper: httpx.Client, *, now: str, is_open: bool, next_open: str, next_close: str
) -> None:
    clock = set_clock(paper, now=now)
    assert clock == {"timestamp": now, "is_open": is_open, "next_open": next_open, "next_close": next_close}


def test_the_market_can_be_forced_open_and_shut(paper: httpx.Client) -> None:
    saturday = "2026-11-28T12:00:00-05:00"
    assert set_clock(paper, now=saturday, open=True)["is_open"] is True
    assert set_clock(paper, now=NOON, open=False)["is_open"] is False
    assert set_clock(paper, open=None)["is_open"] is True


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-23T09:25:00-05:00",
        "2026-11-23T09:30:00-05:00",
        "2026-11-23T09:34:59-05:00",
        "2026-11-23T12:00:00-05:00",
        "2026-11-23T15:45:00-05:00",
        "2026-11-23T15:59:59-05:00",
        "2026-11-23T16:00:00-05:00",
        "2026-11-23T18:59:59-05:00",
        "2026-11-23T19:00:00-05:00",
        "2026-11-24T00:00:00-05:00",
        "2026-11-26T12:00:00-05:00",
        "2026-11-27T12:50:00-05:00",
        "2026-11-28T12:00:00-05:00",
        "2026-11-29T19:00:00-05:00",
        "2026-12-31T23:59:59-05:00",
        "2026-03-08T01:59:59-05:00",
    ],
)
def test_a_forced_market_is_far_from_opening_and_closing_at_any_time(now: str) -> None:
    clock = MarketClock(lambda: datetime.fromisoformat(now).astimezone(UTC))
    clock.forced = True
    told = {name: datetime.fromisoformat(str(value)) for name, value in clock.answer().items() if name != "is_open"}
    assert clock.is_open()
    assert timedelta(hours=4) < told["next_close"] - told["timestamp"] <= timedelta(hours=5)
    assert told["next_open"] > told["next_close"]
    clock.forced = False
    told = {name: datetime.fromisoformat(str(value)) for name, value in clock.answer().items() if name != "is_open"}
    assert not clock.is_open()
    assert told["timestamp"] + timedelta(hours=1) < told["next_open"] < told["next_close"]
    assert session_on(told["next_open"].date()) is not None


def test_a_day_order_in_a_forced_market_outlives_the_real_close(paper: httpx.Client) -> None:
    set_clock(paper, now="2026-11-23T15:59:59-05:00", open=True)
    paper.post("/_sandbox/fills", json={"policy": "hold"})
    order = paper.post(
        "/v2/orders", json={"symbol": "VTI", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    ).json()
    paper.post("/_sandbox/fills", json={"policy": "immediate"})
    set_clock(paper, advance_seconds=60)
    assert paper.get(f"/v2/orders/{order['id']}").json()["status"] == "new"
    set_clock(paper, advance_seconds=24 * 3600)
    assert paper.get(f"/v2/orders/{order['id']}").json()["status"] == "expired"


def test_the_clock_runs_freezes_moves_on_and_comes_back_to_real_time(paper: httpx.Client) -> None:
    assert set_clock(paper, advance_seconds=90)["timestamp"] == "2026-11-23T12:01:30-05:00"
    running = set_clock(paper, frozen=False)["timestamp"]
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    while paper.get("/v2/clock").json()["timestamp"] == running:
        assert datetime.now(UTC) < deadline
    real = datetime.fromisoformat(set_clock(paper, real=True)["timestamp"])
    assert abs(real - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_calendar_lists_market_days_with_early_closes(paper: httpx.Client) -> None:
    days = paper.get("/v2/calendar?start=2026-11-25&end=2026-11-30").json()
    assert [(day["date"], day["close"], day["settlement_date"]) for day in days] == [
        ("2026-11-25", "16:00", "2026-11-27"),
        ("2026-11-27", "13:00", "2026-11-30"),
        ("2026-11-30", "16:00", "2026-12-01"),
    ]
    whole = paper.get("/v2/calendar?end=1970-12-31").json()
    assert whole[0]["date"] == "1970-01-02" > FIRST_DAY.isoformat()
    assert paper.get("/v2/calendar?start=soon").status_code == 422
    assert paper.get("/v2/calendar?date_type=LUNAR").status_code == 422


def test_assets_are_found_by_symbol_or_id_and_can_be_added(paper: httpx.Client) -> None:
    asset = paper.get("/v2/assets/VTI").json()
    assert (asset["status"], asset["tradable"], asset["fractionable"]) == ("active", True, True)
    assert paper.get(f"/v2/assets/{asset['id']}").json() == asset
    assert paper.get("/v2/assets/NOSUCH").json() == {"code": 40410000, "message": "asset not found for NOSUCH"}
    paper.post("/_sandbox/assets", json={"symbol": "MINE", "price": "3", "fractionable": False})
    assert paper.get("/v2/assets/MINE").json()["fractionable"] is False
    listed = {each["symbol"] for each in paper.get("/v2/assets?status=inactive").json()}
    assert listed == {"GONE"}


def test_prices_are_the_same_in_every_run_and_differ_by_seed() -> None:
    moment = datetime(2026, 11, 23, 17, tzinfo=UTC)
    first, second, other = (Exchange(seed=seed).prices for seed in (1, 1, 2))
    assert first.at("VTI", moment) == second.at("VTI", moment) != other.at("VTI", moment)
    later = [first.at("SPY", moment + timedelta(minutes=count)) for count in range(200)]
    assert len(set(later)) > 50
    assert all(abs(after / before - 1) < Decimal("0.01") for before, after in pairwise(later))
    asked_late = Exchange(seed=1).prices
    asked_late.at("VTI", moment + timedelta(days=400))
    assert asked_late.at("VTI", moment) == first.at("VTI", moment)


def test_a_price_can_be_held_and_let_go_again(paper: httpx.Client, data: httpx.Client) -> None:
    def latest() -> float:
        found: float = data.get("/v2/stocks/trades/latest?symbols=SPY&feed=iex").json()["trades"]["SPY"]["p"]
        return found

    set_price(paper, symbol="SPY", price="600.00")
    set_clock(paper, advance_seconds=3600)
    assert latest() == 600.0
    assert set_price(paper, symbol="SPY", hold=False)["price"] == "600"
    set_clock(paper, advance_seconds=3600)
    assert latest() != 600.0
    assert latest() == pytest.approx(600, rel=0.05)


def test_snapshots_name_each_known_symbol(paper: httpx.Client, data: httpx.Client) -> None:
    found = data.get("/v2/stocks/snapshots?symbols=VTI,BND,NOSUCH&feed=iex").json()
    assert set(found) == {"VTI", "BND"}
    snapshot = found["VTI"]
    assert snapshot["latestTrade"]["t"] == "2026-11-23T17:00:00.000000Z"
    assert snapshot["latestQuote"]["bp"] < snapshot["latestTrade"]["p"] < snapshot["latestQuote"]["ap"]
    assert snapshot["dailyBar"]["c"] == snapshot["latestTrade"]["p"]
    assert snapshot["dailyBar"]["l"] <= snapshot["dailyBar"]["o"] <= snapshot["dailyBar"]["h"]
    assert (snapshot["dailyBar"]["t"], snapshot["prevDailyBar"]["t"]) == (
        "2026-11-23T05:00:00Z", "2026-11-20T05:00:00Z",
    )  # fmt: skip
    set_clock(paper, now="2026-11-23T20:00:00-05:00")
    assert (
        data.get("/v2/stocks/snapshots?symbols=VTI").json()["VTI"]["latestTrade"]["t"].startswith("2026-11-23T21:00:00")
    )


def test_a_feed_can_be_stale_or_miss_a_symbol(data: httpx.Client) -> None:
    set_price(data, symbol="QQQ", stale_seconds=3600)
    quote = data.get("/v2/stocks/quotes/latest?symbols=QQQ&feed=iex").json()["quotes"]["QQQ"]
    assert quote["t"] == "2026-11-23T16:00:00.000000Z"
    set_price(data, symbol="QQQ", missing=True)
    assert data.get("/v2/stocks/snapshots?symbols=QQQ,VTI&feed=iex").json().keys() == {"VTI"}
    set_price(data, symbol="QQQ", missing=False, stale_seconds=0)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/v2/stocks/snapshots?symbols=VTI&feed=sip", 403, "subscription does not permit querying recent SIP data"),
        ("/v2/stocks/snapshots?symbols=VTI&feed=best", 400, "invalid feed: best"),
        ("/v2/stocks/snapshots", 400, "symbols is required"),
        ("/v2/stocks/snapshots?symbols=vti", 400, "invalid symbol: vti"),
        ("/v2/stocks/snapshots?symbols=VTI&limit=3", 400, "unexpected parameter(s): limit"),
        ("/v2/stocks/snapshots?symbols=VTI&currency=EUR", 400, "currency"),
        ("/v2/stocks/bars?symbols=VTI", 400, "timeframe is required"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&feed=best", 400, "invalid feed: best"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=60Min", 400, "invalid timeframe"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&end=2026-11-23T17:00:00Z", 403, "recent SIP data"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&limit=10001", 400, "limit must be between 1 and 10000"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&sort=up", 400, "invalid sort"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&page_token=x", 400, "invalid page_token"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&start=2026-11-24", 400, "end should not be before start"),
        ("/v2/stocks/bars?symbols=VTI&timeframe=1Day&start=then", 400, "invalid start"),
        ("/v2/stocks/elsewhere", 404, "endpoint not found."),
    ],
)
def test_the_data_host_refuses_in_its_own_words(data: httpx.Client, path: str, status: int, says: str) -> None:
    answer = data.get(path)
    assert answer.status_code == status
    assert says in answer.json()["message"]
    assert "code" not in answer.json()


def test_the_data_host_wants_keys_of_either_mode(alpaca: ServedAlpaca) -> None:
    url = alpaca.data_url + "/v2/stocks/snapshots?symbols=VTI"
    _, live = alpaca.open_account(Mode.LIVE)
    with httpx.Client() as client:
        good = {"APCA-API-KEY-ID": live.key_id, "APCA-API-SECRET-KEY": live.secret}
        assert client.get(url, headers=good).status_code == 200
        missing = client.get(url)
        assert (missing.status_code, missing.json()) == (403, {"message": "forbidden."})
        assert client.get(url, headers={**good, "APCA-API-SECRET-KEY": "wrong"}).status_code == 401


def test_bars_come_page_by_page_and_agree_with_each_other(data: httpx.Client) -> None:
    def bars(query: str) -> Any:
        answer = data.get("/v2/stocks/bars?symbols=VTI&feed=iex&" + query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    whole = bars("timeframe=1Day&start=2026-09-01&end=2026-11-01")["bars"]["VTI"]
    pages: list[Any] = []
    token: str | None = "p0"
    while token is not None:
        page = bars(f"timeframe=1Day&start=2026-09-01&end=2026-11-01&limit=10&page_token={token}")
        pages += page["bars"]["VTI"]
        token = page["next_page_token"]
    assert pages == whole
    assert len(whole) == 43
    assert bars("timeframe=1Day&start=2026-09-01&end=2026-11-01&sort=desc")["bars"]["VTI"] == whole[::-1]
    hours = bars("timeframe=1Hour&start=2026-10-01&end=2026-10-02")["bars"]["VTI"]
    day = next(bar for bar in whole if bar["t"].startswith("2026-10-01"))
    assert (hours[0]["o"], hours[-1]["c"], len(hours)) == (day["o"], day["c"], 7)
    assert len(bars("timeframe=1Week&start=2026-10-05&end=2026-10-30")["bars"]["VTI"]) == 4
    assert len(bars("timeframe=1M&start=2026-09-01&end=2026-11-01")["bars"]["VTI"]) == 2
    assert data.get("/v2/stocks/bars/latest?symbols=VTI").json()["bars"]["VTI"]["t"] == "2026-11-23T16:59:00Z"


def test_old_sip_bars_are_free_and_splits_can_be_taken_out(paper: httpx.Client, data: httpx.Client) -> None:
    query = "/v2/stocks/bars?symbols=VEA&timeframe=1Day&start=2026-11-18&end=2026-11-23T17:00:00Z&feed=iex"
    before = data.get(query).json()["bars"]["VEA"]
    set_price(paper, symbol="VEA", split="2")
    raw, adjusted = (data.get(f"{query}&adjustment={kind}").json()["bars"]["VEA"] for kind in ("raw", "split"))
    assert raw[0]["c"] == before[0]["c"]
    assert adjusted[0]["c"] == pytest.approx(before[0]["c"] / 2, abs=0.01)
    assert raw[-1]["c"] == pytest.approx(before[-1]["c"] / 2, abs=0.01)
    assert data.get("/v2/stocks/bars?symbols=VEA&timeframe=1Day&start=2026-11-01").status_code == 200
