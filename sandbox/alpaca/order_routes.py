"""The order routes of a trading host: placing, listing, finding and cancelling."""

from __future__ import annotations

import uuid

from sandbox.alpaca.desk import cancel, submit
from sandbox.alpaca.host import Answer, Call
from sandbox.alpaca.moments import read_moment
from sandbox.alpaca.orders import Order
from sandbox.alpaca.refusals import bad_parameter, not_found
from sandbox.alpaca.tickets import read_ticket

LIST_QUERY = (
    "status", "limit", "after", "until", "direction", "nested", "symbols", "side", "asset_class",
    "before_order_id", "after_order_id",
)  # fmt: skip
_MOST_ORDERS, _USUAL_ORDERS = 500, 50


def submit_order(call: Call) -> Answer:
    """`POST /v2/orders`."""
    ticket = read_ticket(call.body, call.exchange.new_id, number_strings=call.exchange.number_strings)
    return Answer(submit(call.exchange, call.account, ticket))


def list_orders(call: Call) -> Answer:
    """`GET /v2/orders`."""
    query = call.query
    status, direction = query.get("status", "open"), query.get("direction", "desc")
    limit = query.get("limit", str(_USUAL_ORDERS))
    if status not in {"open", "closed", "all"}:
        raise bad_parameter("invalid status")
    if direction not in {"asc", "desc"}:
        raise bad_parameter("invalid direction")
    if not limit.isdecimal() or not 1 <= int(limit) <= _MOST_ORDERS:
        raise bad_parameter("limit must be between 1 and 500")
    found = [*(call.account.open_orders if status == "open" else call.account.orders).values()]
    if status == "closed":
        found = [order for order in found if not order.is_open]
    found = _filtered(found, query)
    if direction == "desc":
        found.reverse()
    return Answer([order.answer() for order in found[: int(limit)]])


def _filtered(orders: list[Order], query: dict[str, str]) -> list[Order]:
    """The orders, oldest first, that the other filters leave."""
    if query.get("symbols"):
        symbols = set(query["symbols"].split(","))
        orders = [order for order in orders if order.symbol in symbols]
    if query.get("side"):
        orders = [order for order in orders if order.side == query["side"]]
    if "after" in query:
        after = read_moment("after", query["after"])
        orders = [order for order in orders if order.submitted_at > after]
    if "until" in query:
        until = read_moment("until", query["until"])
        orders = [order for order in orders if order.submitted_at < until]
    ids = [order.id for order in orders]
    if query.get("after_order_id") in ids:
        orders = orders[ids.index(query["after_order_id"]) + 1 :]
    if query.get("before_order_id") in ids:
        orders = orders[: ids.index(query["before_order_id"])]
    return orders


def find_by_client_id(call: Call) -> Answer:
    """`GET /v2/orders:by_client_order_id`."""
    wanted = call.query.get("client_order_id")
    if not wanted:
        raise bad_parameter("client_order_id is required")
    order = call.account.by_client_id.get(wanted)
    if order is None:
        raise not_found(f"order not found for {wanted}")
    return Answer(order.answer())


def _order(call: Call) -> Order:
    try:
        wanted = str(uuid.UUID(call.path["id"]))
    except ValueError:
        raise bad_parameter("order_id is missing or invalid") from None
    order = call.account.orders.get(wanted)
    if order is None:
        raise not_found(f"order not found for {wanted}")
    return order


def show_order(call: Call) -> Answer:
    """`GET /v2/orders/{id}`."""
    return Answer(_order(call).answer())


def cancel_order(call: Call) -> Answer:
    """`DELETE /v2/orders/{id}`."""
    cancel(call.exchange, call.account, _order(call))
    return Answer(status=204)


def cancel_orders(call: Call) -> Answer:
    """`DELETE /v2/orders`: every open order, also those other programs placed."""
    ended = [order.id for order in call.account.open_orders.values()]
    for order_id in ended:
        cancel(call.exchange, call.account, call.account.orders[order_id])
    return Answer([{"id": order_id, "status": 200} for order_id in ended], 207)
