"""The control API of a trading host: an overview, accounts and key pairs. It asks for no key: loopback only."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.alpaca.accounts import STATUSES, Account, KeyPair, Mode
from sandbox.alpaca.clock import in_utc
from sandbox.alpaca.form import Form, absent, wrong
from sandbox.alpaca.host import Host, parsed
from sandbox.alpaca.ledger import position_answer
from sandbox.alpaca.money import cents, text
from sandbox.alpaca.orders import Order
from sandbox.alpaca.refusals import Json, Refusal
from sandbox.alpaca.sessions import market_day

Action = Callable[[Request, object], Json]
_ORDERS_SHOWN = 50
_FLAGS = ("trading_blocked", "transfers_blocked", "account_blocked")


def control_route(host: Host, method: str, path: str, action: Action) -> Route:
    """A route whose action runs with the exchange locked and time caught up."""

    async def respond(request: Request) -> Response:
        raw = await request.body()
        try:
            with host.exchange.lock:
                host.exchange.catch_up()
                return JSONResponse(action(request, parsed(raw)))
        except Refusal as refusal:
            return JSONResponse({"error": str(refusal)}, refusal.status)

    return Route("/_sandbox" + path, respond, methods=[method])


def account_routes(host: Host, mode: Mode) -> list[Route]:
    """What can be seen and done about the accounts of that mode."""
    desk = _Accounts(host, mode)
    return [
        control_route(host, "GET", "/overview", desk.overview),
        control_route(host, "POST", "/accounts", desk.open),
        control_route(host, "PATCH", "/accounts/{id}", desk.change),
        control_route(host, "DELETE", "/accounts/{id}", desk.close),
        control_route(host, "POST", "/keys", desk.issue),
    ]


class _Accounts:
    """The accounts of one mode, as the control API handles them."""

    def __init__(self, host: Host, mode: Mode) -> None:
        self.exchange, self.mode = host.exchange, mode
        self.accounts = host.exchange.accounts[mode]

    def overview(self, request: Request, _body: object) -> Json:
        wanted = request.query_params.get("account")
        shown = self.accounts.values() if wanted is None else [self._find(wanted)]
        return {
            "mode": self.mode.value,
            "accounts": [self._shown(account) for account in shown],
            "clock": self.exchange.clock.answer(),
        }

    def open(self, _request: Request, body: object) -> Json:
        form = Form(body)
        account = self.exchange.open_account(self.mode, cash=form.number("cash"))
        try:
            self._apply(account, form)
        except Refusal:
            del self.accounts[account.id]
            raise
        return self._shown(account)

    def change(self, request: Request, body: object) -> Json:
        account, form = self._find(request.path_params["id"]), Form(body)
        cash = form.number("cash")
        self._apply(account, form)
        if cash is not None:
            account.cash = cents(cash)
            account.record(self.exchange.clock.now())
        return self._shown(account)

    def close(self, request: Request, _body: object) -> Json:
        """Delete an account with its keys, which is how a paper account is reset: a new one has new keys."""
        account = self._find(request.path_params["id"])
        self.exchange.revoke_keys(account)
        for order in list(account.open_orders.values()):
            order.end("canceled", self.exchange.clock.now())
            self.exchange.retire(account, order)
        del self.accounts[account.id]
        return {"closed": account.id}

    def issue(self, _request: Request, body: object) -> Json:
        form = Form(body)
        wanted, older, keep = form.words("account"), form.flag("older_shape"), form.flag("keep_others")
        form.finish()
        if wanted is None and not self.accounts:
            raise absent("there is no account to make keys for")
        account = next(iter(self.accounts.values())) if wanted is None else self._find(wanted)
        pair = self.exchange.issue_keys(account, older_shape=bool(older), keep_others=bool(keep))
        return {"account": account.id, "key_id": pair.key_id, "secret": pair.secret}

    def _find(self, account_id: str) -> Account:
        account = self.accounts.get(account_id)
        if account is None:
            raise absent("no such account")
        return account

    def _apply(self, account: Account, form: Form) -> None:
        """Check every field first, then change them all, so a refused request changes nothing."""
        changes: list[tuple[str, object]] = [(name, form.flag(name)) for name in _FLAGS]
        changes += [("status", form.words("status", STATUSES)), ("email", form.words("email"))]
        changes += [("currency", form.words("currency")), ("multiplier", form.positive("multiplier"))]
        suspended, fractional = form.flag("suspend_trade"), form.flag("fractional_trading")
        limited, limit = form.has("rate_limit"), form.count("rate_limit")
        omitted, deposit, last_equity = form.anything("omit"), form.number("deposit"), form.number("last_equity")
        holdings = self._holdings(form.anything("positions"))
        form.finish()
        if omitted is not None and not (isinstance(omitted, list) and all(isinstance(each, str) for each in omitted)):
            raise wrong("omit must be a list of field names")
        for name, value in changes:
            if value is not None:
                setattr(account, name, value)
        if limited:
            account.rate_limit = limit
        if isinstance(omitted, list):
            account.omitted = frozenset(omitted)
        for name, value in (("suspend_trade", suspended), ("fractional_trading", fractional)):
            if value is not None:
                setattr(account.settings, name, value)
        self._move(account, holdings, deposit, last_equity)

    def _move(
        self,
        account: Account,
        holdings: list[tuple[str, Decimal, Decimal]],
        deposit: Decimal | None,
        last_equity: Decimal | None,
    ) -> None:
        for symbol, quantity, average in holdings:
            self.exchange.give(account, symbol, quantity, average)
        if deposit is not None:
            self.exchange.deposit(account, deposit)
        if last_equity is not None:
            account.closing = market_day(self.exchange.clock.now()), last_equity

    def _holdings(self, wanted: object) -> list[tuple[str, Decimal, Decimal]]:
        if wanted is None:
            return []
        if not isinstance(wanted, dict):
            raise wrong('positions must look like {"VTI": {"qty": "3", "avg_entry_price": "250"}}')
        found = []
        for symbol, body in wanted.items():
            if symbol not in self.exchange.assets:
                raise wrong(f"unknown symbol: {symbol}")
            form = Form(body)
            quantity, average = form.positive("qty"), form.positive("avg_entry_price")
            form.finish()
            if quantity is None:
                raise wrong("a position needs a qty")
            found.append((symbol, quantity, average or self.exchange.price(symbol)))
        return found

    def _shown(self, account: Account) -> Json:
        keys = [pair for pair in self.exchange.keys.values() if pair.account_id == account.id]
        orders = list(account.orders.values())[-_ORDERS_SHOWN:]
        return {
            "id": account.id,
            "account_number": account.number,
            "email": account.email,
            "status": account.status,
            "cash": text(account.cash),
            "equity": text(account.equity_at(self.exchange.clock.now(), self.exchange.prices)),
            "currency": account.currency,
            "suspend_trade": account.settings.suspend_trade,
            "keys": [_key(pair) for pair in keys],
            "positions": [position_answer(self.exchange, account, each) for each in account.positions.values()],
            "orders": [_order(order) for order in reversed(orders)],
        }


def _key(pair: KeyPair) -> Json:
    return {"key_id": pair.key_id, "created_at": in_utc(pair.created_at), "active": pair.active}


def _order(order: Order) -> Json:
    shown = (
        "id", "submitted_at", "symbol", "side", "notional", "qty", "filled_qty", "filled_avg_price", "status",
        "client_order_id",
    )  # fmt: skip
    body = order.answer()
    return {name: body[name] for name in shown}
