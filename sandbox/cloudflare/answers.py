"""The envelope every answer of Cloudflare's v4 API travels in, and the refusals this stand-in can give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from starlette.responses import JSONResponse, Response

Item = TypeVar("Item")

LIMITS_PAGE = "https://developers.cloudflare.com/workers/platform/limits/#account-plan-limits"
EMAIL_PAGE = "https://developers.cloudflare.com/fundamentals/setup/account/verify-email-address/"

# code: (HTTP status, message); {} is filled with what the request was about.
KNOWN: dict[int, tuple[int, str]] = {
    971: (429, "Please wait and consider throttling your request speed"),
    1000: (401, "Invalid API Token"),
    1001: (400, "List accounts endpoint does not support account owned tokens."),
    6003: (400, "Invalid request headers"),
    7001: (405, "Method {} not available for that URI."),
    7003: (404, "Could not route to {}, perhaps your object identifier is invalid?"),
    9103: (403, "Unknown X-Auth-Key or X-Auth-Email"),
    9106: (400, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"),
    9109: (403, "{}"),
    10000: (403, "Authentication error"),
    10001: (400, "Invalid Content-Type header: {}"),
    10003: (400, "Invalid URL parameter: {}"),
    10007: (404, "{}"),
    10016: (400, "Invalid Worker name: '{}'. Use lowercase letters, digits and dashes, starting with a letter."),
    10021: (400, "{}"),
    10026: (400, "Could not parse the request body: {}"),
    10027: (413, "Your Worker exceeded the size limit of 64 MiB."),
    10031: (409, "Subdomain '{}' is unavailable, please try a different subdomain."),
    10032: (404, "Subdomain '{}' is not configured."),
    10033: (400, "Subdomain '{}' is invalid."),
    10034: (
        403,
        (
            "You need to verify your email address to use Workers. For more information, read our documentation on "
            f"verifying your email address: {EMAIL_PAGE}"
        ),
    ),
    10035: (409, "Multiple attempts to modify the resource occurred at the same time. Please try again."),
    10036: (409, "Account already has an associated subdomain"),
    10037: (403, "You have exceeded the limit of 100 Workers on your account."),
    10052: (400, "Binding name '{}' is invalid."),
    10053: (400, "Binding name '{}' already in use. Please use a different name and try again."),
    10054: (400, "Text binding '{}' exceeds the limit of 5 KB."),
    10055: (400, "You have exceeded the limit of 64 text bindings."),
    10056: (404, "Binding '{}' not found"),
    10057: (400, "inherit binding '{}' is invalid: {}"),
    10061: (400, "{}"),
    10063: (
        403,
        (
            "You need a workers.dev subdomain in order to proceed. Please go to the dashboard and open the Workers "
            "menu. Opening the Workers landing page for the first time will create a workers.dev subdomain "
            "automatically."
        ),
    ),
    10064: (
        400,
        "New version of script does not export class '{}' which is depended on by existing Durable Objects.",
    ),
    10068: (400, "The uploaded script has no registered event handlers."),
    10070: (400, "Cannot apply new-class migration to class '{}' that is not exported by script"),
    10072: (
        400,
        (
            "This account has reached the Workers Free limit of 5 cron triggers per account. Upgrade to Workers Paid "
            "to increase this limit to 1,000: https://dash.cloudflare.com/{}/workers/plans"
        ),
    ),
    10074: (
        400,
        "Cannot apply new-class migration to class '{}' that is already depended on by existing Durable Objects",
    ),
    10079: (412, "Migration tag precondition failed; current tag is '{}'"),
    10090: (404, "This service does not exist on your account."),
    10097: (
        400,
        (
            "In order to use Durable Objects with a free plan, you must create a namespace using a "
            "`new_sqlite_classes` migration."
        ),
    ),
    10100: (400, "invalid cron string"),
    10142: (400, "This Worker still has Durable Objects with stored data. Use force to delete it with them."),
    100102: (400, "Script tag '{}' is too large."),
    100103: (400, "Too many script tags: at most 8 are allowed."),
    100132: (400, "Worker name '{}' is too long: at most 63 characters are allowed on workers.dev."),
    100150: (400, "Tail consumers are not available on the Workers Free plan."),
    100328: (400, "CPU limits are not supported for the Free plan."),
    100402: (400, "{}"),
}
PAGES = {10034: EMAIL_PAGE, 10072: LIMITS_PAGE}


class Refusal(Exception):  # noqa: N818  (it is an answer, not a failure of ours)
    """A request the API turns down; becomes an envelope with `success: false`."""

    def __init__(
        self, status: int, code: int, message: str, *, chain: Sequence[tuple[int, str]] = (), page: str | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.chain = tuple(chain)
        self.page = page


def refusal(code: int, *about: str) -> Refusal:
    """Build the refusal for one of the known codes, its message filled with `about`."""
    status, message = KNOWN[code]
    return Refusal(status, code, message.format(*about), page=PAGES.get(code))


def refused(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """Wrap a refusal into the envelope."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.page is not None:
        error["documentation_url"] = refusal.page
    if refusal.chain:
        error["error_chain"] = [{"code": code, "message": message} for code, message in refusal.chain]
    body = {"result": None, "success": False, "errors": [error], "messages": []}
    return JSONResponse(body, refusal.status, headers)


def ok(result: object, *, messages: Sequence[str] = (), info: dict[str, int] | None = None) -> Response:
    """Wrap a result into the envelope; `info` is the paging part."""
    body: dict[str, Any] = {
        "result": result,
        "success": True,
        "errors": [],
        "messages": [{"code": 10000, "message": message, "type": None} for message in messages],
    }
    if info is not None:
        body["result_info"] = info
    return JSONResponse(body)


def page_of(items: Sequence[Item], page: int, per_page: int) -> tuple[list[Item], dict[str, int]]:
    """Cut one page out of `items` and describe it as `result_info`."""
    shown = list(items[(page - 1) * per_page : page * per_page])
    info = {
        "page": page,
        "per_page": per_page,
        "total_pages": -(-len(items) // per_page),
        "count": len(shown),
        "total_count": len(items),
    }
    return shown, info
