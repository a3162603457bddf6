"""Reads Cloudflare's answers: its envelope, its error codes, and whatever else its edge sends instead of them.

Codes and their meaning come from Cloudflare's documentation and its own command-line tool.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from deploy.errors import (
    AccountRefused,
    Busy,
    CloudflareRefused,
    DeployError,
    NameRefused,
    ScriptAbsent,
    Throttled,
    TokenRefused,
    Unreachable,
)
from deploy.secret import Secret, blot
from deploy.wire import Answer, Cut

LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """A success: Cloudflare's `result` and its `result_info` (paging)."""

    result: object
    info: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One entry of an envelope's `errors`, chains flattened."""

    code: int
    message: str

    def without(self, hide: tuple[Secret, ...]) -> Complaint:
        """The same, short and with the request's secrets blotted out."""
        return Complaint(self.code, blot(self.message, hide)[:LONGEST_MESSAGE])


def judge(answer: Answer | Cut, hide: tuple[Secret, ...]) -> Reply | DeployError:
    """Turn what came back into a Reply or the error to raise; texts in `hide` are blotted out of messages."""
    if isinstance(answer, Cut):
        return Unreachable(f"no answer ({answer.kind})")
    envelope = _envelope(answer.body)
    if answer.status == 429:  # noqa: PLR2004
        return Throttled("HTTP 429", retry_after=answer.retry_after, cloudflare_code=_first_code(envelope))
    if answer.status == 204:  # noqa: PLR2004
        return Reply(None)
    if envelope is None:
        return Unreachable(f"HTTP {answer.status}, and the body is not Cloudflare's JSON")
    if envelope["success"] and answer.status < 400:  # noqa: PLR2004
        info = envelope.get("result_info")
        return Reply(envelope.get("result"), info if isinstance(info, dict) else {})
    return _refusal(answer, [complaint.without(hide) for complaint in _complaints(envelope.get("errors"))])


def judge_file(answer: Answer | Cut, hide: tuple[Secret, ...]) -> Answer | DeployError:
    """The same for what comes as it is when all goes well, such as a Worker's modules, and as JSON when it does not."""
    if isinstance(answer, Answer) and answer.status == 200 and "html" not in answer.content_type:  # noqa: PLR2004
        return answer
    outcome = judge(answer, hide)
    return outcome if isinstance(outcome, DeployError) else Unreachable("an answer of another kind")


def _envelope(body: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("success"), bool) else None


def _complaints(errors: object) -> Iterator[Complaint]:
    for entry in errors if isinstance(errors, list) else ():
        if isinstance(entry, dict):
            code = entry.get("code")
            yield Complaint(code if isinstance(code, int) else 0, str(entry.get("message", "")))
            yield from _complaints(entry.get("error_chain"))


def _first_code(envelope: Mapping[str, object] | None) -> int | None:
    found = next(_complaints((envelope or {}).get("errors")), None)
    return found.code if found else None


def _refusal(answer: Answer, complaints: list[Complaint]) -> DeployError:
    for complaint in complaints:
        make = NAMED.get(complaint.code)
        if make is not None:
            return make(complaint, answer)
    first = complaints[0] if complaints else Complaint(0, "no reason given")
    if answer.status >= 500:  # noqa: PLR2004
        return Unreachable(f"HTTP {answer.status}: {first.message}", cloudflare_code=first.code)
    return CloudflareRefused("unknown", f"{first.code}: {first.message}", cloudflare_code=first.code)


# -- what each code means ---------------------------------------------------------------------------------------------

Maker = Callable[[Complaint, Answer], DeployError]


def _named(kind: type[DeployError], code: str) -> Maker:
    return lambda complaint, _: kind(code, complaint.message, cloudflare_code=complaint.code)


def _denied(complaint: Complaint, _: Answer) -> DeployError:
    """One and the same code serves a wrong token, a missing permission and a wrong address; words tell some apart."""
    words = complaint.message.lower()
    if "from location" in words:
        code = "token_ip_restricted"
    elif "expired" in words:
        code = "token_expired"
    elif "disabled" in words:
        code = "token_disabled"
    elif "not yet valid" in words or "not before" in words:
        code = "token_not_yet_valid"
    else:
        code = "token_invalid"
    return TokenRefused(code, complaint.message, cloudflare_code=complaint.code)


def _throttled(complaint: Complaint, answer: Answer) -> DeployError:
    return Throttled(complaint.message, retry_after=answer.retry_after, cloudflare_code=complaint.code)


def _internal(complaint: Complaint, _: Answer) -> DeployError:
    return Unreachable(f"Cloudflare's internal error: {complaint.message}", cloudflare_code=complaint.code)


NAMED: Mapping[int, Maker] = {
    971: _throttled,
    1000: _denied,
    1001: _named(AccountRefused, "account_id_needed"),
    6003: _denied,
    6103: _denied,
    6111: _denied,
    9106: _denied,
    9109: _denied,
    10000: _denied,
    10002: _internal,
    10007: _named(ScriptAbsent, "script_absent"),
    10013: _internal,
    10014: _internal,
    10031: _named(NameRefused, "name_taken"),
    10033: _named(NameRefused, "name_invalid"),
    10034: _named(AccountRefused, "email_unverified"),
    10035: _named(Busy, "busy"),
    10036: _named(NameRefused, "name_present"),
    10037: _named(AccountRefused, "script_limit"),
    10057: _named(CloudflareRefused, "nothing_to_inherit"),
    10063: _named(NameRefused, "name_missing"),
    10072: _named(AccountRefused, "cron_limit"),
    10090: _named(ScriptAbsent, "script_absent"),
    10215: _named(CloudflareRefused, "version_waiting"),
}
