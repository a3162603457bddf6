"""The control API of every host: time, prices, assets, fills, faults and the log of calls."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from starlette.requests import Request
from starlette.routing import Route

from sandbox.alpaca.accounts import Account
from sandbox.alpaca.assets import Asset
from sandbox.alpaca.control import control_route
from sandbox.alpaca.faults import KINDS
from sandbox.alpaca.fills import FillPolicy
from sandbox.alpaca.form import Form, absent, wrong
from sandbox.alpaca.host import Host
from sandbox.alpaca.money import text
from sandbox.alpaca.orders import Order
from sandbox.alpaca.refusals import Json

_POLICIES = ("immediate", "hold", "delayed", "partial")
_OUTCOMES = ("fill", "cancel", "reject", "expire")
_ENDED = {"cancel": "canceled", "reject": "rejected", "expire": "expired"}
_LONGEST_JUMP = 400 * 24 * 3600


def market_routes(host: Host) -> list[Route]:
    """What can be done about the market, and about this host's connections."""
    market, wires = _Market(host), _Wires(host)
    return [
        control_route(host, "GET", "/clock", lambda _request, _body: host.exchange.clock.answer()),
        control_route(host, "POST", "/clock", market.set_clock),
        control_route(host, "POST", "/prices", market.set_price),
        control_route(host, "POST", "/assets", market.set_asset),
        control_route(host, "POST", "/fills", market.set_fills),
        control_route(host, "POST", "/rules", market.set_rules),
        control_route(host, "GET", "/faults", wires.list_faults),
        control_route(host, "POST", "/faults", wires.add_fault),
        control_route(host, "DELETE", "/faults", wires.clear_faults),
        control_route(host, "GET", "/calls", wires.calls),
    ]


class _Market:
    """Time, prices, assets and fills, which all hosts share."""

    def __init__(self, host: Host) -> None:
        self.exchange = host.exchange

    def set_clock(self, _request: Request, body: object) -> Json:
        """Apply in this order: real, frozen, now, open (null: by the calendar again), advance_seconds."""
        form, clock = Form(body), self.exchange.clock
        real, moment, frozen = form.flag("real"), form.moment("now"), form.flag("frozen")
        forced, is_open, seconds = form.has("open"), form.flag("open"), form.number("advance_seconds")
        form.finish()
        if seconds is not None and not 0 <= seconds <= _LONGEST_JUMP:
            raise wrong("advance_seconds must be between 0 and 34560000")
        if real:
            clock.follow_real_time()
        if frozen is not None:
            clock.freeze(frozen)
        if moment is not None:
            clock.set(moment)
        if forced:
            clock.forced = is_open
        if seconds is not None:
            clock.advance(float(seconds))
        self.exchange.catch_up()
        if clock.is_open():
            self.exchange.match(clock.now())
        return {**clock.answer(), "frozen": clock.frozen, "forced": clock.forced}

    def set_price(self, _request: Request, body: object) -> Json:
        """Set a price to hold, let it walk on (`hold` false), split the share, or spoil the feed."""
        form, prices = Form(body), self.exchange.prices
        symbol, price, hold = self._symbol(form), form.positive("price"), form.flag("hold")
        ratio, stale, missing = form.positive("split"), form.number("stale_seconds"), form.flag("missing")
        form.finish()
        now = self.exchange.clock.now()
        if price is not None and hold is not False:
            prices.hold(symbol, price, now)
        elif price is not None or hold is False:
            prices.release(symbol, now, price)
        if ratio is not None:
            self.exchange.split(symbol, ratio)
        if stale is not None:
            prices.make_stale(symbol, timedelta(seconds=float(stale)))
        if missing is not None:
            prices.make_missing(symbol, missing=missing)
        if self.exchange.clock.is_open():
            self.exchange.match(now)
        return {"symbol": symbol, "price": text(self.exchange.price(symbol))}

    def set_asset(self, _request: Request, body: object) -> Json:
        """List a new asset or change one: name, status, tradable, fractionable; `price` where its walk begins."""
        form = Form(body)
        symbol, name, price = form.words("symbol"), form.words("name"), form.positive("price")
        status = form.words("status", ("active", "inactive"))
        tradable, fractionable = form.flag("tradable"), form.flag("fractionable")
        form.finish()
        if symbol is None or not re.fullmatch(r"[A-Z][A-Z0-9.]{0,9}", symbol):
            raise wrong("symbol must be one to ten capital letters, digits or points")
        known = self.exchange.assets.get(symbol)
        asset = known or Asset(symbol, name or symbol, "NYSE", price or Decimal(100))
        asset = replace(
            asset,
            name=name or asset.name,
            status=status or asset.status,
            tradable=asset.tradable if tradable is None else tradable,
            fractionable=asset.fractionable if fractionable is None else fractionable,
        )
        self.exchange.assets[symbol] = asset
        return asset.answer()

    def set_fills(self, _request: Request, body: object) -> Json:
        """Choose how coming orders fill (`policy`), finish one (`order_id`), or fill all that wait (`release`)."""
        form = Form(body)
        policy, fraction, seconds = form.words("policy", _POLICIES), form.positive("fraction"), form.number("seconds")
        wanted, outcome = form.words("order_id"), form.words("outcome", _OUTCOMES)
        quantity, price, release = form.positive("qty"), form.positive("price"), form.flag("release")
        form.finish()
        if fraction is not None and fraction >= 1:
            raise wrong("fraction must be below 1")
        if policy is not None:
            delay = None if seconds is None else float(seconds)
            self.exchange.fill_policy = FillPolicy(policy, fraction or Decimal("0.5"), delay)
        if wanted is not None:
            account, order = self._order(wanted)
            self._finish(account, order, outcome or "fill", quantity, price)
        if release:
            for account, order in list(self.exchange.working.values()):
                order.held, order.fill_after = False, None
                self.exchange.try_fill(account, order, self.exchange.clock.now(), forced=True)
        return {"policy": self.exchange.fill_policy.kind, "working": len(self.exchange.working)}

    def set_rules(self, _request: Request, body: object) -> Json:
        """Choose whether an order's numbers must be strings, as the OpenAPI document says."""
        form = Form(body)
        strict = form.flag("number_strings")
        form.finish()
        if strict is not None:
            self.exchange.number_strings = strict
        return {"number_strings": self.exchange.number_strings}

    def _finish(
        self, account: Account, order: Order, outcome: str, quantity: Decimal | None, price: Decimal | None
    ) -> None:
        now = self.exchange.clock.now()
        if outcome != "fill":
            order.end(_ENDED[outcome], now)
            self.exchange.retire(account, order)
            return
        at = price or self.exchange.price(order.symbol)
        self.exchange.fill(account, order, quantity or order.remaining(at), at, now)

    def _order(self, order_id: str) -> tuple[Account, Order]:
        if order_id not in self.exchange.working:
            raise absent("no such open order")
        return self.exchange.working[order_id]

    def _symbol(self, form: Form) -> str:
        symbol = form.words("symbol")
        if symbol is None or symbol not in self.exchange.assets:
            raise wrong(f"unknown symbol: {symbol}")
        return symbol


