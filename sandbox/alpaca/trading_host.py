"""The paper and live trading hosts: `/v2/…` as Alpaca's Trading API document describes it."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.datastructures import Headers
from starlette.routing import Route

from sandbox.alpaca import order_routes
from sandbox.alpaca.accounts import Account, Mode
from sandbox.alpaca.desk import close_position
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.host import Answer, Authorize, Call, Handler, Host, endpoint
from sandbox.alpaca.keys import from_basic
from sandbox.alpaca.ledger import account_answer, find_activities, portfolio_history, position_answer, settings_answer
from sandbox.alpaca.moments import read_moment
from sandbox.alpaca.refusals import BAD_BODY, Json, Refusal, bad_parameter, not_found, unauthorized
from sandbox.alpaca.sessions import FIRST_DAY, LAST_DAY, NEW_YORK, Session, sessions_between, sessions_from

_ACTIVITY_QUERY = ("order_id", "date", "until", "after", "direction", "page_size", "page_token")
_HISTORY_QUERY = (
    "period", "timeframe", "intraday_reporting", "start", "pnl_reset", "end", "extended_hours", "cashflow_types",
)  # fmt: skip
_SETTING_CHOICES = {"max_margin_multiplier": {"1", "2", "4"}, "trade_confirm_email": {"all", "none"}}


def routes(host: Host, mode: Mode) -> list[Route]:
    """Every route of that mode's host."""
    authorize = _authorize(mode)

    def route(method: str, path: str, handler: Handler, *queries: str) -> Route:
        return endpoint(host, method, path, handler, authorize=authorize, queries=queries, unexpected=_unexpected)

    return [
        route("GET", "/v2/account", _account),
        route("GET", "/v2/account/configurations", _settings),
        route("PATCH", "/v2/account/configurations", _change_settings),
        route("GET", "/v2/account/portfolio/history", _history, *_HISTORY_QUERY),
        route("GET", "/v2/account/activities", _activities, "activity_types", "category", *_ACTIVITY_QUERY),
        route("GET", "/v2/account/activities/{kind}", _activities, *_ACTIVITY_QUERY),
        route("GET", "/v2/clock", lambda call: Answer(call.exchange.clock.answer())),
        route("GET", "/v2/calendar", _calendar, "start", "end", "date_type"),
        route("GET", "/v2/assets", _assets, "status", "asset_class", "exchange", "attributes"),
        route("GET", "/v2/assets/{symbol}", _asset),
        route("POST", "/v2/orders", order_routes.submit_order),
        route("GET", "/v2/orders", order_routes.list_orders, *order_routes.LIST_QUERY),
        route("DELETE", "/v2/orders", order_routes.cancel_orders),
        route("GET", "/v2/orders:by_client_order_id", order_routes.find_by_client_id, "client_order_id"),
        route("GET", "/v2/orders/{id}", order_routes.show_order, "nested"),
        route("DELETE", "/v2/orders/{id}", order_routes.cancel_order),
        route("GET", "/v2/positions", _positions),
        route("DELETE", "/v2/positions", _close_all, "cancel_orders"),
        route("GET", "/v2/positions/{symbol}", _position),
        route("DELETE", "/v2/positions/{symbol}", _close, "qty", "percentage"),
    ]


def _authorize(mode: Mode) -> Authorize:
    def authorize(exchange: Exchange, headers: Headers) -> Account:
        pair = (headers.get("apca-api-key-id", ""), headers.get("apca-api-secret-key", ""))
        if not all(pair):
            pair = from_basic(headers.get("authorization", "")) or pair
        account = exchange.account_of(*pair)
        if account is None or account.mode is not mode:
            raise unauthorized()
        return account

    return authorize


def _unexpected(names: list[str]) -> Refusal:
    return bad_parameter(f"unexpected parameter(s): {', '.join(names)}")


def _account(call: Call) -> Answer:
    return Answer(account_answer(call.exchange, call.account))


def _settings(call: Call) -> Answer:
    return Answer(settings_answer(call.account))


def _change_settings(call: Call) -> Answer:
    if not isinstance(call.body, dict):
        raise Refusal(400, BAD_BODY, "request body format is invalid")
    present = settings_answer(call.account)
    for name, value in call.body.items():
        if name not in present:
            raise _unexpected([name])
        wrong = type(value) is not type(present[name]) or value not in _SETTING_CHOICES.get(name, {value})
        if wrong or (name == "max_options_trading_level" and value not in range(4)):
            raise bad_parameter(f"invalid {name}")
    for name, value in call.body.items():
        setattr(call.account.settings, name, value)
    return _settings(call)


def _history(call: Call) -> Answer:
    return Answer(portfolio_history(call.exchange, call.account, call.query))


def _activities(call: Call) -> Answer:
    kinds = set(call.path["kind"].split(",")) if "kind" in call.path else set()
    if call.query.get("activity_types"):
        kinds = set(call.query["activity_types"].split(","))
    return Answer(find_activities(call.account, kinds, call.query))


def _calendar(call: Call) -> Answer:
    first = read_moment("start", call.query["start"]).date() if "start" in call.query else FIRST_DAY
    last = read_moment("end", call.query["end"]).date() if "end" in call.query else LAST_DAY
    if call.query.get("date_type", "TRADING") not in {"TRADING", "SETTLEMENT"}:
        raise bad_parameter("invalid date_type")
    first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
    return Answer([_calendar_day(session) for session in sessions_between(first, last)])


def _calendar_day(session: Session) -> Json:
    opens, closes = (each.astimezone(NEW_YORK).strftime("%H:%M") for each in (session.opens, session.closes))
    settles: date = next(sessions_from(session.day + timedelta(days=1))).day
    return {
        "date": session.day.isoformat(),
        "open": opens,
        "close": closes,
        "session_open": "0400",
        "session_close": "2000",
        "settlement_date": settles.isoformat(),
    }


def _assets(call: Call) -> Answer:
    status = call.query.get("status")
    return Answer([asset.answer() for asset in call.exchange.assets.values() if status in {None, asset.status}])


def _asset(call: Call) -> Answer:
    return Answer(call.exchange.assets[_symbol(call)].answer())


def _symbol(call: Call) -> str:
    """The symbol in the path, which may also be written as an asset's id."""
    wanted = call.path["symbol"]
    if wanted in call.exchange.assets:
        return wanted
    found = next((asset.symbol for asset in call.exchange.assets.values() if asset.id == wanted), None)
    if found is None:
        raise not_found(f"asset not found for {wanted}")
    return found


def _positions(call: Call) -> Answer:
    held = call.account.positions.values()
    return Answer([position_answer(call.exchange, call.account, position) for position in held])


def _position(call: Call) -> Answer:
    position = call.account.positions.get(_symbol(call))
    if position is None:
        raise not_found("position does not exist")
    return Answer(position_answer(call.exchange, call.account, position))


def _close(call: Call) -> Answer:
    query, symbol = call.query, _symbol(call)
    return Answer(close_position(call.exchange, call.account, symbol, query.get("qty"), query.get("percentage")))


def _close_all(call: Call) -> Answer:
    if call.query.get("cancel_orders", "false") == "true":
        order_routes.cancel_orders(call)
    results: list[Json] = []
    for symbol in list(call.account.positions):
        try:
            body = close_position(call.exchange, call.account, symbol, None, None)
        except Refusal as refusal:
            results.append({"symbol": symbol, "status": refusal.status, "body": refusal.body})
        else:
            results.append({"symbol": symbol, "status": 200, "body": body})
    return Answer(results, 207)
