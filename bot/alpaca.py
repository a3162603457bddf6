"""The only user of alpaca-py: asks one trading host who a pair of keys belongs to, and lets nothing of the pair escape.

Left to itself the library waits without limit, repeats requests, and puts both keys into the exceptions it raises. So
`ask_account` runs in a thread of its own, sends one request, and answers for every failure instead of raising.
"""

from __future__ import annotations

import functools
import json
import os
import re
import ssl
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from deploy.secret import Secret

if TYPE_CHECKING:
    import requests
    from alpaca.common.exceptions import APIError
    from alpaca.trading.client import TradingClient

OK: Final = 200
_importing = threading.Lock()
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,80}")


class Reach(Enum):
    """How far a question got."""

    ANSWERED = auto()
    SLOW = auto()
    UNREACHED = auto()
    NOT_ASKED = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is a JSON object or None, `page` says that there was content and it was no JSON object."""

    reach: Reach
    status: int | None = None
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    page: bool = False
    request_id: str = ""


@dataclass(slots=True)
class _Seen:
    status: int | None = None
    request_id: str = ""


def load() -> None:
    """Import the library and read the trusted certificates: half a second and 80 MB, better not at a user's cost."""
    _library()
    _trust()
    _adapter_class()


def ask_account(url: str, key_id: Secret, secret: Secret, timeouts: tuple[float, float]) -> Answer:
    """Send one `GET /v2/account` to a trading host; never raises. `timeouts`: seconds to connect, and for each read."""
    seen = _Seen()
    try:
        return _ask(url, key_id, secret, timeouts, seen)
    except Exception as error:  # noqa: BLE001  (its text and its request hold both keys: only its kind is looked at)
        if seen.status is not None:
            return Answer(Reach.ANSWERED, seen.status, page=True, request_id=seen.request_id)
        return Answer(Reach.SLOW if _is_timeout(error) else Reach.UNREACHED)


def _ask(url: str, key_id: Secret, secret: Secret, timeouts: tuple[float, float], seen: _Seen) -> Answer:
    client_of, refusal = _library()
    client = client_of(key_id.reveal(), secret.reveal(), url_override=url, raw_data=True)
    try:
        _tame(client, url, timeouts, seen)
        body: object = client.get_account()
    except refusal as error:
        body = _parsed(error.response.text)
    finally:
        client._session.close()  # noqa: SLF001
        vars(client._session).pop("request", None)  # noqa: SLF001  (else a cycle keeps it all for a while)
    known = body if isinstance(body, dict) else None
    return Answer(Reach.ANSWERED, seen.status, known, known is None and body is not None, seen.request_id)


def _tame(client: TradingClient, url: str, timeouts: tuple[float, float], seen: _Seen) -> None:
    """Give the client what it has no arguments for: time limits, no repetition, shared trust, the request's id."""
    session: requests.Session = client._session  # noqa: SLF001
    client._retry = 0  # noqa: SLF001
    session.trust_env = False  # neither ~/.netrc nor a look at the environment for every request
    session.proxies.update(_proxies(url))
    session.mount("https://", _adapter_class()())
    send = session.request

    def once(method: str, address: str, **options: Any) -> requests.Response:  # noqa: ANN401  (passed on untouched)
        response = send(method, address, timeout=timeouts, **options)
        request_id = response.headers.get("X-Request-ID", "")
        seen.request_id = request_id if _REQUEST_ID.fullmatch(request_id) else ""
        seen.status = response.status_code
        return response

    session.request = once  # type: ignore[method-assign,assignment]


def _parsed(text: str) -> object:
    """The JSON in an error's body; None when the body is empty, the text itself when it is no JSON."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return text


def _is_timeout(error: Exception) -> bool:
    """By name, because the library may not have been importable at all."""
    return any(kind.__name__ == "Timeout" for kind in type(error).__mro__)


@functools.cache
def _library() -> tuple[type[TradingClient], type[APIError]]:
    """Import alpaca-py. Its own imports warn of what they will have to change; that is no news to whoever runs Soar."""
    with _importing, warnings.catch_warnings():  # the filters belong to the whole process: one thread at a time
        warnings.simplefilter("ignore", DeprecationWarning)
        from alpaca.common.exceptions import APIError  # noqa: PLC0415
        from alpaca.trading.client import TradingClient  # noqa: PLC0415
    return TradingClient, APIError


@functools.cache
def _proxies(url: str) -> dict[str, str]:
    import requests  # noqa: PLC0415

    return dict(requests.utils.get_environ_proxies(url))


@functools.cache
def _trust() -> ssl.SSLContext:
    """The certificates trusted, read once: reading them costs ten times as much CPU as all the rest of a check."""
    from certifi import where  # noqa: PLC0415

    return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or where())


@functools.cache
def _adapter_class() -> type[requests.adapters.HTTPAdapter]:
    import requests  # noqa: PLC0415

    class SharedTrust(requests.adapters.HTTPAdapter):
        """Makes connections of its own, which it shares with nobody, from the one TLS context."""

        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
            super().init_poolmanager(*arguments, ssl_context=_trust(), **options)

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401, ARG002
            conn.cert_reqs = "CERT_REQUIRED"  # and no file name, which would have it read for every connection

    return SharedTrust
