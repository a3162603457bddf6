"""The one address that a browser meets: it sends on to Cloudflare, and says on the way back what to do next."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.oauth.door import LIFETIME, Door, Shut
from bot.oauth.wording import page
from bot.storage.errors import StorageError
from deploy.secret import Secret
from flows.languages import Language, spoken

log = logging.getLogger(__name__)
COOKIE: Final = "soar-connect"
WORD: Final = "connect_"  # how the word begins when it comes back into the chat
_CARRIED: Final = re.compile(rf"/start(?:@\w+)? {WORD}([A-Za-z0-9_-]{{32}})")
LONGEST: Final = 4096  # characters of a parameter
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Pages:
    """Answers at the redirect URL; nothing it is sent is logged."""

    def __init__(self, door: Door, *, bot: Callable[[], str]) -> None:
        """`bot` gives the bot's user name, to lead back into the chat."""
        self._door = door
        self._bot = bot
        self._secure = urlsplit(door.registration.redirect_url).scheme == "https"

    def route(self) -> Route:
        """The route to serve; only its path counts."""
        return Route(urlsplit(self._door.registration.redirect_url).path or "/", self._answer, methods=["GET"])

    def app(self) -> Starlette:
        """An app of its own, for a bot without webhook."""
        return Starlette(routes=[self.route()])

    async def _answer(self, request: Request) -> Response:
        asked = request.query_params
        language = spoken(None, request.headers.get("accept-language"))
        try:
            if "begin" in asked:
                return await self._begin(_text(asked, "begin"))
            return await self._back(asked, request.cookies.get(COOKIE, ""))
        except Shut as shut:
            return self._page(shut.why, language, status=400)
        except StorageError as error:
            log.warning("a connection was not kept", extra={"why": error.code})
            return self._page("not_now", language, status=503)

    async def _begin(self, link: str) -> Response:
        passage = await self._door.begin(link)
        answer = RedirectResponse(passage.url, 302, headers=HEADERS)
        path = urlsplit(self._door.registration.redirect_url).path or "/"
        answer.set_cookie(
            COOKIE, passage.state, int(LIFETIME), path=path, secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    async def _back(self, asked: QueryParams, cookie: str) -> Response:
        if "error" in asked:  # Cloudflare's word for it is not shown: whoever made the link could have written it
            raise Shut("declined")
        state, code = _text(asked, "state"), _text(asked, "code")
        if not state or not code:
            raise Shut("old_link")
        word, language = await self._door.back(state, cookie, Secret(code))
        return self._page("back", language, link=f"https://t.me/{self._bot()}?start={WORD}{word}")

    def _page(self, what: str, language: Language, *, link: str = "", status: int = 200) -> Response:
        answer = HTMLResponse(page(what, language, link=link or f"https://t.me/{self._bot()}"), status, headers=HEADERS)
        answer.delete_cookie(COOKIE, path=urlsplit(self._door.registration.redirect_url).path or "/")
        return answer


def carried(text: str) -> str | None:
    """Read the word that a page's link brings into the chat as `/start connect_…`; None for any other message."""
    match = _CARRIED.fullmatch(text.strip())
    return match[1] if match else None


def _text(asked: QueryParams, name: str) -> str:
    value = asked.get(name, "")
    return value if len(value) <= LONGEST else ""
