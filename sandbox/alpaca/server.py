"""The three apps, and a way to serve them on three loopback ports."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.alpaca import data_host, trading_host
from sandbox.alpaca.accounts import Account, KeyPair, Mode
from sandbox.alpaca.control import account_routes
from sandbox.alpaca.control_market import market_routes
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.host import Gate, Host, no_such_endpoint
from sandbox.serving import Served


@dataclass(frozen=True, slots=True)
class Apps:
    """One ASGI app per host, all of the same exchange."""

    exchange: Exchange
    paper: Gate
    live: Gate
    data: Gate


def create_apps(exchange: Exchange | None = None) -> Apps:
    """Make the apps of the paper, live and data host, around a new exchange unless one is given."""
    exchange = exchange or Exchange()
    paper, live = (_trading(exchange, mode) for mode in (Mode.PAPER, Mode.LIVE))
    data = Host("data", exchange, None)
    return Apps(exchange, paper, live, _gate(data, [*data_host.routes(data), *market_routes(data)]))


def _trading(exchange: Exchange, mode: Mode) -> Gate:
    host = Host(mode.value, exchange, mode)
    return _gate(host, [*trading_host.routes(host, mode), *account_routes(host, mode), *market_routes(host)])


def _gate(host: Host, routes: list[Route]) -> Gate:
    app = Starlette(routes=routes, exception_handlers={404: no_such_endpoint, 405: no_such_endpoint})
    app.router.redirect_slashes = False
    return Gate(app, host)


class ServedAlpaca:
    """The three hosts running on loopback; a context manager."""

    def __init__(self, exchange: Exchange | None = None, ports: tuple[int, int, int] = (0, 0, 0)) -> None:
        """Bind paper, live and data to these ports; 0 picks a free one."""
        apps = create_apps(exchange)
        self.exchange = apps.exchange
        self._servers = [Served(app, port) for app, port in zip((apps.paper, apps.live, apps.data), ports, strict=True)]
        self.paper_url, self.live_url, self.data_url = (server.url for server in self._servers)
        self._running = ExitStack()

    def trading_url(self, mode: Mode) -> str:
        """Where the host of that mode answers."""
        return self.paper_url if mode is Mode.PAPER else self.live_url

    def open_account(self, mode: Mode, *, cash: Decimal | None = None) -> tuple[Account, KeyPair]:
        """Open another account, without rate limit, and make keys for it."""
        with self.exchange.lock:
            account = self.exchange.open_account(mode, cash=cash)
            account.rate_limit = None
            return account, self.exchange.issue_keys(account)

    def __enter__(self) -> Self:
        """Start all three."""
        for server in self._servers:
            self._running.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all three."""
        self._running.close()
