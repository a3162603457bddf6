"""Answers in place of Workers that are kept but not run, so that a load run needs no process per user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from sandbox.cloudflare.state import Account, Run, Script

FIXED: Final[Mapping[str, Any]] = {
    "arm": {"armed": True},
    "history": {"days": []},
    "form": {"form": {"state": "open", "expires": None, "tries": 0, "last": ""}},
}


def answer_in_place(path: str, account: Account, script: Script, now: datetime) -> Response:
    """Give a plausible answer to a Worker's command; signatures are not checked."""
    if "/v1/" not in path:
        return JSONResponse({"error": "unauthorized"}, 401)
    match path.rpartition("/v1/")[2]:
        case "status":
            return JSONResponse(_status(script, now))
        case "tick":
            script.runs.append(Run("command", int(now.timestamp() * 1000), "ok"))
            return JSONResponse({"run": _record(script)})
        case "destroy":
            del account.scripts[script.name]
            return JSONResponse({"destroying": True, "cancelled": 0}, 202)
        case "events":
            run = _record(script)["at"] if script.runs else None
            return JSONResponse({"events": [], "next": 0, "pulse": {"run": run, "paused": None}})
        case "token_clear":
            left = tuple(binding for binding in script.live.bindings if binding.name != "CLOUDFLARE_API_TOKEN")
            script.versions.append(replace(script.live, bindings=left))
            return JSONResponse({"holds_cloudflare_token": False})
        case "alarm":
            return JSONResponse({"schedule": "cron", "next": _next_quarter(now)})
        case other:
            return JSONResponse(FIXED.get(other, {}))


def _status(script: Script, now: datetime) -> dict[str, Any]:
    bound = {binding.name: binding.value for binding in script.live.bindings}
    return {
        "script": script.name,
        "mode": bound.get("MODE", "paper"),
        "template": bound.get("TEMPLATE", ""),
        "deployment": bound.get("DEPLOYMENT", ""),
        "now": now.isoformat(),
        "account": {"ending": "0000", "status": "ACTIVE", "currency": "USD", "cash": "100000", "equity": "100000"},
        "paused": None,
        "plan": bound.get("PLAN", {"kind": "watch"}),
        "ceilings": bound.get("CEILINGS", {}),
        "limits": bound.get("CEILINGS", {}),
        "armed": True,
        "schedule": "cron",
        "next_tick": _next_quarter(now),
        "budget": None,
        "holdings": [],
        "last_tick": _record(script) if script.runs else None,
        "last_order": None,
        "ticks": len(script.runs),
        "orders_today": [],
        "positions": [],
        "holds_cloudflare_token": "CLOUDFLARE_API_TOKEN" in bound,
        "key_ending": str(bound.get("APCA_API_KEY_ID", ""))[-4:],
        "keys": {"state": "held" if "APCA_API_KEY_ID" in bound else "none", "where": "secrets", "mode": "paper"},
        "form": {"state": "open" if "APCA_API_KEY_ID" not in bound else "none", "tries": 0, "last": ""},
    }


def _record(script: Script) -> dict[str, Any]:
    last = script.runs[-1]
    return {
        "id": len(script.runs),
        "slot": str(last.scheduled_time),
        "source": "command" if last.cron == "command" else "cron",
        "at": datetime.fromtimestamp(last.scheduled_time / 1000, tz=script.created_on.tzinfo).isoformat(),
        "ms": 1,
        "outcome": "idle",
        "code": "idle",
        "reason": "Nothing to do: this plan only watches.",
        "orders": [],
        "market_open": False,
        "request_ids": [],
    }


def _next_quarter(now: datetime) -> str:
    return datetime.fromtimestamp((now.timestamp() // 900 + 1) * 900, tz=UTC).isoformat()
