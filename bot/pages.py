"""The addresses of the pages that buttons open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.tokens import token_link
from flows.screen import Place

PAGES: Final[Mapping[Place, str]] = {
    Place.ALPACA_SIGN_UP: "https://app.alpaca.markets/signup",
    Place.ALPACA_SIGN_IN: "https://app.alpaca.markets/account/login",
    Place.ALPACA_PAPER: "https://app.alpaca.markets/paper/dashboard/overview",
    Place.ALPACA_LIVE: "https://app.alpaca.markets/dashboard/overview",
    Place.CLOUDFLARE_SIGN_UP: "https://dash.cloudflare.com/sign-up",
    Place.CLOUDFLARE_TOKEN: token_link(),
    Place.CLOUDFLARE_TOKENS: "https://dash.cloudflare.com/profile/api-tokens",
    Place.CLOUDFLARE_WORKERS: "https://dash.cloudflare.com/?to=/:account/workers-and-pages",
}
