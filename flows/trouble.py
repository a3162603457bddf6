"""Everything that can go wrong and is known by name; the rest is shown with its code and an incident id."""

from __future__ import annotations

from flows.dealings import in_its_words, why_refused
from flows.events import Json
from flows.words import Slot, Text, say

TOKEN_CODES = frozenset({
    "token_invalid", "token_is_global_key", "token_expired", "token_disabled", "token_not_yet_valid",
    "token_ip_restricted", "permission_missing", "no_accounts", "account_id_needed", "account_id_wrong",
    "other_cloudflare_account", "token_gone", "token_lent", "no_token",
})  # fmt: skip
KEY_CODES = frozenset({"wrong_pair", "other_alpaca_account", "keys_gone"})
PLAN_CODES = frozenset({"symbol_unknown", "symbol_untradable", "symbol_whole_only"})
KNOWN_CODES = TOKEN_CODES | KEY_CODES | PLAN_CODES | {
    "account_not_active", "account_blocked", "alpaca_slow", "alpaca_unreachable", "alpaca_busy", "alpaca_odd",
    "email_unverified", "name_taken", "name_invalid", "name_missing", "script_limit", "cron_limit", "script_absent",
    "busy", "throttled", "unreachable", "not_answering", "foreign_script", "worker_unreachable", "worker_absent",
    "worker_forgotten", "worker_refused", "command_key_lost", "stuck", "timeout",
    "worker_outdated", "market_closed", "beyond_ceiling", "no_history", "nothing_to_export", "not_sent",
    "nothing_to_inherit", "not_arrived", "keys_needed", "name_present", "still_there", "token_dead", "version_waiting",
}  # fmt: skip
# Alpaca's flags, as an operation tells them.
BLOCKS = {
    "account blocked": "account",
    "trading blocked": "trading",
    "trade suspended by user": "user",
}


def trouble(code: str, data: dict[str, Json] | None = None) -> Text:
    """Say what went wrong and the one thing to do about it."""
    facts = data or {}
    detail, reason, incident = (str(facts.get(name, "")) for name in ("detail", "reason", "incident"))
    if code in KNOWN_CODES:
        known = say(f"error.{code}", detail=_detail(code, detail, reason))
        return say("error.ours", error=known, incident=incident) if incident else known
    return say("error.unknown", code=code, detail=in_its_words(detail), incident=incident)


def _detail(code: str, detail: str, reason: str) -> Slot:
    """Say what is known besides: a Worker's or Alpaca's own words, or a name, which is the same in every language."""
    match code:
        case "worker_refused":
            return why_refused(reason, detail)
        case "beyond_ceiling" | "account_not_active":
            return in_its_words(detail)
        case "account_blocked" if detail in BLOCKS:
            return say(f"blocked.{BLOCKS[detail]}")
    return detail
