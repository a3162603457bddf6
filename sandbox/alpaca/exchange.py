"""The one market behind the three hosts: accounts, keys, working orders, and the passing of time that fills them."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sandbox.alpaca.accounts import Account, KeyPair, Mode, Position
from sandbox.alpaca.assets import Asset, catalogue
from sandbox.alpaca.clock import MarketClock
from sandbox.alpaca.fills import FillPolicy, book, expire
from sandbox.alpaca.keys import new_key_id, new_secret
from sandbox.alpaca.money import cents, text
from sandbox.alpaca.orders import Order
from sandbox.alpaca.prices import Prices
from sandbox.alpaca.sessions import market_day, next_closing, next_opening, sessions_between

_START_CASH = {Mode.PAPER: Decimal(100_000), Mode.LIVE: Decimal(5_000)}
_MATCH_EVERY = timedelta(seconds=1)


def _real_time() -> datetime:
    return datetime.now(UTC)


class Exchange:
    """All state of the stand-ins; whoever touches it holds `lock`, since each host may be served by a thread."""

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = _real_time,
        seed: int = 7,
        dice: random.Random | None = None,
        number_strings: bool = True,
        rate_limit: int | None = 200,
    ) -> None:
        """Open a market with one account per mode.

        `seed` picks the prices, `dice` the ids and keys; `number_strings` refuses JSON numbers in orders, as Alpaca's
        OpenAPI document does (the original is lenient); `rate_limit` is requests per minute, account and kind of host.
        """
        self.lock = threading.RLock()
        self.dice = dice or random.SystemRandom()
        self.clock = MarketClock(wall)
        self.assets: dict[str, Asset] = catalogue()
        self.prices = Prices(self.assets, seed)
        self.number_strings = number_strings
        self.rate_limit = rate_limit
        self.accounts: dict[Mode, dict[str, Account]] = {mode: {} for mode in Mode}
        self.keys: dict[str, KeyPair] = {}
        self.working: dict[str, tuple[Account, Order]] = {}
        self.fill_policy = FillPolicy()
        self._seen = self._matched = self.clock.now()
        for mode in Mode:
            self.open_account(mode)

    def new_id(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def open_account(self, mode: Mode, *, cash: Decimal | None = None, email: str = "you@example.test") -> Account:
        """Open an ACTIVE account; paper ones start with 100,000 dollars, live ones with 5,000."""
        number = ("PA" if mode is Mode.PAPER else "") + f"{self.dice.randrange(10**9, 10**10)}"
        money = cents(_START_CASH[mode] if cash is None else cash)
        account = Account(self.new_id(), number, mode, email, self.clock.now(), money, rate_limit=self.rate_limit)
        account.record(self.clock.now())
        self.accounts[mode][account.id] = account
        return account

    def issue_keys(self, account: Account, *, older_shape: bool = False, keep_others: bool = False) -> KeyPair:
        """Generate a key pair; like the original this ends the account's earlier pair, unless `keep_others`."""
        if not keep_others:
            self.revoke_keys(account)
        key_id = new_key_id(account.mode.key_prefix, self.dice, older_shape=older_shape)
        secret = new_secret(self.dice, older_shape=older_shape)
        self.keys[key_id] = KeyPair(key_id, secret, account.id, self.clock.now())
        return self.keys[key_id]

    def revoke_keys(self, account: Account) -> None:
        """End every pair of the account."""
        for pair in self.keys.values():
            if pair.account_id == account.id:
                pair.active = False

    def account_of(self, key_id: str, secret: str) -> Account | None:
        """The account this pair opens, in whichever mode; None for a wrong or ended pair."""
        pair = self.keys.get(key_id)
        if pair is None or not pair.active or pair.secret != secret:
            return None
        return next((held[pair.account_id] for held in self.accounts.values() if pair.account_id in held), None)

    def price(self, symbol: str) -> Decimal:
        """The market's price now."""
        return self.prices.at(symbol, self.clock.now())

    def catch_up(self) -> None:
        """Do what was due since the last call: fills at openings, expiries at closings, fills at the present price."""
        now = self.clock.now()
        if self.working:
            if now > self._seen:
                self._pass_sessions(self._seen, now)
            if self.working and self.clock.open_at(now) and not self._matched <= now < self._matched + _MATCH_EVERY:
                self.match(now)
        self._seen = now

    def match(self, moment: datetime) -> None:
        """Try to fill every working order at the prices of that moment."""
        self._matched = moment
        for account, order in list(self.working.values()):
            self.try_fill(account, order, moment)

    def try_fill(self, account: Account, order: Order, moment: datetime, *, forced: bool = False) -> None:
        """Fill what the order's limit and the fill policy allow; `forced` overrides a hold or a delay."""
        price = self.prices.at(order.symbol, moment)
        waits = order.held or (order.fill_after is not None and order.fill_after > moment)
        if (waits and not forced) or not order.is_marketable(price):
            return
        quantity = order.remaining(price)
        if order.first_part is not None and not forced:
            quantity, order.first_part = quantity * order.first_part, None
            order.held = order.rest_after is None
            order.fill_after = None if order.rest_after is None else moment + timedelta(seconds=order.rest_after)
        self.fill(account, order, quantity, price, moment)

    def fill(self, account: Account, order: Order, quantity: Decimal, price: Decimal, moment: datetime) -> None:
        """Book a fill of that many shares at that price."""
        self.begin_day(account, order.symbol, moment)
        activity = book(account, order, quantity, price, moment=moment, new_id=self.new_id)
        if activity is not None:
            account.activities.append(activity)
        if not order.is_open:
            self.retire(account, order)

    def retire(self, account: Account, order: Order) -> None:
        """Take a finished order off the book."""
        self.working.pop(order.id, None)
        account.open_orders.pop(order.id, None)

    def begin_day(self, account: Account, symbol: str, moment: datetime) -> None:
        """Start a position's day, if there is such a position."""
        position = account.positions.get(symbol)
        if position is not None:
            account.begin_day(position, moment, self.prices)

    def give(self, account: Account, symbol: str, quantity: Decimal, average: Decimal) -> None:
        """Put shares into an account that came from elsewhere, without touching its cash."""
        cost = quantity * average
        account.positions[symbol] = Position(symbol, quantity, cost, date.min, cost)
        account.record(self.clock.now())

    def deposit(self, account: Account, amount: Decimal) -> None:
        """Move cash in, or out if negative; it shows as an intraday adjustment and as an activity."""
        now = self.clock.now()
        account.cash += cents(amount)
        account.deposits.append((now, cents(amount)))
        kind = "CSD" if amount >= 0 else "CSW"
        account.activities.append(self._event(kind, now, {"net_amount": text(cents(amount))}))
        account.record(now)

    def split(self, symbol: str, ratio: Decimal) -> None:
        """Split a share now, in the prices and in every position."""
        now = self.clock.now()
        self.prices.split(symbol, ratio, now)
        for account in (each for held in self.accounts.values() for each in held.values()):
            position = account.positions.get(symbol)
            if position is not None:
                position.qty *= ratio
                account.activities.append(self._event("SPLIT", now, {"symbol": symbol, "qty": text(position.qty)}))
                account.record(now)

    def _event(self, kind: str, moment: datetime, fields: dict[str, object]) -> dict[str, object]:
        stamp = moment.strftime("%Y%m%d%H%M%S%f")[:17]
        day = {"date": market_day(moment).isoformat(), "status": "executed", "currency": "USD", "net_amount": "0"}
        return {"id": f"{stamp}::{self.new_id()}", "activity_type": kind, **day, **fields}

    def _pass_sessions(self, since: datetime, until: datetime) -> None:
        if until < min(next_opening(since).opens, next_closing(since).closes):
            return
        for session in sessions_between(market_day(since), market_day(until)):
            if since < session.opens <= until and self.clock.forced is not False:
                self.match(session.opens)
            if since < session.closes <= until:
                for account, order in list(self.working.values()):
                    if expire(order, session.closes):
                        self.retire(account, order)
