"""The answers with which the Bot API says no; texts as the original sends them."""

from __future__ import annotations

from typing import Any, Final

NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
OLD_QUERY: Final = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER: Final = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE: Final = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Refused(Exception):  # noqa: N818  (the original's word for its own answer is not "error")
    """A call the Bot API refuses; carries what goes into the answer."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        """Keep the HTTP status, the description and, for 429, the seconds to wait."""
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Shape the JSON answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad_request(reason: str) -> Refused:
    """Refuse a call whose content is wrong (400)."""
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    """Refuse a call the bot has no right to (403)."""
    return Refused(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int) -> Refused:
    """Refuse a call because of flood control (429)."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", seconds)
