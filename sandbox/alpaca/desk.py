"""The order desk: who may trade what, what an order reserves, and how it leaves the book again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sandbox.alpaca.accounts import Account, buying_power
from sandbox.alpaca.assets import Asset
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.money import ZERO, cents, decimals, parse, shares, text
from sandbox.alpaca.orders import Order, Ticket
from sandbox.alpaca.refusals import Json, Refusal, bad_parameter, forbidden, not_found, unprocessable

_HUNDRED = Decimal(100)
_LEAST_ORDER = Decimal(1)
_FINEST_SHARE = 9


def submit(exchange: Exchange, account: Account, ticket: Ticket) -> Json:
    """Place an order and give it as the API answers it: as received, before any fill. Raises Refusal."""
    asset = _tradable(exchange, account, ticket)
    price = exchange.price(ticket.symbol)
    _check_wash_trade(account, ticket)
    if ticket.side == "buy":
        estimate = _check_buy(exchange, account, ticket, price)
    else:
        estimate = ZERO
        _check_sell(exchange, account, ticket, price)
    order = _enter(exchange, account, ticket, asset)
    order.estimate = estimate
    answer = order.answer()
    if exchange.clock.is_open():
        order.status = "new"
        exchange.try_fill(account, order, exchange.clock.now())
        if order.is_open and ticket.time_in_force in {"ioc", "fok"}:
            order.end("canceled", exchange.clock.now())
            exchange.retire(account, order)
    return answer


def cancel(exchange: Exchange, account: Account, order: Order) -> None:
    """Cancel an open order at once; raises Refusal if it is no longer open."""
    if not order.is_open:
        raise unprocessable(f'order is already in "{order.status}" state')
    order.end("canceled", exchange.clock.now())
    exchange.retire(account, order)


def close_position(exchange: Exchange, account: Account, symbol: str, qty: str | None, percentage: str | None) -> Json:
    """Sell a position at the market, all of it or the part asked for; gives the order. Raises Refusal."""
    position = account.positions.get(symbol)
    if position is None:
        raise not_found(f"position not found: {symbol}")
    if qty is not None and percentage is not None:
        raise bad_parameter("only one of qty or percentage is accepted")
    quantity = position.qty
    if qty is not None:
        quantity = _positive("qty", qty)
    if percentage is not None:
        share = _positive("percentage", percentage)
        if share > _HUNDRED:
            raise bad_parameter("percentage must be between 0 and 100")
        quantity = shares(position.qty * share / _HUNDRED)
    return submit(exchange, account, Ticket(symbol, "sell", "market", "day", exchange.new_id(), qty=quantity))


def _positive(name: str, words: str) -> Decimal:
    value = parse(words)
    if value is None or value <= 0 or decimals(value) > _FINEST_SHARE:
        raise bad_parameter(f"{name} must be a positive number of at most 9 decimal places")
    return value


def _tradable(exchange: Exchange, account: Account, ticket: Ticket) -> Asset:
    if ticket.client_order_id in account.by_client_id:
        raise bad_parameter("client_order_id must be unique")
    if account.settings.suspend_trade:
        raise forbidden("new orders are rejected by user request")
    if account.status != "ACTIVE":
        raise forbidden(f"account is not allowed to trade: its status is {account.status}")
    if account.trading_blocked or account.account_blocked:
        raise forbidden("account is not allowed to trade: trading is blocked")
    asset = exchange.assets.get(ticket.symbol)
    if asset is None:
        raise unprocessable(f'asset "{ticket.symbol}" not found')
    if asset.status != "active":
        raise unprocessable(f'asset "{ticket.symbol}" is not active')
    if not asset.tradable:
        raise unprocessable(f'asset "{ticket.symbol}" is not tradable')
    if ticket.is_fractional and not asset.fractionable:
        raise forbidden("requested asset is not fractionable")
    if ticket.is_fractional and not account.settings.fractional_trading:
        raise forbidden("fractional trading is disabled for this account")
    return asset


def _check_wash_trade(account: Account, ticket: Ticket) -> None:
    """Refuse an order that could trade against one's own: opposite sides, and prices that meet."""
    for order in account.open_orders.values():
        if order.symbol != ticket.symbol or order.side == ticket.side:
            continue
        limits = {order.side: order.ticket.limit_price, ticket.side: ticket.limit_price}
        bid, ask = limits["buy"], limits["sell"]
        if bid is not None and ask is not None and bid < ask:
            continue
        kind = "market/stop" if order.ticket.limit_price is None else "limit"
        raise forbidden(
            "potential wash trade detected. use complex orders",
            existing_order_id=order.id,
            reject_reason=f"opposite side {kind} order exists",
        )


def _check_buy(exchange: Exchange, account: Account, ticket: Ticket, price: Decimal) -> Decimal:
    per_share = ticket.limit_price or ticket.stop_price or price
    basis = ticket.notional or cents((ticket.qty or ZERO) * per_share)
    if basis < _LEAST_ORDER:
        raise forbidden("cost basis must be >= minimal amount of order 1", cost_basis=text(basis))
    power = buying_power(account, account.market_value(exchange.clock.now(), exchange.prices))
    if basis > power:
        raise forbidden("insufficient buying power", buying_power=text(power), cost_basis=text(basis))
    return basis


def _check_sell(exchange: Exchange, account: Account, ticket: Ticket, price: Decimal) -> None:
    position = account.positions.get(ticket.symbol)
    if position is None and not ticket.is_fractional:
        raise forbidden("account is not allowed to short")
    existing = ZERO if position is None else position.qty
    available = account.available(ticket.symbol, price)
    selling_again = any(each.symbol == ticket.symbol for each in account.open_orders.values())
    if selling_again and ticket.is_fractional and not exchange.clock.is_open():
        available = ZERO
    wanted = ticket.qty if ticket.qty is not None else shares((ticket.notional or ZERO) / price)
    if wanted > available or existing == 0:
        raise _insufficient(ticket.symbol, wanted, available, existing)


def _insufficient(symbol: str, wanted: Decimal, available: Decimal, existing: Decimal) -> Refusal:
    return forbidden(
        f"insufficient qty available for order (requested: {text(wanted)}, available: {text(available)})",
        symbol=symbol,
        existing_qty=text(existing),
        held_for_orders=text(existing - available),
        available=text(available),
    )


def _enter(exchange: Exchange, account: Account, ticket: Ticket, asset: Asset) -> Order:
    now = exchange.clock.now()
    expires = exchange.clock.closing_after(now) if ticket.time_in_force != "gtc" else now + timedelta(days=90)
    order = Order(exchange.new_id(), ticket, asset, now, expires)
    order.status = "pending_new" if exchange.clock.is_open() else "accepted"
    delay = exchange.fill_policy.seconds or 0.0
    exchange.fill_policy.apply(order, now + timedelta(seconds=delay))
    account.orders[order.id] = order
    account.by_client_id[ticket.client_order_id] = order
    account.open_orders[order.id] = order
    exchange.working[order.id] = (account, order)
    return order