class _Wires:
    """The faults and the call log, which each host has for itself."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def list_faults(self, _request: Request, _body: object) -> Json:
        return {"faults": [rule.answer() for rule in self.host.faults.rules]}

    def add_fault(self, _request: Request, body: object) -> Json:
        form = Form(body)
        kind, method, path = form.words("kind", KINDS), form.words("method"), form.words("path")
        when = form.words("when", ("before", "after"))
        once = not form.has("times")
        times, status, seconds = form.count("times"), form.count("status"), form.number("seconds")
        answer, headers = form.anything("json"), form.anything("headers")
        form.finish()
        if kind is None:
            raise wrong(f"kind must be one of {', '.join(KINDS)}")
        if headers is not None and not isinstance(headers, dict):
            raise wrong("headers must be an object")
        try:
            pattern = re.compile(path or "")
        except re.error:
            raise wrong("path must be a regular expression") from None
        rule = self.host.faults.add(
            kind=kind,
            method=method,
            path=pattern,
            when=when or "before",
            left=1 if once else times,
            status=status or 500,
            json=answer,
            headers={name: str(value) for name, value in (headers or {}).items()},
            seconds=None if seconds is None else float(seconds),
        )
        return rule.answer()

    def clear_faults(self, request: Request, _body: object) -> Json:
        wanted = request.query_params.get("id")
        if wanted is not None and not wanted.isdecimal():
            raise wrong("id must be a number")
        self.host.faults.clear(None if wanted is None else int(wanted))
        return self.list_faults(request, None)

    def calls(self, request: Request, _body: object) -> Json:
        """The calls after the one numbered `since`; `next` is what to ask with the next time."""
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            raise wrong("since must be a number")
        newer = self.host.counted - int(since)
        calls = list(self.host.calls)[-newer:] if newer > 0 else []
        return {"calls": calls, "next": self.host.counted}
