"""Reading the body of `POST /v2/orders`: every field known, well formed and allowed beside the others."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sandbox.alpaca.money import decimals, parse
from sandbox.alpaca.orders import Ticket
from sandbox.alpaca.refusals import BAD_BODY, Json, Refusal, bad_parameter, unprocessable

_NUMBERS = ("qty", "notional", "limit_price", "stop_price")
_WORDS = ("symbol", "side", "type", "time_in_force", "client_order_id", "order_class", "position_intent")
_KNOWN = {*_NUMBERS, *_WORDS, "extended_hours", "trail_price", "trail_percent", "take_profit", "stop_loss", "legs"}
_INTENTS = {"buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"}
_TYPES = {"market", "limit", "stop"}
_TIMES = {"day", "gtc", "ioc", "fok"}
_LONGEST_ID = 128
_FINEST_SHARE, _CENTS, _FINEST_PRICE_UNDER_ONE = 9, 2, 4


def read_ticket(body: object, new_id: Callable[[], str], *, number_strings: bool) -> Ticket:
    """Check an order's form; raises Refusal, 400 for a body that is no object and 422 for anything in it."""
    if not isinstance(body, dict):
        raise Refusal(400, BAD_BODY, "request body format is invalid")
    unknown = sorted(set(body) - _KNOWN)
    if unknown:
        raise bad_parameter(f"unexpected parameter(s): {', '.join(unknown)}")
    present = {name: value for name, value in body.items() if value is not None}
    words = {name: _word(name, present[name]) for name in _WORDS if name in present}
    numbers = {name: _number(name, present[name], number_strings) for name in _NUMBERS if name in present}
    ticket = Ticket(
        symbol=_required(words, "symbol"),
        side=_one_of(_required(words, "side"), {"buy", "sell"}, "invalid side"),
        type=_one_of(_required(words, "type"), _TYPES, "invalid order type"),
        time_in_force=_one_of(_required(words, "time_in_force"), _TIMES, "invalid time_in_force"),
        client_order_id=words.get("client_order_id") or new_id(),
        extended_hours=_flag(present),
        position_intent=words.get("position_intent"),
        **numbers,
    )
    _check_simple(present, words)
    _check_quantity(ticket)
    _check_prices(ticket)
    return ticket


def _check_simple(present: Json, words: dict[str, str]) -> None:
    if words.get("order_class", "") not in {"", "simple"} or {"take_profit", "stop_loss", "legs"} & set(present):
        raise unprocessable("complex orders are not offered by this sandbox")
    if {"trail_price", "trail_percent"} & set(present):
        raise bad_parameter("only trailing stop orders take trail_price or trail_percent")
    if "position_intent" in words:
        _one_of(words["position_intent"], _INTENTS, "invalid position_intent")
    if len(words.get("client_order_id", "")) > _LONGEST_ID:
        raise bad_parameter("client_order_id must be no more than 128 characters")


def _check_quantity(ticket: Ticket) -> None:
    if ticket.qty is not None and ticket.notional is not None:
        raise bad_parameter("only one of qty or notional is accepted")
    if ticket.qty is None and ticket.notional is None:
        raise bad_parameter("qty or notional is required")
    for name, value in (("qty", ticket.qty), ("notional", ticket.notional)):
        if value is not None and value <= 0:
            raise bad_parameter(f"{name} must be > 0")
    if ticket.qty is not None and decimals(ticket.qty) > _FINEST_SHARE:
        raise bad_parameter("qty must be limited to 9 decimal places")
    if ticket.notional is not None:
        _check_notional(ticket, ticket.notional)
    if ticket.is_fractional and ticket.time_in_force != "day":
        raise unprocessable("fractional orders must be DAY orders")


def _check_notional(ticket: Ticket, notional: Decimal) -> None:
    if decimals(notional) > _CENTS:
        raise unprocessable("notional value must be limited to 2 decimal places")
    if ticket.type != "market":
        raise unprocessable("notional orders must be market orders")
    if ticket.side == "buy" and notional < 1:
        raise unprocessable("notional amount must be >= 1.00")


def _check_prices(ticket: Ticket) -> None:
    limit, stop = ticket.limit_price, ticket.stop_price
    for name, price in (("limit", limit), ("stop", stop)):
        if price is not None and price <= 0:
            raise bad_parameter(f"{name} price must be > 0")
        if price is not None and decimals(price) > (_CENTS if price >= 1 else _FINEST_PRICE_UNDER_ONE):
            raise unprocessable(
                f"invalid {name}_price {price}. sub-penny increment does not fulfill minimum pricing criteria"
            )
    if ticket.type == "market" and (limit or stop):
        raise bad_parameter("market orders require no stop or limit price")
    if ticket.type == "limit" and (limit is None or stop is not None):
        raise bad_parameter("limit orders require only limit price")
    if ticket.type == "stop" and (stop is None or limit is not None):
        raise bad_parameter("stop orders require only stop price")
    if ticket.extended_hours and ticket.type != "limit":
        raise bad_parameter('only type="limit" is allowed for extended hours orders')


def _word(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise bad_parameter(f"{name} must be a string")
    return value


def _number(name: str, value: object, number_strings: bool) -> Decimal:  # noqa: FBT001
    if not number_strings and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, str):
        raise bad_parameter(f"{name} must be a number written as a string")
    number = parse(value)
    if number is None:
        raise bad_parameter(f"{name} must be numeric")
    return number


def _required(words: dict[str, str], name: str) -> str:
    if not words.get(name):
        raise bad_parameter(f"{name} is required")
    return words[name]


def _one_of(value: str, allowed: set[str], message: str) -> str:
    if value not in allowed:
        raise bad_parameter(message)
    return value


def _flag(present: Json) -> bool:
    value = present.get("extended_hours", False)
    if not isinstance(value, bool):
        raise bad_parameter("extended_hours must be a boolean")
    return value
