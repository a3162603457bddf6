"""One account at the Alpaca stand-in, and what a test may do to it, all through its control API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

Json = dict[str, Any]


class Broker:
    """An account of its own, with the market open unless the test says otherwise."""

    def __init__(self, url: str, http: httpx.Client, **account: object) -> None:
        self.url, self._http = url, http
        self._touched: dict[str, str] = {}
        self._control("DELETE", "/faults")
        self._control("POST", "/fills", {"policy": "immediate"})
        self.account: Json = self._control("POST", "/accounts", account)
        self.id: str = self.account["id"]
        self.keys: Json = self.new_keys()
        self._seen: int = self._control("GET", "/calls")["next"]
        self.market(is_open=True)

    def new_keys(self) -> Json:
        """A new pair; the old one dies."""
        pair: Json = self._control("POST", "/keys", {"account": self.id})
        return pair

    def market(self, *, is_open: bool, opens: float = 1080, closes: float = 180, **odd: object) -> None:
        """Set the market's state: opening and closing so many minutes from now, whatever the real time of day is."""
        self._control("DELETE", "/faults")
        self._control("POST", "/clock", {"real": True, "open": is_open})
        now = datetime.now(UTC)
        answer = {
            "timestamp": now.isoformat(),
            "is_open": is_open,
            "next_open": (now + timedelta(minutes=opens)).isoformat(),
            "next_close": (now + timedelta(minutes=closes)).isoformat(),
        }
        self.fault("status", path="/v2/clock", status=200, json=answer | odd, times=None)

    def fault(self, kind: str, **rule: object) -> None:
        """Post a fault; it meets one request unless `times` says otherwise."""
        self._control("POST", "/faults", {"kind": kind, **rule})

    def met(self) -> bool:
        """Whether every fault that was to meet so many requests has met them."""
        return all(rule["left"] is None for rule in self._control("GET", "/faults")["faults"])

    def refuse_order(self, status: int, code: int | None, message: str, **fields: object) -> None:
        body = {"message": message} if code is None else {"code": code, "message": message}
        self.fault("status", method="POST", path="/v2/orders", status=status, json=body | fields)

    def change(self, **fields: object) -> None:
        """Change the account."""
        self._control("PATCH", f"/accounts/{self.id}", fields)

    def price(self, symbol: str, price: str | None = None, **more: object) -> Decimal:
        """Hold a price until `restore`, or spoil the feed or split the share; the price there is now."""
        if symbol not in self._touched:
            self._touched[symbol] = self._control("POST", "/prices", {"symbol": symbol})["price"]
        body = {"symbol": symbol} | ({} if price is None else {"price": price}) | more
        return Decimal(self._control("POST", "/prices", body)["price"])

    def restore(self) -> None:
        """Let the prices walk on from where they were, for the next test."""
        for symbol, price in self._touched.items():
            body = {"symbol": symbol, "price": price, "hold": False, "stale_seconds": 0, "missing": False}
            self._control("POST", "/prices", body)

    def give(self, symbol: str, qty: str, average: str) -> None:
        """Shares of the account's owner, from before."""
        self.change(positions={symbol: {"qty": qty, "avg_entry_price": average}})

    def held(self, symbol: str) -> Decimal:
        """How many shares the account holds."""
        overview = self._control("GET", f"/overview?account={self.id}")
        held = {each["symbol"]: Decimal(each["qty"]) for each in overview["accounts"][0]["positions"]}
        return held.get(symbol, Decimal(0))

    def fills(self, **policy: object) -> None:
        self._control("POST", "/fills", policy)

    def asset(self, **fields: object) -> None:
        self._control("POST", "/assets", fields)

    def place(self, **order: str) -> Json:
        """An order of the account's owner, placed with the same keys from elsewhere."""
        headers = {"APCA-API-KEY-ID": self.keys["key_id"], "APCA-API-SECRET-KEY": self.keys["secret"]}
        answer = self._http.post(f"{self.url}/v2/orders", json=order, headers=headers)
        self._seen += 1
        answer.raise_for_status()
        body: Json = answer.json()
        return body

    def orders(self) -> list[Json]:
        """Every order the account has had, newest first."""
        overview = self._control("GET", f"/overview?account={self.id}")
        orders: list[Json] = overview["accounts"][0]["orders"]
        return orders

    def is_locked(self) -> bool:
        """Whether the account takes no new orders because its owner said so."""
        overview = self._control("GET", f"/overview?account={self.id}")
        return bool(overview["accounts"][0]["suspend_trade"])

    def calls(self) -> list[str]:
        """The requests since the last time this was asked, as "GET /v2/clock"."""
        page = self._control("GET", f"/calls?since={self._seen}")
        self._seen = page["next"]
        return [f"{call['method']} {call['path']}" for call in page["calls"]]

    def _control(self, method: str, path: str, body: object = None) -> Json:
        answer = self._http.request(method, f"{self.url}/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found
